"""What our codes announce: by whom, for how long, and that a call to a code is no conversation."""

from __future__ import annotations

import pytest

from ccd.effects import CollectMissed
from ccd.events import (
    AgentChanged,
    MemberAdded,
    MemberPaused,
    MemberRemoved,
    Person,
    RosterReplaced,
    SignInAsked,
)
from ccd.message import Message
from tests.following.playback import PBX, Player
from tests.following.trace import states

PHONE = "PJSIP/1001"
ANN = Person("2001", "陈志远", "agent", "客服一组", "A01", PHONE)
BEN = Person("2002", "林晓燕", "agent", "客服一组", "A01", PHONE)


def member(event: str, interface: str = PHONE, device: str = PHONE, **more: str) -> Message:
    base = {"Queue": "support", "MemberName": "张三", "Interface": interface, "StateInterface": device}
    return Message.of(Event=event, **base, Membership="static", Status="1", **more)


def channel(event: str, uniqueid: str, name: str, state: str, exten: str = "", linkedid: str = "") -> Message:
    return Message.of(
        Event=event,
        Uniqueid=uniqueid,
        Linkedid=linkedid or uniqueid,
        Channel=name,
        ChannelState=state,
        Exten=exten,
    )


def announced(act: str, uniqueid: str = "1.1", interface: str = PHONE) -> Message:
    local = "Local/" + interface.partition("/")[2] + "@agents/n"
    return Message.of(
        Event="UserEvent", UserEvent="CcdCode", Uniqueid=uniqueid, Act=act, Interface=interface, Local=local
    )


@pytest.fixture
def player() -> Player:
    player = Player()
    player.step(RosterReplaced(at=player.tick(), version="1", people=(ANN, BEN), by="test"))
    player.link()
    player.feed([member("QueueMember", Paused="0")])
    player.sync()
    return player


def arrive(player: Player, code: str) -> None:
    player.step(
        SignInAsked(
            at=player.tick(),
            request=code,
            pbx=PBX,
            seat="A01",
            code=code,
            kind="arrive",
            pin_ok=True,
            how="console",
        )
    )


def pause(paused: str = "1", reason: str = "meal") -> Message:
    return member("QueueMemberPause", Paused=paused, PausedReason=reason)


@pytest.mark.parametrize(("people", "by"), [([], "phone"), (["2001"], "2001"), (["2001", "2002"], "phone")])
def test_a_pause_by_code_is_put_down_to_whoever_sits_there_alone(
    player: Player, people: list[str], by: str
) -> None:
    for code in people:
        arrive(player, code)
    facts = player.feed([announced("pause"), pause()])
    told = [fact.by for fact in facts if isinstance(fact, MemberPaused | AgentChanged)]
    assert told == [by, by, by], "the act, the interval in the queue, and the one of the agent"


@pytest.mark.parametrize(
    ("announcement", "wait_s"),
    [
        (None, 0),
        (announced("unpause"), 0),
        (announced("pause", interface="PJSIP/1002"), 0),
        (announced("pause"), 3),
    ],
    ids=["nothing", "another act", "another phone", "long ago"],
)
def test_what_was_not_announced_is_by_nobody_known(
    player: Player, announcement: Message | None, wait_s: float
) -> None:
    arrive(player, "2001")
    player.feed([announcement] if announcement else [])
    player.wait(wait_s)
    assert [fact.by for fact in player.feed([pause()]) if isinstance(fact, MemberPaused)] == [""]


def test_a_login_by_code_is_known_for_a_phone_never_heard_of_and_for_a_local_member(player: Player) -> None:
    local = "Local/1077@agents/n"
    facts = player.feed(
        [
            announced("login", interface="PJSIP/1077"),
            member("QueueMemberAdded", interface=local, device=local, Paused="0"),
            announced("logout", interface="PJSIP/1077"),
            member("QueueMemberRemoved", interface=local, device=local, Paused="0"),
        ]
    )
    assert [(type(f), f.by) for f in facts if isinstance(f, MemberAdded | MemberRemoved)] == [
        (MemberAdded, "phone"),
        (MemberRemoved, "phone"),
    ]


def test_a_call_to_a_code_is_no_conversation(player: Player) -> None:
    player.feed(
        [
            channel("Newchannel", "1.1", f"{PHONE}-00000001", "4", exten="*831"),
            announced("pause"),
            channel("Newstate", "1.1", f"{PHONE}-00000001", "6"),
            pause(),
            channel("Hangup", "1.1", f"{PHONE}-00000001", "6"),
        ]
    )
    assert states(player.facts, PHONE)[-2:] == ["ready", "paused:meal"]


def test_a_star_call_that_nobody_announced_is_a_call_once_answered(player: Player) -> None:
    player.feed(
        [
            channel("Newchannel", "1.1", f"{PHONE}-00000001", "4", exten="*97"),
            channel("Newstate", "1.1", f"{PHONE}-00000001", "6"),
        ]
    )
    assert states(player.facts, PHONE)[-2:] == ["ready", "talking"]


def test_a_star_before_a_number_is_a_call_as_soon_as_somebody_is_rung(player: Player) -> None:
    player.feed(
        [
            channel("Newchannel", "1.1", f"{PHONE}-00000001", "4", exten="*31#13800138000"),
            channel("Newchannel", "1.2", "PJSIP/trunk-00000002", "0", linkedid="1.1"),
        ]
    )
    assert states(player.facts, PHONE)[-2:] == ["ready", "talking"]


def test_a_noted_sign_in_is_looked_for_at_once(player: Player) -> None:
    player.feed([Message.of(Event="UserEvent", UserEvent="CcdMissed")])
    assert [effect.pbx for effect in player.effects if isinstance(effect, CollectMissed)] == [PBX]
