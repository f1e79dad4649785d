"""A day of sampling: announced, picked as calls end, closed and published; restarts, and days of 23 hours."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import msgspec
import pytest

from ccd import events as e
from ccd.effects import Page, ReadConversations, ReadSeed
from ccd.events import sampling as facts
from ccd.events.quality import Conversation, ConversationSeen, ConversationsRead, SeedRead
from ccd.sampling.draw import close, digest, seed_digest
from ccd.sampling.record import check, record_of
from ccd.sampling.view import board
from tests.handlers.sampling_scene import SamplingScene, local, seed_of, talk

DAY = date(2026, 3, 2)
MORNING = local("2026-03-02 08:00")
EARLY = local("2026-03-01 08:00")
NIGHT = local("2026-03-03 00:30")


def scene(at: datetime = EARLY, **settings: object) -> SamplingScene:
    return SamplingScene(at, **{"default_rate": 0.2, "extra_per_agent_day": 0, **settings})


def calls(count: int = 60, *, first: str = "2026-03-02 09:00", minutes: float = 7) -> list[Conversation]:
    began = local(first)
    return [
        talk(began + timedelta(minutes=minutes * n), str(2000 + n % 3), n=n, talk_s=100) for n in range(count)
    ]


def differences(played: SamplingScene, day: date = DAY) -> list[object]:
    """As ``ccd qa verify`` finds them, from what was stored."""
    told = record_of(
        one for one in played.of(e.ShiftFact) if isinstance(one, facts.SamplingFact) and one.day == day
    )
    return list(check(told, seed_of(day), played.population(day)))


# --- before the day ---------------------------------------------------------------------------------------


def test_the_digest_of_the_seed_is_published_before_the_day_begins_and_the_seed_when_it_is_closed() -> None:
    played = scene()
    committed = played.only(facts.SeedCommitted, day=DAY)
    assert committed.at < local("2026-03-02 00:00")
    assert not committed.late
    played.run(to=NIGHT - timedelta(seconds=1))
    assert not played.of(facts.SeedRevealed) or played.of(facts.SeedRevealed)[-1].day < DAY
    played.run(to=NIGHT)
    revealed = played.only(facts.SeedRevealed, day=DAY)
    assert revealed.digest == committed.digest == seed_digest(revealed.seed)


def test_the_plan_is_fixed_before_the_day_begins() -> None:
    played = scene()
    played.run(to=local("2026-03-01 17:55"))
    assert not [plan for plan in played.of(facts.DrawPlanned) if plan.day == DAY]
    played.run(to=local("2026-03-01 18:00"))
    plan = played.only(facts.DrawPlanned, day=DAY)
    assert (plan.strata, plan.minimum, plan.target, plan.late) == ("agent", 1, 12, False)
    assert plan.thresholds == {"": 0.2}


def test_what_begins_in_the_midst_of_a_day_says_so() -> None:
    played = scene(MORNING)
    assert played.only(facts.SeedCommitted, day=DAY).late
    assert played.only(facts.DrawPlanned, day=DAY).late


def test_thresholds_follow_the_volume_of_days_that_were_closed() -> None:
    played = scene(default_rate=0.0, workdays_a_month=20)
    played.hear(*(talk(local("2026-03-01 09:00") + timedelta(minutes=n), n=n) for n in range(30)))
    played.run(to=local("2026-03-07 18:00"))
    plan = played.only(facts.DrawPlanned, day=date(2026, 3, 8))
    assert plan.expected == {"2000": 30.0}
    assert plan.thresholds == {"": 0.0, "2000": 0.02}


def test_other_settings_change_no_day_that_is_planned() -> None:
    played = scene()
    played.run(to=local("2026-03-02 08:00"))
    played.replace(default_rate=1.0, minimum=9, strata="queue")
    played.hear(*calls())
    played.run(to=NIGHT)
    frozen = played.only(facts.DayFrozen, day=DAY)
    assert set(frozen.strata) == {"2000", "2001", "2002"}
    assert frozen.picked < 60
    assert differences(played) == []
    assert played.only(facts.DrawPlanned, day=date(2026, 3, 3)).minimum == 9


# --- as calls end -----------------------------------------------------------------------------------------


def test_what_is_under_the_threshold_is_picked_at_the_next_look() -> None:
    played = scene()
    played.run(to=local("2026-03-02 09:00"))
    everything = calls()
    played.hear(*everything)
    for one in everything:
        played.run(to=one.ended + timedelta(minutes=5, seconds=1))
        seen = played.only(ConversationSeen, unit=one.unit)
        picked = [pick for pick in played.of(facts.CallPicked) if pick.unit == one.unit]
        assert [pick.reason for pick in picked] == ([seen.picked] if seen.picked else [])
    assert set(played.picks().values()) == {"threshold"}
    assert 3 < len(played.picks()) < 30


def test_a_pick_says_all_that_is_needed_to_hear_it() -> None:
    played = scene(default_rate=1.0)
    played.run(to=MORNING)
    one = talk(local("2026-03-02 09:00"), "2001", queue="sales")
    (taken,) = one.taken
    started = one.connected - timedelta(seconds=12)
    played.hear(msgspec.structs.replace(one, taken=(msgspec.structs.replace(taken, started=started),)))
    played.run(to=local("2026-03-02 10:00"))
    pick = played.only(facts.CallPicked)
    assert (pick.person, pick.team, pick.queue, pick.stratum) == ("2001", "B", "sales", "2001")
    assert (pick.unit, pick.call, pick.recording) == (one.unit, one.call, taken.recording)
    assert (pick.sample, pick.chance, pick.offset_s, pick.day) == ("probability", 1.0, 12.0, DAY)
    assert (pick.connected, pick.ended, pick.talk_s, pick.pbx) == (one.connected, one.ended, 180.0, "main")


def test_a_conversation_over_midnight_is_of_the_day_on_which_it_ended() -> None:
    played = scene()
    played.hear(talk(local("2026-03-02 23:59:59"), n=1), talk(local("2026-03-03 00:00:00"), n=2))
    played.run(to=local("2026-03-04 06:00"))
    assert [one.day for one in played.of(ConversationSeen)] == [DAY, date(2026, 3, 3)]


def test_what_is_not_eligible_is_in_the_population_with_its_reason() -> None:
    played = scene(default_rate=1.0)
    played.hear(
        talk(local("2026-03-02 09:00"), talk_s=19, n=1),
        talk(local("2026-03-02 09:01"), "", n=2),
        talk(local("2026-03-02 09:02"), people=("2000", "2001"), n=3),
        talk(local("2026-03-02 09:03"), "3001", n=4),
        talk(local("2026-03-02 09:04"), taken=(), n=5),
        talk(local("2026-03-02 09:05"), "9999", n=6),
    )
    played.run(to=NIGHT)
    assert [one.eligible for one in played.of(ConversationSeen)] == [
        *("too_short", "nobody", "nobody", "not_scored", "not_recorded", "not_scored")
    ]
    assert played.picks() == {}
    frozen = played.only(facts.DayFrozen, day=DAY)
    assert (frozen.population, frozen.eligible, frozen.picked) == (6, 0, 0)


# --- the closing ------------------------------------------------------------------------------------------


def test_the_closing_tops_up_every_stratum_and_states_the_chances() -> None:
    played = scene(default_rate=0.0, minimum=2)
    played.hear(*calls(), talk(local("2026-03-02 10:00"), "2005"))
    played.run(to=NIGHT)
    frozen = played.only(facts.DayFrozen, day=DAY)
    assert frozen.strata == {"2000": (20, 20, 2, 0.1), "2001": (20, 20, 2, 0.1), "2002": (20, 20, 2, 0.1)} | {
        "2005": (1, 1, 1, 1.0)
    }
    assert set(played.picks().values()) == {"minimum"}
    assert {one.chance for one in played.of(facts.CallPicked)} == {0.1, 1.0}
    assert differences(played) == []


def test_anybody_can_draw_the_day_again() -> None:
    played = scene(minimum=4)
    played.hear(*calls())
    played.run(to=NIGHT)
    plan, frozen = played.only(facts.DrawPlanned, day=DAY), played.only(facts.DayFrozen, day=DAY)
    seed, members = played.only(facts.SeedRevealed, day=DAY).seed, played.population(DAY)
    closing = close(members, seed, plan.thresholds, plan.minimum, plan.strata)
    assert (frozen.digest, frozen.strata) == (digest(members), closing.strata)
    assert played.picks() == closing.picks
    assert {"threshold", "minimum"} == set(closing.picks.values())


def test_a_day_waits_for_what_is_not_settled_but_not_for_ever() -> None:
    played = scene()
    late = talk(local("2026-03-02 23:50"), settled=False)
    played.hear(*calls(), late)
    played.run(to=local("2026-03-03 03:59"))
    assert not [one for one in played.of(facts.DayFrozen) if one.day == DAY]
    played.run(to=local("2026-03-03 04:05"))
    frozen = played.only(facts.DayFrozen, day=DAY)
    assert late.unit in {one.unit for one in played.population(DAY)}
    assert frozen.population == 61


def test_a_day_is_closed_as_soon_as_its_last_call_is_settled() -> None:
    played = scene()
    late = talk(local("2026-03-02 23:50"), settled=False)
    played.hear(late)
    played.run(to=local("2026-03-03 02:00"))
    assert not [one for one in played.of(facts.DayFrozen) if one.day == DAY]
    played.hear(msgspec.structs.replace(late, settled=True))
    played.run(seconds=301)
    assert played.only(facts.DayFrozen, day=DAY).picked == 1


def test_what_is_not_settled_today_holds_no_closing_of_yesterday_up() -> None:
    played = scene()
    played.run(to=local("2026-03-03 00:20"))
    played.hear(talk(local("2026-03-03 00:10"), settled=False))
    played.run(to=local("2026-03-03 00:35"))
    assert played.only(facts.DayFrozen, day=DAY)


def test_what_is_found_when_its_day_is_closed_is_too_late_and_changes_nothing() -> None:
    played = scene(default_rate=1.0)
    played.hear(*calls())
    played.run(to=local("2026-03-03 12:00"))
    before = played.only(facts.DayFrozen, day=DAY)
    played.hear(late := talk(local("2026-03-02 12:00"), n=99))
    played.run(to=local("2026-03-04 12:00"))
    assert played.only(ConversationSeen, unit=late.unit).eligible == "too_late"
    assert late.unit not in played.picks()
    assert played.only(facts.DayFrozen, day=DAY) == before
    assert differences(played) == []


def test_a_row_that_is_seen_later_than_it_tells_of_is_found_when_the_day_is_closed() -> None:
    played = scene(default_rate=1.0)
    played.run(to=local("2026-03-02 18:00"))
    played.hear(one := talk(local("2026-03-02 09:00")))
    played.run(to=NIGHT)
    assert played.picks() == {one.unit: "threshold"}


def test_two_pbxs_are_drawn_as_one() -> None:
    played = scene(minimum=3)
    mine = calls()
    played.hear(
        *(msgspec.structs.replace(one, pbx="main" if n % 2 else "second") for n, one in enumerate(mine))
    )
    played.run(to=NIGHT)
    assert differences(played) == []
    assert played.only(facts.DayFrozen, day=DAY).population == 60
    assert {one.pbx for one in played.population(DAY)} == {"main", "second"}


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Europe/Berlin", date(2026, 3, 29)),
        ("Europe/Berlin", date(2026, 10, 25)),
        ("America/New_York", date(2026, 3, 8)),
        ("America/New_York", date(2026, 11, 1)),
        ("Asia/Shanghai", date(2028, 2, 29)),
        ("Asia/Shanghai", date(2026, 12, 31)),
    ],
)
def test_days_of_any_length_are_closed_once_with_all_that_ended_in_them(zone: str, day: date) -> None:
    noon = local(f"{day - timedelta(days=1)} 12:00", zone)
    played = SamplingScene(noon, zone=zone, default_rate=0.2)
    hours = [talk(noon + timedelta(hours=n, minutes=30), n=n) for n in range(60)]
    played.hear(*hours)
    played.run(to=noon + timedelta(hours=50))
    first, last = local(f"{day} 00:00", zone), local(f"{day + timedelta(days=1)} 00:00", zone)
    mine = {one.unit for one in hours if first <= one.ended < last}
    assert {one.unit for one in played.population(day)} == mine
    assert len(mine) == (last - first) // timedelta(hours=1)
    assert played.only(facts.DayFrozen, day=day).population == len(mine)
    assert differences(played, day) == []


# --- what goes wrong --------------------------------------------------------------------------------------


def test_a_seed_that_comes_late_passes_nothing_over() -> None:
    played = scene(default_rate=1.0)
    played.held = []
    played.restart()
    played.hear(one := talk(local("2026-03-01 09:00")))
    played.run(to=local("2026-03-01 11:00"))
    assert not played.of(ConversationSeen)
    assert not [effect for effect in played.held or [] if isinstance(effect, ReadConversations)]
    played.answer()
    played.run(seconds=601)
    assert played.picks() == {one.unit: "threshold"}


def test_a_closing_that_was_slept_through_is_made_afterwards() -> None:
    played = scene()
    played.hear(*calls())
    played.run(to=local("2026-03-02 22:00"))
    played.restart(away_s=30 * 3600.0)
    played.run(seconds=600)
    assert played.only(facts.DayFrozen, day=DAY).population == 60
    assert differences(played) == []
    assert [one.day for one in played.of(facts.DayFrozen)].count(DAY) == 1


def test_a_day_on_which_nothing_was_planned_is_not_drawn_afterwards() -> None:
    """ccd was away all of it, and has seen none of its calls."""
    played = scene()
    played.run(to=local("2026-03-01 12:00"))
    played.restart(away_s=3 * 86_400.0)
    played.run(seconds=86_400)
    assert [one.day for one in played.of(facts.DayFrozen)] == [date(2026, 3, 1), date(2026, 3, 4)]


@pytest.mark.parametrize("minute", [0, 29, 30, 31, 60])
def test_a_restart_around_the_closing_makes_it_once(minute: int) -> None:
    played = scene(minimum=3)
    played.hear(*calls())
    played.run(to=local("2026-03-03 00:00") + timedelta(minutes=minute))
    played.restart()
    played.run(to=local("2026-03-03 06:00"))
    assert played.only(facts.DayFrozen, day=DAY).population == 60
    assert differences(played) == []


def test_an_answer_that_comes_twice_is_taken_once() -> None:
    played = scene(default_rate=1.0)
    played.hear(one := talk(local("2026-03-02 09:00")))
    played.run(to=local("2026-03-02 10:00"))
    again = ConversationsRead(at=played.at, key="sampling|look", until=played.at, found=(one,), unsettled=0)
    played.take(again)
    assert len(played.of(ConversationSeen)) == 1
    assert played.picks() == {one.unit: "threshold"}


def test_a_closing_waits_for_what_was_told_and_is_not_stored_yet() -> None:
    played = scene()
    played.hear(*calls())
    played.run(to=local("2026-03-02 23:00"))
    (hidden, *_) = [fact for fact in played.facts if isinstance(fact, ConversationSeen)]
    played.facts.remove(hidden)
    del played.there[hidden.unit]
    played.run(to=local("2026-03-03 01:00"))
    assert not [one for one in played.of(facts.DayFrozen) if one.day == DAY]
    played.facts.append(hidden)
    played.run(seconds=301)
    assert played.only(facts.DayFrozen, day=DAY).population == 60


def test_a_closing_does_not_wait_for_ever_for_what_never_comes_to_be_stored() -> None:
    played = scene()
    played.hear(*calls())
    played.run(to=local("2026-03-02 23:00"))
    (lost, *_) = [fact for fact in played.facts if isinstance(fact, ConversationSeen)]
    played.facts.remove(lost)
    del played.there[lost.unit]
    played.run(to=local("2026-03-03 04:10"))
    assert played.only(facts.DayFrozen, day=DAY).population == 59


def test_a_secret_that_was_lost_is_told_by_a_second_digest_and_verification_finds_it() -> None:
    played = scene(minimum=2)
    played.run(to=local("2026-03-02 08:00"))
    played.secret = "another"
    played.restart()
    played.hear(*calls())
    played.run(to=NIGHT)
    first, second = [one for one in played.of(facts.SeedCommitted) if one.day == DAY]
    assert (first.late, second.late) == (False, True)
    told = record_of(one for one in played.of(facts.SamplingFact) if one.day == DAY)
    found = check(told, seed_of(DAY, "another"), played.population(DAY))
    assert {(one.kind, one.told) for one in found} == {("seed", first.digest)}


def test_a_seed_is_asked_for_once_a_minute_while_no_answer_comes() -> None:
    played = scene(look_s=15)
    played.held = []
    played.restart()
    played.run(seconds=300)
    asked = [one for one in played.held or [] if isinstance(one, ReadSeed) and one.day == date(2026, 3, 1)]
    assert 5 <= len(asked) <= 6


@pytest.mark.parametrize("seed", ["", "0" * 63, "G" * 64, "é"])
def test_a_seed_that_is_none_is_not_taken(seed: str) -> None:
    played = scene()
    played.world.sampling.underway.seeds.pop(DAY, None)
    before = len(played.facts)
    played.take(SeedRead(at=played.at, day=DAY, seed=seed))
    assert played.facts[before:] == []
    assert DAY not in played.world.sampling.underway.seeds


def test_more_than_fits_one_answer_is_asked_for_at_once() -> None:
    """As after a restart: of sixty all but those of the latest minutes come with the first look."""
    played = scene()
    played.run(to=local("2026-03-02 20:00"))
    played.page = 7
    played.hear(*calls())
    played.restart()
    played.run(seconds=300)
    assert len(played.of(ConversationSeen)) >= 56
    played.run(to=NIGHT)
    assert played.only(facts.DayFrozen, day=DAY).population == 60


# --- modes and the board ----------------------------------------------------------------------------------


def test_switched_off_nothing_is_kept_and_switched_on_again_it_goes_on() -> None:
    played = SamplingScene(EARLY, mode="off")
    played.hear(*calls())
    played.run(to=local("2026-03-02 12:00"))
    assert not played.of(facts.SamplingFact)
    played.replace(default_rate=0.2)
    played.run(to=NIGHT)
    assert played.only(facts.DrawPlanned, day=DAY).late
    assert played.only(facts.DayFrozen, day=DAY).population == 60


def test_nothing_is_ever_unmade() -> None:
    played = scene(minimum=2)
    played.hear(*calls())
    known: dict[str, str] = {}
    for _ in range(30):
        played.run(seconds=3600)
        assert known.items() <= played.picks().items()
        known = played.picks()
    assert known


def test_the_board_shows_the_day_and_neither_a_secret_nor_a_number() -> None:
    played = scene(minimum=2)
    played.hear(*calls())
    played.act("mark_caller", "5001", number="020 7777 6666", reason="complaint")
    played.run(to=local("2026-03-02 14:00"))
    shown = board(played.world, played.at)
    assert shown["day"] == "2026-03-02"
    assert shown["seed_digest"] == seed_digest(seed_of(DAY))
    assert shown["plan"]["minimum"] == 2
    assert shown["picked"]["threshold"] == sum(one["picked"] for one in shown["strata"].values())
    assert shown["closing"]["at"] == NIGHT.isoformat()
    assert shown["callers_marked"] == 1
    assert seed_of(DAY) not in str(shown)
    assert "77776666" not in str(shown)
    assert not played.of_effects(Page)
    played.run(to=NIGHT)
    assert board(played.world, played.at)["closed"][0]["seed"] == seed_of(DAY)


def test_a_site_that_moves_to_where_it_is_still_yesterday_samples_on_tomorrow() -> None:
    """Today is then a day that is closed: nothing of it is asked for, and the next one is drawn as ever."""
    played = scene()
    played.run(to=NIGHT + timedelta(hours=1))
    played.replace(zone="America/New_York", default_rate=0.2, extra_per_agent_day=0)
    played.run(to=local("2026-03-03 12:00", "America/New_York"))
    played.hear(*calls(20, first="2026-03-04 02:00"))
    played.run(to=local("2026-03-04 00:31", "America/New_York"))
    assert played.only(facts.DayFrozen, day=DAY)
    assert played.only(facts.DayFrozen, day=DAY + timedelta(days=1)).population == 20
