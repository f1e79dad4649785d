"""The protocol where things meet that seldom meet: odd people, several PBXs, reloads, and races."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from ccd import events as e
from ccd.effects import Effect, Ring, RingForPolice, RingToTell, SendAction, Tell
from ccd.incidents.people import voices
from ccd.incidents.state import Incident, Phase
from tests.handlers.incident_scene import AT, PEOPLE, SEATS, Scene, silent


def says(*results: tuple[float, str]) -> Any:
    return lambda ring: list(results)


def for_police(*results: tuple[float, str]) -> Any:
    return lambda ring: silent(ring) if isinstance(ring, RingToTell) else list(results)


ACKNOWLEDGES = says((3, "answered"), (8, "acknowledged"))
NO_TRUNK = for_police((3, "answered"), (15, "police-dialling"), (20, "police-failed"), (21, "hung_up"))


def two_pbxs(*, linked: tuple[str, ...] = ("main", "east"), police_pbx: str = "", **presence: str) -> Scene:
    """The leads sit at the PBX named for them, the others at ``main``."""
    scene = Scene(police={"pbx": police_pbx})
    scene.settings.pbx["east"] = scene.settings.pbx["main"]
    for name in ("main", "east"):
        scene.world.pbx(name).synced = name in linked
    for person, pbx in presence.items():
        code = person.removeprefix("p")
        scene.world.presence.pop(("main", SEATS[code]), None)
        scene.world.presence[pbx, SEATS[code]] = {code: AT}
    return scene


def mode(scene: Scene, wanted: str) -> None:
    """The file is changed and read anew."""
    values = scene.settings.model_dump()
    values["policies"]["incidents"]["mode"] = wanted
    text = type(scene.settings).model_validate(values).model_dump_json()
    scene.take(e.ConfigReplaced(at=scene.at, settings=text))


def sent(scene: Scene, **fields: str) -> list[SendAction]:
    return [
        effect
        for effect in scene.of_effects(SendAction)
        if all(dict(effect.fields).get(name) == value for name, value in fields.items())
    ]


# --- people -----------------------------------------------------------------------------------------------


def test_where_the_only_duty_lead_reports_whoever_stands_in_is_rung_first() -> None:
    scene = Scene(signed_in={"3001": "D-1", "2001": "A-4"})
    scene.report(seat="D-1")
    assert scene.told() == [(0.0, "2001")]


def test_where_the_only_duty_lead_reports_and_nobody_stands_in_that_is_an_alarm() -> None:
    scene = Scene(signed_in={"3001": "D-1"})
    scene.report(seat="D-1")
    assert scene.told() == [(0.0, "3002")], "the absent one, at the number outside"
    assert scene.letters("nobody_on_duty")


def test_a_manager_who_reports_is_not_rung_and_the_clock_runs_all_the_same() -> None:
    scene = Scene(signed_in={**SEATS, "4001": "A-3"})
    scene.phones = {"3001": ACKNOWLEDGES}
    scene.report(seat="A-3")
    scene.run(901)
    assert "4001" not in [person for _, person in scene.told()]
    assert len(scene.of(e.PoliceDue)) == 1


def test_who_stands_on_two_rungs_acknowledges_one_after_the_other_at_the_console() -> None:
    rungs = [{"role": "duty_lead"}, {"role": "duty_lead"}]
    scene = Scene(ladders={"threat": {"rungs": rungs}})
    incident = scene.report()
    assert scene.act("acknowledge", "3001").accepted
    assert scene.act("acknowledge", "3001").accepted
    assert [rung.acknowledged for rung in incident.rungs.values()] == [["3001"], ["3001"]]
    rung = len(scene.told())
    scene.run(300)
    assert len(scene.told()) == rung


def test_nobody_waits_for_a_phone_that_a_person_does_not_have() -> None:
    """Who has none keeps the turn for what was written to them; then it is the next one's."""
    without = msgspec.structs.replace(PEOPLE[4], phone="", email="d1@example.com")
    scene = Scene(people=(*PEOPLE[:4], without, *PEOPLE[5:]), signed_in={"1001": "A-1", "3002": "D-2"})
    scene.report()
    scene.run(100)
    assert [person for _, person in scene.told()][:2] == ["3002", "4001"]
    assert ("3001", "d1@example.com") in [(x.person, x.address) for x in scene.of_effects(Tell)]


@pytest.mark.parametrize("language", ["", "en", "fr", "zh_CN", "yue", "zh_HK"])
def test_any_language_of_the_roster_can_be_told(language: str) -> None:
    person = msgspec.structs.replace(PEOPLE[4], language=language)
    scene = Scene(people=(*PEOPLE[:4], person, *PEOPLE[5:]))
    scene.report()
    assert scene.told() == [(0.0, "3001")]
    assert [x.subject for x in scene.of_effects(Tell) if x.person == "3001"] != []


def test_a_roster_replaced_meanwhile_without_those_whose_turn_it_is_holds_nothing_up() -> None:
    scene = Scene()
    incident = scene.report()
    scene.run(5)
    others = tuple(person for person in PEOPLE if person.role not in ("duty_lead", "operations_manager"))
    scene.take(e.RosterReplaced(at=scene.at, version="2", people=others, by="root"))
    scene.run(1000)
    assert len(scene.of(e.PoliceDue)) == 1
    assert incident.phase is Phase.POLICE
    assert "1002" in [person for _, person in scene.sought()]


# --- where there is nobody to ring ------------------------------------------------------------------------


def test_while_there_is_no_phone_to_ring_everybody_is_told_again_but_not_at_every_try() -> None:
    scene = Scene(signed_in={}, people=(*PEOPLE[:2], PEOPLE[7]))
    scene.report(seat="")
    scene.run(900 + 600)
    letters = [x for x in scene.letters("dial_yourself") if x.means == "email"]
    assert 8 <= len(letters) <= 12


# --- several PBXs, or none --------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["mqtt", "console"])
def test_a_report_that_names_no_pbx_rings_people_outside_by_the_one_that_is_followed(how: str) -> None:
    scene = Scene()
    scene.report(how=how, pbx="", seat="")
    scene.run(960)
    rings = scene.of_effects(Ring)
    assert {ring.pbx for ring in rings} == {"main"}
    assert any(ring.where == "outside:02022222222" for ring in rings)


def test_without_any_pbx_the_ladder_still_tells_people_in_writing() -> None:
    scene = Scene(signed_in={})
    scene.world.pbxs.clear()
    scene.report(pbx="", seat="")
    scene.run(960)
    assert {x.address for x in scene.of_effects(Tell)} >= {"d1@example.com", "boss@example.com"}
    assert len(scene.of(e.PoliceDue)) == 1


@pytest.mark.parametrize(("setting", "pbx"), [("", "main"), ("east", "east")])
def test_voices_are_sought_on_the_one_pbx_whose_mark_keeps_the_police_from_being_called_twice(
    setting: str, pbx: str
) -> None:
    scene = two_pbxs(police_pbx=setting, p3001="east", p3002="main")
    incident = scene.report()
    scene.run(1100)
    assert {ring.pbx for ring in scene.of_effects(RingForPolice)} == {pbx}
    assert {place.pbx for _, place in voices(scene.world, incident)} == {pbx}


def test_the_dialplan_of_a_pbx_is_given_only_phones_of_its_own() -> None:
    scene = two_pbxs(p3001="east", p3002="main")
    scene.take(e.PbxSynced(at=scene.at, pbx="main"))
    [leads] = sent(scene, Family="ccd-duty", Key="leads")
    assert dict(leads.fields)["Val"] == "PJSIP/1011"


@pytest.mark.parametrize(("gone", "told"), [("main", True), ("east", False)])
def test_everybody_is_told_to_dial_where_the_pbx_of_the_police_goes_and_only_then(
    gone: str, told: bool
) -> None:
    scene = two_pbxs()
    scene.report()
    scene.run(905)
    scene.effects.clear()
    scene.take(e.PbxLost(at=scene.at, pbx=gone, last_heard=scene.at, why="closed"))
    assert bool(scene.letters("dial_yourself")) is told


# --- the police -------------------------------------------------------------------------------------------


def test_everybody_is_told_to_dial_where_the_pbx_goes_while_it_dials_the_police() -> None:
    """Whether they answered cannot be known any more."""
    scene = Scene()
    scene.phones = {"3001": for_police((3, "answered"), (15, "police-dialling"))}
    scene.report()
    scene.run(920)
    assert scene.letters("dial_yourself") == []
    scene.take(e.PbxLost(at=scene.at, pbx="main", last_heard=scene.at, why="silent"))
    assert scene.letters("dial_yourself")


def test_a_lead_may_ask_for_the_police_after_no_trunk_took_them_and_the_manager_came() -> None:
    scene = Scene()
    scene.phones = {"3001": NO_TRUNK}
    incident = scene.report()
    scene.run(930)
    assert incident.police_state == "failed"
    assert incident.voice
    scene.attends("4001")
    assert sent(scene, Family="ccd-police", Val="barred")
    assert scene.act("police", "3001").accepted
    assert sent(scene, Action="DBDel", Family="ccd-police"), "else the dialplan would not dial any more"


@pytest.mark.parametrize(
    ("end", "phase"),
    [
        (lambda scene: scene.act("stand_down", "3001", "a child"), Phase.STOOD_DOWN),
        (lambda scene: scene.attends("4001"), Phase.ATTENDED),
        (lambda scene: scene.act("police_called", "3001"), Phase.CALLED),
    ],
    ids=["stood down", "somebody came", "called by hand"],
)
def test_a_dial_that_began_as_it_was_ended_and_failed_starts_no_new_search(end: Any, phase: Phase) -> None:
    scene = Scene()
    scene.phones = {"3001": for_police((3, "answered"))}
    incident = scene.report()
    scene.run(905)
    voice = incident.voice
    end(scene)
    rung = len(scene.sought())
    for state in ("dialling", "failed"):
        scene.take(e.PoliceMark(at=scene.at, pbx="main", incident=incident.id, state=state, by=voice))
    scene.run(3600)
    assert len(scene.sought()) == rung
    assert incident.phase is phase


def test_a_ring_that_outlives_the_stand_down_is_barred_also_where_an_earlier_dial_had_failed() -> None:
    scene = Scene()
    scene.phones = {"3001": NO_TRUNK}
    incident = scene.report()
    scene.run(930)
    scene.take(e.PbxLost(at=scene.at, pbx="main", last_heard=scene.at, why="closed"))
    scene.act("stand_down", "3001", "a child")
    scene.effects.clear()
    scene.take(e.PbxSynced(at=scene.at, pbx="main"))
    scene.take(e.PoliceMark(at=scene.at, pbx="main", incident=incident.id, state="failed", live=False))
    assert sent(scene, Family="ccd-police", Val="barred")


def test_cut_in_the_middle_of_a_search_the_same_ring_goes_on() -> None:
    scene = Scene()
    scene.phones = {"3001": for_police()}
    incident = scene.report()
    scene.run(903)
    voice = incident.voice
    scene.take(e.PbxLost(at=scene.at, pbx="main", last_heard=scene.at, why="closed"))
    scene.take(e.PbxSynced(at=scene.at, pbx="main"))
    scene.take(e.PoliceMark(at=scene.at, pbx="main", incident=incident.id, state="none", live=False))
    scene.take(e.RingResult(at=scene.at, pbx="main", key=voice, result="none"))
    assert [ring.key for ring in scene.of_effects(RingForPolice)] == [voice, voice]
    assert incident.voice == voice


# --- reloads ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wanted", ["off", "observe", "notify"])
def test_a_mode_that_does_not_enforce_ends_the_ringing_for_the_police_at_once(wanted: str) -> None:
    for since in (600, 905):
        scene = Scene()
        incident = scene.report()
        scene.run(since)
        mode(scene, wanted)
        rung = len(scene.sought())
        scene.run(1200)
        assert len(scene.sought()) == rung
        assert incident.phase is Phase.POLICE


@pytest.mark.parametrize("wanted", ["off", "observe"])
def test_a_mode_that_tells_nobody_does_so_from_the_reload_on(wanted: str) -> None:
    scene = Scene()
    scene.report()
    scene.run(1)
    mode(scene, wanted)
    scene.effects.clear()
    scene.run(2000)
    assert scene.of_effects(Tell) + scene.of_effects(Ring) == []


def test_enforced_again_the_search_goes_on() -> None:
    scene = Scene()
    scene.report()
    scene.run(905)
    mode(scene, "notify")
    scene.run(300)
    rung = len(scene.sought())
    mode(scene, "enforce")
    scene.run(60)
    assert len(scene.sought()) > rung


# --- after a start ----------------------------------------------------------------------------------------


def restored(texts: list[str]) -> Scene:
    scene = Scene()
    scene.take(e.IncidentsRestored(at=AT, facts=tuple(texts)))
    return scene


def written(scene: Scene) -> list[str]:
    return [msgspec.json.encode(fact).decode() for fact in scene.facts if isinstance(fact, e.IncidentFact)]


def test_a_fact_of_a_version_to_come_costs_itself_alone() -> None:
    scene = Scene()
    incident = scene.report()
    first, *others = written(scene)
    news = f'{{"type":"FactToCome","at":"2026-03-02T08:00:00Z","incident":"{incident.id}","n":2}}'
    known = restored([news, first, news, *others]).world.incidents[incident.id]
    assert known == incident


def test_a_fact_that_is_missing_costs_those_that_rest_on_it_alone() -> None:
    scene = Scene()
    incident = scene.report()
    other = scene.report(request="r2", seat="A-2")
    texts = [text for text in written(scene) if '"type":"RungBegan"' not in text]
    after = restored(texts)
    assert set(after.world.incidents) == {incident.id, other.id}
    assert after.world.incidents[other.id].facts.seat == "A-2"


def test_an_incident_of_a_ladder_that_is_configured_no_more_is_restored_and_can_be_ended() -> None:
    scene = Scene(ladders={"flood": {}})
    incident = scene.report(ladder="flood", seat="")
    after = restored(written(scene))
    assert after.world.incidents[incident.id].phase is Phase.LIVE
    assert after.act("stand_down", "3001", "dry again").accepted
    assert after.act("close", "3001", "a pipe").accepted


@pytest.mark.parametrize("where", ["spool", "memory"])
def test_what_was_kept_elsewhere_is_in_the_store_after_a_start_and_no_longer_said_to_be_at_risk(
    where: str,
) -> None:
    scene = Scene()
    incident = scene.report()
    scene.take(e.Kept(at=scene.at, incidents=(incident.id,), where=where))
    after = restored(written(scene))
    assert after.world.incidents[incident.id].saved == "store"
    assert [fact.where for fact in after.of(e.SavingChanged)] == ["store"]


# --- at the same moment -----------------------------------------------------------------------------------


def together(scene: Scene, incident: Incident, *names: str) -> list[Effect]:
    """These deadlines come due in this order, at one instant."""
    scene.effects.clear()
    for name in names:
        scene.deadlines.pop(f"incident|{incident.id}|{name}", None)
        scene.take(e.DeadlineDue(at=scene.at, key=f"incident|{incident.id}|{name}", late_s=0.0))
    return scene.effects


@pytest.mark.parametrize("names", [("warn", "police"), ("police", "warn")])
def test_warning_and_deadline_at_one_instant_give_one_decision(names: tuple[str, str]) -> None:
    scene = Scene()
    incident = scene.report()
    scene.at = AT + timedelta(seconds=900)
    together(scene, incident, *names)
    assert len(scene.of(e.PoliceDue)) == 1
    assert len(scene.of_effects(RingForPolice)) == 1


@pytest.mark.parametrize("names", [("turn-0", "rung-1"), ("rung-1", "turn-0")])
def test_a_turn_and_the_next_rung_at_one_instant_begin_the_rung_once(names: tuple[str, str]) -> None:
    scene = Scene()
    incident = scene.report()
    scene.at = AT + timedelta(seconds=30)
    together(scene, incident, *names, *names)
    assert [fact.rung for fact in scene.of(e.RungBegan)] == [0, 1]
    assert [fact.n for fact in scene.facts if isinstance(fact, e.IncidentFact)] == list(
        range(1, incident.n + 1)
    )


def test_a_phone_that_answers_as_its_time_runs_out_does_not_lead_to_two_voices_at_once() -> None:
    scene = Scene()
    scene.phones = {"3001": for_police()}
    incident = scene.report()
    scene.run(901)
    first = incident.voice
    together(scene, incident, "voice")
    scene.take(e.RingResult(at=scene.at, pbx="main", key=first, result="no_answer"))
    assert len(scene.of_effects(RingForPolice)) == 1
    assert incident.voice != first


def test_an_arrival_at_the_instant_of_the_deadline_ends_the_search_that_it_began() -> None:
    scene = Scene()
    incident = scene.report()
    scene.at = AT + timedelta(seconds=900)
    together(scene, incident, "police")
    scene.attends("4001")
    scene.run(600)
    assert incident.phase is Phase.ATTENDED
    assert len(scene.sought()) == 1
    assert sent(scene, Family="ccd-police", Val="barred")


def test_a_report_by_phone_while_the_picture_is_blind_is_taken_with_what_is_known() -> None:
    scene = Scene()
    scene.world.pbx("main").synced = False
    incident = scene.report(how="phone", uniqueid="1.7", seat="")
    assert (incident.facts.pbx, incident.facts.uniqueid) == ("main", "1.7")
    assert scene.told() == [(0.0, "3001")]


# --- what an outage took ---


def test_whom_an_outage_kept_from_being_rung_is_rung_when_the_pbx_is_back() -> None:
    scene = Scene(signed_in={"1001": "A-1", "3001": "D-1"}, people=(*PEOPLE[:1], PEOPLE[4]))
    scene.phones = {"3001": lambda ring: [(0.1, "failed")]}
    scene.report()
    scene.run(5)
    scene.phones = {}
    scene.take(e.PbxSynced(at=scene.at, pbx="main"))
    assert scene.told() == [(0.0, "3001"), (5.0, "3001")]


def test_an_arrival_after_the_police_were_dialled_is_on_record_once() -> None:
    scene = Scene()
    scene.report()
    scene.take(
        e.PoliceMark(at=scene.at, pbx="main", incident=next(iter(scene.world.incidents)), state="dialling")
    )
    scene.attends("4001")
    scene.attends("4001")
    assert [fact.person for fact in scene.of(e.Arrived)] == ["4001"]
    assert next(iter(scene.world.incidents.values())).phase is Phase.CALLED
