"""What is held in memory of leave and swaps, folded from its facts.

A request goes through these phases, and no others:

=============  ======================  =====================================================================
phase          by                      to
=============  ======================  =====================================================================
(none)         LeaveAsked              waiting
(none)         SwapAsked               asked
asked          SwapAccepted            waiting: the partner has said yes
waiting        …StepApproved           waiting: some of the approvals are there (``approved``)
waiting        Leave-, SwapApproved    approved: all of them are
asked,waiting  Leave-, SwapRefused     refused: by a person, a rule, or as nobody decided in time
asked,waiting  Leave-, SwapWithdrawn   withdrawn
approved       LeaveWithdrawn          withdrawn; a swap that is approved is undone by another swap only
approved       LeaveBegan              taken
approved       SwapPlanned             planned: the plan has it (SwapNotPlanned: it is tried again)
approved,taken LeaveReturned           returned (销假)
taken          ReturnOverdue           overdue
overdue        LeaveReturned           returned
=============  ======================  =====================================================================

A fact that finds another phase changes nothing, so one told twice does not either. CertificateDue, -Given and
-Overdue, RequestReminded and SwapReturnDue change no phase.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction

from ccd.events import ShiftFact
from ccd.events import leave as facts
from ccd.leave.request import FOLD, Phase, Request, days_in, made, month_of
from ccd.shifts.away import Away

__all__ = ["REMEMBERED", "LeaveState", "Phase", "Request"]

REMEMBERED = timedelta(days=70)
"""What is over is remembered so long: attendance is judged again as far back as last month."""
OWED = timedelta(days=200)
"""A cover that was never returned."""
TRIPS = ("trip", "study")


class LeaveState:
    """``requests`` by id; of each person theirs, so that ``away`` looks at few."""

    def __init__(self) -> None:
        self.requests: dict[str, Request] = {}
        self._of: dict[str, list[str]] = {}
        self._numbers: dict[str, int] = {}
        """The last number of L-20260302 and its like."""
        self._asked_as: dict[str, str] = {}

    # --- what is asked ------------------------------------------------------------------------------------

    def away(self, person: str, since: datetime, until: datetime) -> tuple[Away, ...]:
        """Approved leave that touches this time."""
        return tuple(
            Away(one.since, one.until, "trip" if one.kind in TRIPS else "leave", f"leave|approved|{one.id}")
            for one in self.of(person)
            if not one.swap and one.granted and one.since < until and since < one.until
        )

    def of(self, person: str) -> Iterator[Request]:
        """Every request that this person is part of, in the order they were made."""
        return (self.requests[name] for name in self._of.get(person, ()))

    def asked_as(self, name: str) -> Request | None:
        return self.requests.get(self._asked_as.get(name, ""))

    def next_id(self, kind: str, day: date) -> str:
        """``kind``: L or S; ``day`` the local one on which it is asked."""
        prefix = f"{kind}-{day:%Y%m%d}"
        return f"{prefix}-{self._numbers.get(prefix, 0) + 1}"

    def used(
        self,
        person: str,
        month: tuple[int, int],
        kinds: tuple[str, ...],
        *,
        but: str = "",
        granted: bool = False,
    ) -> Fraction:
        """Days of leave of these kinds, and of swaps, that this person has in a month. ``granted``: only
        those that are approved.
        """
        total = Fraction(0)
        for one in self.of(person):
            if one.id == but or not one.stands or (granted and not one.granted):
                continue
            total += days_in(one, person, month) if one.swap or one.kind in kinds else 0
        return total

    def swaps(self, person: str, month: tuple[int, int], *, but: str = "", granted: bool = False) -> int:
        """Swaps this person is part of that move a shift of this month."""
        return sum(
            one.swap
            and one.id != but
            and (one.granted if granted else one.stands)
            and any(month_of(move.day) == month for move in one.moves)
            for one in self.of(person)
        )

    def returned_by(self, cover: Request) -> Request | None:
        """The swap that gives a cover back, where one is under way or approved."""
        found = (one for one in self.of(cover.person) if one.returns == cover.id and one.stands)
        return next(found, None)

    # --- what has happened --------------------------------------------------------------------------------

    def fold(self, fact: ShiftFact) -> None:
        """Take in a fact of this policy; told twice it changes nothing."""
        assert isinstance(fact, facts.LeaveFact)
        handler = FOLD.get(type(fact))
        if isinstance(fact, (facts.LeaveRefused, facts.SwapRefused)):
            self._count(fact.request)  # one that was refused as it was made has taken its number
        if handler is None:
            return
        one = self.requests.get(fact.request)
        if one is not None:
            handler(one, fact)
        elif isinstance(fact, (facts.LeaveAsked, facts.SwapAsked, facts.LeaveApproved)):
            self._put(made(fact), getattr(fact, "asked_as", ""))

    def _put(self, one: Request, asked_as: str) -> None:
        self.requests[one.id] = one
        for person in one.people:
            self._of.setdefault(person, []).append(one.id)
        if asked_as:
            self._asked_as[asked_as] = one.id
        self._count(one.id)

    def _count(self, name: str) -> None:
        prefix, _, number = name.rpartition("-")
        if number.isdigit():
            self._numbers[prefix] = max(self._numbers.get(prefix, 0), int(number))

    def forget(self, at: datetime) -> None:
        """What is long over, so that memory does not grow. Covers that nobody returned stay longer."""
        old = [
            one
            for one in self.requests.values()
            if one.until < at - REMEMBERED
            and (one.kind != "cover" or not one.granted or self.returned_by(one) or one.until < at - OWED)
        ]
        for one in old:
            del self.requests[one.id]
            for person in one.people:
                left = [name for name in self._of[person] if name != one.id]
                if left:
                    self._of[person] = left
                else:
                    del self._of[person]
        if old:
            self._asked_as = {key: name for key, name in self._asked_as.items() if name in self.requests}
        before = f"{at - REMEMBERED:%Y%m%d}"
        for prefix in [one for one in self._numbers if one.partition("-")[2] < before]:
            del self._numbers[prefix]
