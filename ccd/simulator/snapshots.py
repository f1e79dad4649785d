"""The lists that a PBX gives of itself: queues, members, waiting callers, channels, devices."""

from __future__ import annotations

from collections.abc import Iterator

from ccd.simulator.parts import Channel, Entry, Member, Queue
from ccd.simulator.pbx import Pbx
from ccd.simulator.wire import channel_headers

__all__ = ["channels", "devices", "queue_status", "queue_summary"]


def queue_status(pbx: Pbx, queue_name: str = "", member: str = "") -> Iterator[str]:
    """The events of QueueStatus, without ActionID; an empty name is every queue, or every member."""
    for queue in pbx.members.queues.values():
        if queue_name in ("", queue.name):
            yield _params(queue)
            for each in queue.members.values():
                if member in ("", each.interface):
                    yield _member(each)
            for position, entry in enumerate(queue.callers, start=1):
                yield _entry(entry, position, pbx.timeline.now)


def queue_summary(pbx: Pbx, queue_name: str = "") -> Iterator[str]:
    for queue in pbx.members.queues.values():
        if queue_name in ("", queue.name):
            waits = [int(pbx.timeline.now - entry.joined) for entry in queue.callers]
            yield (
                f"Event: QueueSummary\r\nQueue: {queue.name}\r\nLoggedIn: {len(queue.members)}\r\n"
                f"Available: {sum(pbx.members.available(m) for m in queue.members.values())}\r\n"
                f"Callers: {len(waits)}\r\nHoldTime: {queue.hold_s}\r\nTalkTime: {queue.talk_s}\r\n"
                f"LongestHoldTime: {max(waits, default=0)}"
            )


def channels(pbx: Pbx) -> Iterator[str]:
    for channel in pbx.switch.channels.values():
        yield (
            f"Event: CoreShowChannel\r\n{channel_headers(channel)}\r\n"
            f"Application: {channel.application}\r\nApplicationData: {channel.application_data}\r\n"
            f"Duration: {_clock(pbx.timeline.now - channel.created)}\r\n"
            f"BridgeId: {_bridge(channel)}"
        )


def devices(pbx: Pbx) -> Iterator[str]:
    for device, state in pbx.switch.device_states.items():
        yield f"Event: DeviceStateChange\r\nDevice: {device}\r\nState: {state}"


def _params(q: Queue) -> str:
    done, met = q.completed, q.completed_in_sl
    share = 100 * met / done if done else 0.0
    share_of_all = 100 * met / (done + q.abandoned) if done + q.abandoned else 0.0
    return (
        f"Event: QueueParams\r\nQueue: {q.name}\r\nMax: 0\r\nStrategy: rrmemory\r\n"
        f"Calls: {len(q.callers)}\r\n"
        f"Holdtime: {q.hold_s}\r\nTalkTime: {q.talk_s}\r\nCompleted: {done}\r\nAbandoned: {q.abandoned}\r\n"
        f"ServiceLevel: {q.service_level_s}\r\nServicelevelPerf: {share:2.1f}\r\n"
        f"ServicelevelPerf2: {share_of_all:2.1f}\r\nWeight: 0"
    )


def _member(m: Member) -> str:
    """The snapshot says Name and Location where every event says MemberName and Interface."""
    return (
        f"Event: QueueMember\r\nQueue: {m.queue.name}\r\nName: {m.name}\r\nLocation: {m.interface}\r\n"
        f"StateInterface: {m.interface}\r\nMembership: {'dynamic' if m.dynamic else 'static'}\r\n"
        f"Penalty: {m.penalty}\r\nCallsTaken: {m.calls_taken}\r\nLastCall: {m.last_call}\r\n"
        f"LastPause: {m.last_pause}\r\nLoginTime: {m.login_time}\r\nInCall: {int(m.in_call)}\r\n"
        f"Status: {m.status}\r\nPaused: {int(m.paused)}\r\nPausedReason: {m.reason}\r\n"
        f"Wrapuptime: {m.wrapup_s}"
    )


def _entry(entry: Entry, position: int, now: float) -> str:
    c = entry.channel
    return (
        f"Event: QueueEntry\r\nQueue: {entry.queue.name}\r\nPosition: {position}\r\nChannel: {c.name}\r\n"
        f"Uniqueid: {c.uniqueid}\r\nCallerIDNum: {c.number}\r\nCallerIDName: {c.caller_name}\r\n"
        f"ConnectedLineNum: {c.connected_number}\r\nConnectedLineName: {c.connected_name}\r\n"
        f"Wait: {int(now) - int(entry.joined)}\r\nPriority: 0"
    )


def _clock(seconds: float) -> str:
    minutes, second = divmod(int(seconds), 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}"


def _bridge(channel: Channel) -> str:
    return channel.bridge.uniqueid if channel.bridge else ""
