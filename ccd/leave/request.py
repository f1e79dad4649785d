"""One request for leave or a swap, and what each fact does to it. The phases: ``ccd.leave.state``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any

from ccd.events import leave as facts

__all__ = ["FOLD", "Phase", "Request", "days_in", "made", "month_of"]


class Phase(StrEnum):
    ASKED = "asked"
    WAITING = "waiting"
    APPROVED = "approved"
    PLANNED = "planned"
    TAKEN = "taken"
    OVERDUE = "overdue"
    RETURNED = "returned"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


OPEN = (Phase.ASKED, Phase.WAITING)
ENDED = (Phase.REFUSED, Phase.WITHDRAWN)


@dataclass
class Request:
    """``since`` and ``until`` of a swap: from its first shift to the end of its last."""

    id: str
    kind: str
    person: str
    at: datetime
    since: datetime
    until: datetime
    phase: Phase
    begins: datetime
    reason: str = ""
    special: bool = False
    actor: str = ""
    called: datetime | None = None
    used: tuple[facts.UsedDay, ...] = ()
    steps: tuple[str, ...] = ()
    approved: dict[str, str] = field(default_factory=dict)
    """Step -> who approved it."""
    told: datetime | None = None
    """When those it waits for were last told."""
    last_call: bool = False
    certificate: str = ""  # due | overdue | given
    certificate_by: datetime | None = None
    partner: str = ""
    moves: tuple[facts.Move, ...] = ()
    returns: str = ""
    return_due: bool = False
    failed: datetime | None = None
    """When the plan was last not changed."""

    @property
    def swap(self) -> bool:
        return bool(self.partner)

    @property
    def open(self) -> bool:
        return self.phase in OPEN

    @property
    def stands(self) -> bool:
        """Neither refused nor withdrawn."""
        return self.phase not in ENDED

    @property
    def granted(self) -> bool:
        return self.stands and not self.open

    @property
    def missing(self) -> tuple[str, ...]:
        """Approvals that are not there yet."""
        return tuple(step for step in self.steps if step not in self.approved)

    @property
    def people(self) -> tuple[str, ...]:
        return (self.person, self.partner) if self.partner else (self.person,)


def month_of(day: date) -> tuple[int, int]:
    return day.year, day.month


def days_in(one: Request, person: str, month: tuple[int, int]) -> Fraction:
    """Of leave: the part of each day's work. Of a swap: a day for each day on which a shift is given."""
    if one.swap:
        return Fraction(len({m.day for m in one.moves if m.giver == person and month_of(m.day) == month}))
    return sum(
        (Fraction(each.away_s, each.planned_s) for each in one.used if month_of(each.day) == month),
        start=Fraction(0),
    )


def made(fact: facts.LeaveFact) -> Request:
    base: dict[str, Any] = {"id": fact.request, "person": fact.person, "at": fact.at, "actor": fact.actor}
    if isinstance(fact, facts.SwapAsked):
        since = min(move.starts for move in fact.moves)
        until = max(move.ends for move in fact.moves)
        return Request(
            **base,
            kind=fact.kind,
            since=since,
            until=until,
            begins=since,
            phase=Phase.ASKED,
            reason=fact.reason,
            special=fact.special,
            steps=fact.steps,
            told=fact.at,
            partner=fact.partner,
            moves=fact.moves,
            returns=fact.returns,
        )
    if isinstance(fact, facts.LeaveAsked):
        return Request(
            **base,
            kind=fact.kind,
            since=fact.since,
            until=fact.until,
            begins=fact.begins,
            phase=Phase.WAITING,
            reason=fact.reason,
            special=fact.special,
            called=fact.called,
            used=fact.used,
            steps=fact.steps,
            told=fact.at,
        )
    assert isinstance(fact, facts.LeaveApproved)  # what was asked is older than what is kept
    return Request(
        **base,
        kind=fact.kind,
        since=fact.since,
        until=fact.until,
        begins=fact.since,
        phase=Phase.APPROVED,
        used=fact.used,
    )


# --- what a fact does to its request ----------------------------------------------------------------------


def _to(phase: Phase, *before: Phase) -> Callable[[Request, Any], None]:
    def go(one: Request, fact: Any) -> None:
        if one.phase in before:
            one.phase = phase

    return go


def _accepted(one: Request, fact: facts.SwapAccepted) -> None:
    if one.phase is Phase.ASKED:
        one.phase, one.told = Phase.WAITING, fact.at


def _step(one: Request, fact: facts.LeaveStepApproved | facts.SwapStepApproved) -> None:
    if one.phase is Phase.WAITING:
        for step in fact.steps:
            one.approved.setdefault(step, fact.actor)


def _approved(one: Request, fact: facts.LeaveApproved) -> None:
    if one.phase is Phase.WAITING:
        one.phase, one.since, one.until = Phase.APPROVED, fact.since, fact.until
        one.used = fact.used or one.used


def _swap_approved(one: Request, fact: facts.SwapApproved) -> None:
    if one.phase is Phase.WAITING:
        one.phase, one.moves = Phase.APPROVED, fact.moves


def _not_planned(one: Request, fact: facts.SwapNotPlanned) -> None:
    if one.phase is Phase.APPROVED:
        one.failed = fact.at


def _returned(one: Request, fact: facts.LeaveReturned) -> None:
    if one.phase in (Phase.APPROVED, Phase.TAKEN, Phase.OVERDUE):
        one.phase, one.until, one.used = Phase.RETURNED, min(one.until, fact.until), fact.used


def _certificate_due(one: Request, fact: facts.CertificateDue) -> None:
    if not one.certificate:
        one.certificate, one.certificate_by = "due", fact.due


def _certificate_overdue(one: Request, fact: facts.CertificateOverdue) -> None:
    if one.certificate == "due":
        one.certificate = "overdue"


def _certificate_given(one: Request, fact: facts.CertificateGiven) -> None:
    one.certificate = "given"


def _reminded(one: Request, fact: facts.RequestReminded) -> None:
    one.told = max(one.told or fact.at, fact.at)
    one.last_call = one.last_call or fact.last


def _return_due(one: Request, fact: facts.SwapReturnDue) -> None:
    one.return_due = True


FOLD: dict[type[facts.LeaveFact], Callable[[Request, Any], None]] = {
    facts.LeaveAsked: lambda one, fact: None,
    facts.LeaveStepApproved: _step,
    facts.LeaveApproved: _approved,
    facts.LeaveRefused: _to(Phase.REFUSED, *OPEN),
    facts.LeaveWithdrawn: _to(Phase.WITHDRAWN, Phase.WAITING, Phase.APPROVED),
    facts.LeaveBegan: _to(Phase.TAKEN, Phase.APPROVED),
    facts.LeaveReturned: _returned,
    facts.ReturnOverdue: _to(Phase.OVERDUE, Phase.TAKEN),
    facts.CertificateDue: _certificate_due,
    facts.CertificateGiven: _certificate_given,
    facts.CertificateOverdue: _certificate_overdue,
    facts.RequestReminded: _reminded,
    facts.SwapAsked: lambda one, fact: None,
    facts.SwapAccepted: _accepted,
    facts.SwapStepApproved: _step,
    facts.SwapApproved: _swap_approved,
    facts.SwapPlanned: _to(Phase.PLANNED, Phase.APPROVED),
    facts.SwapNotPlanned: _not_planned,
    facts.SwapRefused: _to(Phase.REFUSED, *OPEN),
    facts.SwapWithdrawn: _to(Phase.WITHDRAWN, *OPEN),
    facts.SwapReturnDue: _return_due,
}
