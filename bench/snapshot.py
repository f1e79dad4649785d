"""The lists of a PBX with so many agents and queues, as Asterisk 22 words them."""

from __future__ import annotations

__all__ = ["lists"]


def lists(agents: int, queues: int) -> dict[str, list[bytes]]:
    """What QueueStatus, CoreShowChannels and DeviceStateList answer: one queue each, nobody calls."""
    status = [f"Event: QueueParams\r\nQueue: q{number}\r\nMax: 0\r\nCalls: 0" for number in range(queues)]
    status += [_member(number, queues) for number in range(agents)]
    states = [
        f"Event: DeviceStateChange\r\nDevice: PJSIP/{1001 + number}\r\nState: NOT_INUSE"
        for number in range(agents)
    ]
    return {
        "QueueStatus": _whole(status, "QueueStatusComplete"),
        "CoreShowChannels": _whole([], "CoreShowChannelsComplete"),
        "DeviceStateList": _whole(states, "DeviceStateListComplete"),
    }


def _member(number: int, queues: int) -> str:
    device = f"PJSIP/{1001 + number}"
    return (
        f"Event: QueueMember\r\nQueue: q{number % queues}\r\nName: 坐席 {number}\r\nLocation: {device}\r\n"
        f"StateInterface: {device}\r\nMembership: dynamic\r\nPenalty: 0\r\nCallsTaken: 0\r\nLastCall: 0\r\n"
        f"LastPause: 0\r\nLoginTime: 1767225600\r\nInCall: 0\r\nStatus: 1\r\nPaused: 0\r\nPausedReason: \r\n"
        f"Wrapuptime: 0"
    )


def _whole(items: list[str], end: str) -> list[bytes]:
    last = f"Event: {end}\r\nEventList: Complete\r\nListItems: {len(items)}"
    return [item.encode() for item in (*items, last)]
