"""A compressed day on the real Asterisk: what ccd says equals what twenty people did.

Two shifts of three minutes by configuration, at the clock's own pace; the story and what it must come to
stand side by side. All seconds are counted from the start of the first shift.
"""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from ccd.events.adherence import AdherenceJudged
from ccd.events.attendance import AttendanceJudged
from ccd.events.breaks import BreakEnded, BreakRefused
from ccd.events.handover import HandoverJudged, HoldEnded, LeftIll, Released
from ccd.events.leave import LeaveApproved
from ccd.events.meals import MealEnded, MealRefused
from tests.e2e.shift_day import EXTENSIONS, HEAD, LEAD, MINUTES, ShiftDay, early, late, opened, prepare
from tests.pbx.fixtures import running
from tests.pbx.ports import free_run
from tests.pbx.sipp import Sipp

pytestmark = [pytest.mark.pbx, pytest.mark.asyncio(loop_scope="module")]

END = 60 * MINUTES
"""When the first shift gives way to the second."""
SINCE_HEARD_S = 6
"""A cut reaches back to what was last heard of the PBX, which is asked every five seconds."""
Act = Callable[[ShiftDay], Coroutine[Any, Any, None]]


def settings(start: datetime) -> str:
    def clock(minutes: int) -> str:
        return f"{start + timedelta(minutes=minutes):%H:%M}"

    return f"""
[journal]
enabled = true
[policies.presence]
pin_required = false
[shifts]
sweep_s = 1
lead_minutes = 1
[shifts.kinds.early]
start = "{clock(0)}"
minutes = {MINUTES}
[shifts.kinds.late]
start = "{clock(MINUTES)}"
minutes = {MINUTES}
[policies.handover]
mode = "enforce"
follows_within_minutes = 1
hold_from_minutes = 0.5
max_hold_minutes = 1
judge_after_minutes = 1.5
page_again_minutes = 0.5
required_sections = ["equipment"]
[policies.meals]
mode = "enforce"
allowance_minutes = 0.3
warn_before_minutes = 0
violation_minutes = 0.3
share = 0.25
turn_minutes = 0.5
[policies.meals.windows.lunch]
enabled = false
[policies.meals.windows.dinner]
enabled = false
[policies.meals.windows.midday]
start = "{clock(1)}"
minutes = 1
[policies.breaks]
mode = "enforce"
late_after_minutes = 0.1
[policies.breaks.reasons.break]
minutes = 0.25
times = 1
[policies.attendance]
mode = "enforce"
tolerance_s = 5
settle_minutes = 0.5
occurrence_minutes = 0.5
violation_minutes = 1
mid_shift_minutes = 1
off_post_minutes = 1
[policies.leave]
mode = "notify"
[policies.adherence]
mode = "notify"
"""


# --- the story ---


def signs(code: str, person: str, seat: int, name: str = "") -> Act:
    async def act(day: ShiftDay) -> None:
        day.heard[name or f"{code} {person}"] = await day.signs(code, person, seat)

    return act


def dials(code: str, seat: int, name: str) -> Act:
    async def act(day: ShiftDay) -> None:
        day.heard[name] = await day.dials(code, seat)

    return act


def asks_at_the_console(person: str, reason: str) -> Act:
    """The phone is then paused by ccd, with the rights that the shipped AMI user has."""

    async def act(day: ShiftDay) -> None:
        reply = await day.outside.ask("pause_ask", person=person, reason=reason)
        assert reply["ok"], reply

    return act


def acts(policy: str, what: str, person: str = "", actor: str = "", **values: str) -> Act:
    async def act(day: ShiftDay) -> None:
        reply = await day.act(policy, what, person, actor, **values)
        assert reply["ok"], reply

    return act


async def cut(day: ShiftDay) -> None:
    day.proxy.refusing = True
    day.proxy.reset()


async def mended(day: ShiftDay) -> None:
    day.proxy.refusing = False


async def callers(day: ShiftDay) -> None:
    """Five of them, brought by SIPp; each is answered by one of the seats."""
    with Sipp(
        day.pbx, "queue_caller", free_run(1), calls=5, pause_ms=1500, to="840", caller="13800138000"
    ) as sipp:
        await asyncio.to_thread(sipp.wait)


STORY = (
    # before the first shift: six in time; seat 9 and 10 are another matter
    *((-30.0 + 2 * number, signs("*81", early(number), number)) for number in range(1, 7)),
    (-16.0, signs("*81", late(10), 10)),  # swapped with early(10)
    # a cut of twenty seconds, in which somebody comes late
    (16.0, cut),
    (31.0, signs("*81", early(7), 7)),
    (36.0, mended),
    (40.0, dials("*831", 1, "meal before the window")),
    (45.0, callers),
    # the window for meals: two at a time
    (63.0, dials("*831", 1, "meal of the first")),
    (66.0, dials("*831", 2, "meal of the second")),
    (69.0, dials("*831", 5, "meal over the cap")),
    (70.0, asks_at_the_console(late(10), "training")),
    (72.0, dials("*832", 6, "a break")),
    (76.0, dials("*84", 10, "back from training")),
    (77.0, dials("*84", 1, "back from the meal")),
    (80.0, dials("*84", 6, "back from the break")),
    (83.0, dials("*831", 5, "meal in turn")),
    (92.0, dials("*832", 6, "a second break")),
    (96.0, dials("*84", 5, "back from the meal in turn")),
    (100.0, signs("*81", early(8), 8)),
    (108.0, dials("*84", 2, "back too late")),
    (112.0, signs("*82", early(4), 4)),  # goes without a word
    # the second shift comes; the log of seat 1 is written and signed
    (114.0, signs("*81", late(1), 1)),
    (120.0, acts("handover", "log_write", early(1), early(1), section="equipment", none="yes", seat="1")),
    (122.0, acts("handover", "log_write", early(2), early(2), section="equipment", none="yes", seat="2")),
    (125.0, acts("handover", "sign", early(1), early(1), seat="1")),
    (127.0, acts("handover", "sign", early(2), early(2), seat="2")),
    (150.0, signs("*81", late(3), 3)),
    (156.0, signs("*82", early(2), 2, "held for want of relief")),
    (161.0, signs("*82", early(6), 6, "held, but ill")),
    (165.0, signs("*80", early(6), 6, "ill")),
    (170.0, signs("*81", late(7), 7)),
    (174.0, signs("*81", late(6), 6)),
    (END + 3.0, signs("*82", early(1), 1)),
    (END + 6.0, signs("*82", early(3), 3)),
    (END + 9.0, signs("*82", early(7), 7)),
    (END + 12.0, signs("*82", late(10), 10, "held by whoever swapped with them")),
    (END + 15.0, acts("handover", "sign", late(1), late(1), seat="1")),
    (END + 18.0, acts("handover", "release", early(5), LEAD, reason="told the lead of a train", seat="5")),
    (END + 20.0, signs("*81", late(2), 2)),
    (END + 24.0, signs("*82", early(5), 5)),
    (END + 26.0, acts("handover", "sign", late(2), late(2), seat="2")),
    (END + 27.0, signs("*82", early(2), 2)),
    (END + 40.0, signs("*81", early(10), 10)),  # works the shift of late(10)
    (END + 35.0, signs("*82", early(8), 8, "held to the last minute")),
    (END + 48.0, signs("*82", late(10), 10)),
    (END + 66.0, signs("*82", early(8), 8, "held no longer")),
    (END + 70.0, signs("*81", late(8), 8)),
    *(
        (END + 182.0 + 2 * n, signs("*82", person, seat))
        for n, (person, seat) in enumerate(
            (
                *((late(number), number) for number in (1, 2, 3, 6, 7, 8)),
                (early(10), 10),
            )
        )
    ),
)

SAID = {
    "meal before the window": "ccd/meal-outside-window",
    "meal of the first": "activated",
    "meal of the second": "activated",
    "meal over the cap": "ccd/meal-queued",
    "meal in turn": "activated",
    "a break": "activated",
    "a second break": "ccd/break-times",
    "held for want of relief": "ccd/held",
    "held, but ill": "ccd/held",
    "ill": "agent-loggedoff&vm-goodbye",
    "held by whoever swapped with them": "ccd/held",
    "held to the last minute": "ccd/held",
    "held no longer": "agent-loggedoff&vm-goodbye",
}
"""Our own prompts are in ``ccd/``; the others are Asterisk's."""

NONE: tuple[tuple[str, str], ...] = ()
ATTENDANCE = {
    # person, shift: state, findings (kind, weight), and the seconds of the first
    **{(early(number), "early"): ("present", NONE, 0.0) for number in (1, 2, 3, 5)},
    (early(4), "early"): ("present", (("left_post", "absence"),), 68.0),
    (early(6), "early"): ("present", (("early", "occurrence"),), 15.0),
    (early(7), "early"): ("present", (("late", "occurrence"),), 13.0),  # the rest was out of sight
    (early(8), "early"): ("present", (("late", "violation"),), 78.0),
    (early(9), "early"): ("absent", (("absent", "absence"),), 157.0),
    (late(10), "early"): ("present", NONE, 0.0),
    **{(late(number), "late"): ("present", NONE, 0.0) for number in (1, 3, 6, 7)},
    (late(2), "late"): ("present", (("late", "occurrence"),), 20.0),
    (late(4), "late"): ("absent", (("absent", "absence"),), 180.0),
    (late(5), "late"): ("absent", (("absent", "absence"),), 180.0),
    (late(8), "late"): ("present", (("late", "violation"),), 70.0),
    (late(9), "late"): ("away", NONE, 0.0),
    (early(10), "late"): ("present", (("late", "look"),), 41.0),
}

HANDOVER = {
    # seat: the verdict where the first shift gives way to the second
    "1": "complete",
    "2": "late",
    "3": "incomplete",
    "4": "empty_seat",
    "5": "empty_seat",
    "6": "incomplete",
    "7": "incomplete",
    "8": "incomplete",
    "9": "empty_seat",
    "10": "incomplete",
}
HOLDS = {early(2): "relief", late(10): "relief", early(5): "released", early(8): "maximum"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def day(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ShiftDay]:
    with running("22", prepare) as pbx:
        folder: Path = tmp_path_factory.mktemp("shift-day")
        async with opened(pbx, folder, settings) as day:
            await _swap_and_leave(day)
            await day.play(STORY)
            await asyncio.sleep(50)  # the last shift is judged half a minute after it, its handover later
            yield day


async def _swap_and_leave(day: ShiftDay) -> None:
    ten, other = early(10), late(10)
    asked = await day.act(
        "leave",
        "swap",
        ten,
        ten,
        day=day.day,
        shift="early",
        partner=other,
        with_day=day.day,
        with_shift="late",
    )
    assert asked["ok"], asked
    swap = asked["result"]["request"]
    leave = await day.act(
        "leave", "ask", late(9), late(9), kind="sick", reason="fever", shift="late", **{"from": day.day}
    )
    assert leave["ok"], leave
    for policy_act, actor, request in (
        ("accept", other, swap),
        ("approve", LEAD, swap),
        ("approve", LEAD, leave["result"]["request"]),
        ("approve", HEAD, leave["result"]["request"]),
    ):
        reply = await day.act("leave", policy_act, "", actor, request=request)
        assert reply["ok"], reply
    await day.comes(LeaveApproved, person=late(9))


async def test_the_phones_said_what_the_rules_say(day: ShiftDay) -> None:
    assert {name: day.heard[name] for name in SAID} == SAID


async def test_attendance_is_what_they_did(day: ShiftDay) -> None:
    found = {(one.person, one.shift): one for one in day.facts(AttendanceJudged)}
    told = {
        key: (one.state, tuple((each.kind, each.weight) for each in one.findings))
        for key, one in found.items()
        if one.state != "void"
    }
    assert told == {key: (state, findings) for key, (state, findings, _) in ATTENDANCE.items()}
    for key, (_, findings, seconds) in ATTENDANCE.items():
        if findings:
            assert found[key].findings[0].seconds == pytest.approx(seconds, abs=SINCE_HEARD_S), key
            assert found[key].findings[0].evidence


async def test_seconds_of_every_shift_add_up_and_the_cut_is_unknown(day: ShiftDay) -> None:
    for one in day.facts(AttendanceJudged):
        parts = one.present_s + one.missed_s + one.away_s + one.unknown_s
        assert parts == pytest.approx(one.scheduled_s, abs=0.1)
    for one in day.facts(AdherenceJudged):
        parts = one.adherent_s + one.out_s + one.ignored_s + one.unknown_s
        assert parts == pytest.approx(one.scheduled_s, abs=0.1)
    absent = next(one for one in day.facts(AttendanceJudged, person=early(9)))
    assert absent.unknown_s == pytest.approx(23, abs=SINCE_HEARD_S)


async def test_each_seat_has_its_verdict(day: ShiftDay) -> None:
    found = {one.seat: one for one in day.facts(HandoverJudged, shift="late")}
    assert {seat: one.verdict for seat, one in found.items()} == HANDOVER
    assert {one.seat for one in day.facts(HandoverJudged, shift="early")} == set(HANDOVER)


async def test_whoever_was_held_has_it_in_the_ledger_with_its_end(day: ShiftDay) -> None:
    why = {one.person: one.why for one in day.facts(HoldEnded)}
    assert why == HOLDS
    (ill,) = day.facts(LeftIll)
    assert ill.person == early(6)
    (released,) = day.facts(Released)
    assert (released.person, released.actor, released.reason) == (early(5), LEAD, "told the lead of a train")
    (maximum,) = day.facts(HoldEnded, person=early(8))
    assert maximum.held_s == pytest.approx(60, abs=4)


async def test_meals_and_breaks_are_on_record_as_they_were(day: ShiftDay) -> None:
    levels = {one.person: (one.level, one.asked) for one in day.facts(MealEnded)}
    assert levels == {early(1): ("ok", True), early(2): ("violation", True), early(5): ("ok", True)}
    first = day.facts(MealRefused)[0]
    assert (first.person, first.enforced) == (early(1), True)
    breaks = {one.person: (one.reason, one.level) for one in day.facts(BreakEnded)}
    assert breaks == {early(6): ("break", "ok"), late(10): ("training", "ok")}
    assert [(one.person, one.enforced) for one in day.facts(BreakRefused)] == [(early(6), True)]


async def test_the_journal_gives_the_same_verdicts_again(day: ShiftDay) -> None:
    """Told twice the same, and as often as they were kept."""
    copy = day.daemon.folder / "journal"
    await asyncio.to_thread(day.daemon.stop)
    shutil.copytree(day.daemon.state / "journal", copy)
    one, two = [
        json.loads((await asyncio.to_thread(day.daemon.ccd, "replay", str(copy), "--json")).stdout)
        for _ in range(2)
    ]
    assert one == two
    for kind in (AttendanceJudged, HandoverJudged, AdherenceJudged, MealEnded, HoldEnded):
        assert one["recorded"]["facts"][kind.__name__] == len(day.facts(kind)), kind


async def test_every_seat_had_a_phone(day: ShiftDay) -> None:
    assert len(EXTENSIONS) == len(HANDOVER)
