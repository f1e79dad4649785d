"""What comes of a listening, as the PBX tells it: begun, turned, ended; and that it is no conversation."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccd.events import AgentChanged, CallAnswered, CallEnded
from ccd.events.listening import (
    ListeningBegan,
    ListeningEnded,
    ListeningFact,
    ListeningStopAsked,
    ListeningTurned,
)
from ccd.listening.state import ListeningState
from tests.handlers.listening_scene import ListeningScene, heard

A, LEAD = "2001", "3001"

# --- begun and turned ---------------------------------------------------------------------------------------


def test_it_has_begun_when_the_pbx_says_so_and_not_when_the_phone_rings() -> None:
    scene = ListeningScene()
    scene.talk("1001")
    name = scene.ask(LEAD, A).result["listening"]
    scene.picks_up(name)
    assert scene.of(ListeningBegan) == []
    scene.goes_on(name, "listen")
    (began,) = scene.of(ListeningBegan)
    assert (began.how, began.person, began.actor, began.seen) == ("listen", A, LEAD, True)


def test_each_turn_is_told_once() -> None:
    scene, name, _ = heard()
    for how in ("whisper", "whisper", "barge", "listen"):
        scene.run(1)
        scene.goes_on(name, how)
    assert [one.how for one in scene.of(ListeningTurned)] == ["whisper", "barge", "listen"]


def test_turning_at_the_console_is_asked_of_the_pbx_and_true_when_the_pbx_says_so() -> None:
    scene, name, _ = heard()
    assert scene.act("listening", "turn", actor=LEAD, how="whisper").accepted
    (turn,) = scene.turns()
    assert (turn.listening, turn.how) == (name, "whisper")
    assert scene.of(ListeningTurned) == []
    scene.goes_on(name, "whisper")
    assert [one.how for one in scene.of(ListeningTurned)] == ["whisper"]


@pytest.mark.parametrize(
    ("actor", "how", "rule"),
    [
        (LEAD, "shout", "listening_no_such_how"),
        ("3003", "barge", "listening_none"),
    ],
)
def test_what_cannot_be_turned_is_said(actor: str, how: str, rule: str) -> None:
    scene, _, _ = heard()
    assert scene.act("listening", "turn", actor=actor, how=how).rule == rule
    assert scene.turns() == []


def test_an_analyst_may_not_turn_to_more_than_listening() -> None:
    scene = ListeningScene()
    scene.talk("1001")
    scene.listening("5001", A)
    assert scene.act("listening", "turn", actor="5001", how="whisper").rule == "listening_no_whisper"


def test_a_phone_put_onto_another_channel_is_hung_up_at_once() -> None:
    scene = ListeningScene()
    scene.talk("1001")
    other = scene.talk("1002")
    name = scene.ask(LEAD, A).result["listening"]
    scene.picks_up(name)
    scene.goes_on(name, "listen", spied=other)
    assert [one.listening for one in scene.ends()] == [name]
    assert scene.why(name) == "failed"


# --- ended --------------------------------------------------------------------------------------------------


def test_it_counts_from_where_it_was_heard_to_its_end() -> None:
    scene, name, _ = heard()
    scene.run(90)
    scene.hangup(name)
    ended = scene.latest(ListeningEnded)
    assert ended.why == "hung_up"
    assert ended.seconds == pytest.approx(90, abs=0.1)


@pytest.mark.parametrize(("what", "why"), [("over", "over"), ("left", "hung_up"), ("longest", "longest")])
def test_how_it_ended_is_told_by_the_dialplan_first(what: str, why: str) -> None:
    scene, name, _ = heard()
    scene.tells(name, what)
    scene.hangup(name)
    assert [one.why for one in scene.of(ListeningEnded)] == [why]


@pytest.mark.parametrize(("reason", "why"), [("3", "no_answer"), ("5", "busy"), ("0", "failed")])
def test_a_ring_that_came_to_nothing_is_no_monitoring(reason: str, why: str) -> None:
    scene = ListeningScene()
    scene.talk("1001")
    name = scene.ask(LEAD, A).result["listening"]
    scene.channel("PJSIP/1011-000000aa", name, state="5")
    scene.hangup(name)
    scene.fails(name, reason)
    ended = scene.latest(ListeningEnded)
    assert (ended.why, ended.seconds) == (why, 0)
    assert scene.ask(LEAD, A).accepted


def test_a_ring_of_which_nothing_is_ever_told_is_given_up() -> None:
    scene = ListeningScene()
    scene.talk("1001")
    name = scene.ask(LEAD, A).result["listening"]
    scene.run(39)
    assert scene.of(ListeningEnded) == []
    scene.run(2)
    assert scene.why(name) == "failed"


def test_a_call_that_ended_before_the_phone_was_picked_up_is_over() -> None:
    scene = ListeningScene()
    agent = scene.talk("1001")
    name = scene.ask(LEAD, A).result["listening"]
    scene.picks_up(name)
    scene.ami("UserEvent", UserEvent="CcdListen", Uniqueid=name, Key=name, What="on", How="4")
    scene.hangup(agent)
    scene.hangup(name)
    assert (scene.why(name), scene.latest(ListeningEnded).seconds) == ("over", 0)


def test_the_listener_or_who_commands_may_stop_it_and_nobody_else() -> None:
    scene, name, _ = heard()
    assert scene.act("listening", "stop", actor="3002").rule == "listening_none"
    assert scene.act("listening", "stop", actor="3002", listening=name).rule == "listening_not_yours"
    assert scene.act("listening", "stop", actor="5003", listening=name, why="enough").accepted
    asked = scene.latest(ListeningStopAsked)
    assert (asked.actor, asked.listener_person) == ("5003", LEAD)
    assert [one.listening for one in scene.ends()] == [name]
    assert scene.of(ListeningEnded) == [], "it is over when the PBX says so"
    scene.hangup(name, "0")
    assert scene.why(name) == "stopped"


def test_one_that_a_stranger_claims_is_over_goes_on() -> None:
    scene, name, agent = heard()
    scene.ami("UserEvent", UserEvent="CcdListen", Uniqueid=agent, Key=name, What="over", How="4")
    scene.ami("UserEvent", UserEvent="CcdListen", Uniqueid="99.9", Key="listen-1none", What="on", How="6")
    scene.ami("ChanSpyStart", SpyerUniqueid="99.9", SpyeeUniqueid=agent)
    assert scene.of(ListeningEnded) == []
    assert scene.of(ListeningTurned) == []


# --- it is no call ------------------------------------------------------------------------------------------


def test_the_listeners_leg_is_no_conversation_and_the_phone_is_shown_as_listening() -> None:
    scene, name, _ = heard()
    lead = scene.world.pbxs["main"].agents["PJSIP/1011"]
    assert (lead.state, lead.reason) == ("talking", "listening")
    before = len(scene.of(CallAnswered))
    scene.run(60)
    scene.hangup(name)
    ended = scene.latest(CallEnded, call=name)
    assert (ended.kind, ended.talk_s, ended.answered) == ("other", 0, None)
    assert len(scene.of(CallAnswered)) == before
    assert scene.latest(AgentChanged, interface="PJSIP/1011").state == "ready"


# --- in memory ----------------------------------------------------------------------------------------------


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_facts_told_twice_are_the_same_as_once(data: st.DataObject) -> None:
    scene, name, _ = heard()
    scene.goes_on(name, "whisper")
    scene.hangup(name)
    scene.act("listening", "note", actor=LEAD, comment="x")
    told = [fact for fact in scene.facts if isinstance(fact, ListeningFact)]
    again = [fact for fact in told for _ in range(data.draw(st.integers(1, 3)))]
    once, more = ListeningState(), ListeningState()
    for fact in told:
        once.fold(fact)
    for fact in again + told:
        more.fold(fact)
    assert (more.live, dict(more.ended)) == (once.live, dict(once.ended))


def test_what_is_remembered_does_not_grow_without_bound() -> None:
    scene, _, _ = heard()
    asked, ended = scene.facts, ListeningState()
    template = [fact for fact in asked if isinstance(fact, ListeningFact)]
    for n in range(1200):
        for fact in template:
            ended.fold(msgspec.structs.replace(fact, listening=f"listen-{n}"))
        last = ListeningEnded(
            at=scene.at, key=f"e{n}", listening=f"listen-{n}", why="over", seconds=1, call="c", how="listen"
        )
        ended.fold(last)
    assert ended.live == {}
    assert len(ended.ended) == 500
