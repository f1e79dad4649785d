"""The verdict on one shift: what was worked of it, and what counts against the person.

Each second of the shift is one of four, the first that fits: present (signed in), away (on leave, excused),
unknown (the PBX, or ccd, was out of sight) or missed. Only missed time counts, so that a time of blindness
never makes anything worse. A wall clock shows minutes: less than ``tolerance_s`` is nothing. The weights are
those of manual.md, "Attendance":

==========  ================================================================================================
late        missed before the first presence: up to ``occurrence_minutes`` an occurrence, from
            ``violation_minutes`` on a violation, what is between as ``between`` says
early       missed after the last presence: likewise
off_post    missed between two presences, the lead knowing of it: from ``off_post_minutes`` on (or as many
            minutes as were permitted) a violation, else a note
left_post   the same without the lead's knowing, or gone for good ``mid_shift_minutes`` before the end
absent      never there, and not on leave
==========  ================================================================================================
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, tzinfo
from functools import cached_property
from typing import NamedTuple

from ccd.attendance import evidence
from ccd.attendance.record import Record
from ccd.attendance.spans import Span, Spans, clipped, minus, moment, second, total, union
from ccd.config_attendance import AttendanceSettings
from ccd.events import Stay
from ccd.events.attendance import Finding, Permitted
from ccd.shifts.away import Away
from ccd.shifts.plan import Duty, same_seat

__all__ = ["WEIGHTS", "Basis", "Judgement", "judge"]

WEIGHTS = ("note", "occurrence", "look", "violation", "absence")
"""From light to heavy."""


class Basis(NamedTuple):
    """What a verdict rests on besides the record. ``zone``: in which evidence tells its times."""

    permitted: tuple[Permitted, ...] = ()
    version: str = ""
    zone: tzinfo = UTC


_NOTHING = Basis()


class Judgement(NamedTuple):
    """As ``AttendanceJudged``; seconds are whole ones."""

    state: str
    scheduled_s: float
    present_s: float
    missed_s: float
    away_s: float
    unknown_s: float
    late_s: float = 0.0
    early_s: float = 0.0
    off_post_s: float = 0.0
    findings: tuple[Finding, ...] = ()
    noted: tuple[str, ...] = ()


def judge(
    duty: Duty, record: Record, away: Iterable[Away], settings: AttendanceSettings, basis: Basis = _NOTHING
) -> Judgement:
    """``away``: approved leave and excused outages that touch the shift. Pure, and quick: thousands a day."""
    return _Shift(duty, record, tuple(away), settings, basis).judged()


class _Shift:
    def __init__(
        self,
        duty: Duty,
        record: Record,
        away: tuple[Away, ...],
        settings: AttendanceSettings,
        basis: Basis,
    ) -> None:
        self.duty, self.settings, self.basis, self.reasons = duty, settings, basis, away
        self.record = record
        self.begin, self.end = second(duty.starts), second(duty.ends)
        one = duty.assignment
        self.stays = record.stays(one.person, self.begin, self.end)
        self.elsewhere = [
            (span, stay)
            for span, stay in self.stays
            if one.seat and not same_seat(one, pbx=stay.pbx, seat=stay.seat)
        ]
        counts = self.stays
        if settings.elsewhere == "look":
            counts = [each for each in self.stays if each not in self.elsewhere]
        self.present = union(span for span, _ in counts)
        free = minus(((self.begin, self.end),), self.present)
        excused = union((second(each.since), second(each.until)) for each in away)
        self.away = _common(free, excused)
        free = minus(free, self.away)
        self.unknown = _common(free, record.blind(one.pbx, self.begin, self.end)) if free else ()
        self.missed = minus(free, self.unknown)

    def judged(self) -> Judgement:
        scheduled, unknown = self.end - self.begin, total(self.unknown)
        base = Judgement(
            state=self._state(unknown > self.settings.unknown_share * scheduled),
            scheduled_s=float(scheduled),
            present_s=float(total(self.present)),
            missed_s=float(total(self.missed)),
            away_s=float(total(self.away)),
            unknown_s=float(unknown),
            noted=tuple(dict.fromkeys(f"elsewhere:{stay.pbx}/{stay.seat}" for _, stay in self.elsewhere)),
        )
        if base.state == "unknown" or not (self.missed or self.settings.phone != "off"):
            return base
        if not self.present:
            return self._never_there(base, int(base.missed_s))
        return self._there(base)

    def _state(self, mostly_unknown: bool) -> str:
        if mostly_unknown:
            return "unknown"
        if self.stays:
            return "present"
        heavy = self.settings.violation_minutes * 60 if self.away else 0
        if self.away and total(self.missed) < max(heavy, self._least):
            return "away"
        return "absent" if total(self.missed) >= self._least else "unknown"

    @property
    def _least(self) -> float:
        return max(self.settings.tolerance_s, 1)

    def _never_there(self, base: Judgement, missed: int) -> Judgement:
        """Not at a seat that counts. Where nearly all was leave, what is left of the shift was late."""
        if missed < self._least:
            return base
        span = (self.missed[0][0], self.missed[-1][1])
        if base.state == "present":  # at another seat, which does not count
            return base._replace(
                off_post_s=float(missed), findings=self._found("off_post", "look", missed, span)
            )
        if base.state == "absent":
            return base._replace(findings=self._found("absent", "absence", missed, span))
        late = self._found("late", self._ladder(missed), missed, span)
        return base._replace(late_s=float(missed), findings=late)

    def _there(self, base: Judgement) -> Judgement:
        first, last = self.present[0][0], self.present[-1][1]
        late, early = self._missed_in(self.begin, first), self._missed_in(last, self.end)
        findings: tuple[Finding, ...] = ()
        if late >= self._least:
            findings += self._found("late", self._ladder(late), late, (self.begin, first))
        off_post = 0
        for before, after in zip(self.present, self.present[1:], strict=False):
            gap = before[1], after[0]
            seconds = self._missed_in(*gap)
            off_post += seconds
            if seconds >= self._least:
                findings += self._off_post(gap, seconds)
        if early >= self._least:
            findings += self._early((last, self.end), early)
        silent = self._silent_phone() if self.settings.phone != "off" else ()
        if self.settings.phone == "count":
            off_post += sum(int(one.seconds) for one in silent)
        return base._replace(
            late_s=float(late),
            early_s=float(early),
            off_post_s=float(off_post),
            findings=(*findings, *silent),
        )

    def _missed_in(self, begin: int, end: int) -> int:
        return total(clipped(self.missed, begin, end)) if begin < end else 0

    # --- weights ------------------------------------------------------------------------------------------

    def _ladder(self, seconds: int) -> str:
        if seconds >= self.settings.violation_minutes * 60:
            return "violation"
        return "occurrence" if seconds <= self.settings.occurrence_minutes * 60 else self.settings.between

    def _off_post(self, gap: Span, seconds: int) -> tuple[Finding, ...]:
        permit = self._permit(gap[0])
        minutes = max(self.settings.off_post_minutes, permit.minutes if permit else 0)
        weight = "violation" if seconds >= minutes * 60 else "note"
        if permit is not None or clipped(self.away, *gap):
            return self._found("off_post", weight, seconds, gap, permit)
        return self._found("left_post", _heavier(weight, self.settings.left_post), seconds, gap)

    def _early(self, gap: Span, seconds: int) -> tuple[Finding, ...]:
        if (permit := self._permit(gap[0])) is not None:
            return self._found("early", "note", seconds, gap, permit)
        weight = self._ladder(seconds)
        if seconds >= self.settings.mid_shift_minutes * 60 and not clipped(self.away, *gap):
            return self._found("left_post", _heavier(weight, self.settings.left_post), seconds, gap)
        return self._found("early", weight, seconds, gap)

    def _permit(self, left: int) -> Permitted | None:
        """A lead knew of their leaving at this moment: the most generous permission of it."""
        found = [one for one in self.basis.permitted if second(one.since) <= left <= second(one.until)]
        return max(found, key=lambda one: (one.minutes, one.key), default=None)

    def _silent_phone(self) -> tuple[Finding, ...]:
        """Signed in, alone, at a seat whose phone can be reached by no call of a queue."""
        findings: tuple[Finding, ...] = ()
        for span, stay in self.stays:
            for silent, seconds in self.record.out_of_reach(stay, span):
                if seconds < max(self.settings.phone_minutes * 60, 1):
                    continue
                heavy = self.settings.phone == "count" and seconds >= self.settings.off_post_minutes * 60
                findings += self._found(
                    "off_post", "violation" if heavy else "note", seconds, silent, phone=stay
                )
        return findings

    # --- what it rests on ---------------------------------------------------------------------------------

    @cached_property
    def planned(self) -> tuple[str, ...]:
        return evidence.planned(self.duty, self.basis.version, self.basis.zone)

    def _found(
        self,
        kind: str,
        weight: str,
        seconds: int,
        span: Span,
        permit: Permitted | None = None,
        phone: Stay | None = None,
    ) -> tuple[Finding, ...]:
        seen = [each for each in self.elsewhere if each[0][0] < span[1] and span[0] < each[0][1]]
        if self.settings.elsewhere == "look" and phone is None and seen and weight != "note":
            weight = "look"
        told = self.planned
        if phone is not None:
            told += evidence.phone(phone, span, self.basis.zone)
        else:
            told += evidence.signs(self.stays, span, self.basis.zone)
            told += evidence.cut_out(
                self.reasons, clipped(self.away, *span), clipped(self.unknown, *span), self.basis.zone
            )
        if permit is not None:
            told += evidence.permitted(permit)
        return (Finding(kind, weight, float(seconds), moment(span[0]), moment(span[1]), told),)


def _heavier(one: str, other: str) -> str:
    return max(one, other, key=WEIGHTS.index)


def _common(spans: Spans, others: Spans) -> Spans:
    return minus(spans, minus(spans, others))
