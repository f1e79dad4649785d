"""Incidents: what happened in them, counted; and how the open ones stand at this moment.

Closed label sets: ladders are those of the settings (another is ``other``), the rest are words of the
protocol. What stands for a drill says so in a label: no drill is ever taken for the real thing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from prometheus_client.core import GaugeMetricFamily, Metric

from ccd import events
from ccd.adapters.metrics.labels import OTHER
from ccd.adapters.metrics.series import Series
from ccd.events import Event
from ccd.incidents.making import incident_of_key
from ccd.incidents.readiness import calling_ladders, drilled_ladders, last_drills, police_faults
from ccd.incidents.state import Incident, Phase
from ccd.incidents.view import clock_left_s
from ccd.world import World

__all__ = ["IncidentFacts", "Lateness", "incident_families"]

HOWS = ("phone", "console", "mqtt", "adopted")
MEANS = ("phone", "console", "email", "webhook", "mqtt")
WRITTEN = ("delivered", "failed")
RUNG = ("answered", "acknowledged", "cannot", "hung_up", "busy", "no_answer", "failed")
FOR_POLICE = ("stood_down", "confirmed")
MODES = ("call", "confirm", "advise", "unattended")
WHYS = ("deadline", "cannot_come", "asked")
DIALLED = ("dialling", "answered", "failed", "by_hand")
REFUSED = (
    "no_call_at_seat",
    "no_such_call",
    "not_an_agents_leg",
    "unknown_ladder",
    "unknown_pbx",
    "unknown_seat",
)
SAVED = ("store", "spool", "memory")


def _drill(incident: Incident | events.IncidentOpened) -> str:
    return "yes" if incident.drill else "no"


def _of(value: str, known: tuple[str, ...]) -> str:
    return value if value in known else OTHER


class IncidentFacts:
    """What each fact of an incident adds to the counters. Called when the world has taken it in."""

    def __init__(self, series: Series) -> None:
        self._series = series
        self._begun: set[str] = set()

    def handlers(self) -> dict[type[Event], Callable[[Any, World], None]]:
        return {
            events.Acknowledged: self._acknowledged,
            events.Arrived: self._arrived,
            events.IncidentOpened: self._opened,
            events.PoliceAnswered: lambda fact, world: self._dialled(fact, world, "answered"),
            events.PoliceCalledByHand: lambda fact, world: self._dialled(fact, world, "by_hand"),
            events.PoliceDialling: lambda fact, world: self._dialled(fact, world, "dialling"),
            events.PoliceDue: self._decided,
            events.PoliceFailed: lambda fact, world: self._dialled(fact, world, "failed"),
            events.ReportRefused: self._refused,
            events.TellingEnded: self._telling_ended,
        }

    def begin(self, world: World) -> None:
        """Show what has not happened yet as 0: from nothing to 1, Prometheus sees no increase."""
        series, first = self._series, not self._begun
        for name, ladder in world.settings.policies.incidents.ladders.items():
            if not ladder.enabled or name in self._begun:
                continue
            self._begun.add(name)
            for how in HOWS:
                series.incidents_opened(name, how, "no")
            for why in WHYS if ladder.arrive_within_s else ():
                series.police_decisions(ladder.police, why, "no")
        if first:
            for result in RUNG:
                series.tellings("phone", result)
            for means in MEANS[1:]:
                for result in WRITTEN:
                    series.tellings(means, result)
            for why in REFUSED:
                series.reports_refused(why)
            for result in DIALLED:
                series.police_dialled(result, "no")
            series.acknowledged("no")
            series.arrival("no")

    def _opened(self, fact: events.IncidentOpened, world: World) -> None:
        ladder = _ladder(fact.ladder, world)
        self._series.incidents_opened(ladder, _of(fact.how, HOWS), _drill(fact)).inc()

    def _refused(self, fact: events.ReportRefused, world: World) -> None:
        self._series.reports_refused(_of(fact.why.partition(":")[0], REFUSED)).inc()

    def _telling_ended(self, fact: events.TellingEnded, world: World) -> None:
        incident = world.incidents.get(fact.incident)
        told = incident.told.get(fact.key) if incident else None
        means = _of(told.means, MEANS) if told else "phone"  # a voice for the police
        results = (*RUNG, *FOR_POLICE) if means == "phone" else WRITTEN
        self._series.tellings(means, _of(fact.result, results)).inc()

    def _acknowledged(self, fact: events.Acknowledged, world: World) -> None:
        incident = world.incidents.get(fact.incident)
        if incident and sum(len(rung.acknowledged) for rung in incident.rungs.values()) == 1:
            passed = (fact.at - incident.opened).total_seconds()
            self._series.acknowledged(_drill(incident)).observe(max(passed, 0.0))

    def _arrived(self, fact: events.Arrived, world: World) -> None:
        if incident := world.incidents.get(fact.incident):
            self._series.arrival(_drill(incident)).observe(fact.after_s)

    def _decided(self, fact: events.PoliceDue, world: World) -> None:
        if incident := world.incidents.get(fact.incident):
            mode, why = _of(fact.mode, MODES), _of(fact.why, WHYS)
            self._series.police_decisions(mode, why, _drill(incident)).inc()

    def _dialled(self, fact: events.IncidentFact, world: World, result: str) -> None:
        if incident := world.incidents.get(fact.incident):
            self._series.police_dialled(result, _drill(incident)).inc()


class Lateness:
    """How late the deadlines of the open incidents came, also those that passed while ccd was away."""

    def __init__(self) -> None:
        self._worst: dict[str, float] = {}

    def take(self, event: events.DeadlineDue) -> None:
        incident, _ = incident_of_key(event.key)
        if incident:
            self._worst[incident] = max(event.late_s, self._worst.get(incident, 0.0))

    def of_open(self, world: World) -> float:
        found = [0.0]
        for incident in world.incidents.values():
            if not incident.open:
                self._worst.pop(incident.id, None)
                continue
            found.append(self._worst.get(incident.id, 0.0))
            found.append(incident.police.late_s if incident.police else 0.0)
        return max(found)


def incident_families(world: World, now: datetime, lateness: Lateness) -> Iterator[Metric]:
    """Each family in one go, as in ``gauges``."""
    open_ = [incident for incident in world.incidents.values() if incident.open]
    yield _open(world, open_)
    yield _clock(open_, now)
    yield _unacknowledged(open_)
    yield GaugeMetricFamily(
        "ccd_incident_deadline_late_seconds",
        "Latest deadline of the incidents that are open.",
        lateness.of_open(world),
    )
    saved = Counter(_of(incident.saved, SAVED) for incident in open_)
    family = GaugeMetricFamily(
        "ccd_incident_saved", "Open incidents by where their facts are kept.", labels=["where"]
    )
    for where in SAVED:
        family.add_metric([where], saved[where])
    yield family
    yield from _prepared(world, now)


def _open(world: World, open_: list[Incident]) -> Metric:
    """Of every ladder that is on the real live ones, also where there are none."""
    ladders = world.settings.policies.incidents.ladders
    counts: Counter[tuple[str, str, str]] = Counter()
    for name, ladder in ladders.items():
        if ladder.enabled:
            counts[name, Phase.LIVE.value, "no"] = 0
    for incident in open_:
        counts[_ladder(incident.ladder, world), incident.phase.value, _drill(incident)] += 1
    family = GaugeMetricFamily(
        "ccd_incidents_open", "Incidents that are not closed.", labels=["ladder", "phase", "drill"]
    )
    for key, count in counts.items():
        family.add_metric(key, count)
    return family


def _clock(open_: list[Incident], now: datetime) -> Metric:
    family = GaugeMetricFamily(
        "ccd_incident_clock_left_seconds",
        "Until the next police decision; below 0 it is overdue. Absent while no clock runs.",
        labels=["drill"],
    )
    for drill in ("no", "yes"):
        lefts = [clock_left_s(incident, now) for incident in open_ if _drill(incident) == drill]
        if running := [left for left in lefts if left is not None]:
            family.add_metric([drill], min(running))
    return family


def _unacknowledged(open_: list[Incident]) -> Metric:
    family = GaugeMetricFamily(
        "ccd_incidents_unacknowledged",
        "Incidents under way that nobody has acknowledged.",
        labels=["drill"],
    )
    waiting = [
        incident
        for incident in open_
        if incident.live and not any(rung.acknowledged for rung in incident.rungs.values())
    ]
    for drill in ("no", "yes"):
        family.add_metric([drill], sum(_drill(incident) == drill for incident in waiting))
    return family


def _prepared(world: World, now: datetime) -> Iterator[Metric]:
    """What readiness looks at in days: drills, and the way to the police."""
    settings = world.settings.policies.incidents
    drilled = drilled_ladders(world)
    drills = {(ladder, "passed"): 0.0 for ladder in drilled}
    for (ladder, verdict), judged in last_drills(world.incidents.values()).items():
        key = _ladder(ladder, world), verdict
        drills[key] = max(judged.at.timestamp(), drills.get(key, 0.0))
    last = GaugeMetricFamily(
        "ccd_drill_last_timestamp_seconds",
        "When the latest drill was judged so, in seconds since 1970; 0: never.",
        labels=["ladder", "verdict"],
    )
    for key, value in drills.items():
        last.add_metric(key, value)
    yield last
    interval = GaugeMetricFamily(
        "ccd_drill_interval_seconds", "How old a drill may become; 0: any age.", labels=["ladder"]
    )
    for ladder in drilled:
        interval.add_metric([ladder], settings.drill.every_days * 86_400)
    yield interval
    ready = GaugeMetricFamily(
        "ccd_police_ready",
        "1 where this part of the way to the police is configured and proved.",
        labels=["what"],
    )
    if calling_ladders(world):
        today = now.astimezone(ZoneInfo(world.settings.daemon.timezone)).date()
        for what, fault in police_faults(settings.police, today).items():
            ready.add_metric([what], not fault)
    yield ready


def _ladder(name: str, world: World) -> str:
    return name if name in world.settings.policies.incidents.ladders else OTHER
