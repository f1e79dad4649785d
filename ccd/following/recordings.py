"""MixMonitor: which file belongs to which call.

MixMonitorStart carries no file name; the channel variable MIXMONITOR_FILENAME does. A recording is over at
MixMonitorStop or when its channel hangs up; only then may its file be looked at.

What must not be kept (card data) is muted by AMI (MixMonitorMute: the file has silence there), or marked by
the dialplan (``CCDRecordingPause``: it is in the file, and is not given out). A pause that nobody ends goes
on to the end of its recording, through our own restart too. One whose beginning fell into a time when the PBX
was out of sight is marked from there on, as ``unknown``.
"""

from __future__ import annotations

from datetime import datetime

from ccd.events import RecordingStarted, RecordingStopped
from ccd.events.recording_pauses import RecordingPaused, RecordingUnpaused
from ccd.following.picture import Channel, Pbx, Recording
from ccd.message import Message

BOTH = frozenset(("read", "write"))
_DIRECTIONS = {"read": frozenset(("read",)), "write": frozenset(("write",)), "both": BOTH}


def on_file_name(pbx: Pbx, at: datetime, m: Message) -> None:
    channel = pbx.channels.get(m.get("Uniqueid"))
    path = m.get("Value")
    if channel is None or not path:
        return
    recording_id = f"{channel.uniqueid}:{path}"
    running = pbx.recordings.setdefault(channel.uniqueid, {})
    if recording_id in running:
        return
    recording = running[recording_id] = Recording(recording_id, channel.call, path, at)
    pbx.emit(
        RecordingStarted(
            at=at,
            pbx=pbx.name,
            call=channel.call.id,
            uniqueid=channel.uniqueid,
            recording=recording_id,
            path=path,
        )
    )
    if channel.call.marked:
        _pause(pbx, at, channel.uniqueid, recording, "marked")


def on_mute(pbx: Pbx, at: datetime, m: Message) -> None:
    """Of all recordings of a channel at once, and of what is heard from it, said to it, or both."""
    uniqueid, directions = m.get("Uniqueid"), _DIRECTIONS.get(m.get("Direction"))
    state = m.get("State")
    if directions is None or state not in ("0", "1"):
        return
    for recording in pbx.recordings.get(uniqueid, {}).values():
        before = recording.muted
        recording.muted = before | directions if state == "1" else before - directions
        if state == "1":
            _pause(pbx, at, uniqueid, recording, "muted")
        elif before and not recording.muted:
            _go_on(pbx, at, uniqueid, recording, "muted")
        elif not before:
            _muted_unseen(pbx, at, uniqueid, recording)


def _muted_unseen(pbx: Pbx, at: datetime, uniqueid: str, recording: Recording) -> None:
    """It goes on, and was never seen to pause: so it was muted while the PBX was out of sight, if ever."""
    blind = pbx.last_blind
    if blind is None or (recording.started is not None and recording.started > blind[1]):
        return
    began = blind[0] if recording.started is None else max(blind[0], recording.started)
    _pause(pbx, began, uniqueid, recording, "unknown")
    _go_on(pbx, at, uniqueid, recording, "unknown")


def on_user_event(pbx: Pbx, at: datetime, m: Message) -> None:
    """The agent's phone, or the dialplan, says that card data begin or end: for all that records the call."""
    channel, state = pbx.channels.get(m.get("Uniqueid")), m.get("State")
    if channel is None or state not in ("begin", "end"):
        return
    call = channel.call
    call.marked = state == "begin"
    for uniqueid in call.channels:
        for recording in pbx.recordings.get(uniqueid, {}).values():
            if call.marked:
                _pause(pbx, at, uniqueid, recording, "marked")
            else:
                _go_on(pbx, at, uniqueid, recording, "marked")


def _pause(pbx: Pbx, at: datetime, uniqueid: str, recording: Recording, how: str) -> None:
    if how in recording.paused:
        return
    recording.paused[how] = at
    pbx.emit(
        RecordingPaused(
            at=at, pbx=pbx.name, call=recording.call.id, uniqueid=uniqueid, recording=recording.id, how=how
        )
    )


def _go_on(pbx: Pbx, at: datetime, uniqueid: str, recording: Recording, how: str) -> None:
    began = recording.paused.pop(how, None)
    if began is None:
        return
    pbx.emit(
        RecordingUnpaused(
            at=at,
            pbx=pbx.name,
            call=recording.call.id,
            uniqueid=uniqueid,
            recording=recording.id,
            began=began,
            how=how,
        )
    )


def on_stop(pbx: Pbx, at: datetime, m: Message) -> None:
    """One recording of the channel has stopped. Of several it is not said which: they are over together."""
    uniqueid = m.get("Uniqueid")
    channel = pbx.channels.get(uniqueid)
    if channel is not None:
        channel.recordings_stopped += 1
        if channel.recordings_stopped < len(pbx.recordings.get(uniqueid, {})):
            return
        channel.recordings_stopped = 0
    _stop(pbx, at, uniqueid)


def channel_gone(pbx: Pbx, at: datetime, channel: Channel) -> None:
    _stop(pbx, at, channel.uniqueid)


def _stop(pbx: Pbx, at: datetime, uniqueid: str) -> None:
    for recording in pbx.recordings.pop(uniqueid, {}).values():
        for how in tuple(recording.paused):
            _go_on(pbx, at, uniqueid, recording, how)
        pbx.emit(
            RecordingStopped(
                at=at,
                pbx=pbx.name,
                call=recording.call.id,
                uniqueid=uniqueid,
                recording=recording.id,
                path=recording.path,
            )
        )


def restore(pbx: Pbx, at: datetime) -> None:
    """Recordings of before our own restart: they go on with their channel, or have stopped meanwhile."""
    ghosts, pbx.ghost_recordings = pbx.ghost_recordings, []
    for ghost in ghosts:
        channel = pbx.channels.get(ghost.uniqueid)
        if channel is not None:
            running = pbx.recordings.setdefault(ghost.uniqueid, {})
            recording = Recording(ghost.recording, channel.call, ghost.path)
            recording.paused = dict(ghost.paused)
            if "muted" in recording.paused:
                recording.muted = BOTH
            if "marked" in recording.paused:
                channel.call.marked = True
            running[ghost.recording] = recording
        else:
            for how, began in ghost.paused:
                pbx.emit(
                    RecordingUnpaused(at, pbx.name, ghost.call, ghost.uniqueid, ghost.recording, began, how)
                )
            pbx.emit(
                RecordingStopped(
                    at=at,
                    pbx=pbx.name,
                    call=ghost.call,
                    uniqueid=ghost.uniqueid,
                    recording=ghost.recording,
                    path=ghost.path,
                )
            )
