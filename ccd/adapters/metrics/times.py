"""Seconds spent: by agents in each state, and blind. Counters that also grow while an interval lasts.

An interval is booked when it ends; until then what has passed of it is added whenever Prometheus asks, so a
four-hour pause shows as it goes and not as one jump at its end. A cut that is noticed late moves the end of
intervals back; a counter may not, so it stands still until the truth has caught up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from prometheus_client.core import CounterMetricFamily, Metric

from ccd.adapters.metrics.labels import Labels
from ccd.events import AgentChanged, BlindEnded
from ccd.status import blind_s, followed
from ccd.world import World

__all__ = ["StateTimes"]

Key = tuple[str, ...]


class StateTimes:
    def __init__(self, labels: Labels) -> None:
        self._labels = labels
        self._in_state: defaultdict[Key, float] = defaultdict(float)
        self._blind: defaultdict[str, float] = defaultdict(float)
        self._shown: dict[Key, float] = {}

    def agent_changed(self, fact: AgentChanged, world: World) -> None:
        """Book an interval that has ended, of the agent as a whole, to the team of today's roster."""
        team = world.roster.team_of_interface(fact.pbx, fact.interface)
        key = (fact.pbx, self._labels.value(fact.pbx, "team", team), fact.was)
        self._in_state[key] += (fact.at - fact.since).total_seconds()

    def blind_ended(self, fact: BlindEnded) -> None:
        self._blind[fact.pbx] += (fact.at - fact.began).total_seconds()

    def collect(self, world: World, now: datetime) -> Iterator[Metric]:
        states = CounterMetricFamily(
            "ccd_agent_state_seconds",
            "Seconds that agents spent in a state.",
            labels=["pbx", "team", "state"],
        )
        for key, value in self._with_open_intervals(world, now).items():
            states.add_metric(key, self._never_less(("state", *key), value))
        yield states
        blind = CounterMetricFamily(
            "ccd_pbx_blind_seconds", "Seconds of which nothing is known of this PBX.", labels=["pbx"]
        )
        for pbx in followed(world):
            value = self._blind[pbx.name] + blind_s(pbx, now)
            blind.add_metric([pbx.name], self._never_less(("blind", pbx.name), value))
        yield blind

    def _with_open_intervals(self, world: World, now: datetime) -> dict[Key, float]:
        sums = self._in_state.copy()
        team_of, label = world.roster.team_of_interface, self._labels.value
        for pbx in followed(world):
            for agent in pbx.agents.values():
                if agent.since is not None and agent.state is not None:
                    key = (pbx.name, label(pbx.name, "team", team_of(pbx.name, agent.device)), agent.state)
                    sums[key] += max((now - agent.since).total_seconds(), 0.0)
        return sums

    def _never_less(self, key: Key, value: float) -> float:
        shown = self._shown[key] = max(value, self._shown.get(key, 0.0))
        return shown
