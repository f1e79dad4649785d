"""The picture in memory: PBXs, people, who sits where. Changed in place by ``apply``; no I/O, no clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Protocol

from ccd.adherence.state import AdherenceState
from ccd.assessment.state import AssessmentState
from ccd.attendance.state import AttendanceState
from ccd.breaks.state import BreaksState
from ccd.calibration.state import CalibrationState
from ccd.config import Settings
from ccd.events import (
    Event,
    ForecastRow,
    IncidentFact,
    PersonArrived,
    PersonAttended,
    PersonLeft,
    PlanChanged,
    RosterReplaced,
    ShiftFact,
    SignInRefused,
    SpecialDay,
)
from ccd.events.incidents import FACTS
from ccd.events.shift_facts import SHIFT_FACTS
from ccd.following.agents import refresh
from ccd.following.picture import Pbx
from ccd.handover.state import HandoverState
from ccd.incidents.readiness import last_drills
from ccd.incidents.state import Incident, fold
from ccd.leave.state import LeaveState
from ccd.listening.state import ListeningState
from ccd.meals.state import MealsState
from ccd.quality.form import Form
from ccd.quality.form_parse import FormError, from_json
from ccd.retention.state import RetentionState
from ccd.roster import Roster
from ccd.sampling.state import SamplingState
from ccd.scoring.state import ScoringState
from ccd.shifts.calendar import Calendar
from ccd.shifts.plan import Plan
from ccd.shifts.shift import Shifts
from ccd.staffing.forecast import Forecast

REMEMBERED_INCIDENTS = 50
"""Closed ones: a report that is told late must not open its incident again. The latest drills stay too."""


class ShiftState(Protocol):
    """What a policy about shifts holds in memory: the attribute of the policy's name."""

    def fold(self, fact: ShiftFact) -> None: ...


class World:
    """Everything the engine knows. ``now`` is the time of the input being worked on (aware UTC)."""

    def __init__(self, settings: Settings, now: datetime) -> None:
        self.settings = settings
        self.now = now
        self.roster = Roster(())
        self.roster_version = ""
        self.presence: dict[tuple[str, str], dict[str, datetime]] = {}
        """(pbx, seat) -> the people at it, each with since when. Two during a handover."""
        self.pin_failures: dict[str, tuple[int, datetime]] = {}
        self.pbxs: dict[str, Pbx] = {}
        self.plan = Plan(Shifts())
        """Of the days around now, as they were at the latest restoring."""
        self.calendar = Calendar("")
        self.forecast = Forecast()
        self.forms: dict[str, Form] = {}
        """The scoring forms in force, by name."""
        self.unreadable_facts = 0
        """At the start; forms of another ccd among them."""
        self.configure(settings, ())
        self.handover = HandoverState()
        self.meals = MealsState()
        self.breaks = BreaksState()
        self.attendance = AttendanceState()
        self.leave = LeaveState()
        self.adherence = AdherenceState()
        self.sampling = SamplingState()
        self.scoring = ScoringState()
        self.calibration = CalibrationState()
        self.assessment = AssessmentState()
        self.listening = ListeningState()
        self.retention = RetentionState()
        self.incidents: dict[str, Incident] = {}
        """By id. Of the closed ones, those with the latest verdict on a drill stay: its age is told."""

    def pbx(self, name: str) -> Pbx:
        pbx = self.pbxs.get(name)
        if pbx is None:
            section = self.settings.pbx.get(name)
            pbx = self.pbxs[name] = Pbx(name)
            if section:
                pbx.trunks, pbx.wrapup_s = section.trunks, section.wrapup_s
            self._lay_roster_over(pbx)
        return pbx

    def configure(
        self,
        settings: Settings,
        special_days: tuple[SpecialDay, ...],
        forecast: tuple[ForecastRow, ...] = (),
        forms: tuple[str, ...] = (),
    ) -> None:
        """Settings in force from now on, with what stands in the files that they name."""
        self.settings = settings
        self.plan.shifts = Shifts.of(settings.shifts, settings.daemon.timezone)
        self.calendar = Calendar(settings.shifts.country, special_days, settings.daemon.language)
        self.forecast = Forecast(forecast)
        self.forms = {form.name: form for form in self._readable(forms)}

    def _readable(self, forms: tuple[str, ...]) -> Iterator[Form]:
        """The adapter gives none that is faulty; in an old journal one may be, by the rules of today."""
        for text in forms:
            try:
                yield from_json(text)
            except FormError:
                self.unreadable_facts += 1

    def apply(self, fact: Event) -> None:
        """Fold a fact that is not the picture of a PBX (those are folded by ``following``)."""
        handler = _APPLY.get(type(fact))
        if handler is not None:
            handler(self, fact)

    def people_at(self, pbx: str, interface: str) -> tuple[str, ...]:
        """Codes of those signed in at the seat of this interface."""
        seat = self.roster.seat_of(pbx, interface)
        return tuple(self.presence.get((pbx, seat), ())) if seat else ()

    def _lay_roster_over(self, pbx: Pbx) -> None:
        """Rostered devices are followed even without a queue (telesales)."""
        rostered = dict.fromkeys(self.roster.interfaces(pbx.name))  # in order: a replay must not differ
        for device in rostered:
            pbx.agent(device)
        for device, agent in list(pbx.agents.items()):
            agent.rostered = device in rostered
            agent.people = self.people_at(pbx.name, device)
            agent.retired = not agent.rostered and not agent.members
            if pbx.last_event is not None:
                refresh(pbx, self.now, agent, "roster")

    def _on_roster(self, fact: Event) -> None:
        assert isinstance(fact, RosterReplaced)
        self.roster = Roster(fact.people)
        self.roster_version = fact.version
        for pbx in self.pbxs.values():
            self._lay_roster_over(pbx)

    def _on_plan(self, fact: Event) -> None:
        assert isinstance(fact, PlanChanged)
        self.plan.change(fact.days)
        self.plan.version = fact.version

    def _on_arrived(self, fact: Event) -> None:
        assert isinstance(fact, PersonArrived)
        self.presence.setdefault((fact.pbx, fact.seat), {})[fact.person] = fact.at
        self.pin_failures.pop(fact.person, None)
        self._presence_changed(fact.pbx, fact.seat, "PersonArrived", fact.person)

    def _on_attended(self, fact: Event) -> None:
        assert isinstance(fact, PersonAttended)
        if fact.proven:
            self.pin_failures.pop(fact.person, None)

    def _on_left(self, fact: Event) -> None:
        assert isinstance(fact, PersonLeft)
        people = self.presence.get((fact.pbx, fact.seat), {})
        people.pop(fact.person, None)
        if not people:
            self.presence.pop((fact.pbx, fact.seat), None)
        self._presence_changed(fact.pbx, fact.seat, "PersonLeft", fact.person)

    def _on_refused(self, fact: Event) -> None:
        assert isinstance(fact, SignInRefused)
        if fact.why == "wrong_pin":
            count, _ = self.pin_failures.get(fact.code, (0, fact.at))
            self.pin_failures[fact.code] = (count + 1, fact.at)

    def _on_incident(self, fact: Event) -> None:
        assert isinstance(fact, IncidentFact)
        fold(self.incidents, fact)
        drills = {verdict.incident for verdict in last_drills(self.incidents.values()).values()}
        closed = [name for name, known in self.incidents.items() if not known.open and name not in drills]
        for oldest in closed[: -REMEMBERED_INCIDENTS or None]:
            del self.incidents[oldest]

    def _on_shift_fact(self, fact: Event) -> None:
        assert isinstance(fact, ShiftFact)
        state: ShiftState = getattr(self, fact.policy)
        state.fold(fact)
        if isinstance(fact, AdherenceState.HEARS):
            self.adherence.fold(fact)
        if isinstance(fact, RetentionState.HEARS):
            self.retention.fold(fact)

    def _presence_changed(self, pbx_name: str, seat: str, cause: str, by: str) -> None:
        pbx = self.pbxs.get(pbx_name)
        interface = self.roster.interface_of(pbx_name, seat)
        agent = pbx.agents.get(interface) if pbx and interface else None
        if pbx is not None and agent is not None:
            agent.people = self.people_at(pbx_name, agent.device)
            refresh(pbx, self.now, agent, cause, by)


_APPLY: dict[type[Event], Callable[[World, Event], None]] = {
    PersonArrived: World._on_arrived,
    PersonAttended: World._on_attended,
    PersonLeft: World._on_left,
    PlanChanged: World._on_plan,
    RosterReplaced: World._on_roster,
    SignInRefused: World._on_refused,
    **dict.fromkeys(FACTS, World._on_incident),
    **dict.fromkeys(SHIFT_FACTS, World._on_shift_fact),
}
APPLIED = frozenset(_APPLY)
"""The facts that ``apply`` does something with."""
