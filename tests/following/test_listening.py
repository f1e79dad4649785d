"""What is told of listeners: by the leg itself and ChanSpyStart; what others say of it is nothing."""

from __future__ import annotations

import pytest

from ccd.events.quality import ListeningTold
from ccd.message import Message
from tests.following.playback import Player

KEY = "listen-10123456789abcdef0123"
SPIED = "1795332165.1"


def leg(uniqueid: str = KEY, name: str = "PJSIP/1020-00000002") -> Message:
    return Message.of(
        Event="Newchannel", Channel=name, Uniqueid=uniqueid, Linkedid=uniqueid, ChannelState="6"
    )


def says(what: str, how: str = "4", *, key: str = KEY, leg: str = KEY) -> Message:
    return Message.of(Event="UserEvent", Uniqueid=leg, UserEvent="CcdListen", Key=key, What=what, How=how)


def spies(spied: str = SPIED, key: str = KEY) -> Message:
    return Message.of(Event="ChanSpyStart", SpyerUniqueid=key, SpyeeUniqueid=spied)


def failed(reason: str, **changed: str) -> Message:
    headers = {
        "Response": "Failure",
        "Context": "ccd-listen",
        "Exten": KEY,
        "Uniqueid": KEY,
        "Reason": reason,
    }
    return Message.of(Event="OriginateResponse", **{**headers, **changed})


def told(*messages: Message) -> list[tuple[str, str, str]]:
    player = Player()
    player.link()
    player.sync()
    player.feed(messages)
    return [(one.what, one.detail, one.channel) for one in player.of(ListeningTold)]


def test_the_leg_says_how_and_chanspy_that_it_is_so() -> None:
    assert told(leg(), says("on"), spies(), says("on", "6"), spies(), says("over", "6")) == [
        ("answered", "", ""),
        ("on", "listen", SPIED),
        ("answered", "", ""),
        ("on", "barge", SPIED),
        ("over", "", ""),
    ]


@pytest.mark.parametrize(
    "message",
    [
        says("on", "7"),
        says("on", ""),
        says("on", leg="9.9"),
        says("over", leg="9.9"),
        says("nonsense"),
        says("over", key="LISTEN;1"),
        spies(key="unknown"),
        Message.of(Event="ChanSpyStart"),
        Message.of(Event="UserEvent", UserEvent="CcdListen"),
    ],
)
def test_what_is_malformed_or_of_another_leg_is_nothing(message: Message) -> None:
    assert told(leg(), leg("9.9", "PJSIP/1001-00000001"), message) == []


@pytest.mark.parametrize(
    ("reason", "what"), [("3", "no_answer"), ("5", "busy"), ("0", "failed"), ("", "failed")]
)
def test_a_ring_that_came_to_nothing_says_why(reason: str, what: str) -> None:
    assert told(failed(reason)) == [(what, "", "")]


def test_a_busy_phone_is_told_by_its_dial_end() -> None:
    end = Message.of(Event="DialEnd", DestUniqueid=KEY, DestLinkedid=KEY, DialStatus="BUSY")
    assert told(end, failed("0")) == [("busy", "", "")]


def test_a_ring_of_another_context_is_none_of_a_listener() -> None:
    assert told(failed("3", Context="ccd-page"), failed("4", Response="Success")) == []


@pytest.mark.parametrize(
    ("data", "how"),
    [
        (f"{SPIED},quEX", "listen"),
        (f"{SPIED},quEXw", "whisper"),
        (f"{SPIED},quEXB", "barge"),
    ],
)
def test_a_snapshot_tells_the_same_by_the_application(data: str, how: str) -> None:
    player = Player()
    player.link()
    shown = Message.of(
        Event="CoreShowChannel",
        Channel="PJSIP/1020-00000002",
        Uniqueid=KEY,
        Linkedid=KEY,
        ChannelState="6",
        Application="ChanSpy",
        ApplicationData=data,
    )
    player.feed([shown, Message.of(Event="CoreShowChannelsComplete")])
    player.sync()
    (one,) = player.of(ListeningTold)
    assert (one.what, one.detail, one.channel, one.seen) == ("on", how, SPIED, False)


def test_a_whisper_of_ours_by_a_local_channel_is_no_listener() -> None:
    local = "Local/s@ccd-whisper-00000001;1"
    assert told(leg("ring-1", local), spies(key="ring-1")) == []
