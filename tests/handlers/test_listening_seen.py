"""What is known of a listening after ccd or the PBX was away; and the short form afterwards."""

from __future__ import annotations

import json

import pytest

from ccd import events as e
from ccd.events.listening import ListeningBegan, ListeningEnded, ListeningNoted, ListeningTurned
from ccd.quality.form import YES_NO, Form, Question, Section, Text
from tests.handlers.listening_scene import ListeningScene, heard

A, LEAD = "2001", "3001"
_TITLE = Text("Listening", "监听")
FORM = Form(
    "listening",
    _TITLE,
    60,
    (
        Section(
            "all",
            _TITLE,
            100,
            (Question("greeted", _TITLE, YES_NO, 10), Question("calm", _TITLE, YES_NO, 10)),
        ),
    ),
)


# --- out of sight -------------------------------------------------------------------------------------------


def _seen_again(scene: ListeningScene, *shown: tuple[str, str, str, str]) -> None:
    """The channels that a snapshot shows: Uniqueid, name, application, its data."""
    scene.take(e.PbxLinked(at=scene.at, pbx="main", version="22.10.1", boot="1"))
    scene.ami("QueueParams", Queue="support")
    for each in sorted({one.interface for one in scene.people if one.interface}):
        scene.ami("QueueMember", Queue="support", Location=each, Name=each, Paused="0")
    for uniqueid, name, application, data in shown:
        scene.ami(
            "CoreShowChannel",
            Uniqueid=uniqueid,
            Linkedid=uniqueid,
            Channel=name,
            ChannelState="6",
            Application=application,
            ApplicationData=data,
        )
    scene.ami("CoreShowChannelsComplete")
    scene.take(e.PbxSynced(at=scene.at, pbx="main"))


def test_what_is_there_still_when_the_pbx_is_seen_again_goes_on_as_it_is_then() -> None:
    scene, name, agent = heard()
    scene.lose()
    scene.run(30)
    _seen_again(
        scene,
        (agent, "PJSIP/1001-00000001", "AppDial", ""),
        (name, "PJSIP/1011-000000aa", "ChanSpy", f"{agent},quEXw"),
    )
    assert scene.of(ListeningEnded) == []
    assert [one.how for one in scene.of(ListeningTurned)] == ["whisper"]
    assert scene.world.pbxs["main"].agents["PJSIP/1011"].reason == "listening"
    scene.run(30)
    scene.hangup(name)
    assert scene.latest(ListeningEnded).seconds == pytest.approx(60, abs=0.1)


def test_what_is_gone_when_the_pbx_is_seen_again_is_marked_as_unknown() -> None:
    scene, _, agent = heard()
    scene.run(20)
    scene.lose()
    scene.run(600)
    _seen_again(scene, (agent, "PJSIP/1001-00000001", "AppDial", ""))
    ended = scene.latest(ListeningEnded)
    assert ended.why == "unknown"
    assert ended.seconds == pytest.approx(20, abs=0.1), "no more than was seen counts"
    assert len(scene.of(ListeningEnded)) == 1


def test_a_daemon_that_was_away_takes_up_what_goes_on_and_ends_what_does_not() -> None:
    scene, name, _ = heard()
    scene.listening("5001", A)
    scene.run(10)
    scene.restart(away_s=120)
    ended = scene.of(ListeningEnded)
    assert {one.why for one in ended} == {"unknown"}
    assert len(ended) == 2
    assert scene.world.listening.live == {}
    assert scene.world.listening.known(name) is not None


def test_what_began_unseen_has_begun_when_we_looked() -> None:
    scene = ListeningScene()
    agent = scene.talk("1001")
    name = scene.ask(LEAD, A).result["listening"]
    scene.lose()
    scene.run(15)
    _seen_again(
        scene,
        (agent, "PJSIP/1001-00000001", "AppDial", ""),
        (name, "PJSIP/1011-000000aa", "ChanSpy", f"{agent},quEX"),
    )
    (began,) = scene.of(ListeningBegan)
    assert (began.seen, began.at >= scene.at) == (False, True)


# --- the short form -----------------------------------------------------------------------------------------


def test_the_listener_notes_afterwards_and_it_is_kept_whole() -> None:
    scene, name, _ = heard()
    scene.hangup(name)
    answer = scene.act("listening", "note", actor=LEAD, answers='{"greeted": "yes"}', comment="warm")
    assert answer.accepted
    (noted,) = scene.of(ListeningNoted)
    assert (noted.listening, noted.person, json.loads(noted.answers)) == (name, A, {"greeted": "yes"})
    assert scene.world.listening.ended[name].noted


@pytest.mark.parametrize(
    ("actor", "values", "rule"),
    [
        ("3002", {"comment": "x"}, "listening_none_yet"),
        (LEAD, {"listening": "listen-1nothing", "comment": "x"}, "listening_no_such"),
        (LEAD, {}, "listening_note_empty"),
        (LEAD, {"answers": "not json"}, "form_answers_unreadable"),
        (LEAD, {"answers": '{"other": "yes"}'}, "form_unknown_question"),
        (LEAD, {"answers": '{"greeted": 3}'}, "form_yes_or_no"),
        (LEAD, {"answers": '{"greeted": "yes", "greeted": "no"}'}, "form_answered_twice"),
    ],
)
def test_a_note_that_cannot_be_taken_changes_nothing(actor: str, values: dict[str, str], rule: str) -> None:
    scene, name, _ = heard()
    scene.hangup(name)
    scene.world.forms = {"listening": FORM}
    assert scene.act("listening", "note", actor=actor, **values).rule == rule
    assert scene.of(ListeningNoted) == []


def test_whoever_did_not_listen_notes_nothing_of_it() -> None:
    scene, name, _ = heard()
    refused = scene.act("listening", "note", actor="5003", listening=name, comment="x")
    assert refused.rule == "listening_note_not_yours"


def test_a_ring_that_nobody_answered_has_nothing_to_note() -> None:
    scene = ListeningScene()
    scene.talk("1001")
    name = scene.ask(LEAD, A).result["listening"]
    scene.fails(name, "3")
    refused = scene.act("listening", "note", actor=LEAD, listening=name, comment="x")
    assert refused.rule == "listening_nothing_heard"
