"""After a cut: what the snapshot shows is taken in, what it shows no more is closed as unseen, the time
between is unknown, and nothing is invented.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from ccd.effects import MeasureRecording
from ccd.events import (
    AgentChanged,
    AgentCompleted,
    BlindBegan,
    BlindEnded,
    CallEnded,
    CallerJoined,
    CallerLeft,
    CallStarted,
    LegEnded,
    MemberAdded,
    MemberPaused,
    MemberRemoved,
    OpenCall,
    OpenRecording,
    PbxLost,
    PbxRestarted,
    PictureRestored,
    RecordingStopped,
)
from ccd.message import Message
from tests.following.playback import PBX, START, Player, read_messages
from tests.following.trace import states

AGENT = "PJSIP/1001"


def member(paused: str = "0", reason: str = "", status: str = "1") -> Message:
    """A QueueMember of a snapshot."""
    return Message.of(
        Event="QueueMember",
        Queue="support",
        Name="张三",
        Location=AGENT,
        StateInterface=AGENT,
        Membership="dynamic",
        Status=status,
        Paused=paused,
        PausedReason=reason,
    )


def channel(uniqueid: str, name: str, *, linkedid: str = "", state: str = "6", bridge: str = "") -> Message:
    return Message.of(
        Event="CoreShowChannel",
        Channel=name,
        ChannelState=state,
        CallerIDNum="13800138000",
        CallerIDName="李雷",
        Exten="800",
        Uniqueid=uniqueid,
        Linkedid=linkedid or uniqueid,
        BridgeId=bridge,
        Duration="00:00:07",
    )


LISTED = Message.of(Event="CoreShowChannelsComplete", EventList="Complete")
QUEUE = Message.of(Event="QueueParams", Queue="support")


def linked(*snapshot: Message) -> Player:
    player = Player()
    player.link()
    player.feed([QUEUE, *snapshot, LISTED])
    player.sync()
    return player


def lose(player: Player, seconds_ago: float = 3.0) -> None:
    player.at += timedelta(seconds=60)
    heard = player.at - timedelta(seconds=seconds_ago)
    player.step(PbxLost(at=player.at, pbx=PBX, last_heard=heard, why="silent"))


def relink(player: Player, *snapshot: Message, boot: str = "boot-1") -> None:
    player.at += timedelta(seconds=10)
    player.link(boot)
    player.feed([QUEUE, *snapshot, LISTED])
    player.sync()


def test_an_agent_is_unknown_from_the_last_byte_until_the_snapshot_is_whole() -> None:
    player = linked(member())
    lose(player, seconds_ago=3.0)
    lost_at = player.at
    relink(player, member())
    changes = [fact for fact in player.of(AgentChanged) if fact.interface == AGENT and not fact.queue]
    gone, back = changes[-2:]
    assert (gone.state, back.state, back.was) == ("unknown", "ready", "unknown")
    assert gone.at == lost_at - timedelta(seconds=3)
    assert back.since == gone.at
    assert back.at == player.of(BlindEnded)[-1].at


def test_the_blind_interval_begins_with_the_last_byte() -> None:
    player = linked(member())
    lose(player, seconds_ago=12.0)
    began = player.of(BlindBegan)[-1]
    assert began.at == player.at - timedelta(seconds=12)
    relink(player, member())
    assert player.of(BlindEnded)[-1].began == began.at


def test_a_second_loss_before_the_snapshot_prolongs_the_same_blind_interval() -> None:
    player = linked(member())
    lose(player)
    began = len(player.of(BlindBegan))
    player.at += timedelta(seconds=1)
    player.link()
    player.feed([member()])
    lose(player)
    relink(player, member())
    assert len(player.of(BlindBegan)) == began
    assert len(player.of(BlindEnded)) == 2


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        ((), (member(),), [MemberAdded]),
        ((member(),), (), [MemberRemoved]),
        ((member(),), (member("1", "meal"),), [MemberPaused]),
    ],
)
def test_what_changed_meanwhile_is_told_as_unseen(
    before: tuple[Message, ...], after: tuple[Message, ...], kinds: list[type]
) -> None:
    player = linked(*before)
    lose(player)
    count = len(player.facts)
    relink(player, *after)
    told = [
        fact for fact in player.facts[count:] if isinstance(fact, (MemberAdded, MemberRemoved, MemberPaused))
    ]
    assert [type(fact) for fact in told] == kinds
    assert not any(fact.seen for fact in told)


def test_what_did_not_change_is_not_told_again() -> None:
    player = linked(member("1", "meal"))
    lose(player)
    count = len(player.facts)
    relink(player, member("1", "meal"))
    told = [
        fact for fact in player.facts[count:] if isinstance(fact, (MemberAdded, MemberRemoved, MemberPaused))
    ]
    assert told == []
    assert states(player.facts, AGENT)[-2:] == ["unknown", "paused:meal"]


def test_a_call_that_ended_meanwhile_is_closed_as_unseen() -> None:
    player = linked(member(), channel("1.1", "PJSIP/trunk-00000001"))
    lose(player)
    relink(player, member())
    ended = player.of(CallEnded)[-1]
    assert (ended.call, ended.seen, ended.outcome) == ("1.1", False, "unknown")
    assert not player.of(LegEnded)[-1].seen
    assert not player.world.pbxs[PBX].channels


def test_a_call_that_goes_on_is_the_same_call() -> None:
    player = linked(channel("1.1", "PJSIP/trunk-00000001"))
    lose(player)
    relink(player, channel("1.1", "PJSIP/trunk-00000001"))
    assert len(player.of(CallStarted)) == 1
    assert not player.of(CallEnded)


def test_a_call_found_by_a_snapshot_began_when_its_oldest_channel_did() -> None:
    player = linked(
        channel("7.2", "PJSIP/1001-00000002", linkedid="7.1", bridge="b"),
        channel("7.1", "PJSIP/trunk-00000001", linkedid="7.1", bridge="b"),
    )
    (started,) = player.of(CallStarted)
    assert (started.call, started.interface, started.seen) == ("7.1", "PJSIP/trunk", False)
    assert started.at < START
    assert len(player.world.pbxs[PBX].calls) == 1


def test_a_waiting_caller_found_by_a_snapshot_has_waited_as_long_as_it_says() -> None:
    entry = Message.of(
        Event="QueueEntry", Queue="support", Position="1", Channel="PJSIP/trunk-00000001", Uniqueid="1.1",
        CallerIDNum="13800138000", CallerIDName="李雷", Wait="42",
    )  # fmt: skip
    player = linked(channel("1.1", "PJSIP/trunk-00000001"), entry)
    (joined,) = player.of(CallerJoined)
    assert not joined.seen
    assert START - joined.at == pytest.approx(timedelta(seconds=42), abs=timedelta(seconds=1))


def test_a_caller_who_left_the_queue_meanwhile_left_it_unknown_how() -> None:
    entry = Message.of(
        Event="QueueEntry", Queue="support", Channel="PJSIP/trunk-00000001", Uniqueid="1.1", Wait="1"
    )
    player = linked(channel("1.1", "PJSIP/trunk-00000001"), entry)
    lose(player)
    relink(player, channel("1.1", "PJSIP/trunk-00000001"))
    assert player.of(CallerLeft)[-1].outcome == "unknown"


def test_a_caller_who_went_to_another_queue_meanwhile_waits_there_only() -> None:
    def entry(queue: str) -> Message:
        return Message.of(
            Event="QueueEntry", Queue=queue, Channel="PJSIP/trunk-00000001", Uniqueid="1.1", Wait="1"
        )

    player = linked(channel("1.1", "PJSIP/trunk-00000001"), entry("support"))
    lose(player)
    relink(player, channel("1.1", "PJSIP/trunk-00000001"), entry("sales"))
    assert [(fact.queue, fact.outcome) for fact in player.of(CallerLeft)] == [("support", "unknown")]
    player.feed([Message.of(Event="Hangup", Uniqueid="1.1", Linkedid="1.1", Cause="16")])
    left = [(fact.queue, fact.outcome) for fact in player.of(CallerLeft)]
    assert left == [("support", "unknown"), ("sales", "abandoned")]


def test_the_end_of_a_queue_call_answered_while_blind_is_told_from_its_own_event() -> None:
    player = linked(
        member(),
        channel("1.1", "PJSIP/trunk-00000001"),
        channel("1.2", "PJSIP/1001-00000002", linkedid="1.1"),
    )
    player.feed(
        [
            Message.of(
                Event="AgentComplete",
                Queue="support",
                Interface=AGENT,
                MemberName="张三",
                Uniqueid="1.1",
                DestUniqueid="1.2",
                HoldTime="4",
                TalkTime="9",
                Reason="agent",
            )
        ]
    )
    (completed,) = player.of(AgentCompleted)
    assert (completed.reason, completed.wait_s, completed.talk_s, completed.seen) == ("agent", 4.0, 9.0, True)


def test_a_snapshot_that_was_cut_short_sweeps_nothing() -> None:
    player = linked(member(), channel("1.1", "PJSIP/trunk-00000001"))
    lose(player)
    player.at += timedelta(seconds=1)
    player.link()
    lose(player)
    pbx = player.world.pbxs[PBX]
    assert pbx.channels
    assert pbx.queues["support"].members


def test_a_restarted_pbx_is_told_and_its_old_calls_are_gone() -> None:
    player = linked(member(), channel("1.1", "PJSIP/trunk-00000001"))
    lose(player)
    relink(player, member(), boot="boot-2")
    assert player.of(PbxRestarted)
    assert player.of(CallEnded)[-1].outcome == "unknown"


@pytest.mark.parametrize("still_there", [True, False])
def test_calls_of_before_our_own_restart_go_on_or_are_closed(*, still_there: bool) -> None:
    player = Player()
    before = START - timedelta(minutes=5)
    player.step(
        PictureRestored(
            at=START,
            last_alive=START - timedelta(seconds=30),
            presence=(),
            open_calls=(OpenCall(PBX, "1.1", before, ("1.1", "1.2")),),
        )
    )
    player.link()
    player.feed(
        [QUEUE, *([channel("1.2", "PJSIP/1001-00000002", linkedid="1.1")] if still_there else []), LISTED]
    )
    player.sync()
    assert not player.of(CallStarted)
    ended = [fact.uniqueid for fact in player.of(LegEnded)]
    if still_there:
        assert ended == ["1.1"]
        assert not player.of(CallEnded)
        assert player.world.pbxs[PBX].calls["1.1"].started == before
    else:
        assert ended == ["1.1", "1.2"]
        (call,) = player.of(CallEnded)
        assert (call.started, call.seen) == (before, False)


def test_while_we_were_not_running_everybody_is_unknown() -> None:
    player = Player()
    alive = START - timedelta(seconds=30)
    player.step(PictureRestored(at=START, last_alive=alive, presence=(), open_calls=()))
    player.link()
    player.feed([QUEUE, member(), LISTED])
    player.sync()
    assert player.of(BlindBegan)[0].at == alive
    unknown, ready = [fact for fact in player.of(AgentChanged) if not fact.queue]
    assert (unknown.state, unknown.at, ready.state) == ("unknown", alive, "ready")


@pytest.mark.parametrize("version", ["22", "16"])
@pytest.mark.parametrize("scene", ["pbx_killed", "pbx_restart"])
def test_a_real_restart_leaves_nothing_open_and_invents_nothing(version: str, scene: str) -> None:
    from tests.following.playback import RECORDINGS

    before = read_messages(RECORDINGS / version / f"{scene}.ami")
    after = read_messages(RECORDINGS / version / f"{scene}.after.ami")
    player = Player()
    player.link()
    player.feed(before)
    player.sync()
    lose(player, seconds_ago=0.0)
    player.link("boot-2")
    player.feed(after)
    player.sync()
    player.wait(30)
    pbx = player.world.pbxs[PBX]
    assert not any((pbx.channels, pbx.calls, pbx.visits, pbx.agent_visits))
    joined = {(fact.uniqueid, fact.queue) for fact in player.of(CallerJoined)}
    left = {(fact.uniqueid, fact.queue) for fact in player.of(CallerLeft)}
    assert joined == left


@pytest.mark.parametrize("still_there", [True, False])
def test_recordings_of_before_our_own_restart_go_on_or_have_stopped(*, still_there: bool) -> None:
    player = Player()
    recording = OpenRecording(PBX, "1.1", "1.1", "1.1:/monitor/1.1.wav", "/monitor/1.1.wav")
    call = OpenCall(PBX, "1.1", START, ("1.1",))
    player.step(
        PictureRestored(
            at=START, last_alive=START, presence=(), open_calls=(call,), open_recordings=(recording,)
        )
    )
    player.link()
    living = [channel("1.1", "PJSIP/trunk-00000001")] if still_there else []
    player.feed([QUEUE, *living, LISTED])
    player.sync()
    stopped = player.of(RecordingStopped)
    if still_there:
        assert stopped == []
        player.feed([Message.of(Event="Hangup", Uniqueid="1.1", Linkedid="1.1", Cause="16")])
        stopped = player.of(RecordingStopped)
    assert [fact.recording for fact in stopped] == ["1.1:/monitor/1.1.wav"]
    assert [effect.recording for effect in player.effects if isinstance(effect, MeasureRecording)] == [
        "1.1:/monitor/1.1.wav"
    ]


def test_a_conversation_found_by_a_snapshot_was_answered_nobody_knows_when() -> None:
    player = linked(
        channel("7.1", "PJSIP/trunk-00000001", bridge="b"),
        channel("7.2", "PJSIP/1001-00000002", linkedid="7.1", bridge="b"),
    )
    for uniqueid in ("7.2", "7.1"):
        player.feed([Message.of(Event="Hangup", Uniqueid=uniqueid, Linkedid="7.1", Cause="16")])
    (call,) = player.of(CallEnded)
    assert (call.outcome, call.answered, call.wait_s) == ("answered", None, None)
