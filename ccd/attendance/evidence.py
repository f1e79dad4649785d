"""What a finding rests on, in words that name tables of the store and times: so that anybody can look.

Times are told by the site's clock with their offset; a table's name is that of ``ccd export``.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, tzinfo

from ccd.attendance.spans import Span, Spans, moment, second
from ccd.events import Stay
from ccd.events.attendance import Permitted
from ccd.shifts.away import Away
from ccd.shifts.plan import Duty

__all__ = ["cut_out", "permitted", "phone", "planned", "signs"]

Texts = tuple[str, ...]


def _clock(at: datetime, zone: tzinfo) -> str:
    return at.astimezone(zone).isoformat(" ", "seconds")


def _between(span: Span, zone: tzinfo) -> str:
    return f"{_clock(moment(span[0]), zone)} to {_clock(moment(span[1]), zone)}"


def planned(duty: Duty, version: str, zone: tzinfo) -> Texts:
    one = duty.assignment
    place = "/".join(part for part in (one.pbx, one.seat) if part) or "no seat"
    when = f"{_clock(duty.starts, zone)} to {_clock(duty.ends, zone)}"
    return (f"plan_change version {version or '-'}: {one.person} {one.shift} {when}, {place}",)


def signs(stays: Iterable[tuple[Span, Stay]], span: Span, zone: tzinfo) -> Texts:
    """Arrivals and departures that bound this time or lie in it."""
    found = []
    for _, stay in stays:
        place = f"presence_event {stay.pbx}/{stay.seat} {stay.person}"
        if span[0] <= second(stay.arrived) <= span[1]:
            found.append((stay.arrived, f"{place} arrived {_clock(stay.arrived, zone)}"))
        if stay.left is not None and span[0] <= second(stay.left) <= span[1]:
            found.append((stay.left, f"{place} left {_clock(stay.left, zone)}"))
    if not found:
        return (f"presence_event: none from {_between(span, zone)}",)
    return tuple(text for _, text in sorted(found))


def cut_out(reasons: Iterable[Away], away: Spans, unknown: Spans, zone: tzinfo) -> Texts:
    """What of this time does not count."""
    told = [
        f"{one.kind} {one.ref or '-'}: {_between(span, zone)}, cut out"
        for span in away
        for one in reasons
        if second(one.since) < span[1] and span[0] < second(one.until)
    ]
    told += [f"blind_interval: {_between(span, zone)}, cut out" for span in unknown]
    return tuple(told)


def phone(stay: Stay, span: Span, zone: tzinfo) -> Texts:
    return (
        f"presence_event {stay.pbx}/{stay.seat} {stay.person} arrived {_clock(stay.arrived, zone)}",
        f"agent_interval {stay.pbx}/{stay.seat}: unavailable or logged off {_between(span, zone)}",
    )


def permitted(permit: Permitted) -> Texts:
    return (f"shift_event {permit.key}: permitted by {permit.actor}: {permit.reason}",)
