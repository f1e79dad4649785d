"""An incident across restarts and cut lines, and what holds in whatever order things happen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccd import events as e
from ccd.effects import (
    CallPoliceUnattended,
    KeepCopy,
    Notify,
    ReadMark,
    Ring,
    RingForPolice,
    RingToTell,
    SendAction,
    ShowAlert,
    Tell,
)
from ccd.incidents.state import Incident, Phase, fold
from tests.handlers.incident_scene import AT, PEOPLE, Scene, silent


def synced(scene: Scene) -> None:
    scene.take(e.PbxSynced(at=scene.at, pbx="main"))


def lost(scene: Scene) -> None:
    scene.take(e.PbxLost(at=scene.at, pbx="main", last_heard=scene.at, why="closed"))


def marks(scene: Scene) -> list[str]:
    return [mark.ring for mark in scene.of_effects(ReadMark)]


@pytest.mark.parametrize("seconds", [0, 5, 45, 130, 790, 905, 1000])
def test_folding_what_was_stored_gives_the_same_incident(seconds: float) -> None:
    scene = Scene()
    incident = scene.report()
    scene.run(seconds)
    assert scene.restarted().world.incidents[incident.id] == incident


def test_after_a_restart_letters_of_no_known_end_are_sent_again_under_their_keys() -> None:
    scene = Scene()
    scene.report()
    [first] = [tell for tell in scene.of_effects(Tell) if tell.means == "email"]
    after = scene.restarted()
    assert first in after.of_effects(Tell) or first.key in [tell.key for tell in after.of_effects(Tell)]
    scene.take(e.TellingResult(at=scene.at, key=first.key, ok=True))
    assert first.key not in [tell.key for tell in scene.restarted().of_effects(Tell)]


def test_after_a_restart_no_phone_rings_before_it_is_known_what_became_of_its_ring() -> None:
    scene = Scene()
    scene.report()
    after = scene.restarted()
    assert after.of_effects(Ring) == []
    [alert] = after.of_effects(ShowAlert)
    assert alert.active
    synced(after)
    [key] = marks(after)
    after.take(e.RingResult(at=after.at, pbx="main", key=key, result="none"))
    [ring] = after.of_effects(RingToTell)
    assert ring.key == key


def test_a_key_pressed_while_ccd_was_down_counts() -> None:
    scene = Scene()
    incident = scene.report()
    after = scene.restarted()
    synced(after)
    [key] = marks(after)
    after.take(e.RingResult(at=after.at, pbx="main", key=key, result="acknowledged"))
    assert after.world.incidents[incident.id].rungs[0].acknowledged == ["3001"]
    assert after.of_effects(RingToTell)[0].person == "4001"


def test_killed_while_a_voice_was_sought_the_mark_of_the_police_is_read_before_anybody_is_rung() -> None:
    scene = Scene()
    scene.report()
    scene.run(905)
    voice = scene.of(e.VoiceSought)[-1].key
    after = scene.restarted()
    synced(after)
    assert after.of_effects(Ring) == []
    assert "" in marks(after)
    after.take(
        e.PoliceMark(
            at=after.at, pbx="main", incident=next(iter(after.world.incidents)), state="none", live=False
        )
    )
    assert voice in marks(after)
    after.take(e.RingResult(at=after.at, pbx="main", key=voice, result="none"))
    [ring] = after.of_effects(RingForPolice)
    assert ring.key == voice


def test_killed_after_the_mark_the_police_are_never_dialled_again() -> None:
    scene = Scene()
    incident = scene.report()
    scene.run(905)
    after = scene.restarted()
    synced(after)
    after.take(
        e.PoliceMark(at=after.at, pbx="main", incident=incident.id, state="dialling", by="v1", live=False)
    )
    after.run(3000)
    assert after.of_effects(RingForPolice) == []
    assert after.world.incidents[incident.id].phase is Phase.CALLED
    assert after.letters("police_dialling")


def police_mark(scene: Scene, state: str) -> None:
    [incident] = scene.world.incidents
    scene.take(e.PoliceMark(at=scene.at, pbx="main", incident=incident, state=state, live=False))


def test_the_note_of_a_pressed_key_goes_in_the_step_that_keeps_what_came_of_it() -> None:
    scene = Scene()
    scene.report()
    [ring, *_] = scene.of_effects(RingToTell)
    forget = [("Action", "DBDel"), ("Family", "ccd-ring"), ("Key", ring.key)]
    for result, goes in (("answered", 0), ("acknowledged", 1), ("acknowledged", 2)):
        scene.take(e.RingResult(at=scene.at, pbx="main", key=ring.key, result=result))
        sent = [list(action.fields) for action in scene.of_effects(SendAction)]
        assert sent.count(forget) == goes, "also when it is told again: the note may have outlived a crash"
    scene.take(e.RingResult(at=scene.at, pbx="main", key="somebody-else-1", result="acknowledged"))
    assert len([a for a in scene.of_effects(SendAction) if ("Family", "ccd-ring") in a.fields]) == 2


@pytest.mark.parametrize(("act", "phase"), [("stand_down", Phase.STOOD_DOWN), ("arrive", Phase.ATTENDED)])
def test_killed_before_the_dialplan_was_barred_it_is_barred_after_the_restart(act: str, phase: Phase) -> None:
    scene = Scene()
    incident = scene.report()
    scene.run(905)
    voice = scene.of(e.VoiceSought)[-1].key
    scene.act(act, "3001" if act == "stand_down" else "4001", "a hoax")
    after = scene.restarted()
    assert after.world.incidents[incident.id].phase is phase
    synced(after)
    police_mark(after, "none")
    put = ("Action", "DBPut"), ("Family", "ccd-police"), ("Key", incident.id), ("Val", "barred")
    sent = [action.fields for action in after.of_effects(SendAction)]
    assert put in sent
    assert (("Action", "Hangup"), ("Channel", voice)) in sent


def test_killed_before_the_dialplan_was_let_in_again_it_is_after_the_restart() -> None:
    scene = Scene()
    incident = scene.report()
    scene.run(905)
    scene.act("arrive", "4001")
    scene.act("police", "3001")
    after = scene.restarted()
    synced(after)
    police_mark(after, "barred")
    unbar = ("Action", "DBDel"), ("Family", "ccd-police"), ("Key", incident.id)
    assert unbar in [action.fields for action in after.of_effects(SendAction)]
    assert incident.voice in marks(after)


def test_a_call_to_the_police_that_failed_while_ccd_was_down_is_tried_again() -> None:
    scene = Scene()
    incident = scene.report()
    scene.run(905)
    after = scene.restarted()
    synced(after)
    police_mark(after, "failed")
    assert [type(fact) for fact in after.facts if type(fact) in (e.PoliceDialling, e.PoliceFailed)] == [
        e.PoliceDialling,
        e.PoliceFailed,
    ]
    after.run(10)
    assert after.of_effects(RingForPolice)
    synced(after)
    police_mark(after, "failed")
    assert after.world.incidents[incident.id].voice in marks(after), "what became of the ring since?"


def test_killed_while_the_police_were_called_unattended_they_are_called_again_under_the_same_key() -> None:
    police = {"number": "02099999999"}
    scene = Scene(ladders={"threat": {"police": "unattended"}}, police=police)
    incident = scene.report()
    scene.run(905)
    [call] = scene.of_effects(CallPoliceUnattended)
    after = scene.restarted()
    synced(after)
    after.take(e.PoliceMark(at=after.at, pbx="main", incident=incident.id, state="none", live=False))
    after.take(e.RingResult(at=after.at, pbx="main", key=call.key, result="none"))
    assert after.of_effects(CallPoliceUnattended) == [call]


@pytest.mark.parametrize("suffix", [".wav", ".WAV", ".gsm"])
def test_after_a_restart_recordings_not_held_finally_are_copied_again(
    suffix: str,
) -> None:
    scene = Scene()
    incident = scene.report()
    for source, by in ((f"/monitor/later{suffix}", ""), (f"/home/li/letter{suffix}", "li")):
        scene.take(
            e.CopyKept(
                at=scene.at,
                key="k",
                incident=incident.id,
                source=source,
                path=f"/evidence{source}",
                size=1,
                sha256="0",
                final=False,
                by=by,
            )
        )
    assert [copy.path for copy in scene.restarted().of_effects(KeepCopy)] == [f"/monitor/later{suffix}"]


def test_with_the_pbx_gone_everybody_is_told_to_dial_and_a_voice_is_sought_once_it_is_back() -> None:
    scene = Scene()
    scene.phones = {
        person.code: lambda ring: silent(ring) if isinstance(ring, RingToTell) else [(0, "failed:no_session")]
        for person in PEOPLE
    }
    scene.report()
    scene.run(895)
    lost(scene)
    scene.run(30)
    assert scene.letters("dial_yourself")
    scene.phones = {}
    rung = len(scene.sought())
    synced(scene)
    scene.run(1)
    assert len(scene.sought()) > rung


def test_ten_incidents_at_once_each_climb_their_own_ladder() -> None:
    scene = Scene()
    for number in range(10):
        scene.report(request=f"r{number}", seat="", note=f"letter {number}")
    scene.run(901)
    assert len(scene.world.incidents) == 10
    assert {fact.incident for fact in scene.of(e.PoliceDue)} == set(scene.world.incidents)


def test_a_stored_fact_that_cannot_be_read_costs_itself_alone_and_the_admin_is_told() -> None:
    scene = Scene()
    incident = scene.report()
    facts = [msgspec.json.encode(fact).decode() for fact in scene.of(e.IncidentFact)]
    facts.insert(1, '{"type": "OfANewerCcd"}')
    after = Scene()
    after.take(e.IncidentsRestored(at=after.at, facts=tuple(facts)))
    assert after.world.incidents[incident.id].rungs[0].people == incident.rungs[0].people
    assert [notice.audience for notice in after.of_effects(Notify)] == ["admin"]


# --- whatever the order -----------------------------------------------------------------------------------

RESULTS = (
    "answered",
    "acknowledged",
    "cannot",
    "hung_up",
    "busy",
    "no_answer",
    "failed",
    "stood_down:1",
    "none",
)
ACTS = ("acknowledge", "cannot", "arrive", "stand_down", "police", "police_called", "note", "close")


def steps() -> st.SearchStrategy[tuple[Any, ...]]:
    return st.one_of(
        st.tuples(st.just("run"), st.sampled_from([1, 10, 31, 120, 600])),
        st.tuples(st.just("ring"), st.integers(0, 30), st.sampled_from(RESULTS)),
        st.tuples(
            st.just("mark"), st.sampled_from(["dialling", "answered", "failed", "none"]), st.booleans()
        ),
        st.tuples(st.just("act"), st.sampled_from(ACTS), st.sampled_from(["3001", "4001", "1002", "nobody"])),
        st.tuples(st.just("attend"), st.booleans()),
        st.just(("cut",)),
        st.just(("back",)),
        st.just(("restart",)),
        st.just(("report",)),
    )


def play(scene: Scene, moves: list[tuple[Any, ...]]) -> Scene:
    for move in moves:
        incident = next(iter(scene.world.incidents))
        rings = scene.of_effects(Ring)
        if move[0] == "run":
            scene.run(move[1])
        elif move[0] == "ring" and rings:
            result, _, reason = move[2].partition(":")
            key = rings[move[1] % len(rings)].key
            scene.take(e.RingResult(at=scene.at, pbx="main", key=key, result=result, reason=reason))
        elif move[0] == "mark":
            scene.take(
                e.PoliceMark(at=scene.at, pbx="main", incident=incident, state=move[1], by="v", live=move[2])
            )
        elif move[0] == "act":
            scene.act(move[1], move[2], "because")
        elif move[0] == "attend":
            scene.attends("4001", proven=move[1])
        elif move[0] == "cut":
            lost(scene)
        elif move[0] == "back":
            synced(scene)
        elif move[0] == "report":
            scene.report(request="again", seat="A-1", how="adopted", happened=AT + timedelta(seconds=1))
        elif move[0] == "restart":
            past = scene
            scene = scene.restarted()
            scene.facts = past.facts + scene.facts
            scene.times = past.times + scene.times
            scene.effects = past.effects + scene.effects
    return scene


BEGINNINGS = st.sampled_from([0, 125, 901])
"""Seconds after the report, with nobody answering: the first rung, all of them, a voice for the police."""

ENDINGS = st.sampled_from(
    [("act", "stand_down", "3001"), ("act", "police_called", "3001"), ("mark", "dialling", True)]
)


@settings(max_examples=150, deadline=None)
@given(BEGINNINGS, st.lists(steps(), max_size=25))
def test_whatever_happens_the_record_has_no_gap_and_says_all(
    seconds: float, moves: list[tuple[Any, ...]]
) -> None:
    scene = Scene()
    scene.report()
    scene.run(seconds)
    scene = play(scene, moves)
    again: dict[str, Incident] = {}
    numbers: dict[str, list[int]] = {}
    for fact in scene.facts:
        if isinstance(fact, e.IncidentFact):
            numbers.setdefault(fact.incident, []).append(fact.n)
            text = msgspec.json.encode(fact)
            fold(again, msgspec.json.decode(text, type=e.incidents.IncidentFacts))
    assert all(found == list(range(1, len(found) + 1)) for found in numbers.values())
    assert again == scene.world.incidents


@settings(max_examples=150, deadline=None)
@given(BEGINNINGS, st.lists(steps(), max_size=10), ENDINGS, st.lists(steps(), max_size=20))
def test_whatever_happens_nobody_is_rung_for_the_police_after_they_were_dialled_or_stood_down(
    seconds: float, before: list[tuple[Any, ...]], ending: tuple[Any, ...], after: list[tuple[Any, ...]]
) -> None:
    scene = Scene()
    incident = scene.report()
    scene.run(seconds)
    assert bool(scene.of(e.VoiceSought)) is (seconds > 900)
    scene = play(scene, [*before, ending, *after])
    dialled = over = False
    for fact in scene.facts:
        if not isinstance(fact, e.IncidentFact) or fact.incident != incident.id:
            continue
        if isinstance(fact, (e.StoodDown, e.PoliceCalledByHand, e.IncidentClosed)):
            over = True
        elif isinstance(fact, (e.PoliceDialling, e.PoliceFailed)):
            dialled = isinstance(fact, e.PoliceDialling)
        assert not ((dialled or over) and isinstance(fact, (e.VoiceSought, e.PoliceDue)))


@settings(max_examples=150, deadline=None)
@given(st.lists(steps(), max_size=25))
def test_whatever_happens_a_live_incident_comes_to_the_police_by_itself(moves: list[tuple[Any, ...]]) -> None:
    """No rung is skipped and no clock is lost: left alone, it ends in a decision."""
    scene = Scene()
    incident = scene.report()
    scene = play(scene, moves)
    scene.run(1000)
    left = scene.world.incidents[incident.id]
    assert left.phase is not Phase.LIVE
    assert list(left.rungs) == sorted(left.rungs)
    if left.phase is Phase.POLICE and left.police is not None and left.police.mode == "call":
        rung = len(scene.sought())
        scene.run(200)
        assert len(scene.sought()) > rung


@settings(max_examples=100, deadline=None)
@given(st.lists(steps(), max_size=25))
def test_whatever_happens_a_drill_never_asks_for_the_police(moves: list[tuple[Any, ...]]) -> None:
    scene = Scene()
    scene.report(drill=True)
    scene = play(scene, [move for move in moves if move[0] != "report"])
    scene.run(2000)
    assert scene.of_effects(RingForPolice) == []
    assert all(not incident.open for incident in scene.world.incidents.values())
