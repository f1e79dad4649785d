"""What a shift comes to, rule by rule, just inside and just outside of each."""

from __future__ import annotations

from datetime import UTC, date
from typing import Any

import pytest

from ccd.attendance.judge import Basis, Judgement
from ccd.events.attendance import Permitted
from ccd.shifts.plan import Duty
from tests.attendance.made import after, blind, doing, duty, judged, leave, stay

OF = duty()
MIN = 60


def found(verdict: Judgement) -> list[tuple[str, str, float]]:
    return [(one.kind, one.weight, one.seconds) for one in verdict.findings]


def permission(of: Duty, begin: float, end: float, minutes: float = 0) -> Basis:
    one = Permitted(
        at=of.ends,
        key="attendance|permitted|x",
        person="2001",
        actor="3001",
        since=after(of, begin),
        until=after(of, end),
        reason="doctor",
        minutes=minutes,
    )
    return Basis((one,), "7", UTC)


LADDER = [
    (0, ""), (59, ""), (60, "occurrence"), (10 * MIN, "occurrence"), (10 * MIN + 1, "look"),
    (20 * MIN - 1, "look"), (20 * MIN, "violation"), (45 * MIN, "violation"),
]  # fmt: skip


@pytest.mark.parametrize(("seconds", "weight"), LADDER)
def test_lateness_weighs_as_the_manual_says(seconds: int, weight: str) -> None:
    verdict = judged(OF, stay(OF, seconds))
    assert found(verdict) == ([("late", weight, seconds)] if weight else [])
    assert (verdict.late_s, verdict.missed_s, verdict.state) == (seconds, seconds, "present")


@pytest.mark.parametrize(("seconds", "weight"), LADDER)
def test_leaving_early_weighs_like_lateness(seconds: int, weight: str) -> None:
    verdict = judged(OF, stay(OF, 0, 480 * MIN - seconds))
    assert found(verdict) == ([("early", weight, seconds)] if weight else [])
    assert verdict.early_s == seconds


def test_parts_of_a_second_are_no_lateness() -> None:
    assert found(judged(OF, stay(OF, 59.999999))) == []
    assert found(judged(OF, stay(OF, 10 * MIN + 0.999))) == [("late", "occurrence", 600)]


@pytest.mark.parametrize("between", ["occurrence", "look", "violation"])
def test_what_the_manual_leaves_open_is_a_setting(between: str) -> None:
    assert found(judged(OF, stay(OF, 15 * MIN), between=between)) == [("late", between, 900)]


@pytest.mark.parametrize(("tolerance", "expected"), [(0, []), (1, []), (120, [])])
def test_nobody_who_was_there_all_the_time_is_late_whatever_is_tolerated(
    tolerance: int, expected: list[Any]
) -> None:
    assert found(judged(OF, stay(OF), tolerance_s=tolerance)) == expected


@pytest.mark.parametrize(
    ("tolerance", "seconds", "late"),
    [(0, 0, False), (0, 1, True), (120, 119, False), (120, 120, True)],
)
def test_the_tolerance_is_a_setting(tolerance: int, seconds: int, late: bool) -> None:
    assert bool(judged(OF, stay(OF, seconds), tolerance_s=tolerance).findings) is late


# --- off post ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "weight"),
    [(59, ""), (60, "note"), (20 * MIN - 1, "note"), (20 * MIN, "violation"), (90 * MIN, "violation")],
)
def test_off_post_with_the_leads_knowledge_is_a_note_and_from_20_minutes_a_violation(
    seconds: int, weight: str
) -> None:
    gap = stay(OF, 0, 3600), stay(OF, 3600 + seconds)
    verdict = judged(OF, *gap, basis=permission(OF, 3000, 3700))
    assert found(verdict) == ([("off_post", weight, seconds)] if weight else [])
    assert verdict.off_post_s == seconds


@pytest.mark.parametrize(
    ("minutes", "away", "weight"),
    [(30, 30 * MIN - 1, "note"), (30, 30 * MIN, "violation"), (5, 20 * MIN - 1, "note")],
)
def test_off_post_for_as_long_as_was_permitted_is_a_note(minutes: int, away: int, weight: str) -> None:
    verdict = judged(OF, stay(OF, 0, 60), stay(OF, 60 + away), basis=permission(OF, 0, 60, minutes))
    assert found(verdict) == [("off_post", weight, away)]


@pytest.mark.parametrize(
    ("setting", "minutes", "weight"),
    [
        ("absence", 1, "absence"), ("absence", 30, "absence"), ("violation", 1, "violation"),
        ("note", 19, "note"), ("note", 20, "violation"),
    ],
)  # fmt: skip
def test_leaving_the_post_without_telling_the_lead(setting: str, minutes: int, weight: str) -> None:
    verdict = judged(OF, stay(OF, 0, 3600), stay(OF, 3600 + minutes * MIN), left_post=setting)
    assert found(verdict) == [("left_post", weight, minutes * MIN)]


@pytest.mark.parametrize(
    ("before_end", "kind", "weight"),
    [(59 * MIN + 59, "early", "violation"), (60 * MIN, "left_post", "absence")],
)
def test_who_goes_for_good_an_hour_before_the_end_has_left_the_post(
    before_end: int, kind: str, weight: str
) -> None:
    assert found(judged(OF, stay(OF, 0, -before_end))) == [(kind, weight, before_end)]


@pytest.mark.parametrize(
    ("span", "weight"),
    [((7000, 7200), "note"), ((7200, 7300), "note"), ((7000, 7199), "absence"), ((7201, 9000), "absence")],
)
def test_a_permission_holds_for_a_leaving_between_its_times(span: tuple[int, int], weight: str) -> None:
    verdict = judged(OF, stay(OF, 0, 7200), basis=permission(OF, *span))
    assert [one.weight for one in verdict.findings] == [weight]
    if weight == "note":
        assert any("permitted by 3001" in text for text in verdict.findings[0].evidence)


def test_changing_the_seat_is_no_leaving() -> None:
    verdict = judged(OF, stay(OF, 0, 3600), stay(OF, 3600, seat="A2"))
    assert found(verdict) == []
    assert verdict.noted == ("elsewhere:main/A2",)


# --- absent, away, unknown --------------------------------------------------------------------------------


def test_a_whole_shift_missed_is_an_absence() -> None:
    verdict = judged(OF)
    assert (verdict.state, verdict.missed_s) == ("absent", 28_800)
    assert found(verdict) == [("absent", "absence", 28_800)]


@pytest.mark.parametrize("kind", ["leave", "trip", "outage"])
def test_who_is_away_by_right_is_not_absent(kind: str) -> None:
    verdict = judged(OF, leave(OF, 0, 28_800, kind))
    assert (verdict.state, verdict.away_s, found(verdict)) == ("away", 28_800, [])


@pytest.mark.parametrize(
    ("came", "expected"),
    [(4 * 3600, []), (4 * 3600 + 59, []), (4 * 3600 + 60, [("late", "occurrence", 60)]),
     (4 * 3600 + 1200, [("late", "violation", 1200)])],
)  # fmt: skip
def test_leave_is_cut_out_of_lateness(came: int, expected: list[Any]) -> None:
    assert found(judged(OF, leave(OF, 0, 4 * 3600), stay(OF, came))) == expected


@pytest.mark.parametrize(
    ("until", "state", "expected"),
    [
        (28_800 - 59, "away", []),
        (28_800 - 60, "away", [("late", "occurrence", 60)]),
        (28_800 - 1199, "away", [("late", "look", 1199)]),
        (28_800 - 1200, "absent", [("absent", "absence", 1200)]),
    ],
)
def test_never_coming_after_leave_for_a_part_of_the_shift(
    until: int, state: str, expected: list[Any]
) -> None:
    verdict = judged(OF, leave(OF, 0, until))
    assert (verdict.state, found(verdict)) == (state, expected)


def test_whoever_goes_on_leave_has_told_their_lead() -> None:
    assert found(judged(OF, stay(OF, 0, 7200), leave(OF, 7200, 28_800))) == []
    back_late = judged(OF, stay(OF, 0, 7200), leave(OF, 7200, 10_800), stay(OF, 10_800 + 1500))
    assert found(back_late) == [("off_post", "violation", 1500)]
    gone_early = judged(OF, stay(OF, 0, 7200 - 300), leave(OF, 7200, 28_800))
    assert found(gone_early) == [("early", "occurrence", 300)]


@pytest.mark.parametrize(
    ("seconds", "state", "kinds"),
    [(14_400, "absent", ["absent"]), (14_401, "unknown", [])],
)
def test_nothing_counts_where_more_than_half_is_unknown(seconds: int, state: str, kinds: list[str]) -> None:
    verdict = judged(OF, blind(OF, 0, seconds))
    assert (verdict.state, [one.kind for one in verdict.findings]) == (state, kinds)
    assert verdict.unknown_s == seconds


@pytest.mark.parametrize(
    ("came", "weight"), [(1800 + 59, ""), (1800 + 60, "occurrence"), (3000, "violation")]
)
def test_blind_time_is_cut_out_of_lateness(came: int, weight: str) -> None:
    verdict = judged(OF, blind(OF, -30_000, 1800), stay(OF, came))
    assert [one.weight for one in verdict.findings] == ([weight] if weight else [])
    assert verdict.unknown_s == 1800


def test_a_pbx_that_went_out_of_sight_and_is_not_back_is_unknown_to_the_end() -> None:
    verdict = judged(OF, stay(OF, 0, 25_200), blind(OF, 25_200, None))
    assert (verdict.unknown_s, found(verdict)) == (3600, [])


def test_another_pbx_out_of_sight_excuses_nothing() -> None:
    assert found(judged(OF, blind(OF, 0, 28_800, pbx="north"))) == [("absent", "absence", 28_800)]


def test_a_seat_on_any_pbx_is_unknown_while_any_is() -> None:
    anywhere = OF._replace(assignment=OF.assignment._replace(pbx=""))
    assert judged(anywhere, blind(OF, 0, 28_800, pbx="north")).state == "unknown"


def test_who_is_signed_in_is_present_though_the_pbx_is_out_of_sight() -> None:
    verdict = judged(OF, stay(OF), blind(OF, 0, 28_800))
    assert (verdict.state, verdict.present_s, verdict.unknown_s) == ("present", 28_800, 0)


# --- another seat, and the phone --------------------------------------------------------------------------


def test_presence_at_another_seat_counts_and_is_noted() -> None:
    verdict = judged(OF, stay(OF, seat="B9"))
    assert (verdict.present_s, found(verdict), verdict.noted) == (28_800, [], ("elsewhere:main/B9",))


def test_where_only_the_planned_seat_counts_the_lead_looks_at_another() -> None:
    verdict = judged(OF, stay(OF, seat="B9"), elsewhere="look")
    assert (verdict.state, verdict.present_s) == ("present", 0)
    assert found(verdict) == [("off_post", "look", 28_800)]
    moved = judged(OF, stay(OF, 0, 3600), stay(OF, 3600, seat="B9"), elsewhere="look")
    assert found(moved) == [("left_post", "look", 25_200)]


def test_whoever_is_planned_without_a_seat_may_be_anywhere() -> None:
    nowhere = duty(seat="")
    verdict = judged(nowhere, stay(nowhere, seat="B9"), elsewhere="look")
    assert (verdict.present_s, verdict.noted) == (28_800, ())


@pytest.mark.parametrize(
    ("setting", "minutes", "expected"),
    [
        ("note", 19.99, []), ("note", 20, [("off_post", "note", 1200)]),
        ("count", 20, [("off_post", "violation", 1200)]), ("off", 60, []),
    ],
)  # fmt: skip
@pytest.mark.parametrize("state", ["unavailable", "logged_off"])
def test_signed_in_with_a_phone_that_no_call_reaches(
    setting: str, minutes: float, expected: list[Any], state: str
) -> None:
    silent = doing(OF, 3600, 3600 + minutes * MIN, state)
    verdict = judged(OF, stay(OF), silent, phone=setting)
    assert found(verdict) == expected
    assert verdict.present_s == 28_800
    assert all(any("agent_interval" in text for text in one.evidence) for one in verdict.findings)


def test_a_pause_is_no_absence_of_the_phone() -> None:
    assert found(judged(OF, stay(OF), doing(OF, 3600, 9000, "paused"), phone="count")) == []


def test_a_phone_that_two_sit_at_says_nothing_of_either() -> None:
    silent = doing(OF, 3600, 3600 + 25 * MIN)
    other = stay(OF, 3600, 3600 + 10 * MIN, person="2002")
    assert found(judged(OF, stay(OF), silent, other)) == []
    short = stay(OF, 3600, 3600 + 5 * MIN, person="2002")
    assert found(judged(OF, stay(OF), silent, short)) == [("off_post", "note", 1200)]


def test_what_a_phone_did_while_nobody_could_see_it_does_not_count() -> None:
    silent = doing(OF, 3600, 3600 + 25 * MIN)
    assert found(judged(OF, stay(OF), silent, blind(OF, 3600, 3600 + 6 * MIN))) == []


# --- evidence ---------------------------------------------------------------------------------------------


def test_a_finding_names_the_rows_it_rests_on() -> None:
    (late,) = judged(OF, stay(OF, 900), blind(OF, 0, 120)).findings
    plan, sign, cut = late.evidence
    assert plan == (
        "plan_change version 7: 2001 early 2026-03-02 00:00:00+00:00 to 2026-03-02 08:00:00+00:00, main/A1"
    )
    assert sign == "presence_event main/A1 2001 arrived 2026-03-02 00:15:00+00:00"
    assert cut.startswith("blind_interval: 2026-03-02 00:00:00+00:00 to 2026-03-02 00:02:00+00:00")
    (absent,) = judged(OF).findings
    assert absent.evidence[1].startswith("presence_event: none from 2026-03-02 00:00:00")


# --- clocks and calendars ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2026, 3, 28), "Europe/Berlin", 9),
        (date(2026, 10, 24), "Europe/Berlin", 11),
        (date(2026, 3, 7), "America/New_York", 9),
        (date(2026, 10, 31), "America/New_York", 11),
        (date(2026, 10, 3), "Australia/Lord_Howe", 9.5),
        (date(2026, 3, 31), "Asia/Shanghai", 10),
        (date(2028, 2, 29), "Asia/Shanghai", 10),
        (date(2026, 12, 31), "Asia/Shanghai", 10),
    ],
)
@pytest.mark.parametrize(("late", "weight"), [(600, "occurrence"), (601, "look"), (1200, "violation")])
def test_a_night_is_judged_by_real_seconds(
    day: date, zone: str, hours: float, late: int, weight: str
) -> None:
    night = duty("22:00", 600, day=day, zone=zone)
    assert judged(night, stay(night)).present_s == hours * 3600
    assert found(judged(night, stay(night, late))) == [("late", weight, late)]
    assert found(judged(night, stay(night, 0, -late))) == [("early", weight, late)]
    assert found(judged(night)) == [("absent", "absence", hours * 3600)]


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)])
def test_a_shift_of_a_whole_day_has_23_or_25_hours(day: date, hours: int) -> None:
    whole = duty("00:00", 1440, day=day, zone="Europe/Berlin")
    verdict = judged(whole, stay(whole, 0, -1200))
    assert verdict.scheduled_s == hours * 3600
    assert found(verdict) == [("early", "violation", 1200)]
