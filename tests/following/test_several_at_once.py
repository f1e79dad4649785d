"""Several calls on a phone, several parked, several recordings of a channel: each is told apart."""

from __future__ import annotations

from ccd.events import AgentChanged, CallMerged, PbxLost, RecordingStarted, RecordingStopped
from ccd.message import Message
from tests.following.playback import PBX, Player

PHONE = "PJSIP/1020"
LOT = {"BridgeUniqueid": "lot", "BridgeTechnology": "holding_bridge"}


def watching() -> Player:
    player = Player()
    player.link()
    member = {"Location": PHONE, "StateInterface": PHONE, "Name": "丙", "Membership": "static"}
    player.feed([Message.of(Event="QueueMember", Queue="vip", **member)])
    player.sync()
    return player


def channel(event: str, uniqueid: str, name: str = PHONE, **more: str) -> Message:
    own = {"Channel": f"{name}-{uniqueid}", "Uniqueid": uniqueid, "Linkedid": uniqueid}
    return Message.of(Event=event, **(own | {"ChannelState": "6"} | more))


def test_an_agent_is_shown_with_the_call_he_talks_in_not_with_the_one_he_holds() -> None:
    player = watching()
    player.feed([channel("Newchannel", "1.1"), channel("Hold", "1.1"), channel("Newchannel", "2.1")])
    shown = [fact for fact in player.of(AgentChanged) if isinstance(fact, AgentChanged) and not fact.queue]
    assert [(str(fact.state), fact.call) for fact in shown[-3:]] == [
        ("talking", "1.1"),
        ("hold", "1.1"),
        ("talking", "2.1"),
    ]


def test_two_parked_callers_are_two_calls_after_a_cut_too() -> None:
    player = watching()
    player.feed([channel("Newchannel", "1.1", "PJSIP/trunk"), channel("BridgeEnter", "1.1", **LOT)])
    player.step(PbxLost(at=player.tick(), pbx=PBX, last_heard=player.at, why="cut"))
    player.link()
    listed = [
        channel("CoreShowChannel", uniqueid, "PJSIP/trunk", BridgeId="lot") for uniqueid in ("1.1", "2.1")
    ]
    player.feed([*listed, Message.of(Event="CoreShowChannelsComplete")])
    player.sync()
    assert not player.of(CallMerged)
    assert len(player.world.pbxs[PBX].calls) == 2


def test_of_two_recordings_of_a_channel_none_is_over_before_both_are() -> None:
    player = watching()
    path = {"Variable": "MIXMONITOR_FILENAME"}
    stop = channel("MixMonitorStop", "1.1")
    player.feed([channel("Newchannel", "1.1")])
    player.feed([channel("VarSet", "1.1", **path, Value=f"/tape/{name}.wav") for name in ("one", "two")])
    player.feed([stop])
    assert not player.of(RecordingStopped)
    player.feed([stop])
    assert len(player.of(RecordingStopped)) == 2
    player.feed([channel("VarSet", "1.1", **path, Value="/tape/three.wav"), stop])
    assert len(player.of(RecordingStarted)) == len(player.of(RecordingStopped)) == 3
    assert not player.world.pbxs[PBX].recordings


def test_a_conference_that_never_empties_does_not_grow() -> None:
    player = watching()
    floor = {"BridgeUniqueid": "floor", "BridgeTechnology": "softmix"}
    for number in range(2_000):
        uniqueid = f"1.{number}"
        player.feed([channel("Newchannel", uniqueid), channel("BridgeEnter", uniqueid, **floor)])
        if number:
            player.feed([channel("Hangup", f"1.{number - 1}")])
    pbx = player.world.pbxs[PBX]
    assert len(pbx.calls) == len(pbx.channels) == 1
    assert len(pbx.call_by_link) < 500
    player.feed([channel("Hangup", "1.1999")])
    assert not any((pbx.calls, pbx.channels, pbx.call_by_link, pbx.bridges))
