"""Live listening: how often, how long, what came of it, and how many are under way.

Closed label sets: manners and outcomes are words of the policy. Nobody is in a label.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from prometheus_client.core import GaugeMetricFamily, Metric

from ccd.adapters.metrics.labels import OTHER
from ccd.adapters.metrics.series import Series
from ccd.config_listening import HOWS
from ccd.events import Event
from ccd.events.listening import ListeningEnded, ListeningRefused
from ccd.world import World

__all__ = ["SERIES", "WHYS", "ListeningFacts", "listening_families"]

WHYS = (
    *("over", "hung_up", "stopped", "longest", "unknown"),
    *("no_answer", "busy", "refused", "failed", "not_allowed"),
)
"""How one ended; ``not_allowed``: whoever asked may not, and nothing rang."""
SERIES = len(HOWS) * (len(WHYS) + 1) + len(HOWS) + 2
"""At most so many, with one for an outcome that is not known here, and created-samples left out."""


class ListeningFacts:
    """What each fact adds to the counters. Called when the world has taken it in."""

    def __init__(self, series: Series) -> None:
        self._series = series
        self._begun = False

    def handlers(self) -> dict[type[Event], Callable[[Any, World], None]]:
        return {ListeningEnded: self._ended, ListeningRefused: self._refused}

    def begin(self) -> None:
        """Show what has not happened yet as 0: from nothing to 1, Prometheus sees no increase."""
        if self._begun:
            return
        self._begun = True
        self._series.listening_seconds()
        for how in HOWS:
            for why in WHYS:
                self._series.listenings(how, why)

    def _ended(self, fact: ListeningEnded, world: World) -> None:
        """Monitoring is what was heard: ``seconds`` of rings that came to nothing are 0."""
        self._series.listenings(fact.how, fact.why if fact.why in WHYS else OTHER).inc()
        self._series.listening_seconds().inc(fact.seconds)

    def _refused(self, fact: ListeningRefused, world: World) -> None:
        self._series.listenings(fact.how if fact.how in HOWS else OTHER, "not_allowed").inc()


def listening_families(world: World) -> Iterator[Metric]:
    live = world.listening.live.values()
    heard = Counter(one.how for one in live if one.began is not None)
    family = GaugeMetricFamily("ccd_listenings_active", "Calls that are listened to.", labels=["how"])
    for how in HOWS:
        family.add_metric([how], heard[how])
    yield family
    rings = sum(one.began is None for one in live)
    yield GaugeMetricFamily("ccd_listenings_ringing", "Phones that ring to listen to a call.", rings)
