"""What was done in a shift, set against what was scheduled: to the second.

In a shift one is to be on the queue; a meal within its window and allowance and a break within its allowance
are scheduled as well, whenever they are taken. Leave, trips, training, outages and what a lead excepts are
ignored; so is, as unknown, what nobody could see. docs/adherence.md has the tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from ccd.adherence.actual import UNKNOWN, WORKING, Known, Piece, moment, second
from ccd.adherence.rules import Rules
from ccd.events.adherence import Grant
from ccd.shifts.away import Away
from ccd.shifts.judging import MARGIN
from ccd.shifts.plan import Duty

__all__ = ["Interval", "Planned", "Result", "adherence"]

Span = tuple[int, int]
_IMPACTS = {"in": "neutral", "out": "negative", "unknown": "unknown", "unscheduled": "positive"}


class Planned(NamedTuple):
    """What else is known of the person: their ``team``, the ``zone`` of the shift, their ``duties`` around
    it, when they are rightly ``away``, and the pauses that meals and breaks have looked at.
    """

    team: str
    zone: str
    duties: tuple[Duty, ...] = ()
    away: tuple[Away, ...] = ()
    grants: tuple[Grant, ...] = ()


class Interval(NamedTuple):
    """``scheduled``: queue, meal, break, the kind of what is ignored, or "" outside the shift.

    ``state``: in, out, unscheduled, ignored, unknown; ``impact``: positive, negative, neutral, unknown.
    ``forgiven``: a deviation too short to count. Aware UTC, whole seconds.
    """

    since: datetime
    until: datetime
    scheduled: str
    actual: str
    reason: str
    state: str
    impact: str
    forgiven: bool = False

    @property
    def seconds(self) -> int:
        return second(self.until) - second(self.since)


class Result(NamedTuple):
    """Seconds as ``AdherenceJudged`` has them."""

    scheduled_s: int
    adherent_s: int
    out_s: int
    ignored_s: int
    unknown_s: int
    unscheduled_s: int
    worked_s: int
    timeline: tuple[Interval, ...]

    @property
    def adherence(self) -> float | None:
        judged = self.adherent_s + self.out_s
        return self.adherent_s / judged if judged else None

    @property
    def conformance(self) -> float | None:
        left = self.scheduled_s - self.ignored_s - self.unknown_s
        return self.worked_s / left if left else None


def adherence(
    duty: Duty, record: Known, planned: Planned, exceptions: Iterable[Away], rules: Rules
) -> Result:
    """``exceptions``: what a lead has excepted. The order of anything in here does not matter."""
    starts, ends = second(duty.starts), second(duty.ends)
    scene = _Scene(duty, planned, (*planned.away, *exceptions), rules)
    since, until = _around(duty, planned.duties, record)
    did = record.did(duty.assignment.person, duty.assignment.pbx, since, until)
    judged: list[_Judged] = []
    for piece in _cut(did, {starts, ends, *scene.edges()}):
        if starts <= piece.since < ends:
            judged += scene.judge(piece)
        elif piece.what == WORKING:
            judged.append(_Judged(piece, "", "unscheduled"))
    timeline = tuple(_merged(_forgiving(judged, rules)))
    return _result(timeline, ends - starts)


def _around(duty: Duty, others: Iterable[Duty], record: Known) -> Span:
    """The time that is looked at: the shift, and as much around it as no other shift of theirs claims.

    What lies between two shifts is told with the earlier one, as long as that is told at all.
    """
    early, late = duty.starts - MARGIN, duty.ends + MARGIN
    for other in others:
        if other.ends <= duty.starts:
            early = max(early, min(other.ends + MARGIN, duty.starts))
        elif other.starts >= duty.ends:
            late = min(late, other.starts)
    since, until = max(second(early), record.since), min(second(late), record.until)
    return min(since, second(duty.starts)), max(until, second(duty.ends))


def _cut(pieces: Iterable[Piece], edges: set[int]) -> Iterator[Piece]:
    for piece in pieces:
        points = [piece.since, *sorted(e for e in edges if piece.since < e < piece.until), piece.until]
        for begin, end in pairwise(points):
            yield piece._replace(since=begin, until=end)


class _Judged(NamedTuple):
    piece: Piece
    scheduled: str
    state: str
    forgiven: bool = False


class _Scene:
    """Takes the pieces of a shift in order, and keeps count of what was used of each allowance."""

    def __init__(self, duty: Duty, planned: Planned, away: tuple[Away, ...], rules: Rules) -> None:
        self._rules = rules
        self._away = sorted((second(one.since), second(one.until), one.kind) for one in away)
        self._windows = rules.windows(duty, planned.team, planned.zone)
        self._grants = [
            (second(one.began), second(one.until), None if one.ended is None else second(one.ended), one)
            for one in sorted(
                planned.grants, key=lambda one: (one.began, one.until, one.reason), reverse=True
            )
        ]
        self._used: dict[object, int] = {}
        self._pause: tuple[int, str, int] | None = None
        """The pause that was looked at last: its end, its reason, and how much of it was allowed."""

    def edges(self) -> Iterator[int]:
        for begin, end, _ in self._away:
            yield from (begin, end)
        for begin, end in self._windows:
            yield from (begin, end)
        for begin, until, ended, _ in self._grants:
            yield from (begin, until, until if ended is None else ended)

    def judge(self, piece: Piece) -> Iterator[_Judged]:
        ignored = next((kind for begin, end, kind in self._away if begin <= piece.since < end), "")
        if ignored:
            yield _Judged(piece, ignored, "ignored")
        elif piece.what == UNKNOWN:
            yield _Judged(piece, "queue", "unknown")
        elif piece.what == WORKING:
            yield _Judged(piece, "queue", "in")
        elif piece.what == "paused":
            yield from self._paused(piece)
        else:
            yield _Judged(piece, "queue", "out")

    def _paused(self, piece: Piece) -> Iterator[_Judged]:
        kind = self._rules.kind(piece.reason)
        granted = self._granted(piece, kind)
        if granted is not None:
            allowed_s = piece.until - piece.since if granted[0] else 0
            kind = "work" if granted[1] else kind
        else:
            allowed_s = self._left(piece, kind)
        allowed = min(piece.until, piece.since + max(allowed_s, 0))
        self._use(piece, allowed - piece.since)
        if allowed > piece.since:
            yield _Judged(piece._replace(until=allowed), "queue" if kind == "work" else kind, "in")
        if allowed < piece.until:
            yield _Judged(piece._replace(since=allowed), "queue", "out")

    def _use(self, piece: Piece, seconds: int) -> None:
        purse = self._purse(piece)
        self._used[purse] = self._used.get(purse, 0) + seconds
        self._pause = piece.until, piece.reason, self._lasted(piece) + seconds

    def _lasted(self, piece: Piece) -> int:
        """So much of the pause that goes on here was allowed before."""
        if self._pause is None or self._pause[:2] != (piece.since, piece.reason):
            return 0
        return self._pause[2]

    def _granted(self, piece: Piece, kind: str) -> tuple[bool, bool] | None:
        """(rightly paused, productively) where meals or breaks have looked at this very pause: the latest
        that they know to have begun.
        """
        if self._rules.decides(piece.reason):
            return None
        for begin, until, ended, grant in self._grants:
            known = begin <= piece.since and (ended is None or piece.since < ended)
            if known and (grant.reason == piece.reason or (grant.reason == "" and kind == "meal")):
                return piece.since < until, grant.productive
        return None

    def _left(self, piece: Piece, kind: str) -> int:
        """So many seconds of the allowance that this pause is taken from."""
        used = self._used.get(self._purse(piece), 0)
        if kind == "work":
            return piece.until - piece.since
        if kind == "break":
            left, once = self._rules.shift_s(piece.reason) - used, self._rules.once_s(piece.reason)
            return left if once is None else min(left, once - self._lasted(piece))
        if kind == "meal" and self._window(piece) is not None:
            return self._rules.meal_s - used
        return 0

    def _window(self, piece: Piece) -> Span | None:
        return next((span for span in self._windows if span[0] <= piece.since < span[1]), None)

    def _purse(self, piece: Piece) -> object:
        return (self._window(piece), "meal") if self._rules.kind(piece.reason) == "meal" else piece.reason


def _forgiving(judged: list[_Judged], rules: Rules) -> Iterator[_Judged]:
    """A deviation is one as long as it lasts; the least tolerance of what is in it holds."""
    run: list[_Judged] = []
    for one in judged:
        if run and (one.state != "out" or one.piece.since != run[-1].piece.until):
            yield from _ended(run, rules)
            run = []
        if one.state == "out":
            run.append(one)
        else:
            yield one
    yield from _ended(run, rules)


def _ended(run: list[_Judged], rules: Rules) -> Iterator[_Judged]:
    if not run:
        return
    lasted = run[-1].piece.until - run[0].piece.since
    tolerance = min(rules.tolerance(one.piece.what, one.piece.reason) for one in run)
    for one in run:
        yield one._replace(state="in", forgiven=True) if lasted < tolerance else one


def _merged(judged: Iterable[_Judged]) -> Iterator[Interval]:
    last: Interval | None = None
    for piece, scheduled, state, forgiven in judged:
        impact = _IMPACTS.get(state) or ("positive" if piece.what == WORKING else "neutral")
        times = moment(piece.since), moment(piece.until)
        found = Interval(*times, scheduled, piece.what, piece.reason, state, impact, forgiven)
        if last is not None and last.until == found.since and last[2:] == found[2:]:
            last = last._replace(until=found.until)
            continue
        if last is not None:
            yield last
        last = found
    if last is not None:
        yield last


def _result(timeline: tuple[Interval, ...], scheduled: int) -> Result:
    sums = dict.fromkeys(("in", "out", "ignored", "unknown", "unscheduled"), 0)
    worked = 0
    for one in timeline:
        sums[one.state] += one.seconds
        if not one.forgiven and (one.state == "in" or one.impact == "positive"):
            worked += one.seconds
    return Result(
        scheduled_s=scheduled,
        adherent_s=sums["in"],
        out_s=sums["out"],
        ignored_s=sums["ignored"],
        unknown_s=sums["unknown"],
        unscheduled_s=sums["unscheduled"],
        worked_s=worked,
        timeline=timeline,
    )
