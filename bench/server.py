"""A loopback AMI for one session at a time: it answers a login and a snapshot, then plays what it is given.

It sends as fast as the other end reads, from a thread that does nothing else, so what is measured is the
other end. It says nothing of its own: what it plays was captured from a real Asterisk or made from such
events.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from types import TracebackType

from bench.stream import END

__all__ = ["Server"]

Lists = Mapping[str, Sequence[bytes]]

_SIMPLE = {
    "challenge": "Response: Success\r\nChallenge: 123456789",
    "login": "Response: Success\r\nMessage: Authentication accepted",
    "ping": "Response: Success\r\nPing: Pong",
    "dbput": "Response: Success\r\nMessage: Updated database successfully",
    "getvar": "Response: Error\r\nMessage: No such channel",
    "mixmonitor": "Response: Success\r\nMessage: Success",
    "originate": "Response: Success\r\nMessage: Originate successfully queued",
    "coresettings": "Response: Success\r\nAsteriskVersion: 22.0.0-played",
    "corestatus": "Response: Success\r\nCoreStartupDate: 2026-01-01\r\nCoreStartupTime: 00:00:00",
}
_BOOTED = b"Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: 1\r\nStatus: Fully Booted" + END


class Server:
    """``with Server(lists) as server``: connect to ``port``, then ``play``. Any secret is taken."""

    def __init__(self, lists: Lists) -> None:
        self.accepted = 0.0
        """When the latest connection was taken (``time.monotonic``, the same in all processes)."""
        self.dialled: list[tuple[str, float]] = []
        """The ChannelId of each Originate, and when it came."""
        self._lists = lists
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._session: socket.socket | None = None
        self._sending = threading.Lock()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def port(self) -> int:
        return int(self._listening.getsockname()[1])

    def play(self, pieces: Iterable[bytes]) -> float:
        """Send each piece (whole messages) as fast as it is read, then end the session; no other is taken.

        Gives when it began (``time.monotonic``). Raises OSError where the other end went before.
        """
        self._stop_listening()
        began = time.monotonic()
        for piece in pieces:
            self.send(piece)
        self.hang_up()
        return began

    def send(self, piece: bytes) -> None:
        with self._sending:
            assert self._session is not None
            self._session.sendall(piece)

    def hang_up(self) -> None:
        """All that was sent is read before the end is seen."""
        assert self._session is not None
        self._session.shutdown(socket.SHUT_WR)

    def __enter__(self) -> Server:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop_listening()
        if self._session is not None:
            with suppress(OSError):
                self._session.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)

    def _stop_listening(self) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _serve(self) -> None:
        while True:
            try:
                session, _ = self._listening.accept()
            except OSError:
                return
            self.accepted = time.monotonic()
            session.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._sending:
                self._session = session
                session.sendall(b"Asterisk Call Manager/11.0.0\r\n")
            with suppress(OSError):
                self._answer_all(session)
            session.close()

    def _answer_all(self, session: socket.socket) -> None:
        buffer = b""
        while received := session.recv(65536):
            *actions, buffer = (buffer + received).split(END)
            for action in actions:
                fields = dict(line.split(": ", 1) for line in action.decode().lstrip().split("\r\n"))
                answer = self._answer({name.lower(): value for name, value in fields.items()})
                with self._sending:
                    session.sendall(answer)

    def _answer(self, fields: dict[str, str]) -> bytes:
        name, tag = fields["action"], f"\r\nActionID: {fields.get('actionid', '')}"
        if name in self._lists:
            return _whole_list(name, self._lists[name], tag.encode())
        if name.lower() == "originate":
            self.dialled.append((fields.get("channelid", ""), time.monotonic()))
        simple = _SIMPLE.get(name.lower())
        if simple is None:
            return f"Response: Error{tag}\r\nMessage: Database entry not found".encode() + END
        answer = (simple + tag).encode() + END
        return answer + _BOOTED if name.lower() == "login" else answer


def _whole_list(name: str, items: Sequence[bytes], tag: bytes) -> bytes:
    head = b"Response: Success" + tag + b"\r\nEventList: start\r\nMessage: " + name.encode() + END
    tagged = []
    for item in items:
        first, _, rest = item.partition(b"\r\n")
        tagged.append(first + tag + (b"\r\n" + rest if rest else b""))
    return head + END.join(tagged) + END
