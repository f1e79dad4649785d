"""Members of queues and the intervals of their agents, where queues and phones do not go one to one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ccd.config import Settings
from ccd.effects import SendAction
from ccd.events import AgentChanged, DeadlineDue, MemberRemoved, PbxLost
from ccd.message import Message
from tests.following.playback import PBX, Player
from tests.following.trace import states

PHONE = "PJSIP/1020"
LOCAL = "Local/1020@agents/n"


def member(event: str, queue: str, interface: str = PHONE, **more: str) -> Message:
    headers = {"Queue": queue, "Interface": interface, "StateInterface": PHONE, "MemberName": "丙"}
    return Message.of(Event=event, **(headers | {"Membership": "dynamic", "Paused": "0"} | more))


def listed(queue: str, interface: str = PHONE, **more: str) -> Message:
    headers = {"Queue": queue, "Location": interface, "StateInterface": PHONE, "Name": "丙"}
    return Message.of(Event="QueueMember", **(headers | {"Membership": "static", "Paused": "0"} | more))


def params(queue: str) -> Message:
    return Message.of(Event="QueueParams", Queue=queue)


def watching(*snapshot: Message, settings: Settings | None = None) -> Player:
    player = Player(settings)
    player.link()
    player.feed(snapshot)
    player.sync()
    return player


def open_intervals(player: Player) -> dict[tuple[str, str], str]:
    """What is still going on, by interface and queue; every interval but the last has been ended."""
    going: dict[tuple[str, str], tuple[str, object]] = {}
    for fact in player.of(AgentChanged):
        assert isinstance(fact, AgentChanged)
        key = fact.interface, fact.queue
        if key in going:
            assert (fact.was, fact.since) == going[key]
        else:
            assert fact.was == ""
        going[key] = str(fact.state), fact.at
    return {key: state for key, (state, _) in going.items()}


def test_a_phone_that_is_in_a_queue_twice_stays_in_it_when_one_member_leaves() -> None:
    player = watching()
    player.feed([member("QueueMemberAdded", "vip"), member("QueueMemberAdded", "vip", LOCAL)])
    player.feed([member("QueueMemberPause", "vip", LOCAL, Paused="1", PausedReason="meal")])
    assert open_intervals(player) == {(PHONE, ""): "ready", (PHONE, "vip"): "ready"}
    player.feed([member("QueueMemberRemoved", "vip")])
    assert states(player.facts, PHONE)[-1] == states(player.facts, PHONE, "vip")[-1] == "paused:meal"
    player.feed([member("QueueMemberRemoved", "vip", LOCAL)])
    assert open_intervals(player) == {(PHONE, ""): "logged_off", (PHONE, "vip"): "logged_off"}


def test_coming_back_to_a_queue_ends_the_time_away_from_it() -> None:
    player = watching()
    for event in ("QueueMemberAdded", "QueueMemberRemoved", "QueueMemberAdded"):
        player.feed([member(event, "vip")])
    assert states(player.facts, PHONE, "vip") == ["ready", "logged_off", "ready"]
    assert open_intervals(player)[PHONE, "vip"] == "ready"


def test_who_left_a_queue_out_of_sight_is_not_unknown_there_for_ever() -> None:
    player = watching(params("vip"), listed("vip"), params("support"), listed("support"))
    player.step(PbxLost(at=player.tick(), pbx=PBX, last_heard=player.at, why="cut"))
    player.link()
    player.feed([params("vip"), params("support"), listed("support")])
    player.sync()
    assert open_intervals(player)[PHONE, "vip"] == "logged_off"
    assert open_intervals(player)[PHONE, "support"] == "ready"


def test_another_phone_behind_the_same_member_is_the_agent_from_then_on() -> None:
    player = watching(params("vip"), listed("vip", LOCAL))
    player.feed([listed("vip", LOCAL, StateInterface="PJSIP/1021", Paused="1", PausedReason="meal")])
    assert open_intervals(player)[PHONE, ""] == "logged_off"
    assert open_intervals(player)["PJSIP/1021", ""] == "paused"
    player.feed([member("QueueMemberRemoved", "vip", LOCAL)])
    assert open_intervals(player)["PJSIP/1021", ""] == "logged_off"


@pytest.mark.parametrize("calls", [("slow", "quick"), ("quick", "slow")])
def test_wrap_up_lasts_as_long_as_the_longest_of_its_queues(calls: tuple[str, str]) -> None:
    section = {"secret": "x", "wrapup_s": {"slow": 30, "quick": 5}}
    settings = Settings.model_validate({"pbx": {PBX: section}})
    player = watching(params("slow"), listed("slow"), params("quick"), listed("quick"), settings=settings)
    for number, queue in enumerate(calls):
        player.feed(queue_call(f"1.{number}", f"2.{number}", queue))
    agent = player.world.pbxs[PBX].agents[PHONE]
    slow = player.at - timedelta(milliseconds=1)
    assert states(player.facts, PHONE)[-1] == "wrap_up"
    player.wait(29)
    assert states(player.facts, PHONE)[-1] == "wrap_up"
    player.wait(1)
    assert states(player.facts, PHONE)[-1] == "ready"
    assert agent.since is not None
    assert agent.since >= slow + timedelta(seconds=30)


def queue_call(caller: str, agent: str, queue: str) -> list[Message]:
    leg = {"Uniqueid": caller, "Linkedid": caller, "Queue": queue}
    both = leg | {"DestUniqueid": agent, "Interface": PHONE, "MemberName": "丙"}
    own = {"Uniqueid": agent, "Linkedid": caller}
    return [
        Message.of(Event="Newchannel", Channel="PJSIP/trunk-1", ChannelState="4", **leg),
        Message.of(Event="QueueCallerJoin", Position="1", **leg),
        Message.of(Event="Newchannel", Channel=f"{PHONE}-1", ChannelState="0", **own),
        Message.of(Event="Newstate", Channel=f"{PHONE}-1", ChannelState="6", **own),
        Message.of(Event="AgentConnect", HoldTime="0", **both),
        Message.of(Event="AgentComplete", HoldTime="0", TalkTime="0", Reason="agent", **both),
        Message.of(Event="Hangup", Cause="16", **own),
        Message.of(Event="Hangup", Cause="16", **leg),
    ]


def test_after_a_reload_the_queues_are_asked_for_anew_and_only_their_members_swept() -> None:
    player = watching(params("vip"), listed("vip"), params("support"), listed("support"))
    player.feed([Message.of(Event="Newchannel", Channel="PJSIP/7-1", Uniqueid="9.1", Linkedid="9.1")])
    player.feed([Message.of(Event="Reload", Module="res_pjsip.so", Status="0")])
    assert not asked(player)
    player.feed([Message.of(Event="Reload", Module="app_queue.so", Status="0")])
    assert asked(player) == [(("Action", "QueueStatus"),)]
    player.feed([params("support"), member("QueueMemberAdded", "support", "PJSIP/1021")])
    player.feed([Message.of(Event="Reload", Module="All", Status="0")])
    whole = [Message.of(Event="QueueStatusComplete", EventList="Complete")]
    player.feed(whole)
    assert open_intervals(player)[PHONE, "vip"] == "ready", "the second list is not whole yet"
    player.feed([params("support"), listed("support"), *whole])
    going = open_intervals(player)
    assert going[PHONE, "vip"] == "logged_off"
    assert going[PHONE, "support"] == "ready"
    pbx = player.world.pbxs[PBX]
    assert list(pbx.queues) == ["support"]
    assert list(pbx.channels) == ["9.1"]
    assert not any(fact.seen for fact in player.of(MemberRemoved) if isinstance(fact, MemberRemoved))


def asked(player: Player) -> list[tuple[tuple[str, str], ...]]:
    """Which lists the PBX was asked for."""
    return [effect.fields for effect in player.effects if isinstance(effect, SendAction) and effect.feeds]


def test_a_wrap_up_ends_though_the_clock_was_set_back_in_the_midst_of_it() -> None:
    player = watching()
    lately = str(int(player.at.timestamp()) - 2)
    player.feed([listed("support", Wrapuptime="5", LastCall=lately)])
    assert states(player.facts, PHONE)[-1] == "wrap_up"
    early = DeadlineDue(at=player.at + timedelta(seconds=2), key=f"wrapup|{PBX}|{PHONE}", late_s=0.0)
    player.step(early)
    assert states(player.facts, PHONE)[-1] == "wrap_up"
    player.wait(3.5)
    assert states(player.facts, PHONE)[-1] == "ready"


@pytest.mark.parametrize("sign", ["Custom:dnd1020", "hint:1020@phones"])
def test_a_member_with_a_sign_for_its_state_is_its_phone_all_the_same(sign: str) -> None:
    player = watching(params("vip"), listed("vip", StateInterface=sign, Status="2"))
    assert open_intervals(player) == {(PHONE, ""): "ready", (PHONE, "vip"): "ready"}
    call = {"Channel": f"{PHONE}-1", "Uniqueid": "1.1", "Linkedid": "1.1", "ChannelState": "6"}
    player.feed([Message.of(Event="Newchannel", **call)])
    assert open_intervals(player)[PHONE, ""] == "talking"


def test_behind_a_local_member_only_its_state_interface_is_known() -> None:
    player = watching(params("vip"), listed("vip", LOCAL, StateInterface="hint:1020@phones", Status="2"))
    assert open_intervals(player)["hint:1020@phones", ""] == "talking"
