"""MixMonitor: which file belongs to which call.

MixMonitorStart carries no file name; the channel variable MIXMONITOR_FILENAME does. A recording is over at
MixMonitorStop or when its channel hangs up; only then may its file be looked at.
"""

from __future__ import annotations

from datetime import datetime

from ccd.events import RecordingStarted, RecordingStopped
from ccd.following.picture import Channel, Pbx, Recording
from ccd.message import Message


def on_file_name(pbx: Pbx, at: datetime, m: Message) -> None:
    channel = pbx.channels.get(m.get("Uniqueid"))
    path = m.get("Value")
    if channel is None or not path:
        return
    recording_id = f"{channel.uniqueid}:{path}"
    running = pbx.recordings.setdefault(channel.uniqueid, {})
    if recording_id in running:
        return
    running[recording_id] = Recording(recording_id, channel.call, path)
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
            running[ghost.recording] = Recording(ghost.recording, channel.call, ghost.path)
        else:
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
