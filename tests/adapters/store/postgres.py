"""A PostgreSQL of our own for the tests: a cluster in a folder, on a Unix socket only, gone afterwards.

Where its programs are missing and we are root, Debian's ``postgresql`` is installed (without its usual
cluster). PostgreSQL refuses to run as root, so then it runs as ``postgres``.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

__all__ = ["Cluster", "PostgresMissingError", "programs"]

HOW = "as root the tests install it themselves; otherwise: apt install postgresql"
_NO_CLUSTER = Path("/etc/postgresql-common/createcluster.d/ccd-tests.conf")
_DEATH_OF_PARENT = 1  # prctl PR_SET_PDEATHSIG


class PostgresMissingError(Exception):
    """No PostgreSQL can be had here. The text says how to get it."""


def programs() -> Path:
    """The folder of initdb and postgres, the newest there is; installs them where we may."""
    found = _find()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        _install()
        found = _find()
    if found is None:
        raise PostgresMissingError(f"PostgreSQL is not installed, so nothing is tested on it; {HOW}")
    return found


def _find() -> Path | None:
    def version(folder: Path) -> float:
        return float(folder.parent.name)

    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found:
        return max(found, key=version)
    elsewhere = shutil.which("initdb")
    return Path(elsewhere).resolve().parent if elsewhere else None


def _install() -> None:
    _NO_CLUSTER.parent.mkdir(parents=True, exist_ok=True)
    _NO_CLUSTER.write_text("create_main_cluster = false\n", "ascii")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", "postgresql"]):
        done = subprocess.run(["apt-get", "-q", *arguments], env=environment, capture_output=True, text=True)
        if done.returncode:
            raise PostgresMissingError(f"apt-get {arguments[0]}: {done.stderr.strip()[-500:]}; {HOW}")


class Cluster:
    """Started by construction; ``close`` stops it and removes its folder."""

    def __init__(self) -> None:
        self._programs = programs()
        self._as: dict[str, Any] = {}
        self.folder = Path(tempfile.mkdtemp(prefix="ccd-postgres-"))
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self._as = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self._data = self.folder / "data"
        self._server: subprocess.Popen[bytes] | None = None
        self._count = 0
        self._run("initdb", "-D", str(self._data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N")
        self.start()

    def start(self) -> None:
        log = (self.folder / "log").open("ab")
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
            "fsync": "off",  # we stop the server, not the machine
            "autovacuum": "off",
            "max_connections": "50",
            "shared_buffers": "32MB",
        }
        self._server = subprocess.Popen(
            [
                str(self._programs / "postgres"),
                *("-D", str(self._data)),
                *(f"--{name}={value}" for name, value in settings.items()),
            ],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            preexec_fn=_stop_when_the_tests_die,
            **self._as,
        )
        log.close()
        for _ in range(600):
            if not self._run("pg_isready", "-q", "-h", str(self.folder), check=False).returncode:
                return
            if self._server.poll() is not None:
                break
            time.sleep(0.05)
        raise RuntimeError(f"PostgreSQL did not start: {(self.folder / 'log').read_text()[-2000:]}")

    def stop(self) -> None:
        """At once, as a crash would: sessions are cut in the middle of what they do."""
        if self._server is not None and self._server.poll() is None:
            self._server.send_signal(signal.SIGQUIT)
            self._server.wait(30)

    def freeze(self) -> None:
        """Alive, and answering nobody."""
        for pid in self._processes():
            os.kill(pid, signal.SIGSTOP)

    def thaw(self) -> None:
        for pid in self._processes():
            os.kill(pid, signal.SIGCONT)

    def create_database(self, template: str = "template0") -> str:
        """Returns its URL."""
        self._count += 1
        name = f"test{self._count}"
        self._run("createdb", "-h", str(self.folder), "-U", "postgres", "-T", template, name)
        return self.url(name)

    def url(self, name: str) -> str:
        return f"postgresql+asyncpg://postgres@/{name}?host={self.folder}"

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _processes(self) -> list[int]:
        """The server and its children."""
        assert self._server is not None
        server = self._server.pid
        children = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                parent = stat.read_text().rpartition(")")[2].split()[1]
            except OSError:
                continue
            if int(parent) == server:
                children.append(int(stat.parent.name))
        return [server, *children]

    def _run(self, program: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[bytes]:
        done = subprocess.run(
            [str(self._programs / program), *arguments],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            **self._as,
        )
        if check and done.returncode:
            raise RuntimeError(f"{program}: {done.stderr.decode(errors='replace')}")
        return done


def _stop_when_the_tests_die() -> None:
    ctypes.CDLL(None).prctl(_DEATH_OF_PARENT, signal.SIGQUIT)
