"""The daemon as its own process, as an administrator runs it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.pbx.asterisk import Asterisk
from tests.pbx.ports import free_run

__all__ = ["Daemon", "for_asterisk"]


class Daemon:
    """``ccd run --config`` on a folder of its own. ``start`` returns when the PBXs are in sync.

    ``environment`` comes on top of ours; ``before`` are words that go before the command (``nice -n 5``).
    """

    def __init__(
        self,
        folder: Path,
        config: str,
        *,
        environment: Mapping[str, str] | None = None,
        before: Sequence[str] = (),
    ) -> None:
        self.folder = folder
        self.environment = dict(environment or {})
        self.before = tuple(before)
        self.module = "ccd"
        """What is run in its place: another program that becomes a daemon."""
        self.state = folder / "state"
        self.config = folder / "ccd.toml"
        self.log = folder / "ccd.log"
        self.metrics_port = free_run(2)
        self.web_port = self.metrics_port + 1
        folder.mkdir(parents=True, exist_ok=True)
        self.config.write_text(
            f'[daemon]\nstate_dir = "{self.state}"\n[metrics]\nport = {self.metrics_port}\n'
            f"[web]\nport = {self.web_port}\n{config}",
            "utf-8",
        )
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """None while it runs, and when ``stop`` has told it."""
        return None if self._process is None else self._process.poll()

    def launch(self) -> None:
        """Begin to start, and wait for nothing."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith("CCD_")}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self.before, sys.executable, "-m", self.module, "run", "--config", str(self.config)],
                stdout=log,
                stderr=log,
                env=ours | self.environment,
            )

    def start(self, timeout: float = 30, *, synced: bool = True) -> None:
        self.launch()
        assert self._process is not None
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            if (self.state / "control.sock").exists() and (not synced or self._in_sync()):
                return
            time.sleep(0.05)
        raise AssertionError(f"ccd did not come up:\n{self.tail()}")

    def _in_sync(self) -> bool:
        done = self.ccd("status", "--json", check=False)
        if done.returncode:
            return False
        pbxs = json.loads(done.stdout)["pbxs"]
        return bool(pbxs) and all(pbx["synced"] for pbx in pbxs)

    def ccd(self, *arguments: str, check: bool = True, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a command of ``ccd`` against this daemon."""
        done = subprocess.run(
            [sys.executable, "-m", "ccd", *arguments, "--config", str(self.config)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
            **options,
        )
        if check and done.returncode:
            raise AssertionError(f"ccd {' '.join(arguments)}: exit {done.returncode}\n{done.stderr}")
        return done

    def status(self) -> dict[str, Any]:
        picture: dict[str, Any] = json.loads(self.ccd("status", "--json").stdout)
        return picture

    def stop(self, number: int = signal.SIGTERM) -> tuple[int, float]:
        """The exit code, and how many seconds it took."""
        assert self._process is not None
        began = time.monotonic()
        self._process.send_signal(number)
        code = self._process.wait(timeout=30)
        self._process = None
        return code, time.monotonic() - began

    def tail(self, lines: int = 40) -> str:
        text = self.log.read_text("utf-8", "replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    async def __aenter__(self) -> Daemon:
        await asyncio.to_thread(self.start)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._process is not None:
            await asyncio.to_thread(self.stop, signal.SIGKILL)


def for_asterisk(pbx: Asterisk, folder: Path, *, ami_port: int | None = None, more: str = "") -> Daemon:
    """A daemon that follows this PBX, as the shipped snippets set it up."""
    return Daemon(
        folder,
        f"""
[agi]
port = {pbx.agi_port}
[pbx.main]
port = {ami_port or pbx.ami_port}
username = "ccd"
secret = "{pbx.ccd_secret}"
recordings_dir = "{pbx.monitor_dir}"
reconnect_max_s = 1.0
[pbx.main.wrapup_s]
support = 2
{more}
""",
    )
