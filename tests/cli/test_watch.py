"""`ccd status --watch` on a pseudo terminal: what it shows, its keys, and how it leaves the terminal."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import pty
import re
import signal
import struct
import termios
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from ccd.adapters.control import ControlServer
from ccd.cli.watch import keys_of
from tests.cli.pictures import picture
from tests.cli.real import COMMAND, Home

ENTER, LEAVE = "\x1b[?1049h", "\x1b[?1049l"


class Daemon:
    """A control socket that streams made-up pictures."""

    def __init__(self, home: Home, made: dict[str, Any]) -> None:
        home.state.mkdir(parents=True, exist_ok=True)
        self.server = ControlServer(home.state / "control.sock", {}, streams={"watch": self.watch})
        self.made = made

    async def watch(self, request: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        while True:
            yield {"picture": self.made}
            await asyncio.sleep(0.05)

    async def __aenter__(self) -> Daemon:
        await self.server.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.server.close()


class Terminal:
    """A pseudo terminal with `ccd status --watch` on it."""

    def __init__(self, home: Home, *arguments: str, width: int = 80, height: int = 24) -> None:
        self.home, self.arguments = home, arguments
        self.main, self.program = pty.openpty()
        self.resize(width, height)
        self.said = ""
        self.before = termios.tcgetattr(self.program)

    def resize(self, width: int, height: int) -> None:
        fcntl.ioctl(self.main, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))

    async def __aenter__(self) -> Terminal:
        self.process = await asyncio.create_subprocess_exec(
            *COMMAND,
            "status",
            "--watch",
            *self.arguments,
            stdin=self.program,
            stdout=self.program,
            stderr=self.program,
            env={**self.home.environ, "TERM": "xterm-256color"},
            cwd=self.home.folder,
            start_new_session=True,
        )
        os.set_blocking(self.main, False)
        asyncio.get_running_loop().add_reader(self.main, self._read)
        return self

    async def __aexit__(self, *_: object) -> None:
        asyncio.get_running_loop().remove_reader(self.main)
        if self.process.returncode is None:
            self.process.kill()
            await self.process.wait()
        for end in (self.main, self.program):
            os.close(end)

    def _read(self) -> None:
        with contextlib.suppress(OSError):
            self.said += os.read(self.main, 65536).decode("utf-8", "replace")

    def press(self, keys: str) -> None:
        os.write(self.main, keys.encode())

    async def sees(self, pattern: str) -> None:
        """Wait until this was written since the last time that something was waited for."""
        async with asyncio.timeout(20):
            while not (found := re.search(pattern, self.said)):
                assert self.process.returncode is None, self.said
                await asyncio.sleep(0.01)
        self.said = self.said[found.end() :]

    async def ended(self) -> int:
        code = await asyncio.wait_for(self.process.wait(), 20)
        await asyncio.sleep(0.05)
        return code


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


async def test_it_shows_the_picture_until_q_and_gives_the_terminal_back(home: Home) -> None:
    async with Daemon(home, picture(40)), Terminal(home) as terminal:
        await terminal.sees(re.escape(ENTER))
        await terminal.sees("agents 40 .*\n.*Asterisk 22")
        assert termios.tcgetattr(terminal.program)[3] & termios.ICANON == 0
        terminal.press("q")
        assert await terminal.ended() == 0
        assert LEAVE in terminal.said
        assert "\x1b[?25h" in terminal.said
        assert termios.tcgetattr(terminal.program) == terminal.before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_ends_it_as_q_does(home: Home, number: signal.Signals) -> None:
    async with Daemon(home, picture(4)), Terminal(home) as terminal:
        await terminal.sees("agents 4")
        terminal.process.send_signal(number)
        assert await terminal.ended() == 0
        assert LEAVE in terminal.said
        assert termios.tcgetattr(terminal.program) == terminal.before


async def test_news_is_shown_as_it_comes(home: Home) -> None:
    async with Daemon(home, picture(4)) as daemon, Terminal(home) as terminal:
        await terminal.sees("agents 4")
        daemon.made = picture(7)
        await terminal.sees("agents 7")


async def test_keys_change_the_detail_and_scroll(home: Home) -> None:
    async with Daemon(home, picture(400)), Terminal(home) as terminal:
        await terminal.sees("agents 400")
        terminal.press("d")
        await terminal.sees("A1001")
        await terminal.sees("more lines below")
        terminal.press("\x1b[6~")
        await terminal.sees("A1030")
        terminal.press("G")
        await terminal.sees("A1400")
        terminal.press("g")
        await terminal.sees("A1001")


async def test_another_size_of_the_terminal_is_taken_at_once(home: Home) -> None:
    async with Daemon(home, picture(40)), Terminal(home) as terminal:
        await terminal.sees("agents 40")
        terminal.resize(200, 50)
        terminal.process.send_signal(signal.SIGWINCH)
        await terminal.sees(r"A1010")


async def test_a_daemon_that_goes_is_told_and_one_that_comes_back_is_shown(home: Home) -> None:
    async with Terminal(home) as terminal:
        async with Daemon(home, picture(4)):
            await terminal.sees("agents 4")
        await terminal.sees("NO ANSWER FROM THE DAEMON for 0:0")
        await terminal.sees("agents 4")  # the last picture stays
        async with Daemon(home, picture(9)):
            await terminal.sees("agents 9")
            terminal.said = ""
            await terminal.sees("agents 9")
            assert "NO ANSWER" not in terminal.said


async def test_it_waits_for_a_daemon_that_is_not_there_yet(home: Home) -> None:
    async with Terminal(home, "--lang", "zh_CN") as terminal:
        await terminal.sees("等待守护进程")
        async with Daemon(home, picture(5)):
            await terminal.sees("座席 5")


async def test_before_the_daemon_comes_the_last_picture_of_the_store_is_shown(home: Home) -> None:
    home.configure("[metrics]\nport = 0\n[agi]\nport = 0\n[simulator]\nagents = 8\n")
    with home.daemon() as process:
        process.kill()
    async with Terminal(home) as terminal:
        await terminal.sees(r"NO ANSWER FROM THE DAEMON for 0:\d\d; the picture below is that old")
        async with Daemon(home, picture(5)):
            await terminal.sees("agents 5")


async def test_a_daemon_that_knows_no_watch_is_told(home: Home) -> None:
    home.state.mkdir(parents=True)
    server = ControlServer(home.state / "control.sock", {})
    await server.start()
    async with Terminal(home) as terminal:
        await terminal.sees("the daemon says: no command 'watch'")
    await server.close()


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        (b"q", ["quit"]),
        (b"\x1b[A\x1b[B", ["up", "down"]),
        (b"\x1bOA", ["up"]),
        (b"jjk", ["down", "down", "up"]),
        (b"\x1b[5~\x1b[6~ ", ["page_up", "page_down", "page_down"]),
        (b"\x1b[H\x1b[F\x1b[1~\x1b[4~gG", ["home", "end", "home", "end", "home", "end"]),
        (b"xyz\x1b", []),
        ("中q".encode(), ["quit"]),
    ],
)
def test_what_is_typed_is_understood(typed: bytes, keys: list[str]) -> None:
    assert keys_of(typed) == keys
