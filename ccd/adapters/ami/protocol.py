"""Bytes in, messages out: the read path of one AMI connection. Nothing here waits.

A read is cut into whole messages, each message is looked up by its first header line, and only those that
are wanted are decoded. A message that is not (half of Asterisk's traffic) costs one search and one look-up.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from panoramisk.ami_protocol import AMIProtocol

from ccd.adapters.ami.actions import ActionTimeout, NotConnected, PendingAction
from ccd.adapters.ami.counts import Counts, Cut
from ccd.adapters.ami.wanted import Wanted
from ccd.message import Message

__all__ = ["Protocol"]

MESSAGE_LIMIT = 1024 * 1024
"""Bytes of one message; Asterisk's largest are some 10 KB."""
PENDING_LIMIT = 1000
"""Actions without an answer, on one connection."""

BACKLOG = 64 * 1024
"""Bytes of one read from which on there is more to come."""

_END = b"\r\n\r\n"
_BANNER = b"Asterisk Call Manager"
_ACTION_ID = b"\r\nActionID: "
_COMPLETE = b"\r\nEventList: Complete"


class Protocol(AMIProtocol):  # type: ignore[misc]  # panoramisk is untyped
    """panoramisk's protocol with its own reading and its own end.

    Still panoramisk's: ``send`` (an action's wire text, its future, the table ``responses`` of what is
    pending) and the connection's state (``transport``, ``closed``, ``version``). Replaced: ``data_received``
    (it decoded reads instead of messages, split the whole buffer again at every read, and had no limit), the
    dispatch by patterns (a handler's error ended the connection), ``close`` and ``connection_lost`` (they
    kept unanswered actions to send them again), and all of ``Manager``, whose place ``session`` takes.

    ``on_messages(at, messages)`` is called at most once for a read, at its end.
    """

    encoding = "utf-8"  # panoramisk's send encodes with it

    def __init__(
        self,
        wanted: Wanted,
        on_messages: Callable[[datetime, list[Message]], None],
        clock: Callable[[], datetime],
        counts: Counts | None = None,
    ) -> None:
        self.counts = counts or Counts()
        self.greeted, self.booted, self.lost = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.late_boot_is_a_cut = False
        self.coalesce_s = 0.0
        self.why, self.detail = Cut.STOPPED, ""
        self.heard = time.monotonic()
        self.closed = False
        self.transport: Any = None
        self.responses: dict[str, PendingAction] = {}
        self.version: str | None = None
        self._table = wanted.by_first_line
        self._on_messages = on_messages
        self._clock = clock
        self._tail = bytearray()
        self._lists: dict[bytes, PendingAction | None] = {}  # None: nobody waits any more; drop the items
        self._vitals: list[str] = []
        self._dense = False

    # --- the connection ---

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.heard = time.monotonic()

    def connection_lost(self, exc: Exception | None) -> None:
        self.give_up(Cut.CLOSED if exc is None else Cut.RESET, str(exc or "the PBX closed the connection"))

    def close(self) -> None:
        self.give_up(Cut.STOPPED)

    def give_up(self, why: Cut, detail: str = "") -> None:
        """End the connection; the first reason counts. Every pending action fails, nothing more is read."""
        if self.closed:
            return
        self.closed = True
        self.why, self.detail = why, detail
        for action in list(self.responses.values()):
            action.fail(NotConnected(f"{action.name}: {why} before the answer", sent=True))
        self.responses.clear()
        self._lists.clear()
        self._tail.clear()
        if self.transport is not None:
            self.transport.abort()  # a close would wait for a peer that may never read again
        for event in (self.lost, self.greeted, self.booted):
            event.set()

    async def reached(self, event: asyncio.Event, timeout: float, what: str) -> None:
        """Wait for ``greeted`` or ``booted``. Raises ActionTimeout, or NotConnected at a loss."""
        try:
            async with asyncio.timeout(timeout):
                await event.wait()
        except TimeoutError:
            raise ActionTimeout(f"no {what} within {timeout:g} s") from None
        if self.closed:
            raise NotConnected(f"{self.why} before the {what}", sent=False)

    # --- actions ---

    async def ask(self, action: PendingAction, timeout: float) -> Any:
        """Send it once and wait: its response, or for a list its items.

        Raises ActionFailed, ActionTimeout or NotConnected.
        """
        if self.closed or self.transport is None:
            raise NotConnected(f"{action.name}: no connection", sent=False)
        if len(self.responses) >= PENDING_LIMIT:
            raise NotConnected(f"{action.name}: {PENDING_LIMIT} actions wait for answers", sent=False)
        if action.is_list:
            self._lists[action.id.encode()] = action
        self.send(action, as_list=action.is_list)
        try:
            async with asyncio.timeout(timeout):
                return await action.future
        except TimeoutError:
            raise ActionTimeout(f"{action.name}: no answer within {timeout:g} s") from None
        finally:
            if self.responses.pop(action.id, None) is not None and action.is_list:
                self._lists[action.id.encode()] = None

    # --- the read path ---

    def data_received(self, data: bytes) -> None:
        if self.closed:
            return
        counts = self.counts
        counts.last_heard = at = self._clock()
        self._dense = (now := time.monotonic()) - self.heard < self.coalesce_s
        self.heard = now
        counts.bytes_received += len(data)
        if self.version is None:
            data = self._take_banner(data)
        block = self._whole_messages(data)
        fits = len(self._tail) <= MESSAGE_LIMIT + 3  # three bytes of a terminator may be there
        if block:
            pieces = block.split(_END)
            if len(block) > MESSAGE_LIMIT and not _cut_at_the_limit(pieces):
                fits = False
            messages = self._read_answers(pieces) if self._expects_items() else self._read(pieces)
            counts.messages_received += len(pieces)
            if messages:
                self._on_messages(at, messages)
        if self.coalesce_s:
            self._coalesce(len(data))
        if not fits:
            counts.oversize += 1
            self.give_up(Cut.OVERSIZE, f"a message of more than {MESSAGE_LIMIT} bytes")
        elif self._vitals:
            self._heed_vitals()

    def _whole_messages(self, data: bytes) -> bytes:
        """What is complete by now, less its last terminator; the rest is kept. No byte is searched twice."""
        tail = self._tail
        if tail:
            searched = max(0, len(tail) - 3)
            tail += data
            end = tail.rfind(_END, searched)
            if end < 0:
                return b""
            data = bytes(tail[:end])
            del tail[: end + 4]
        else:
            end = data.rfind(_END)
            if end < 0:
                tail += data
                return b""
            if end + 4 < len(data):
                tail += data[end + 4 :]
            data = data[:end]
        while data.endswith(b"\r\n"):  # an empty line too many
            data = data[:-2]
        return data

    def _read(self, pieces: list[bytes]) -> list[Message]:
        """The hot loop."""
        table = self._table
        messages = []
        others = 0
        for raw in pieces:
            entry = table.get(raw.partition(b"\r")[0])
            if entry is None:
                if raw[:7] == b"Event: ":
                    continue
                raw = raw.lstrip(b"\r\n")  # an empty line too many before it
                entry = table.get(raw.partition(b"\r")[0])
                if entry is None:
                    others += self._take_other(raw)
                    continue
            name, predicate, vital = entry
            if vital:
                self._vitals.append(name)
            if predicate is not None and not predicate(raw):
                continue
            try:
                messages.append(Message(name, raw.decode()))
            except UnicodeDecodeError:
                messages.append(Message(name, self._text(raw)))
        self.counts.messages_skipped += len(pieces) - len(messages) - others
        return messages

    def _expects_items(self) -> bool:
        """Any answer may turn out to begin a list, but one to a ping."""
        return bool(self._lists) or any(action.name != "Ping" for action in self.responses.values())

    def _read_answers(self, pieces: list[bytes]) -> list[Message]:
        """The same while an answer of ours is on its way: items of lists are told by their ActionID."""
        messages = []
        for raw in pieces:
            start = raw.find(_ACTION_ID) + len(_ACTION_ID)
            action_id = raw[start:].partition(b"\r")[0] if start >= len(_ACTION_ID) else b""
            if action_id not in self._lists or raw.lstrip(b"\r\n")[:7] != b"Event: ":
                messages += self._read([raw])
                continue
            action = self._lists[action_id]
            if action is not None and action.feeds:
                messages += self._read([raw])
            elif action is not None:
                first = raw.lstrip(b"\r\n").partition(b"\r")[0]
                action.listed.append(Message(first[7:].decode(errors="replace"), self._text(raw)))
            if _COMPLETE in raw:
                self._forget(action_id)
                if action is not None:
                    action.end_list()
        return messages

    def _text(self, raw: bytes) -> str:
        try:
            return raw.decode()
        except UnicodeDecodeError:
            self.counts.decode_errors += 1
            return raw.decode(errors="replace")

    def _take_other(self, raw: bytes) -> int:
        """A response, or garbage (which costs itself alone). 0 for an event that is not wanted."""
        if raw[:7] == b"Event: ":
            return 0
        if raw[:10] != b"Response: ":
            self.counts.garbage += bool(raw)
            return 1
        response = Message("Response", self._text(raw))
        action_id = response.get("ActionID")
        action = self.responses.get(action_id)
        if action is None:
            self.counts.strays += 1
            if "EventList" not in response:
                self._lists.pop(action_id.encode(), None)  # it is no list after all: an error, too late
        elif action.add_message(response):
            self._forget(action_id.encode())
            if response.get("EventList").lower() == "start":
                self._lists[action_id.encode()] = None  # asked for as if it were no list
        return 1

    def _forget(self, action_id: bytes) -> None:
        self.responses.pop(action_id.decode(errors="replace"), None)
        self._lists.pop(action_id, None)

    def _take_banner(self, data: bytes) -> bytes:
        """The PBX's first line has no empty line after it. A recorded stream may begin without it."""
        data = bytes(self._tail) + data
        self._tail.clear()
        line, ended, rest = data.partition(b"\r\n")
        if not ended and len(data) < 200:
            self._tail += data
            return b""
        if line.startswith((b"Event: ", b"Response: ")):
            rest, self.version = data, ""
        elif line.startswith(_BANNER):
            self.version = line.partition(b"/")[2].decode(errors="replace").strip()
        else:
            self.give_up(Cut.NOT_AMI, f"this is no AMI port: its first line is {line[:60]!r}")
            return b""
        self.greeted.set()
        return rest

    def _coalesce(self, size: int) -> None:
        """Where reads come close together, let the next one gather: waking costs ten times what parsing does.

        A lone message is read at once; a backlog, or an answer somebody waits for, is not held up.
        """
        if self._dense and size < BACKLOG and not self.responses and not self.closed:
            self.transport.pause_reading()
            asyncio.get_running_loop().call_later(self.coalesce_s, self._read_on)

    def _read_on(self) -> None:
        if not self.transport.is_closing():
            self.transport.resume_reading()

    def _heed_vitals(self) -> None:
        vitals, self._vitals = self._vitals, []
        if "Shutdown" in vitals:
            self.give_up(Cut.SHUTDOWN, "the PBX stops or restarts")
        elif self.late_boot_is_a_cut:
            self.give_up(Cut.BOOTED, "the PBX has booted only now: its lists were not complete")
        else:
            self.booted.set()


def _cut_at_the_limit(pieces: list[bytes]) -> bool:
    """Drop the first message that is too large, and all behind it. Whether there was none."""
    for index, raw in enumerate(pieces):
        if len(raw) > MESSAGE_LIMIT:
            del pieces[index:]
            return False
    return True
