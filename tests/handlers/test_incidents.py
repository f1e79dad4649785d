"""The threat protocol, as stories: who is told when, what stops the clock, what comes when it runs out."""

from __future__ import annotations

from typing import Any

import pytest

from ccd import events as e
from ccd.effects import (
    AnswerAct,
    CallPoliceUnattended,
    KeepCopy,
    Notify,
    Ring,
    RingForPolice,
    RingForPoliceDrill,
    RingToTell,
    SendAction,
    ShowAlert,
    Tell,
)
from ccd.incidents.state import Phase
from tests.handlers.incident_scene import AT, PEOPLE, Scene, silent


def says(*results: tuple[float, str]) -> Any:
    return lambda ring: list(results)


ACKNOWLEDGES = says((3, "answered"), (8, "acknowledged"))
CANNOT = says((3, "answered"), (8, "cannot"))


def for_police(*results: tuple[float, str]) -> Any:
    """A phone that nobody answers until a voice for the police is sought."""
    return lambda ring: silent(ring) if isinstance(ring, RingToTell) else list(results)


TAKES_IT = for_police((3, "answered"), (25, "police-dialling"), (30, "police-answered"), (60, "hung_up"))


def test_a_report_rings_the_duty_lead_of_the_team_at_once_and_freezes_what_is_known() -> None:
    scene = Scene()
    incident = scene.report()
    [first, *_] = scene.of_effects(RingToTell)
    assert (first.person, first.where) == ("3001", "PJSIP/1010")
    assert (incident.facts.seat, incident.facts.agent, incident.facts.agent_name) == ("A-1", "1001", "李雷")
    assert incident.phase is Phase.LIVE
    [alert] = scene.of_effects(ShowAlert)
    assert alert.active
    [answer] = scene.of_effects(AnswerAct)
    assert (answer.accepted, answer.incident) == (True, incident.id)


def test_without_an_acknowledgement_it_is_the_next_duty_leads_turn() -> None:
    scene = Scene()
    scene.report()
    scene.run(25)
    assert scene.told()[:2] == [(0.0, "3001"), (20.0, "3002")]  # not answered after 20 s of ringing


@pytest.mark.parametrize(("result", "next_after_s"), [("failed", 1.0), ("failed:no_session", 30.0)])
def test_a_phone_that_the_pbx_cannot_reach_keeps_the_next_one_from_nothing(
    result: str, next_after_s: float
) -> None:
    """One that is busy may be told as failed. Without a PBX the next phone would not ring either."""
    scene = Scene()
    scene.phones = {"3001": says((1, result))}
    scene.report()
    scene.run(31)
    assert [at for at, person in scene.told() if person == "3002"] == [next_after_s]


def test_while_a_phone_is_left_that_may_be_answered_nobody_is_told_to_dial_the_police() -> None:
    scene = Scene()
    scene.phones = {"3001": for_police((0, "failed"))}
    scene.report()
    scene.run(905)
    assert [person for _, person in scene.sought()][:2] == ["3001", "3002"]
    assert not scene.letters("dial_yourself")


def test_an_acknowledgement_ends_the_rung_and_begins_the_next_at_once() -> None:
    scene = Scene()
    scene.phones = {"3001": ACKNOWLEDGES, "4001": ACKNOWLEDGES}
    incident = scene.report()
    scene.run(200)
    assert scene.told() == [(0.0, "3001"), (8.0, "4001")]
    assert [fact.person for fact in scene.of(e.Acknowledged)] == ["3001", "4001"]
    assert [(rung.role, rung.acknowledged) for rung in incident.rungs.values()] == [
        ("duty_lead", ["3001"]),
        ("operations_manager", ["4001"]),
        ("management", []),
    ]


def test_a_phone_that_still_rings_or_is_listened_to_is_not_rung_again() -> None:
    rung = {"role": "operations_manager", "turn_s": 10, "ring_s": 20, "rounds": 20}
    scene = Scene(ladders={"threat": {"rungs": [rung]}})
    scene.phones = {"4001": says((3, "answered"), (50, "hung_up"))}
    scene.report()
    scene.run(49)
    assert scene.told() == [(0.0, "4001")]
    scene.run(60)
    assert len(scene.told()) > 1


def test_no_acknowledgement_stops_the_clock() -> None:
    scene = Scene()
    scene.phones = {person.code: ACKNOWLEDGES for person in PEOPLE}
    scene.report()
    scene.run(901)
    [due] = scene.of(e.PoliceDue)
    assert ((due.at - AT).total_seconds(), due.why, due.mode) == (900, "deadline", "call")


def test_everybody_is_warned_two_minutes_before_the_police() -> None:
    scene = Scene()
    scene.report()
    scene.run(780)
    [warned] = scene.of(e.PoliceWarned)
    assert warned.left_s == 120
    assert {letter.address for letter in scene.letters("warn_police")} >= {"d1@example.com"}


@pytest.mark.parametrize(
    "arrival",
    [
        pytest.param(lambda scene: scene.attends("4001"), id="code and PIN at a phone of the floor"),
        pytest.param(lambda scene: scene.act("arrive", "4001"), id="console"),
        pytest.param(
            lambda scene: scene.take(
                e.PersonArrived(at=scene.at, person="4001", pbx="main", seat="A-2", how="phone")
            ),
            id="signing in at a seat with the PIN",
        ),
    ],
)
def test_the_managers_proven_arrival_stops_the_clock(arrival: Any) -> None:
    scene = Scene()
    incident = scene.report()
    scene.run(600)
    arrival(scene)
    scene.run(3600)
    assert incident.phase is Phase.ATTENDED
    assert scene.of(e.PoliceDue) == []
    assert scene.letters("arrived")
    assert scene.deadlines == {}


def test_an_arrival_without_a_pin_is_recorded_and_the_clock_goes_on() -> None:
    scene = Scene()
    scene.report()
    scene.attends("4001", proven=False)
    scene.run(901)
    assert len(scene.of(e.ArrivalUnproven)) == 1
    assert len(scene.of(e.PoliceDue)) == 1


def test_nobody_elses_arrival_stops_the_clock() -> None:
    scene = Scene()
    incident = scene.report()
    scene.attends("2001")
    refused = scene.act("arrive", "2001")
    assert not refused.accepted
    assert "operations_manager" in refused.why
    assert incident.phase is Phase.LIVE
    assert [fact.act for fact in scene.of(e.ActRefused)] == ["arrive"]


def test_a_manager_who_cannot_come_brings_the_decision_forward() -> None:
    scene = Scene()
    scene.phones = {"3001": ACKNOWLEDGES, "4001": CANNOT}
    scene.report()
    scene.run(20)
    [due] = scene.of(e.PoliceDue)
    assert ((due.at - AT).total_seconds(), due.why) == (16, "cannot_come")


def test_one_of_two_managers_who_cannot_come_makes_it_the_others_turn() -> None:
    second = e.Person("4002", "副经理", "operations_manager", "", "", "", phone="02033333333")
    scene = Scene(people=(*PEOPLE, second))
    scene.phones = {"3001": ACKNOWLEDGES, "4001": CANNOT, "4002": ACKNOWLEDGES}
    scene.report()
    scene.run(60)
    assert scene.of(e.PoliceDue) == []
    assert [person for _, person in scene.told()] == ["3001", "4001", "4002"]


def test_at_the_deadline_the_leads_are_rung_before_the_seats_until_a_human_takes_it() -> None:
    scene = Scene()
    scene.phones = {"1002": TAKES_IT}
    incident = scene.report()
    scene.run(2000)
    # Leads on duty first, the other lead's seat is empty, the manager outside, then a seat; never the agent
    # who has the caller on the line.
    assert [person for _, person in scene.sought()] == ["3001", "3002", "3002", "4001", "1002"]
    assert incident.phase is Phase.CALLED
    assert incident.police_state == "answered"


def test_the_police_are_sought_round_and_round_until_somebody_stands_down() -> None:
    scene = Scene()
    incident = scene.report()
    scene.run(1200)
    rings = len(scene.sought())
    assert rings > 10
    assert scene.letters("dial_yourself")
    assert scene.act("stand_down", "3001", "caller was a child").accepted
    scene.run(3600)
    assert len(scene.sought()) == rings
    assert incident.phase is Phase.STOOD_DOWN


def test_only_one_phone_at_a_time_is_rung_for_the_police() -> None:
    scene = Scene()
    scene.phones = {"3001": for_police((3, "answered")), "3002": TAKES_IT}  # 3001 listens and says nothing
    scene.report()
    scene.run(1200)
    begun = [at for at, _ in scene.sought()]
    assert begun == [900.0, 1005.0]  # only after ringing and hearing time


def test_nine_on_the_phone_stands_down_with_its_reason() -> None:
    scene = Scene()
    scene.phones = {"3001": for_police((3, "answered"), (9, "stood_down:1"))}
    incident = scene.report()
    scene.run(1000)
    [down] = scene.of(e.StoodDown)
    assert (down.person, down.role, down.reason, down.how) == ("3001", "duty_lead", "false_alarm", "phone")
    assert incident.phase is Phase.STOOD_DOWN


def test_an_agent_at_a_seat_is_not_offered_to_stand_down_and_may_not() -> None:
    scene = Scene(signed_in={"1001": "A-1", "1002": "A-2"})
    scene.phones = {"1002": for_police((3, "answered"), (9, "stood_down:1"))}
    incident = scene.report()
    scene.run(1100)
    offered = {ring.person: ring.may_stand_down for ring in scene.of_effects(RingForPolice)}
    assert offered["1002"] is False
    assert scene.of(e.StoodDown) == []
    assert [fact.act for fact in scene.of(e.ActRefused)] != []
    assert incident.phase is Phase.POLICE


def test_once_the_mark_stands_nobody_is_rung_for_the_police_again() -> None:
    scene = Scene()
    scene.phones = {"3001": for_police((3, "answered"), (25, "police-dialling"), (30, "hung_up"))}
    incident = scene.report()
    scene.run(5000)
    assert len(scene.sought()) == 1
    assert incident.phase is Phase.CALLED
    refused = scene.act("stand_down", "3001", "too late")
    assert not refused.accepted


def test_where_no_trunk_takes_it_everybody_is_told_to_dial_and_it_is_tried_again() -> None:
    scene = Scene()
    scene.phones = {"3001": for_police((3, "answered"), (25, "police-dialling"), (40, "police-failed"))}
    incident = scene.report()
    scene.run(950)
    assert scene.letters("police_failed")
    assert incident.phase is Phase.POLICE
    assert len(scene.sought()) >= 2


def test_whoever_is_listening_is_cut_off_when_the_manager_arrives() -> None:
    scene = Scene()
    scene.phones = {"3001": says((3, "answered"))}
    scene.report()
    scene.run(905)
    scene.attends("4001")
    sent = [dict(effect.fields) for effect in scene.of_effects(SendAction)]
    voice = scene.of(e.VoiceSought)[-1].key
    assert {"Action": "Hangup", "Channel": voice} in sent
    assert any(fields.get("Family") == "ccd-police" and fields["Val"] == "barred" for fields in sent)


def test_a_lead_may_ask_for_the_police_although_somebody_has_arrived() -> None:
    scene = Scene()
    scene.report()
    scene.run(905)
    scene.attends("4001")
    assert scene.act("police", "3001").accepted
    assert [due.why for due in scene.of(e.PoliceDue)] == ["deadline", "asked"]
    sent = [dict(effect.fields) for effect in scene.of_effects(SendAction)]
    assert any(fields["Action"] == "DBDel" and fields.get("Family") == "ccd-police" for fields in sent)


@pytest.mark.parametrize(
    ("police", "rung", "confirm"),
    [
        ("call", RingForPolice, False),
        ("confirm", RingForPolice, True),
        ("unattended", CallPoliceUnattended, None),
    ],
)
def test_the_way_to_the_police_is_a_setting(police: str, rung: type[Any], confirm: bool | None) -> None:
    scene = Scene(ladders={"threat": {"police": police}}, police={"number": "02099999999"})
    scene.report()
    scene.run(901)
    [ring] = scene.of_effects(rung)
    assert getattr(ring, "confirm", None) is confirm


def test_a_ladder_that_only_advises_tells_everybody_to_dial_and_rings_for_nobody() -> None:
    scene = Scene(ladders={"threat": {"police": "advise"}}, police={"number": "02099999999"})
    scene.report()
    scene.run(2000)
    assert scene.sought() == []
    letters = scene.letters("dial_yourself")
    assert letters
    assert all("02099999999" in letter.text for letter in letters)


@pytest.mark.parametrize(
    ("mode", "told", "police"), [("notify", True, "advise"), ("observe", False, "advise")]
)
def test_modes_that_do_not_enforce_never_ring_for_the_police(mode: str, told: bool, police: str) -> None:
    scene = Scene(mode=mode)
    scene.report()
    scene.run(2000)
    assert bool(scene.told()) is told
    assert bool(scene.of_effects(Tell)) is told
    assert [due.mode for due in scene.of(e.PoliceDue)] == [police]
    assert scene.sought() == []


def test_nobody_on_duty_is_an_alarm_and_the_absent_lead_is_rung_outside() -> None:
    scene = Scene(signed_in={"1001": "A-1"})
    scene.report()
    assert scene.letters("nobody_on_duty")
    assert [notice.audience for notice in scene.of_effects(Notify)] == ["admin"]
    [ring] = scene.of_effects(RingToTell)
    assert (ring.person, ring.where) == ("3002", "outside:02011111111")


def test_whoever_stands_in_for_the_lead_is_rung_first_while_none_is_signed_in() -> None:
    scene = Scene(signed_in={"1001": "A-1", "1501": "A-3"})
    scene.report()
    assert [person for _, person in scene.told()] == ["1501"]
    assert scene.letters("nobody_on_duty") == []


def test_a_ladder_of_nobody_still_comes_to_the_police() -> None:
    scene = Scene(signed_in={"1001": "A-1", "1002": "A-2"}, people=PEOPLE[:2])
    scene.report()
    scene.run(901)
    assert [fact.people for fact in scene.of(e.RungBegan)] == [(), (), ()]
    assert [person for _, person in scene.sought()] == ["1002"]


def test_two_reports_of_one_emergency_are_one_incident_only_where_it_is_one_call() -> None:
    scene = Scene()
    first = scene.report(request="a")
    again = scene.report(request="a")
    assert again is first
    assert len(scene.of(e.IncidentOpened)) == 1
    other = scene.report(request="b", seat="A-2")
    assert other is not first


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"ladder": "flood"}, "unknown_ladder"),
        ({"seat": "Z-9"}, "unknown_seat"),
        ({"pbx": "north"}, "unknown_pbx"),
        ({"seat": "", "call": "1.1"}, "no_such_call"),
        ({"seat": "", "uniqueid": "1.1", "how": "phone"}, "no_such_call"),
    ],
)
def test_a_report_that_makes_no_sense_opens_nothing_and_says_why(fields: Any, why: str) -> None:
    scene = Scene()
    scene.take(
        e.ReportAsked(
            at=scene.at,
            **({"request": "r", "ladder": "threat", "how": "console", "pbx": "main", "seat": "A-1"} | fields),
        )
    )
    [answer] = scene.of_effects(AnswerAct)
    assert not answer.accepted
    assert answer.why.startswith(why)
    assert scene.world.incidents == {}
    [refused] = scene.of(e.ReportRefused)
    assert refused.why.startswith(why)


def test_a_report_noted_while_ccd_was_away_runs_from_when_it_was_made() -> None:
    scene = Scene()
    scene.run(1000)
    scene.report(how="adopted", happened=AT, uniqueid="1.7")
    scene.run(1)
    [due] = scene.of(e.PoliceDue)
    assert due.late_s == pytest.approx(100)
    assert [fact.rung for fact in scene.of(e.RungBegan)] == [0, 1, 2]


def test_the_dialplan_is_told_of_every_press_of_the_key_that_it_is_taken() -> None:
    scene = Scene()
    scene.world.pbx("main").synced = False
    for _ in range(2):
        scene.report(request="main-1.7-1", how="phone", uniqueid="1.7")
    puts = [dict(effect.fields) for effect in scene.of_effects(SendAction)]
    taken = [(put["Key"], put["Val"]) for put in puts if put.get("Family") == "ccd-taken"]
    [incident] = scene.world.incidents
    assert taken == [("1.7", incident)] * 2


def test_a_drill_never_asks_for_the_police_and_is_judged() -> None:
    scene = Scene(police={"number": "02099999999"})
    scene.phones = {"3001": ACKNOWLEDGES, "3002": TAKES_IT, "4001": ACKNOWLEDGES}
    scene.phones["3001"] = lambda ring: ACKNOWLEDGES(ring) if isinstance(ring, RingToTell) else TAKES_IT(ring)
    incident = scene.report(drill=True)
    scene.run(2000)
    assert scene.of_effects(RingForPolice) == []
    assert len(scene.of_effects(RingForPoliceDrill)) == 1
    assert all(ring.drill for ring in scene.of_effects(Ring))
    assert all(letter.text.startswith("【演练】") for letter in scene.of_effects(Tell))
    assert "02099999999" not in repr(scene.effects)
    assert incident.phase is Phase.CLOSED
    [verdict] = scene.of(e.DrillJudged)
    assert "rung-2-not-told" not in verdict.failures or not verdict.passed


def test_a_fast_drill_shortens_the_clock_but_leaves_time_to_pick_up() -> None:
    scene = Scene()
    scene.phones = {
        "3001": lambda ring: ACKNOWLEDGES(ring) if isinstance(ring, RingToTell) else TAKES_IT(ring)
    }
    incident = scene.report(drill=True, fast=True)
    scene.run(120)
    assert incident.arrive_within_s == 18
    assert incident.phase is Phase.CLOSED
    assert not scene.of_effects(KeepCopy)


def test_closing_needs_an_end_an_outcome_and_a_role() -> None:
    scene = Scene()
    incident = scene.report()
    assert "stand it down first" in scene.act("close", "3001", "nothing").why
    scene.attends("4001")
    assert "outcome" in scene.act("close", "3001", " ").why
    assert "may not" in scene.act("close", "1002", "nothing").why
    assert scene.act("close", "3001", "hoax, caller found").accepted
    assert (incident.phase, incident.outcome) == (Phase.CLOSED, "hoax, caller found")
    assert [alert.active for alert in scene.of_effects(ShowAlert)] == [True, False]


def test_whoever_was_left_out_is_told_afterwards() -> None:
    scene = Scene()
    scene.phones = {"3001": ACKNOWLEDGES}
    scene.report()
    scene.run(1)
    scene.attends("4001")
    assert scene.letters("level_skipped")


def test_a_record_that_is_kept_nowhere_is_said_to_everybody() -> None:
    scene = Scene()
    incident = scene.report()
    scene.take(e.Kept(at=scene.at, incidents=(incident.id,), where="memory"))
    assert incident.saved == "memory"
    assert all("【未保存】" in letter.text for letter in scene.letters("not_saved"))
    assert scene.letters("not_saved")


@pytest.mark.parametrize(
    ("ladder", "roles"),
    [
        ("intruder", ["duty_lead", "department_head"]),
        ("fire", ["duty_lead", "operations_manager", "management"]),
        ("danger", ["duty_lead", "operations_manager"]),
        ("leak", ["duty_lead", "operations_manager", "management"]),
        ("flood", ["duty_lead"]),
    ],
)
def test_other_emergencies_climb_their_own_ladders_and_have_no_clock(ladder: str, roles: list[str]) -> None:
    scene = Scene(ladders={"flood": {}})
    scene.phones = {person.code: ACKNOWLEDGES for person in PEOPLE}
    incident = scene.report(ladder=ladder, seat="")
    scene.run(2000)
    assert [rung.role for rung in incident.rungs.values()] == roles
    assert scene.of(e.PoliceDue) == []
    assert incident.phase is Phase.LIVE


def test_a_means_may_wait_for_its_turn_and_an_acknowledgement_spares_it() -> None:
    rung = {"role": "duty_lead", "means": {"phone": 0, "email": 10}}
    scene = Scene(ladders={"threat": {"rungs": [rung]}})
    scene.report()
    scene.run(15)
    assert [(at, x.address) for at, x in scene.times if isinstance(x, Tell) and x.means == "email"] == [
        (10.0, "d1@example.com")
    ]
    quick = Scene(ladders={"threat": {"rungs": [rung]}})
    quick.phones = {"3001": ACKNOWLEDGES}
    quick.report()
    quick.run(60)
    assert [x for x in quick.of_effects(Tell) if x.means == "email"] == []


def test_a_drill_that_reaches_nobody_fails_and_says_what_did_not_work() -> None:
    scene = Scene()
    scene.report(drill=True, fast=True)
    scene.run(1200)
    [verdict] = scene.of(e.DrillJudged)
    assert not verdict.passed
    assert {"rung-0-not-acknowledged", "police-not-reached"} <= set(verdict.failures)


def test_a_drill_in_which_everything_works_passes() -> None:
    scene = Scene()
    scene.phones = {
        person.code: lambda ring: ACKNOWLEDGES(ring) if isinstance(ring, RingToTell) else TAKES_IT(ring)
        for person in PEOPLE
    }
    scene.report(drill=True, fast=True)
    scene.run(300)
    for tell in scene.of_effects(Tell):
        scene.take(e.TellingResult(at=scene.at, key=tell.key, ok=True))
    [verdict] = scene.of(e.DrillJudged)
    assert (verdict.passed, verdict.failures) == (True, ())


def test_a_reload_that_takes_a_ladder_away_leaves_its_incident_alone() -> None:
    scene = Scene(ladders={"flood": {"arrive_within_s": 900, "warn_before_s": 60}})
    incident = scene.report(ladder="flood", seat="")
    bare = scene.settings.model_copy(update={"policies": type(scene.settings.policies)()})
    scene.take(e.ConfigReplaced(at=scene.at, settings=bare.model_dump_json()))
    scene.run(1000)
    assert incident.phase is Phase.POLICE
    assert scene.act("stand_down", "3001", "over").accepted


def test_a_roster_that_gives_the_polices_number_to_a_person_makes_nobody_ring_it() -> None:
    scene = Scene(signed_in={"1001": "A-1"}, police={"number": "020-2222-2222"})  # the manager's, in PEOPLE
    scene.report(drill=True)
    scene.run(300)
    assert "outside:02022222222" not in {ring.where for ring in scene.of_effects(Ring)}


def test_the_same_request_again_is_the_same_report_also_when_its_call_is_over() -> None:
    scene = Scene()
    incident = scene.report(request="main-1.7-1", how="adopted", happened=AT, uniqueid="1.7")
    scene.take(
        e.ReportAsked(
            at=scene.at, request="main-1.7-1", ladder="threat", how="phone", pbx="main", uniqueid="1.7"
        )
    )
    assert [answer.incident for answer in scene.of_effects(AnswerAct)] == [incident.id, incident.id]
    assert scene.of(e.ReportRefused) == []


def test_two_presses_of_the_key_before_the_pbx_is_in_sync_are_one_incident() -> None:
    scene = Scene()
    scene.world.pbxs["main"].synced = False
    first = scene.report(request="a", how="phone", uniqueid="1.7", seat="")
    assert scene.report(request="b", how="phone", uniqueid="1.7", seat="") is first
    assert len(scene.of(e.ReportRepeated)) == 1


def test_an_emergency_without_a_clock_is_closed_with_its_outcome_by_whoever_leads() -> None:
    scene = Scene()
    incident = scene.report(ladder="fire", seat="")
    assert not scene.act("close", "1002", "put out").accepted
    assert scene.act("close", "3001", "put out, nobody hurt").accepted
    assert (incident.phase, incident.outcome) == (Phase.CLOSED, "put out, nobody hurt")
