"""Pauses of recordings: begun and ended as the PBX says, at hang-up at the latest, and never invented."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ccd.events import OpenRecording, PbxLost, PictureRestored, RecordingStopped
from ccd.events.recording_pauses import RecordingPaused, RecordingUnpaused
from ccd.message import Message
from tests.following.playback import PBX, RECORDINGS, START, Player, read_messages

CALLER, AGENT = "1.1", "1.2"
FILE = "/var/spool/asterisk/monitor/1.1.wav"
NAME = f"{CALLER}:{FILE}"


def called() -> Player:
    """A call of two legs; the caller's is recorded."""
    player = Player()
    player.link()
    player.sync()
    for uniqueid, name in ((CALLER, "PJSIP/trunk-1"), (AGENT, "PJSIP/1001-2")):
        tell(player, "Newchannel", uniqueid, Channel=name, ChannelState="6", Linkedid=CALLER, Exten="800")
    record(player, FILE)
    return player


def record(player: Player, path: str) -> None:
    tell(player, "VarSet", CALLER, Variable="MIXMONITOR_FILENAME", Value=path)


def tell(player: Player, event: str, uniqueid: str, **headers: str) -> None:
    player.tick()
    player.feed([Message.of(Event=event, Uniqueid=uniqueid, **headers)])


def mute(player: Player, state: str, direction: str = "both") -> None:
    tell(player, "MixMonitorMute", CALLER, Direction=direction, State=state)


def mark(player: Player, state: str, uniqueid: str = AGENT) -> None:
    tell(player, "UserEvent", uniqueid, UserEvent="CCDRecordingPause", State=state)


def pauses(player: Player) -> list[str]:
    """``+`` begins, ``-`` ends."""
    kinds = player.of(RecordingPaused, RecordingUnpaused)
    return [("+" if isinstance(one, RecordingPaused) else "-") + one.how for one in kinds]  # type: ignore[attr-defined]


@pytest.mark.parametrize("version", ["22", "16"])
def test_the_scene_of_a_real_pbx_has_both_kinds_of_pause(version: str) -> None:
    player = Player()
    player.link()
    player.sync()
    player.feed(read_messages(RECORDINGS / version / "recording_paused.ami"))
    assert pauses(player) == ["+muted", "-muted", "+marked", "-marked"]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ([("both", "1"), ("both", "0")], ["+muted", "-muted"]),
        ([("read", "1"), ("read", "0")], ["+muted", "-muted"]),
        ([("read", "1"), ("write", "1"), ("read", "0")], ["+muted"]),
        ([("read", "1"), ("write", "1"), ("both", "0")], ["+muted", "-muted"]),
        ([("both", "1"), ("write", "0")], ["+muted"]),
        ([("both", "1"), ("both", "1"), ("both", "0")], ["+muted", "-muted"]),
        ([("both", "0")], []),
        ([("sideways", "1"), ("both", "2"), ("both", "")], []),
    ],
)
def test_it_is_muted_while_any_direction_is(said: list[tuple[str, str]], told: list[str]) -> None:
    player = called()
    for direction, state in said:
        mute(player, state, direction)
    assert pauses(player) == told


@pytest.mark.parametrize("leg", [CALLER, AGENT])
def test_a_mark_on_either_leg_is_of_all_that_records_the_call(leg: str) -> None:
    player = called()
    record(player, "/var/spool/asterisk/monitor/second.wav")
    mark(player, "begin", leg)
    mark(player, "begin", leg)
    mark(player, "end", leg)
    assert pauses(player) == ["+marked", "+marked", "-marked", "-marked"]


def test_what_begins_to_record_within_a_marked_span_is_marked() -> None:
    player = called()
    mark(player, "begin")
    record(player, "/var/spool/asterisk/monitor/second.wav")
    assert pauses(player) == ["+marked", "+marked"]


def test_a_mark_of_another_call_or_with_another_word_is_none() -> None:
    player = called()
    mark(player, "begin", "9.9")
    mark(player, "maybe")
    mark(player, "end")
    assert pauses(player) == []


@pytest.mark.parametrize("end", ["MixMonitorStop", "Hangup"])
def test_the_end_of_the_recording_ends_every_pause_before_it_is_told(end: str) -> None:
    player = called()
    mute(player, "1")
    mark(player, "begin")
    tell(player, end, CALLER, Cause="16")
    assert pauses(player) == ["+muted", "+marked", "-muted", "-marked"]
    stopped = next(n for n, one in enumerate(player.facts) if isinstance(one, RecordingStopped))
    assert all(player.facts.index(one) < stopped for one in player.of(RecordingUnpaused))


def test_an_unmute_whose_beginning_fell_into_a_cut_is_marked_from_there_as_unknown() -> None:
    player = called()
    cut = player.at
    player.step(PbxLost(at=player.tick(), pbx=PBX, last_heard=cut, why="cut"))
    player.at += timedelta(seconds=30)
    again(player)
    mute(player, "0")
    (paused,) = player.of(RecordingPaused)
    (ended,) = player.of(RecordingUnpaused)
    assert isinstance(paused, RecordingPaused)
    assert isinstance(ended, RecordingUnpaused)
    assert (paused.how, ended.how) == ("unknown", "unknown")
    assert paused.at == ended.began <= cut + timedelta(seconds=1)


def test_a_pause_of_before_a_cut_goes_on_behind_it() -> None:
    player = called()
    mute(player, "1")
    player.step(PbxLost(at=player.tick(), pbx=PBX, last_heard=player.at, why="cut"))
    player.at += timedelta(seconds=30)
    again(player)
    assert pauses(player) == ["+muted"]
    mute(player, "0")
    assert pauses(player) == ["+muted", "-muted"]


@pytest.mark.parametrize("how", ["muted", "marked"])
@pytest.mark.parametrize("lives", [True, False])
def test_a_pause_of_before_our_restart_goes_on_or_ends_with_its_recording(how: str, lives: bool) -> None:
    player = Player()
    began = START - timedelta(minutes=3)
    ghost = OpenRecording(PBX, CALLER, CALLER, NAME, FILE, ((how, began),))
    player.step(PictureRestored(START, START - timedelta(minutes=1), (), (), (ghost,)))
    player.link()
    if lives:
        snapshot(player)
    player.sync()
    if not lives:
        assert [one.began for one in player.of(RecordingUnpaused)] == [began]  # type: ignore[attr-defined]
        return
    assert pauses(player) == []
    if how == "muted":
        mute(player, "0")
    else:
        mark(player, "end", CALLER)
    (ended,) = player.of(RecordingUnpaused)
    assert isinstance(ended, RecordingUnpaused)
    assert (ended.began, ended.how, ended.recording) == (began, how, NAME)


def again(player: Player) -> None:
    player.link()
    snapshot(player)
    player.sync()


def snapshot(player: Player) -> None:
    tell(player, "CoreShowChannel", CALLER, Channel="PJSIP/trunk-1", ChannelState="6", Linkedid=CALLER)
    tell(player, "CoreShowChannel", AGENT, Channel="PJSIP/1001-2", ChannelState="6", Linkedid=CALLER)
    player.feed([Message.of(Event="CoreShowChannelsComplete")])
