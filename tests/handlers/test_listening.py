"""Who may listen to whom, on which phone, and how many."""

from __future__ import annotations

import pytest

from ccd.config_section import Mode
from ccd.effects import ListenTo
from ccd.events.listening import ListeningAsked, ListeningRefused
from tests.handlers.listening_scene import ListeningScene


def on_calls(**settings: object) -> ListeningScene:
    """2001 (team A) and 2002 (team B) are on calls."""
    scene = ListeningScene(settings=settings)
    scene.talk("1001")
    scene.talk("1002")
    return scene


# --- by post ------------------------------------------------------------------------------------------------

A, B, EVERY = "2001", "2002", ("listen", "whisper", "barge")
RIGHTS = [
    ("3001", A, EVERY),  # a lead, their own team
    ("3001", B, ()),
    ("3003", A, EVERY),  # a duty lead, any
    ("3003", B, EVERY),
    ("5001", A, ("listen",)),  # an analyst of no team
    ("5001", B, ("listen",)),
    ("5002", A, ()),  # an analyst, never their own team
    ("5002", B, ("listen",)),
    ("5003", A, EVERY),  # the QA manager
    ("4001", B, EVERY),  # a manager
    ("2002", A, ()),  # agents never
    ("2003", A, ()),
    ("2004", A, ()),
    ("5004", A, ()),
    ("9001", A, ()),
]


@pytest.mark.parametrize(("actor", "person", "may"), RIGHTS)
@pytest.mark.parametrize("how", EVERY)
def test_who_may_listen_whisper_and_barge_goes_by_post_and_team(
    actor: str, person: str, may: tuple[str, ...], how: str
) -> None:
    scene = on_calls()
    answer = scene.ask(actor, person, how)
    assert answer.accepted == (how in may), answer
    assert len(scene.rings()) == (how in may)
    assert len(scene.of(ListeningRefused)) == (how not in may), "who was refused by their post is on record"


@pytest.mark.parametrize("actor", ["2001", "3001", "3003", "5001", "5003", "4001"])
def test_nobody_listens_to_themselves(actor: str) -> None:
    scene = ListeningScene()
    seat = next(one for one in scene.people if one.code == actor).interface.partition("/")[2]
    scene.talk(seat)
    assert scene.ask(actor, actor).rule == "listening_oneself"
    assert scene.rings() == []


def test_the_settings_let_analysts_whisper_and_leads_no_longer_barge() -> None:
    scene = on_calls(whisper_roles=["qa_analyst"], barge_roles=["duty_lead"])
    assert scene.ask("5001", A, "whisper").accepted
    assert scene.ask("3001", A, "whisper").rule == "listening_no_whisper"
    assert scene.ask("3001", A, "barge").rule == "listening_no_barge"
    assert scene.ask("3003", A, "barge").accepted


@pytest.mark.parametrize("mode", list(Mode))
def test_rights_hold_in_every_mode_and_off_lets_nobody(mode: Mode) -> None:
    scene = on_calls(mode=mode)
    assert not scene.ask("2002", A).accepted
    assert scene.ask("3001", A).accepted == (mode is not Mode.OFF)


def test_what_is_granted_may_be_turned_to_by_key_and_nothing_else() -> None:
    scene = on_calls()
    scene.ask("5001", A)
    scene.ask("3001", A)
    assert [ring.modes for ring in scene.rings()] == [("listen",), EVERY]


# --- is there a call ----------------------------------------------------------------------------------------


def test_the_error_says_what_they_do_instead_of_being_on_a_call() -> None:
    scene = ListeningScene()
    assert scene.ask("3001", A).rule == "listening_is_ready"
    scene.pause("S1001", "meal")
    answer = scene.ask("3001", A)
    assert (answer.rule, answer.values["reason"]) == ("listening_is_paused", "meal")
    scene.unpause("S1001")
    scene.channel("PJSIP/trunk-00000009", "18.1")
    scene.channel("PJSIP/1001-00000009", "18.2", "18.1", state="5")
    assert scene.ask("3001", A).rule == "listening_is_ringing"
    scene.hangup("18.2")
    scene.channel("PJSIP/1001-0000000b", "18.3", state="4")
    assert scene.ask("3001", A).rule == "listening_is_dialling"
    scene.hangup("18.3")
    scene.sign("leave", A, "S1001")
    assert scene.ask("3001", A).rule == "listening_not_here"
    assert scene.rings() == []


def test_out_of_sight_nobody_knows_whether_there_is_a_call() -> None:
    scene = on_calls()
    scene.lose()
    assert scene.ask("3001", A).rule == "listening_out_of_sight"


def test_exactly_the_channel_of_the_conversation_is_named_by_its_uniqueid() -> None:
    scene = ListeningScene()
    first = scene.talk("1001")
    scene.ami("Hold", Channel="PJSIP/1001-00000001", Uniqueid=first)
    second = scene.talk("1001")
    scene.ask("3001", A)
    (ring,) = scene.rings()
    assert (ring.channel, ring.phone, ring.pbx) == (second, "PJSIP/1011", "main")
    (asked,) = scene.of(ListeningAsked)
    assert (asked.channel, asked.spied, asked.listening) == ("PJSIP/1001-00000002", second, ring.listening)
    assert (asked.actor, asked.person, asked.by) == ("3001", A, "root")


def test_a_phone_that_listens_itself_is_on_no_call_of_its_own() -> None:
    scene = on_calls()
    scene.listening("3001", A)
    assert scene.ask("3003", "3001").rule == "listening_is_listening"


# --- which phone --------------------------------------------------------------------------------------------


def test_another_phone_of_the_roster_may_listen() -> None:
    scene = on_calls()
    scene.sign("leave", "5002", "S1022")
    assert scene.ask("4002", A).rule == "listening_no_phone"
    assert scene.ask("4002", A, phone="PJSIP/1022").accepted
    assert scene.rings()[0].phone == "PJSIP/1022"


@pytest.mark.parametrize(
    "phone",
    [
        "PJSIP/13800138000@trunk",
        "Local/13800138000@outbound",
        "outside:13800138000",
        "PJSIP/1099",
        "PJSIP/1011&PJSIP/1012",
        "1011",
        "PJSIP/1011\r\nContext: phones",
    ],
)
def test_no_outside_number_and_no_unknown_phone_ever_listens(phone: str) -> None:
    scene = on_calls()
    assert scene.ask("4001", A, phone=phone).rule == "listening_phone_unknown"
    assert scene.rings() == []


@pytest.mark.parametrize("phone", ["PJSIP/1012", "PJSIP/1001"])
def test_the_phone_of_somebody_who_sits_there_is_not_rung(phone: str) -> None:
    scene = on_calls()
    assert scene.ask("4001", A, phone=phone).rule == "listening_phone_of_another"


def test_not_while_the_listener_is_on_a_call() -> None:
    scene = on_calls()
    scene.talk("1011")
    assert scene.ask("3001", A).rule == "listening_phone_busy"


# --- how many -----------------------------------------------------------------------------------------------


def test_one_at_a_time_for_each_listener() -> None:
    scene = on_calls()
    assert scene.ask("3003", A).accepted
    assert scene.ask("3003", B).rule == "listening_already"


def test_two_may_listen_to_a_call_at_once_and_the_third_is_told() -> None:
    scene = on_calls()
    assert scene.ask("3001", A).accepted
    assert scene.ask("5001", A).accepted
    assert scene.ask("5003", A).rule == "listening_per_call"
    assert scene.ask("5003", B).accepted


def test_no_more_at_once_than_the_settings_let() -> None:
    scene = on_calls(at_once=2)
    assert scene.ask("3001", A).accepted
    assert scene.ask("3002", B).accepted
    assert scene.ask("5003", B).rule == "listening_at_once"


# --- emergencies --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("actor", "how", "why", "rule"),
    [
        ("3001", "listen", "", ""),
        ("5001", "listen", "", ""),
        ("4001", "listen", "", ""),
        ("3001", "whisper", "", ""),
        ("5003", "whisper", "", "listening_emergency_whisper"),
        ("3001", "barge", "to calm them", "listening_emergency_barge"),
        ("5003", "barge", "to calm them", "listening_emergency_barge"),
        ("3003", "barge", "", "listening_emergency_why"),
        ("3003", "barge", "to calm them", ""),
        ("4001", "barge", "to calm them", ""),
    ],
)
def test_into_the_call_of_a_live_emergency_only_those_who_command_it_barge(
    actor: str, how: str, why: str, rule: str
) -> None:
    scene = on_calls()
    scene.emergency(A, "1001")
    answer = scene.ask(actor, A, how, **({"why": why} if why else {}))
    assert answer.rule == (rule or f"listening_{how}")
    (incident,) = scene.world.incidents
    kept = scene.of(ListeningRefused) if rule else scene.of(ListeningAsked)
    assert [one.incident for one in kept] == [incident], "it is on record that an emergency was on"


def test_whoever_barged_in_before_the_emergency_hears_only_from_then_on() -> None:
    scene = on_calls()
    lead = scene.listening("3001", A, "barge")
    scene.emergency(A, "1001")
    (turned,) = scene.turns()
    assert (turned.listening, turned.how, turned.modes) == (lead, "listen", ("listen", "whisper"))
    assert scene.act("listening", "turn", actor="3001", how="barge").rule == "listening_emergency_barge"


def test_nothing_rings_before_it_is_stored() -> None:
    """The runner performs what a step asks for when its durable facts are committed: they are of one step."""
    scene = on_calls()
    before = len(scene.inputs)
    scene.ask("3001", A)
    assert len(scene.inputs) == before + 1
    assert ListeningAsked.durable
    assert [type(one) for one in scene.effects if isinstance(one, ListenTo)] == [ListenTo]
