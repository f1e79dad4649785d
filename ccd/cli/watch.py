"""``ccd status --watch``: the view, live, on the alternate screen of a terminal.

The daemon sends a picture a second; between them, times go on by our own clock. Where the daemon goes away
the last picture stands still under a banner, and we try again every second.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import termios
import time
import tty
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

from rich.console import Console, Group
from rich.live import Live

from ccd.adapters.control_client import UnreachableError, follow
from ccd.cli.agents_view import DETAILS
from ccd.cli.cells import clock
from ccd.cli.view import Look, View, view
from ccd.cli.words import Words

__all__ = ["Watch", "on_screen", "watch"]

RETRY_S = 1.0
SILENT_S = 5.0
"""A daemon that sends nothing for so long counts as gone."""

_KEYS = {
    b"q": "quit",
    b"Q": "quit",
    b"\x03": "quit",
    b"d": "detail",
    b"k": "up",
    b"\x1b[A": "up",
    b"\x1bOA": "up",
    b"j": "down",
    b"\x1b[B": "down",
    b"\x1bOB": "down",
    b"\x1b[5~": "page_up",
    b"\x1b[6~": "page_down",
    b" ": "page_down",
    b"g": "home",
    b"\x1b[H": "home",
    b"\x1b[1~": "home",
    b"G": "end",
    b"\x1b[F": "end",
    b"\x1b[4~": "end",
}


def keys_of(data: bytes) -> list[str]:
    """What was typed; what we have no use for is passed over."""
    found = []
    while data:
        for sequence, key in _KEYS.items():
            if data.startswith(sequence):
                found.append(key)
                data = data[len(sequence) :]
                break
        else:
            data = data[1:]
    return found


class Watch:
    """What is shown, changed by pictures and keys; ``changed`` asks for a new drawing.

    ``ANSWER`` is the key of the daemon's reply that is the picture.
    """

    ANSWER: ClassVar[str] = "picture"

    def __init__(self, words: Words, first: dict[str, Any] | None = None, age: float | None = None) -> None:
        self.picture = first
        self.words = words
        self.changed = asyncio.Event()
        self.ended = False
        self._received = time.monotonic()
        self._lost: float | None = None if age is None else self._received - age
        self._why = ""
        self._scroll = 0
        self._furthest = 0
        self._page = 10
        self._detail = 0

    def take(self, reply: dict[str, Any]) -> None:
        picture = reply.get(self.ANSWER)
        if not reply.get("ok") or not isinstance(picture, dict):
            self.lose(self.words("daemon_says", text=reply.get("error", "?")))
            return
        self.picture, self._received, self._lost = picture, time.monotonic(), None
        self.changed.set()

    def lose(self, why: str) -> None:
        if self._lost is None:
            self._lost = self._received
        self._why = why
        self.changed.set()

    def press(self, key: str) -> None:
        match key:
            case "quit":
                self.ended = True
            case "detail":
                self._detail = (self._detail + 1) % (len(DETAILS) + 1)
                self._scroll = 0
            case "home" | "end":
                self._scroll = 0 if key == "home" else self._furthest
            case _:
                step = self._page if key.startswith("page") else 1
                moved = self._scroll + (-step if key.endswith("up") else step)
                self._scroll = min(max(moved, 0), self._furthest)
        self.changed.set()

    def draw(self, width: int, height: int) -> Group:
        look = Look(
            width,
            height,
            elapsed=self.elapsed,
            banner=self.banner,
            scroll=self._scroll,
            detail=("", *DETAILS)[self._detail],
            keys=True,
        )
        shown = self.lines(look)
        self._furthest = shown.furthest
        self._page = max(height // 2, 1)
        return Group(*shown.lines)

    def lines(self, look: Look) -> View:
        return view(self.picture or {}, self.words, look)

    @property
    def elapsed(self) -> float:
        """Seconds by which times have gone on since the picture; none while the daemon does not answer."""
        return 0.0 if self._lost is not None else time.monotonic() - self._received

    @property
    def banner(self) -> str:
        if self._lost is None:
            return ""
        key = "watch_lost" if self.picture is not None else "watch_waiting"
        return self.words(key, time=clock(time.monotonic() - self._lost), text=self._why)


async def watch(
    socket: Path,
    words: Words,
    console: Console,
    *,
    first: dict[str, Any] | None = None,
    age: float | None = None,
) -> None:
    """Until q, Ctrl-C or the end of the terminal.

    ``first`` is shown until the daemon sends one; ``age`` in seconds where it is an old one, from the store.
    """
    await on_screen(socket, {"command": "watch"}, Watch(words, first, age), console)


async def on_screen(socket: Path, request: dict[str, Any], state: Watch, console: Console) -> None:
    """Show what the daemon sends for ``request`` until q, Ctrl-C or the end of the terminal."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, state.press, "quit")
    loop.add_signal_handler(signal.SIGWINCH, state.changed.set)
    listening = asyncio.create_task(_listen(socket, request, state))
    try:
        with _keyboard(loop, state), Live(console=console, screen=True, auto_refresh=False) as live:
            while not state.ended:
                state.changed.clear()
                width, height = console.size
                live.update(state.draw(width, height), refresh=True)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(1.0):
                        await state.changed.wait()
            console.clear()  # tmux would keep lines of a screen that was resized meanwhile
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


async def _listen(socket: Path, request: dict[str, Any], state: Watch) -> None:
    while True:
        try:
            async with contextlib.aclosing(follow(socket, request, timeout_s=SILENT_S)) as replies:
                async for reply in replies:
                    state.take(reply)
            state.lose("")
        except UnreachableError as error:
            state.lose(str(error))
        await asyncio.sleep(RETRY_S)


@contextlib.contextmanager
def _keyboard(loop: asyncio.AbstractEventLoop, state: Watch) -> Iterator[None]:
    """Keys as they are typed, unseen; the terminal is given back as it was."""
    if not sys.stdin.isatty():
        yield
        return
    keyboard = sys.stdin.fileno()
    before = termios.tcgetattr(keyboard)

    def typed() -> None:
        try:
            data = os.read(keyboard, 256)
        except OSError:
            data = b""
        for key in keys_of(data) if data else ["quit"]:
            state.press(key)

    tty.setcbreak(keyboard)
    loop.add_reader(keyboard, typed)
    try:
        yield
    finally:
        loop.remove_reader(keyboard)
        termios.tcsetattr(keyboard, termios.TCSADRAIN, before)
