"""What is held in memory of breaks, folded from its facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from ccd.breaks.record import Accepted, Break, Grant
from ccd.events import ShiftFact
from ccd.events import breaks as facts

__all__ = ["BreaksState"]

KEPT = timedelta(days=facts.BreakFact.kept_days)
Turn = tuple[str, date | None, str]
"""Person, day, shift."""


class BreaksState:
    """``on``: the breaks that go on, by (pbx, interface)."""

    def __init__(self) -> None:
        self.on: dict[tuple[str, str], Break] = {}
        self.accepted: dict[str, Accepted] = {}
        """By person."""
        self.grants: dict[str, Grant] = {}
        """By key."""
        self._breaks: dict[str, Break] = {}
        """By key, in order; those that are over for a few days."""
        self._of_turn: dict[Turn, list[str]] = {}

    def fold(self, fact: ShiftFact) -> None:
        """Take in a fact of this policy; told twice it changes nothing."""
        handler = _FOLD.get(type(fact))
        if handler is not None:
            handler(self, fact)

    def forget(self, at: datetime) -> None:
        """What is older than what a start gives back."""
        for key in [key for key, one in self._breaks.items() if (one.ended or one.began) < at - KEPT]:
            gone = self._breaks.pop(key)
            if gone.ended is None:  # of a PBX that is not followed any more
                self.on.pop((gone.pbx, gone.interface), None)
            keys = self._of_turn[gone.turn()]
            keys.remove(key)
            if not keys:
                del self._of_turn[gone.turn()]
        self.grants = {key: one for key, one in self.grants.items() if one.at >= at - KEPT}
        self.accepted = {person: one for person, one in self.accepted.items() if one.holds(at)}

    # --- what is asked ------------------------------------------------------------------------------------

    def known(self, key: str) -> Break | None:
        return self._breaks.get(key)

    def of_person(self, person: str) -> Break | None:
        """The break they are on."""
        return next((one for one in self.on.values() if one.person == person), None)

    def of_turn(self, turn: Turn, reason: str) -> list[Break]:
        """Their breaks of this reason in a shift, the one that goes on among them."""
        return [one for key in self._of_turn.get(turn, ()) if (one := self._breaks[key]).reason == reason]

    def grants_of(self, turn: Turn, reason: str) -> list[Grant]:
        """The oldest first, those taken up too."""
        person, day, shift = turn
        return [
            one
            for one in self.grants.values()
            if (one.person, one.day, one.shift, one.reason) == (person, day, shift, reason)
        ]

    def overstays(self, person: str) -> Iterator[Break]:
        """The latest first; those that are waived are not told."""
        for one in reversed(self._breaks.values()):
            if one.person == person and one.level in ("late", "violation") and not one.waived:
                yield one

    # --- facts --------------------------------------------------------------------------------------------

    def _put(self, one: Break) -> None:
        self._breaks[one.key] = one
        place = (one.pbx, one.interface)
        if one.ended is None:
            self.on[place] = one
        elif place in self.on and self.on[place].key == one.key:
            del self.on[place]

    def _change(self, key: str, **fields: Any) -> None:
        one = self._breaks.get(key)
        if one is not None:
            self._put(replace(one, **fields))

    def _accepted(self, fact: facts.BreakAccepted) -> None:
        known = self.accepted.get(fact.person)
        keys = self._of_turn.get((fact.person, fact.day, fact.shift), ())
        latest = max((self._breaks[key].began for key in keys), default=None)
        if (known is not None and known.at > fact.at) or (latest is not None and latest >= fact.at):
            return
        self.accepted[fact.person] = Accepted(
            at=fact.at,
            person=fact.person,
            reason=fact.reason,
            day=fact.day,
            shift=fact.shift,
            allowed_s=fact.allowed_s,
            grant=fact.grant,
            rule=fact.rule,
        )

    def _began(self, fact: facts.BreakBegan) -> None:
        if fact.key in self._breaks:
            return
        self.accepted.pop(fact.person, None)
        if fact.grant in self.grants:
            self.grants[fact.grant] = replace(self.grants[fact.grant], used=True)
        one = Break(
            key=fact.key,
            person=fact.person,
            pbx=fact.pbx,
            interface=fact.interface,
            seat=fact.seat,
            day=fact.day,
            shift=fact.shift,
            reason=fact.reason,
            began=fact.at,
            allowed_s=fact.allowed_s,
            productive=fact.productive,
            asked=fact.asked,
            grant=fact.grant,
            rule=fact.rule,
        )
        self._of_turn.setdefault(one.turn(), []).append(one.key)
        self._put(one)

    def _unseen(self, fact: facts.BreakUnseen) -> None:
        one = self._breaks.get(fact.of)
        gap = (fact.began, fact.at)
        if one is not None and gap not in one.blind:
            self._put(replace(one, blind=tuple(sorted((*one.blind, gap)))))

    def _over(self, fact: facts.BreakOver) -> None:
        one = self._breaks.get(fact.of)
        if one is not None:
            self._put(replace(one, stages=one.stages | {(fact.stage, fact.allowed_s)}))

    def _absence(self, fact: facts.PauseIsAbsence) -> None:
        one = self._breaks.get(fact.of)
        if one is not None:
            self._put(replace(one, stages=one.stages | {(f"absence_{fact.kind}", 0.0)}))

    def _ended(self, fact: facts.BreakEnded) -> None:
        self._change(fact.of, ended=fact.at, over_s=fact.over_s, level=fact.level)

    def _granted(self, fact: facts.BreakGranted) -> None:
        used = any(one.grant == fact.key for one in self._breaks.values())
        self.grants[fact.key] = Grant(
            fact.key, fact.at, fact.person, fact.reason, fact.day, fact.shift, fact.minutes, used
        )

    def _extended(self, fact: facts.BreakExtended) -> None:
        one = self._breaks.get(fact.of)
        if one is not None and fact.key not in {key for key, _ in one.extended}:
            self._put(replace(one, extended=(*one.extended, (fact.key, fact.minutes))))

    def _waived(self, fact: facts.BreakWaived) -> None:
        self._change(fact.of, waived=True)


_FOLD: dict[type[ShiftFact], Callable[[BreaksState, Any], None]] = {
    facts.BreakAccepted: BreaksState._accepted,
    facts.BreakBegan: BreaksState._began,
    facts.BreakUnseen: BreaksState._unseen,
    facts.BreakOver: BreaksState._over,
    facts.PauseIsAbsence: BreaksState._absence,
    facts.BreakEnded: BreaksState._ended,
    facts.BreakGranted: BreaksState._granted,
    facts.BreakExtended: BreaksState._extended,
    facts.BreakWaived: BreaksState._waived,
}
