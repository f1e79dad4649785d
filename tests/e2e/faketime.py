"""A wall clock that a test can set, for one process: libfaketime, which leaves the steady clocks alone.

Where it is missing and we are root, Debian's ``faketime`` is installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

__all__ = ["FakeTime", "FakeTimeMissingError"]

HOW = "as root the tests install it themselves; otherwise: apt install faketime"


class FakeTimeMissingError(Exception):
    """It cannot be had here. The text says how to get it."""


class FakeTime:
    """``environment`` is for the process; then ``jump("+1h")``, ``jump("-1d")``, ``jump("+0")`` at will."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "faketime"
        self.jump("+0")
        self.environment = {
            "LD_PRELOAD": str(_library()),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_NO_CACHE": "1",
        }

    def jump(self, offset: str) -> None:
        """Relative to the true time, not to the jump before."""
        part = self._file.with_suffix(".part")
        part.write_text(offset + "\n", "ascii")
        part.replace(self._file)


def _library() -> Path:
    found = _find()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (["update"], ["install", "-y", "--no-install-recommends", "faketime"]):
            done = subprocess.run(
                ["apt-get", "-q", *arguments], env=environment, capture_output=True, text=True
            )
            if done.returncode:
                raise FakeTimeMissingError(f"apt-get {arguments[0]}: {done.stderr.strip()[-500:]}; {HOW}")
        found = _find()
    if found is None:
        raise FakeTimeMissingError(f"libfaketime is not installed, so no clock is set; {HOW}")
    return found


def _find() -> Path | None:
    return next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
