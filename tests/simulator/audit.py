"""Follows the events of a PBX and objects to what no PBX can say. Knows nothing of the model's insides."""

from __future__ import annotations

from collections import Counter

from ccd.message import Message

LATE = ("AgentComplete",)
"""What may speak of a channel that is gone: after an attended transfer the completion comes last."""


class Audit:
    def __init__(self) -> None:
        self.channels: dict[str, str] = {}
        self.seen: set[str] = set()
        self.bridges: dict[str, set[str]] = {}
        self.waiting: dict[str, list[str]] = {}
        self.serving: Counter[str] = Counter()
        self.member_status: dict[tuple[str, str], str] = {}
        self.devices: dict[str, str] = {}
        self.counts: Counter[str] = Counter()
        self._stamp = 0.0

    def hear(self, privilege: str, text: str) -> None:
        m = Message(text.split("\r\n", 1)[0].removeprefix("Event: "), text)
        stamp = float(m.get("Timestamp"))
        assert stamp > self._stamp, f"time stands still at {m.name}"
        assert m.get("Privilege") == f"{privilege},all"
        self._stamp = stamp
        self.counts[m.name] += 1
        if m.name == "Newchannel":
            assert m.get("Uniqueid") not in self.seen
            self.seen.add(m.get("Uniqueid"))
            self.channels[m.get("Channel")] = m.get("Uniqueid")
        elif m.name not in LATE:
            for prefix in ("", "Dest"):
                name = m.get(f"{prefix}Channel")
                assert not name or self.channels.get(name) == m.get(f"{prefix}Uniqueid"), text
        handler = getattr(self, f"on_{m.name}", None)
        if handler is not None:
            handler(m)

    def on_Hangup(self, m: Message) -> None:  # noqa: N802
        assert not any(m.get("Channel") in inside for inside in self.bridges.values()), "hung up in a bridge"
        assert not any(m.get("Uniqueid") in callers for callers in self.waiting.values()), (
            "hung up in a queue"
        )
        del self.channels[m.get("Channel")]

    def on_BridgeCreate(self, m: Message) -> None:  # noqa: N802
        self.bridges[m.get("BridgeUniqueid")] = set()

    def on_BridgeEnter(self, m: Message) -> None:  # noqa: N802
        assert not any(m.get("Channel") in inside for inside in self.bridges.values()), "in two bridges"
        inside = self.bridges[m.get("BridgeUniqueid")]
        inside.add(m.get("Channel"))
        assert m.get("BridgeNumChannels") == str(len(inside))

    def on_BridgeLeave(self, m: Message) -> None:  # noqa: N802
        inside = self.bridges[m.get("BridgeUniqueid")]
        inside.remove(m.get("Channel"))
        assert m.get("BridgeNumChannels") == str(len(inside))

    def on_BridgeDestroy(self, m: Message) -> None:  # noqa: N802
        assert not self.bridges.pop(m.get("BridgeUniqueid"))

    def on_QueueCallerJoin(self, m: Message) -> None:  # noqa: N802
        callers = self.waiting.setdefault(m.get("Queue"), [])
        callers.append(m.get("Uniqueid"))
        assert m.get("Count") == m.get("Position") == str(len(callers))

    def on_QueueCallerLeave(self, m: Message) -> None:  # noqa: N802
        callers = self.waiting[m.get("Queue")]
        assert m.get("Position") == str(callers.index(m.get("Uniqueid")) + 1)
        callers.remove(m.get("Uniqueid"))
        assert m.get("Count") == str(len(callers))

    def on_QueueCallerAbandon(self, m: Message) -> None:  # noqa: N802
        assert m.get("Uniqueid") in self.waiting[m.get("Queue")]

    def on_AgentConnect(self, m: Message) -> None:  # noqa: N802
        self.serving[m.get("Uniqueid")] += 1
        assert self.serving[m.get("Uniqueid")] == 1, "served by two"

    def on_AgentComplete(self, m: Message) -> None:  # noqa: N802
        self.serving[m.get("Uniqueid")] -= 1
        assert self.serving[m.get("Uniqueid")] == 0, "completed without a connect"

    def on_QueueMemberStatus(self, m: Message) -> None:  # noqa: N802
        key = (m.get("Queue"), m.get("Interface"))
        assert self.member_status.get(key) != m.get("Status"), "told twice"
        self.member_status[key] = m.get("Status")

    def on_QueueMemberAdded(self, m: Message) -> None:  # noqa: N802
        self.member_status[m.get("Queue"), m.get("Interface")] = m.get("Status")

    def on_QueueMemberRemoved(self, m: Message) -> None:  # noqa: N802
        del self.member_status[m.get("Queue"), m.get("Interface")]

    def on_DeviceStateChange(self, m: Message) -> None:  # noqa: N802
        assert self.devices.get(m.get("Device")) != m.get("State"), "told twice"
        self.devices[m.get("Device")] = m.get("State")

    def restarted(self) -> None:
        """Everything begins anew but ids, time and who is a member."""
        self.channels.clear()
        self.bridges.clear()
        self.waiting.clear()
        self.serving.clear()
        self.member_status = dict.fromkeys(self.member_status, "1")
        self.devices.clear()

    def at_rest(self) -> None:
        """Nobody talks, rings or waits any more."""
        assert not self.channels
        assert not self.bridges
        assert not any(self.waiting.values())
        assert not +self.serving
        assert self.counts["Newchannel"] >= self.counts["Hangup"]
        phones = {device: state for device, state in self.devices.items() if device.startswith("PJSIP/")}
        assert set(phones.values()) <= {"NOT_INUSE"}
        assert set(self.member_status.values()) <= {"1"}
