"""What a PBX said, in a form in which two can be compared: by object, with ids and times as kinds.

Asterisk tells of one object from one thread and of two objects from two, so the order within an object is
its own and the order between objects is chance. An object is a channel (with its entering and leaving of
bridges, its holds and recordings), a dial, a caller's stay in a queue, a membership, a member's status and a
phone's device (both told from a third thread).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from ccd.adapters.ami.wanted import WANTED
from ccd.message import Message

__all__ = ["Speech", "events_of_file", "followed", "message"]

IGNORED = ("TechCause",)
"""Which SIP answer ended a call: the simulator has no SIP, and ccd does not read it."""

SECONDS = ("HoldTime", "TalkTime", "RingTime", "LastCall", "LastPause", "LoginTime")


def message(text: str) -> Message:
    return Message(text.split("\r\n", 1)[0].removeprefix("Event: "), text)


def events_of_file(path: Path) -> list[Message]:
    """The events of a capture after the snapshot it begins with."""
    blocks = [block.lstrip() for block in path.read_bytes().decode("utf-8").split("\r\n\r\n")]
    events = [message(block) for block in blocks if block.startswith("Event: ")]
    ends = [at for at, event in enumerate(events) if event.name == "DeviceStateListComplete"]
    return events[ends[0] + 1 :]


def followed(events: Iterable[Message]) -> list[Message]:
    """Those that ccd follows; of devices only phones and trunks, as it narrows them at run time."""
    kept = []
    for event in events:
        if event.name not in WANTED:
            continue
        wanted = WANTED[event.name]
        if wanted is not None and not wanted(event.text.encode()):
            continue
        if event.name == "DeviceStateChange" and not event.get("Device").startswith("PJSIP/"):
            continue
        kept.append(event)
    return kept


class Speech:
    """``by_object``: for each object its events, each as (header, value) pairs in the order said.

    A channel is named by its phone and its number among that phone's: ``1001#0``. A bridge is named by who
    entered first. Local/1011@agents, a member that is dialled through a Local channel, counts as its phone.
    """

    def __init__(self, events: Iterable[Message]) -> None:
        self._channels: dict[str, str] = {}
        self._bridges: dict[str, str] = {}
        self._count: dict[str, int] = {}
        self._caller_of: dict[str, str] = {}
        self.by_object: dict[str, list[list[tuple[str, str]]]] = {}
        for event in events:
            self._learn(event)
            said = [(name, self._kind(name, value)) for name, value in event.items() if name not in IGNORED]
            self.by_object.setdefault(self._object(event), []).append(said)

    def names(self, of: str) -> list[str]:
        """What was said of an object, by the names of the events."""
        return [dict(said)["Event"] for said in self.by_object.get(of, ())]

    def _learn(self, e: Message) -> None:
        uniqueid = e.get("Uniqueid")
        if e.name == "Newchannel":
            phone = e.get("Channel").rpartition("-")[0].rpartition("/")[2]
            number = self._count[phone] = self._count.get(phone, -1) + 1
            self._channels[uniqueid] = f"{phone}#{number}"
        elif e.name == "BridgeEnter":
            first = self._channels[uniqueid].replace("@agents", "")
            self._bridges.setdefault(e.get("BridgeUniqueid"), f"bridge of {first}")
        elif e.name == "AgentConnect":
            self._caller_of[e.get("DestUniqueid")] = uniqueid

    def _object(self, e: Message) -> str:
        match e.name:
            case "DialBegin" | "DialEnd":
                return f"dial of {self._channels[e.get('DestUniqueid')]}"
            case "DeviceStateChange":
                return f"device {e.get('Device')}"
            case "BlindTransfer" | "AttendedTransfer":
                return "transfer"
            case "QueueMemberStatus":
                return f"status of {e.get('Interface')} in {e.get('Queue')}"
            case name if name.startswith("QueueMember"):
                return f"member {e.get('Interface')} of {e.get('Queue')}"
            case name if name.startswith(("Queue", "Agent")):
                # Asterisk 16 leaves the caller out of AgentComplete where the caller has hung up.
                caller = e.get("Uniqueid") or self._caller_of[e.get("DestUniqueid")]
                return f"stay of {self._channels[caller]} in {e.get('Queue')}"
            case name:
                return self._channels.get(e.get("Uniqueid"), name)

    def _kind(self, header: str, value: str) -> str:
        if header.endswith("BridgeUniqueid"):
            return self._bridges.get(value, "bridge")
        if header.endswith(("Uniqueid", "Linkedid")):
            return self._channels.get(value, value).replace("@agents", "")
        if header.endswith("Channel"):
            return re.sub(r"-[0-9a-f]{8}$", "-n", value)
        if re.fullmatch(r"\d{10}\.\d{6}", value):
            return "stamp"
        if header in SECONDS:
            return "seconds" if value.isdecimal() else value
        if header == "Interface":
            return re.sub(r"^Local/(\d+)@agents/n$", r"PJSIP/\1", value)
        return re.sub(r"\b\d{10}(\.\d+)?\b", "epoch", value)
