"""A recording that cannot be heard is a finding, and the next in rank steps in."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from ccd import events as e
from ccd.effects import Page, ReadPopulation
from ccd.events import sampling as facts
from ccd.events.quality import Conversation
from ccd.events.retention import AmissEnded, RecordingAmiss
from ccd.rules import say
from ccd.sampling.record import check, record_of
from ccd.sampling.view import board
from tests.handlers.sampling_scene import SamplingScene, local, seed_of, talk

DAY = date(2026, 3, 2)
NIGHT = local("2026-03-03 00:30")


def scene(**settings: object) -> SamplingScene:
    """Twenty conversations of one agent; what is drawn of them is drawn at the closing."""
    played = SamplingScene(local("2026-03-01 08:00"), **{"default_rate": 0.0, "minimum": 2, **settings})
    played.hear(*(talk(local("2026-03-02 09:00") + timedelta(minutes=9 * n), n=n) for n in range(20)))
    return played


def measured(played: SamplingScene, one: Conversation, state: str = "missing") -> None:
    (taken,) = one.taken
    told = (one.pbx, one.call, taken.recording, state, taken.path, 0, "")
    played.take(e.RecordingMeasured(played.at, *told))


def amiss(played: SamplingScene, one: Conversation, what: str = "changed") -> None:
    (taken,) = one.taken
    key = f"amiss|{taken.recording}|{played.at}"
    played.tell(
        RecordingAmiss(
            at=played.at, key=key, pbx=one.pbx, recording=taken.recording, what=what, path="x.wav", size=1
        )
    )


def by_rank(played: SamplingScene) -> list[Conversation]:
    members = sorted(played.population(DAY), key=lambda one: one.rank)
    return [played.there[one.unit] for one in members]


def unheard(played: SamplingScene) -> list[tuple[str, str, str]]:
    return [(one.unit, one.state, one.substitute) for one in played.of(facts.PickUnheard)]


def differences(played: SamplingScene) -> list[object]:
    told = record_of(one for one in played.of(facts.SamplingFact) if one.day == DAY)
    return list(check(told, seed_of(DAY), played.population(DAY)))


def test_before_the_closing_the_draw_goes_down_to_whoever_is_next() -> None:
    played = scene(default_rate=0.2)
    played.run(to=local("2026-03-02 20:00"))
    picked = list(played.picks())
    measured(played, played.there[picked[0]])
    assert unheard(played) == [(picked[0], "missing", "")]
    played.run(to=NIGHT)
    (instead,) = [unit for unit, why in played.picks().items() if why == "substitute"]
    assert len(played.picks()) == len(picked) + 1
    ranked = [one.unit for one in by_rank(played)]
    assert ranked.index(instead) == len(picked)
    assert differences(played) == []


@pytest.mark.parametrize("tells", [measured, amiss])
def test_after_the_closing_the_next_in_rank_is_picked_at_once_with_the_chance_that_stands(
    tells: object,
) -> None:
    played = scene()
    played.run(to=NIGHT)
    first, second, third, *_ = by_rank(played)
    assert set(played.picks()) == {first.unit, second.unit}
    tells(played, first)  # type: ignore[operator]
    assert [(unit, instead) for unit, _, instead in unheard(played)] == [(first.unit, third.unit)]
    pick = played.only(facts.CallPicked, unit=third.unit)
    assert (pick.reason, pick.sample, pick.chance) == ("substitute", "probability", 0.1)
    assert played.only(facts.DayFrozen, day=DAY).strata["2000"] == (20, 20, 2, 0.1)
    assert differences(played) == []


def test_whoever_would_step_in_and_cannot_be_heard_either_is_passed_over() -> None:
    played = scene()
    played.run(to=NIGHT)
    first, _, third, fourth, *_ = by_rank(played)
    measured(played, third, "empty")  # nobody had picked it: no finding yet
    assert unheard(played) == []
    measured(played, first)
    assert unheard(played) == [(first.unit, "missing", third.unit), (third.unit, "empty", fourth.unit)]
    assert played.picks()[fourth.unit] == "substitute"
    assert differences(played) == []


def test_what_is_known_to_be_bad_at_the_closing_is_drawn_told_and_passed_over() -> None:
    played = scene()
    played.run(to=local("2026-03-02 23:00"))
    first, second, third, *_ = by_rank(played)
    amiss(played, first, "missing")
    assert unheard(played) == []
    played.run(to=NIGHT)
    assert played.picks() == {first.unit: "minimum", second.unit: "minimum", third.unit: "substitute"}
    assert unheard(played) == [(first.unit, "missing", "")]
    assert played.only(facts.DayFrozen, day=DAY).strata["2000"] == (20, 20, 3, round(2 / 19, 12))
    assert differences(played) == []


def test_where_none_is_left_nobody_steps_in() -> None:
    played = scene(minimum=20)
    played.run(to=NIGHT)
    measured(played, by_rank(played)[0])
    assert [instead for _, _, instead in unheard(played)] == [""]


def test_a_recording_that_is_bad_is_told_once_however_often_it_is_found() -> None:
    played = scene()
    played.run(to=NIGHT)
    for _ in range(3):
        measured(played, by_rank(played)[0])
        amiss(played, by_rank(played)[0])
        played.run(seconds=60)
    assert len(unheard(played)) == 1
    assert len(played.picks()) == 3


def test_a_recording_that_is_there_again_may_be_drawn() -> None:
    played = scene()
    played.run(to=local("2026-03-02 23:00"))
    first, *_ = by_rank(played)
    amiss(played, first)
    (taken,) = first.taken
    played.tell(
        AmissEnded(at=played.at, key="found", pbx="main", recording=taken.recording, path="", why="found")
    )
    played.run(to=NIGHT)
    assert first.unit in played.picks()
    assert unheard(played) == []


def test_a_file_that_is_no_recordings_is_no_finding_of_ours() -> None:
    played = scene()
    played.run(to=NIGHT)
    orphan = RecordingAmiss(at=played.at, key="o", pbx="main", what="orphan", path="stray.wav", size=9)
    played.tell(orphan)
    assert unheard(played) == []
    assert not [one for one in played.of_effects(ReadPopulation) if "unheard" in one.key]


def test_a_copy_that_could_not_be_made_says_nothing_of_the_recording_itself() -> None:
    """Its hold waits for a disk; the pick can be heard all the same, and what cannot stays so."""
    played = scene()
    played.run(to=NIGHT)
    first, second, *_ = by_rank(played)
    amiss(played, first, "uncopied")
    assert unheard(played) == []
    amiss(played, second, "missing")
    (taken,) = second.taken
    ended = AmissEnded(
        at=played.at, key="c", pbx="main", recording=taken.recording, path="", why="found", what="uncopied"
    )
    played.tell(ended)
    assert ("main", taken.recording) in played.world.sampling.underway.amiss
    played.restart()
    assert {unit for unit, _, _ in unheard(played)} == {second.unit}


def test_what_was_found_again_before_it_was_picked_can_be_heard_after_a_restart() -> None:
    played = scene()
    played.run(to=local("2026-03-02 23:00"))
    first = by_rank(played)[0]
    amiss(played, first, "missing")
    (taken,) = first.taken
    ended = AmissEnded(
        at=played.at, key="f", pbx="main", recording=taken.recording, path="", why="found", what="missing"
    )
    played.tell(ended)
    played.run(to=NIGHT)
    assert first.unit in played.picks()
    played.restart()
    assert unheard(played) == []


def test_a_restart_before_the_answer_loses_no_finding() -> None:
    played = scene()
    played.run(to=NIGHT)
    first, _, third, *_ = by_rank(played)
    played.held = []
    amiss(played, first)
    assert unheard(played) == []
    played.restart()
    assert any("unheard" in effect.key for effect in played.held or [])
    played.answer()
    played.run(seconds=600)
    assert unheard(played) == [(first.unit, "changed", third.unit)]


def test_a_disk_that_is_lost_asks_for_the_population_once() -> None:
    played = scene(minimum=6)
    played.run(to=NIGHT)
    played.held = []
    for one in by_rank(played)[:6]:
        measured(played, one)
    assert len([one for one in played.held if "unheard" in one.key]) == 1
    played.answer()
    assert len(unheard(played)) == 6
    assert list(played.picks().values()).count("substitute") == 6
    assert differences(played) == []


def test_of_an_extra_pick_nobody_steps_in() -> None:
    played = scene()
    played.hear(long := talk(local("2026-03-02 08:00"), "2001", talk_s=1800, n=7))
    played.run(to=local("2026-03-02 12:00"))
    assert played.picks("extra") == {long.unit: "long"}
    measured(played, long)
    assert unheard(played) == [(long.unit, "missing", "")]


def test_an_extra_pick_that_is_drawn_for_the_sample_is_told_for_both() -> None:
    played = scene()
    played.hear(long := talk(local("2026-03-02 08:00"), "2001", talk_s=1800, n=7))
    played.run(to=NIGHT)
    assert played.picks("extra")[long.unit] == "long"
    assert played.picks()[long.unit] == "minimum"
    assert differences(played) == []


def test_the_qa_manager_is_told_of_the_first_finding_of_a_day() -> None:
    played = scene()
    played.run(to=NIGHT)
    for one in by_rank(played)[:2]:
        measured(played, one)
    (page,) = played.of_effects(Page)
    assert page.people == ("5009",)
    for language in ("en", "zh_CN"):
        assert "missing" in say(page.rule, page.values, language)
    assert [one["state"] for one in board(played.world, played.at)["findings"]] == ["missing", "missing"]


def test_observing_tells_nobody_and_keeps_the_same_facts() -> None:
    played = scene(mode="observe")
    played.run(to=NIGHT)
    measured(played, by_rank(played)[0])
    assert len(unheard(played)) == 1
    assert played.of_effects(Page) == []
