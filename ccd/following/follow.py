"""Which message goes to which function, and the one door by which a PBX's messages come in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ccd.effects import CollectMissed
from ccd.following import (
    bridges,
    calls,
    channels,
    listening,
    members,
    queuecalls,
    recordings,
    reports,
    snapshot,
    transfers,
    visits,
)
from ccd.following.picture import Pbx
from ccd.message import Message

Handler = Callable[[Pbx, datetime, Message], None]


def _on_var_set(pbx: Pbx, at: datetime, m: Message) -> None:
    handler = _VARIABLES.get(m.get("Variable"))
    if handler is not None:
        handler(pbx, at, m)


def _on_user_event(pbx: Pbx, at: datetime, m: Message) -> None:
    event = m.get("UserEvent")
    if event == "CcdCode":
        members.on_code_announced(pbx, at, m)
    elif event == "CCDRecordingPause":
        recordings.on_user_event(pbx, at, m)
    elif event == "CcdListen":
        listening.on_user_event(pbx, at, m)
    elif event == "CcdMissed":
        because = "the dialplan has noted a sign-in that ccd did not answer"
        pbx.emit(CollectMissed(key=f"missed|{pbx.name}", because=because, pbx=pbx.name))
    else:
        reports.on_user_event(pbx, at, m)


def _on_dial_end(pbx: Pbx, at: datetime, m: Message) -> None:
    calls.on_dial_end(pbx, at, m)
    reports.on_dial_end(pbx, at, m)


def _on_originate(pbx: Pbx, at: datetime, m: Message) -> None:
    ours = m.get("Context") == listening.CONTEXT
    (listening.on_originate if ours else reports.on_originate)(pbx, at, m)


_VARIABLES: dict[str, Handler] = {
    "MIXMONITOR_FILENAME": recordings.on_file_name,
    "QUEUESTATUS": visits.on_queue_status,
    "VMSTATUS": calls.on_voicemail,
}

HANDLERS: dict[str, Handler] = {
    "AgentCalled": queuecalls.on_called,
    "AgentComplete": queuecalls.on_complete,
    "AgentConnect": queuecalls.on_connect,
    "AgentRingNoAnswer": queuecalls.on_ring_no_answer,
    "AttendedTransfer": transfers.on_attended_transfer,
    "BlindTransfer": transfers.on_blind_transfer,
    "BridgeEnter": bridges.on_bridge_enter,
    "BridgeLeave": bridges.on_bridge_leave,
    "ChanSpyStart": listening.on_spy_start,
    "ConfbridgeJoin": calls.on_confbridge_join,
    "CoreShowChannel": snapshot.on_core_show_channel,
    "CoreShowChannelsComplete": snapshot.on_channels_complete,
    "DeviceStateChange": members.on_device_state,
    "DialEnd": _on_dial_end,
    "Hangup": channels.on_hangup,
    "HangupRequest": queuecalls.on_hangup_request,
    "Hold": bridges.on_hold,
    "MixMonitorMute": recordings.on_mute,
    "MixMonitorStop": recordings.on_stop,
    "Newchannel": channels.on_new_channel,
    "Newstate": channels.on_new_state,
    "OriginateResponse": _on_originate,
    "ParkedCall": calls.on_parked,
    "QueueCallerAbandon": visits.on_abandon,
    "QueueCallerJoin": visits.on_join,
    "QueueCallerLeave": visits.on_leave,
    "QueueEntry": snapshot.on_queue_entry,
    "QueueMember": snapshot.on_queue_member,
    "QueueMemberAdded": members.on_member_added,
    "QueueMemberPause": members.on_member_pause,
    "QueueMemberRemoved": members.on_member_removed,
    "QueueMemberStatus": members.on_member_status,
    "QueueParams": snapshot.on_queue_params,
    "QueueStatusComplete": snapshot.on_queues_complete,
    "Reload": snapshot.on_reload,
    "Rename": channels.on_rename,
    "SoftHangupRequest": queuecalls.on_hangup_request,
    "Unhold": bridges.on_unhold,
    "UserEvent": _on_user_event,
    "VarSet": _on_var_set,
}


ACTS = frozenset(
    (
        "AgentCalled",
        "AgentRingNoAnswer",
        "AttendedTransfer",
        "BlindTransfer",
        "ConfbridgeJoin",
        "MixMonitorStop",
        "ParkedCall",
        "QueueCallerJoin",
        "QueueMemberAdded",
        "QueueMemberPause",
    )
)
"""Events that tell of an act rather than a state: taking one in twice would count it twice."""


def follow(pbx: Pbx, at: datetime, message: Message) -> None:
    """Take one AMI message into the picture; facts and effects are left in ``pbx.out``."""
    pbx.last_event = at
    handler = HANDLERS.get(message.name)
    if handler is not None and not (message.name in ACTS and pbx.repeats(message)):
        handler(pbx, at, message)
