"""A Mosquitto of our own: the one installed, else one out of the distribution's packages.

Unpacked, not installed: installing ``mosquitto`` would start a server. It forgets what it retains when it is
killed, as Debian's does by default.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from tests.pbx.root import cache

__all__ = ["Mosquitto", "MosquittoMissingError", "free_port"]

PACKAGES = ("mosquitto", "libmosquitto1", "libcjson1", "libdlt2", "libwrap0")
_DEATH_OF_PARENT = 1  # prctl PR_SET_PDEATHSIG


class MosquittoMissingError(Exception):
    """None can be had here. The text says how to get it."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Mosquitto:
    """On a free port of the loopback; ``lines`` are more of its configuration."""

    def __init__(self, folder: Path, *lines: str) -> None:
        self.port = free_port()
        self._program, self._libraries = _program()
        self._log = folder / "mosquitto.log"
        self._config = folder / "mosquitto.conf"
        anonymous = [] if any("password_file" in line for line in lines) else ["allow_anonymous true"]
        user = ["user root"] if os.geteuid() == 0 else []  # or it could not read the tests' files
        kept = [*user, "persistence false", f"listener {self.port} 127.0.0.1", *anonymous, *lines]
        self._config.write_text("\n".join([*kept, ""]))
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [self._program, "-c", self._config],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=os.environ | {"LD_LIBRARY_PATH": self._libraries},
                preexec_fn=_stop_when_the_tests_die,
            )
        for _ in range(400):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            if self._process.poll() is not None:
                break
            time.sleep(0.025)
        raise RuntimeError(f"Mosquitto did not start: {self._log.read_text()[-2000:]}")

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait(10)

    def freeze(self) -> None:
        """Alive, and answering nobody."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)


def _program() -> tuple[str, str]:
    """The program, and where its libraries are ("": where they always are)."""
    if found := shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin"):
        return found, ""
    shared = cache()
    usable = os.access(shared if shared.exists() else shared.parent, os.W_OK)
    kept = (shared if usable else Path.home() / ".cache" / "ccd-test") / "mosquitto"
    kept.parent.mkdir(parents=True, exist_ok=True)
    with kept.with_suffix(".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not kept.exists():
            _unpack(kept)
    libraries = next((kept / "usr/lib").glob("*/libmosquitto.so.1")).parent
    return str(kept / "usr/sbin/mosquitto"), str(libraries)


def _unpack(target: Path) -> None:
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        unpacked = Path(folder) / "unpacked"
        unpacked.mkdir()
        try:
            _download(folder)
            for package in Path(folder).glob("*.deb"):
                command = ["dpkg-deb", "-x", package, unpacked]
                subprocess.run(command, check=True, capture_output=True, timeout=120)
        except (OSError, subprocess.SubprocessError) as error:
            raise MosquittoMissingError(
                f"Mosquitto is not here and cannot be fetched ({error}); as root: apt-get install mosquitto"
            ) from None
        unpacked.rename(target)


def _download(folder: str) -> None:
    command = ["apt-get", "download", "-q", *PACKAGES]
    first = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=300)
    if first.returncode:
        if os.geteuid() == 0:
            subprocess.run(["apt-get", "update", "-q"], check=True, capture_output=True, timeout=300)
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=300)


def _stop_when_the_tests_die() -> None:
    ctypes.CDLL(None).prctl(_DEATH_OF_PARENT, signal.SIGKILL)
