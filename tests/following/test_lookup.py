"""What is known of an agent's call at the moment it is reported, over the scenes of a real Asterisk."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from ccd.events import AgentConnected, CallFacts, Event, Person, RosterReplaced, SignInAsked
from ccd.following.lookup import call_facts
from tests.following.playback import PBX, RECORDINGS, Player, captures, read_messages

PEOPLE = tuple(
    Person(f"2{seat}", f"坐席{seat}", "agent", "一组", f"S{seat}", f"PJSIP/{seat}")
    for seat in range(1001, 1041)
)
SCENES = [path for version in ("22", "16") for path in captures(version)]


def seated() -> Player:
    """Everybody at their own seat."""
    player = Player()
    player.step(RosterReplaced(at=player.tick(), version="1", people=PEOPLE, by="test"))
    for person in PEOPLE:
        asked = SignInAsked(
            player.tick(), person.code, PBX, person.seat, person.code, "arrive", True, "console"
        )
        player.step(asked)
    player.link()
    player.sync()
    return player


def look(player: Player, **by: str) -> CallFacts | str:
    world = player.world
    return call_facts(world.pbxs[PBX], world.roster, world.presence, at=player.at, **by)


def play_until(player: Player, path: Path, kind: type[Event]) -> Event:
    for message in read_messages(path):
        found = [fact for fact in player.feed([message]) if isinstance(fact, kind)]
        if found:
            return found[0]
    raise AssertionError(f"{path.name} has no {kind.__name__}")


@pytest.mark.parametrize("path", SCENES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_of_every_call_from_a_queue_the_agents_leg_may_report_and_the_callers_may_not(path: Path) -> None:
    player = seated()
    for message in read_messages(path):
        connected = [fact for fact in player.feed([message]) if isinstance(fact, AgentConnected)]
        for fact in connected:
            facts = look(player, uniqueid=fact.agent_uniqueid)
            assert isinstance(facts, CallFacts)
            assert (facts.call, facts.queue) == (fact.call, fact.queue)
            assert facts.answered == fact.at
            assert facts.caller_uniqueid not in ("", fact.agent_uniqueid)
            assert facts.caller_number
            if not facts.interface.startswith("Local/"):  # a member of which nobody says what phone it is
                assert facts.agent == f"2{facts.interface.removeprefix('PJSIP/')}"
            assert look(player, uniqueid=fact.uniqueid) == "not_an_agents_leg"


@pytest.mark.parametrize("path", SCENES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_at_every_moment_every_question_has_an_answer_that_fits(path: Path) -> None:
    player = seated()
    for number, message in enumerate(read_messages(path)):
        player.feed([message])
        if number % 7:
            continue
        pbx = player.world.pbxs[PBX]
        for channel in list(pbx.channels.values()):
            facts = look(player, uniqueid=channel.uniqueid)
            if isinstance(facts, str):
                assert facts == "not_an_agents_leg"
                continue
            assert facts.call in pbx.calls
            assert pbx.channels[facts.uniqueid].name == facts.channel
            assert facts.interface in pbx.agents
            assert facts.caller_uniqueid != facts.uniqueid
            assert facts.ran_s >= 0
        for call in list(pbx.calls):
            facts = look(player, call=call)
            assert facts == "not_an_agents_leg" or (isinstance(facts, CallFacts) and facts.call in pbx.calls)
        for person in PEOPLE[:12]:
            facts = look(player, seat=person.seat)
            if isinstance(facts, CallFacts):
                assert facts.interface == person.interface
            else:
                assert facts == "no_call_at_seat"


@pytest.mark.parametrize("version", ["22", "16"])
def test_a_call_from_a_queue_is_known_to_the_last_header(version: str) -> None:
    player = seated()
    fact = play_until(player, RECORDINGS / version / "answered_agent_hangup.ami", AgentConnected)
    assert isinstance(fact, AgentConnected)
    player.wait(2.5)
    facts = look(player, uniqueid=fact.agent_uniqueid)
    assert isinstance(facts, CallFacts)
    pbx = player.world.pbxs[PBX]
    caller = pbx.channels[fact.uniqueid]
    assert facts == CallFacts(
        pbx=PBX,
        call=fact.call,
        uniqueid=fact.agent_uniqueid,
        channel=pbx.channels[fact.agent_uniqueid].name,
        interface="PJSIP/1001",
        seat="S1001",
        agent="21001",
        agent_name="坐席1001",
        caller_uniqueid=fact.uniqueid,
        caller_channel=caller.name,
        caller_number="13800138000",
        caller_name="李雷",
        called_number="800",
        queue="support",
        trunk="PJSIP/trunk",
        started=caller.call.started,
        answered=fact.at,
        ran_s=facts.ran_s,
        recordings=facts.recordings,
    )
    assert 2.5 <= facts.ran_s < 2.6
    assert [Path(name).parent for name in facts.recordings] == [Path("/var/spool/asterisk/monitor")]
    assert look(player, seat="S1001") == look(player, call=fact.call) == facts


@pytest.mark.parametrize("version", ["22", "16"])
def test_of_a_member_that_is_a_local_channel_both_legs_are_the_agents(version: str) -> None:
    player = seated()
    fact = play_until(player, RECORDINGS / version / "local_member_call.ami", AgentConnected)
    assert isinstance(fact, AgentConnected)
    local = look(player, uniqueid=fact.agent_uniqueid)
    phone = look(player, seat="S1011")
    for facts in (local, phone):
        assert isinstance(facts, CallFacts)
        assert (facts.interface, facts.seat, facts.queue) == ("PJSIP/1011", "S1011", "sales")
        assert facts.caller_number == "13800138000"
        assert facts.caller_uniqueid == fact.uniqueid


@pytest.mark.parametrize("version", ["22", "16"])
def test_of_a_call_to_the_outside_the_other_party_is_the_one_who_was_called(version: str) -> None:
    player = seated()
    seen = []
    for message in read_messages(RECORDINGS / version / "outbound_call.ami"):
        player.feed([message])
        if player.world.pbxs[PBX].bridges:
            seen += [facts for facts in [look(player, seat="S1006")] if isinstance(facts, CallFacts)]
    facts = seen[-1]
    assert facts.trunk == "PJSIP/trunk"
    assert facts.caller_channel.startswith("PJSIP/trunk-")
    assert (facts.caller_number, facts.called_number) == ("913800138000", "913800138000")


def test_what_is_not_there_is_refused_by_name() -> None:
    player = seated()
    world = player.world
    now: datetime = player.at
    assert call_facts(None, world.roster, world.presence, uniqueid="1.1", at=now) == "unknown_pbx"
    assert look(player, uniqueid="1.1") == "no_such_call"
    assert look(player, call="1.1") == "no_such_call"
    assert look(player) == "no_such_call"
    assert look(player, seat="Z99") == "unknown_seat"
    assert look(player, seat="S1001") == "no_call_at_seat"
