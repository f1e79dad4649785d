"""A person's shift drawn in the terminal: a mark for each minute, and what was not plain work in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from ccd.cli.cells import fit
from ccd.cli.plans import clock_in
from ccd.cli.session import Session

if TYPE_CHECKING:
    from ccd.adherence.judging import Interval, Result
    from ccd.cli.adherence_stored import PersonDay
    from ccd.shifts.plan import Duty

__all__ = ["in_minutes", "print_exceptions", "print_shift", "share"]

STATES = {
    "in": ("=", "adh_state_in"),
    "out": ("x", "adh_state_out"),
    "unscheduled": ("+", "adh_state_unscheduled"),
    "ignored": ("~", "adh_state_ignored"),
    "unknown": ("?", "adh_state_unknown"),
}
"""How a minute is drawn, and the word for it."""
DID = {
    "working": "adh_did_working",
    "paused": "adh_did_paused",
    "unavailable": "adh_did_unavailable",
    "logged_off": "adh_did_logged_off",
    "absent": "adh_did_absent",
    "unknown": "adh_did_unknown",
}


def share(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def in_minutes(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}" if seconds else "-"


def print_shift(session: Session, duty: Duty, result: Result) -> None:
    words = session.words
    begin, end = clock_in(session, duty.starts), clock_in(session, duty.ends, duty.starts)
    shares = {"adherence": share(result.adherence), "conformance": share(result.conformance)}
    print(words("adh_shift", shift=duty.assignment.shift, begin=begin, end=end, **shares))
    sums = {key: in_minutes(getattr(result, f"{key}_s")) for key in ("adherent", "out", "ignored", "unknown")}
    print(words("adh_sums", **sums, unscheduled=in_minutes(result.unscheduled_s)))
    for line in _drawn(session, result.timeline):
        print(line)
    print(words("adh_legend"))
    for one in result.timeline:
        if one.state != "in" or one.forgiven or one.actual != "working":
            _print_interval(session, one)


def _drawn(session: Session, timeline: Iterable[Interval]) -> Iterable[str]:
    """A line for each hour, a mark for each minute. An hour that the clock shows twice has two lines."""
    from ccd.adherence.minutes import minutes

    zone = ZoneInfo(session.settings.daemon.timezone)
    hours: dict[tuple[date, int, object], list[str]] = {}
    for at, state in minutes(timeline):
        local = at.astimezone(zone)
        line = hours.setdefault((local.date(), local.hour, local.utcoffset()), [" "] * 60)
        line[local.minute] = STATES[state][0] if state else " "
    for (_, hour, _), marks in hours.items():
        quarters = ("".join(marks[start : start + 15]) for start in range(0, 60, 15))
        yield f"  {hour:02}:00 |{'|'.join(quarters)}|"


def _print_interval(session: Session, one: Interval) -> None:
    words = session.words
    zone = ZoneInfo(session.settings.daemon.timezone)
    span = f"{one.since.astimezone(zone):%H:%M:%S} - {one.until.astimezone(zone):%H:%M:%S}"
    did = words(DID[one.actual], reason=one.reason or "-")
    state = words("adh_forgiven" if one.forgiven else STATES[one.state][1])
    print(f"  {span} {in_minutes(one.seconds):>7}  {fit(did, 26)} {state}")


def print_exceptions(session: Session, found: PersonDay) -> None:
    for one, gone in found.exceptions:
        begin, end = clock_in(session, one.since), clock_in(session, one.until, one.since)
        values = {"exception": one.exception, "begin": begin, "end": end, "kind": one.kind}
        text = session.words("adh_exception", **values, reason=one.reason, actor=one.actor)
        if gone is not None:
            text += session.words("adh_exception_removed", actor=gone.actor, reason=gone.reason)
        print(text)
