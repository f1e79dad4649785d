"""Prometheus metrics: what happened, counted in one place; what is, read when Prometheus asks.

``labels``      which values a label may have, so that nobody can flood Prometheus
``series``      counters and histograms of what happens
``facts``       what each kind of fact adds to them, fed by ``observe`` with every input and what came of it
``times``       seconds in a state, growing also while an interval lasts
``gauges``      agents, queues and calls of this moment, from the world
``incidents``   threat calls and other emergencies: both of the above
``shifts``      handover, meals, breaks, attendance, leave, adherence: counted
``shift_gauges``  the same at this moment, per team
``retention``   what recordings take, what is held, what is amiss on disk
``quality``     sampling, scoring, calibration, assessment: counted; ``quality_gauges`` at this moment
``components``  what the parts of the daemon count about themselves

docs/metrics.md lists every metric and the formulas; a test holds it to what is exposed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import structlog
from prometheus_client import (
    CollectorRegistry,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from ccd import __version__
from ccd.adapters.clock import utc_now
from ccd.adapters.metrics.calibration import calibration_families
from ccd.adapters.metrics.components import Components, Kind
from ccd.adapters.metrics.facts import Facts
from ccd.adapters.metrics.gauges import world_families
from ccd.adapters.metrics.incidents import incident_families
from ccd.adapters.metrics.labels import Labels
from ccd.adapters.metrics.listening import listening_families
from ccd.adapters.metrics.quality_gauges import quality_families
from ccd.adapters.metrics.retention import retention_families
from ccd.adapters.metrics.series import Series
from ccd.adapters.metrics.shift_gauges import shift_families
from ccd.adapters.metrics.times import StateTimes
from ccd.engine import POLICIES
from ccd.events import Event
from ccd.status import Today, followed
from ccd.world import World

if TYPE_CHECKING:
    from ccd.engine import Outcome

__all__ = ["Metrics"]

log = structlog.get_logger("ccd.metrics")

disable_created_metrics()  # type: ignore[no-untyped-call]  # a time stamp for every counter would nearly double the number of series


class Metrics:
    """``observe`` takes every input and its outcome, ``exposition`` gives the page Prometheus reads.

    ``world`` is the engine's own: it is read, in the loop that changes it, whenever the page is asked for.
    """

    def __init__(self, world: World, *, now: Callable[[], datetime] = utc_now) -> None:
        settings = world.settings.metrics
        self.registry = CollectorRegistry()
        self.registry.register(self)  # first, so that ``begin`` comes before the rest is read
        self.today = Today()
        self.errors = 0
        self._world = world
        self._now = now
        self._labels = Labels(settings.max_label_values, settings.max_series)
        self._times = StateTimes(self._labels)
        self._series = Series(self.registry)
        self._facts = Facts(self._series, self._labels, self._times, self.today)
        self._handlers = self._facts.handlers()
        self._components = Components()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)

    def observe(self, event: Event | None, outcome: Outcome, world: World) -> None:
        """Called once for every input; ``event`` is None for an AMI message. Never raises."""
        if event is None and not outcome.facts and not outcome.effects:
            return
        try:
            self._count(event, outcome, world)
        except Exception:
            # Counting is no reason to stop following.
            self.errors += 1
            log.exception("metrics_failed")

    def _count(self, event: Event | None, outcome: Outcome, world: World) -> None:
        handlers = self._handlers
        for fact in outcome.facts:
            handler = handlers.get(type(fact))
            if handler is not None:
                handler(fact, world)
        for effect in outcome.effects:
            self._series.effects(type(effect).__name__).inc()
        if event is not None:
            self._facts.input(event)

    def watch(self, kind: Kind, name: str, part: object) -> None:
        """Read the counts of a part from now on; ``name`` is the PBX of an AMI session, else empty."""
        self._components.watch(kind, name, part)

    def unwatch(self, kind: Kind, name: str) -> None:
        self._components.unwatch(kind, name)

    def health(self) -> dict[str, Any]:
        """What ``ccd.status`` wants to know of the parts."""
        return self._components.health(self._now())

    async def exposition(self) -> bytes:
        """The page, in the text format. The loop may turn after each family, so no scrape holds it up."""
        page = []
        for family in self.registry.collect():
            page.append(generate_latest(_Only(family)))
            await asyncio.sleep(0)
        return b"".join(page)

    def collect(self) -> Iterator[Metric]:
        """For the registry."""
        now, world = self._now(), self._world
        for pbx in followed(world):
            self._facts.begin(pbx)
        self._facts.begin_incidents(world)
        yield from self._about_itself()
        yield from world_families(world, now, self._labels, self._times)
        yield from incident_families(world, now, self._facts.lateness)
        yield from self._of_shifts(world, now)
        yield from self._components.collect(now)

    def _of_shifts(self, world: World, now: datetime) -> Iterator[Metric]:
        """Whatever a policy about shifts or quality cannot tell takes nothing else off the page."""
        try:
            yield from shift_families(world, now, self._labels, self._facts.shifts)
            yield from listening_families(world)
            yield from quality_families(world, now)
            yield from calibration_families(world, now)
            yield from retention_families(world)
        except Exception:
            self.errors += 1
            log.exception("metrics_failed")

    def describe(self) -> list[Metric]:
        """For the registry: names are not known before they are collected."""
        return []

    def _about_itself(self) -> Iterator[Metric]:
        settings = self._world.settings
        build = GaugeMetricFamily("ccd_build_info", "Always 1; the version of ccd.", labels=["version"])
        build.add_metric([__version__], 1)
        yield build
        target = "Time within which a caller should be answered (metrics.service_level_s)."
        yield GaugeMetricFamily("ccd_service_level_seconds", target, settings.metrics.service_level_s)
        yield CounterMetricFamily("ccd_metrics_errors", "Outcomes lost to a defect in counting.", self.errors)
        modes = GaugeMetricFamily(
            "ccd_policy_info", "Always 1; the mode of a policy.", labels=["policy", "mode"]
        )
        for policy in POLICIES:
            modes.add_metric([policy.NAME, getattr(settings.policies, policy.NAME).mode], 1)
        yield modes
        folded = GaugeMetricFamily(
            "ccd_label_overflow",
            "1 where some queues, teams or reasons are counted as other, since there are too many.",
            labels=["pbx", "label"],
        )
        for pbx in self._world.pbxs:
            for label in ("queue", "team", "reason"):
                folded.add_metric([pbx, label], (pbx, label) in self._labels.overflowing)
        yield folded


class _Only:
    """One family, as ``generate_latest`` wants it."""

    def __init__(self, family: Metric) -> None:
        self._family = family

    def collect(self) -> Iterator[Metric]:
        yield self._family
