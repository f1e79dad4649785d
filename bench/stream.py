"""The captured traffic of a real Asterisk, repeated to any length.

Played again as it is, a recording would tell of channels that have ended. So in each repetition every time
(Uniqueid, Linkedid, Timestamp, LastCall) is moved on by more than the recording lasted, and every bridge has
an id of its own; the length of each message stays the same. Nothing is left out.
"""

from __future__ import annotations

import gzip
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

__all__ = ["END", "LISTS", "Recording", "load", "names"]

RECORDINGS = Path(__file__).parents[1] / "tests" / "recordings"
END = b"\r\n\r\n"
LISTS = ("QueueStatus", "CoreShowChannels", "DeviceStateList")

_LAST_OF_SNAPSHOT = b"Event: DeviceStateListComplete"
_BRIDGE_MARK = b"ccd00000-"
_BRIDGE = re.compile(rb"\b[0-9a-f]{8}-(?=[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b)")
_THOUSANDS = re.compile(rb"\r\nTimestamp: ([0-9]{7})[0-9]{3}\.")
"""Of a time in seconds all but the last three digits: those are moved on."""


@dataclass(frozen=True)
class Recording:
    """``lists``: the items of each list of the snapshot, without ActionID. ``body``: what came after."""

    version: str
    lists: dict[str, list[bytes]]
    body: bytes
    thousands: tuple[int, ...]

    @property
    def messages(self) -> int:
        return self.body.count(END)

    def repetition(self, number: int) -> bytes:
        """The body once more, as a later hour of the same day; ``number`` counts from 0."""
        moved = self.body.replace(_BRIDGE_MARK, b"%08x-" % number)
        for thousand in sorted(self.thousands, reverse=True):
            later = thousand + number * len(self.thousands)
            moved = moved.replace(b"%07d" % thousand, b"%07d" % later)
        return moved

    def repeated(self, times: int) -> bytes:
        return b"".join(self.repetition(number) for number in range(times))

    def without(self, name: str) -> Recording:
        """The same, but for the events of that name."""
        left = [raw for raw in self.body.split(END) if _name(raw) != name]
        return Recording(self.version, self.lists, END.join(left), self.thousands)


def load(version: str) -> Recording:
    """Two hundred recorded queue calls of that version, captured with every event class and no filter."""
    data = gzip.decompress((RECORDINGS / version / "busy.ami.gz").read_bytes())
    pieces = data.split(END)
    start = next(place for place, raw in enumerate(pieces) if raw.startswith(_LAST_OF_SNAPSHOT)) + 1
    body = _BRIDGE.sub(_BRIDGE_MARK, END.join(pieces[start:]))
    thousands = tuple({int(found) for found in _THOUSANDS.findall(data)})
    return Recording(version, {name: _list(name, pieces[:start]) for name in LISTS}, body, thousands)


def names(data: bytes) -> Counter[str]:
    """How many of which event."""
    return Counter(_name(raw) for raw in data.split(END)[:-1])


def _list(name: str, pieces: list[bytes]) -> list[bytes]:
    tag = b"\r\nActionID: snapshot-" + name.encode()
    return [raw.replace(tag, b"", 1) for raw in pieces if tag in raw and raw.startswith(b"Event: ")]


def _name(raw: bytes) -> str:
    return raw.lstrip(b"\r\n").partition(b"\r\n")[0].removeprefix(b"Event: ").decode()
