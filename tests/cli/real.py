"""`ccd` as a user runs it, in a folder of its own, with nothing of this machine's settings."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from ccd.cli.root import run

__all__ = ["COMMAND", "Home"]

COMMAND = (sys.executable, "-m", "ccd")

ANY_PORT = {"CCD_WEB__PORT": "0"}
"""Several of these daemons run at once."""


class Home:
    """A folder that `ccd` is run in, with an environment of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        kept = {
            key: value
            for key, value in os.environ.items()
            if key in ("PATH", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
        }
        repository = Path(__file__).parents[2]
        self.environ = {
            **kept,
            "HOME": str(folder),
            "LANG": "en_US.UTF-8",
            "PYTHONPATH": str(repository),
            "XDG_STATE_HOME": str(folder / "state"),
            "CCD_WEB__PORT": "0",
        }

    @property
    def state(self) -> Path:
        return self.folder / "state" / "ccd"

    def configure(self, text: str) -> None:
        (self.folder / "ccd.toml").write_text(text, "utf-8")

    def ccd(self, *arguments: str, typed: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
        """In this process, which is faster. What must be seen of a process of its own: ``process``."""
        out, error = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
        here, before, keyboard = Path.cwd(), dict(os.environ), sys.stdin
        os.chdir(self.folder)
        os.environ.clear()
        os.environ.update({**self.environ, **environ})
        sys.stdin = io.StringIO(typed)
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
                code = run(arguments)
        finally:
            sys.stdin = keyboard
            os.environ.clear()
            os.environ.update(before)
            os.chdir(here)
        said = [stream.buffer.getvalue().decode() for stream in (out, error)]  # type: ignore[attr-defined]
        return subprocess.CompletedProcess(arguments, code, *said)

    def process(self, *arguments: str, typed: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *arguments],
            cwd=self.folder,
            env={**self.environ, **ANY_PORT, **environ},
            input=typed,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=self.folder,
            env={**self.environ, **ANY_PORT},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    @contextlib.contextmanager
    def daemon(self) -> Iterator[subprocess.Popen[str]]:
        """`ccd run`, from when it says that it listens until it has ended."""
        process = self.start("run")
        try:
            assert process.stdout is not None
            for line in process.stdout:
                if line.startswith("Ctrl-C"):
                    break
            else:
                _, log = process.communicate(timeout=10)
                raise AssertionError(f"ccd run ended: {log}")
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            try:
                process.communicate(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
