"""A machine of its own for the package: a minimal Debian in a folder, with a systemd that really runs.

``python -m tests.packaging.machine`` makes sure of the folder: the release of Debian or Ubuntu found here,
built once by debootstrap in ``$CCD_TEST_CACHE``. A ``Machine`` lays an overlay over it, in mount, process,
network and cgroup namespaces: nothing that happens inside is seen outside, and nothing stays.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from tests.pbx.root import cache

__all__ = ["Machine", "MachineMissingError", "ensure"]

BOOT = Path(__file__).with_name("boot.sh")
PACKAGES = "python3,systemd,systemd-sysv,adduser,init-system-helpers,iproute2"


_SWEEP = """
mount -t cgroup2 cgroup2 /mnt
while grep -qs 'populated 1' "/mnt/$0/cgroup.events"; do sleep 0.05; done
[ ! -d "/mnt/$0" ] || find "/mnt/$0" -depth -type d -exec rmdir {} \\;
"""
"""Takes the cgroups of a machine away, once its last process is gone."""


class MachineMissingError(Exception):
    """No such machine can be had here. The text says what is skipped and how to get it."""


def ensure() -> Path:
    """The folder, built now where it is missing (a minute, some 300 MB). Raises MachineMissingError."""
    if os.geteuid() != 0:
        raise MachineMissingError(
            "the tests of the package are skipped: they need root (mounts, chroot). Try: sudo make test"
        )
    if not shutil.which("debootstrap"):
        raise MachineMissingError("the tests of the package are skipped: apt-get install debootstrap")
    release = dict(line.split("=", 1) for line in Path("/etc/os-release").read_text().split() if "=" in line)
    suite = release.get("VERSION_CODENAME", "").strip('"')
    folder = cache() / f"machine-{suite}"
    cache().mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not (folder / ".finished").exists():
            _build(suite, folder)
    return folder


def _build(suite: str, folder: Path) -> None:
    half = Path(tempfile.mkdtemp(prefix=f"{folder.name}.building.", dir=cache()))
    try:
        half.chmod(0o755)
        print(f"building a minimal {suite} in {folder} …", file=sys.stderr, flush=True)
        done = subprocess.run(
            ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", suite, half],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise MachineMissingError(f"debootstrap {suite} failed:\n{(done.stdout + done.stderr)[-2000:]}")
        shutil.rmtree(half / "var/cache/apt/archives", ignore_errors=True)
        (half / ".finished").touch()
        shutil.rmtree(folder, ignore_errors=True)
        half.rename(folder)
    finally:
        shutil.rmtree(half, ignore_errors=True)


class Machine:
    """Running while it is a context. Raises MachineMissingError where the kernel does not let it start."""

    def __init__(self) -> None:
        self._base = ensure()
        self._name = f"ccd-test-{os.getpid()}-{time.monotonic_ns()}"
        self._folder = Path(tempfile.mkdtemp(prefix="ccd-machine."))
        self._process: subprocess.Popen[bytes] | None = None

    def run(
        self, *command: str, check: bool = True, timeout: float = 120
    ) -> subprocess.CompletedProcess[str]:
        """Run a program inside as root. With ``check`` a failure ends the test with what it printed."""
        done = subprocess.run(
            [*self._enter(), *command],
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "HOME": "/root"},
        )
        assert not check or done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def python(self, code: str, *, program: str = "/usr/bin/python3") -> str:
        return self.run(program, "-c", code).stdout

    def put(self, path: str, text: str, mode: int = 0o644) -> None:
        """Write a file inside."""
        code = (
            f"import sys, os; f = open({path!r}, 'w'); os.chmod({path!r}, {mode}); f.write(sys.stdin.read())"
        )
        subprocess.run([*self._enter(), "/usr/bin/python3", "-c", code], input=text, text=True, check=True)

    def copy_in(self, source: Path, path: str) -> None:
        with source.open("rb") as file:
            subprocess.run(
                [*self._enter(), "/usr/bin/tee", path], stdin=file, stdout=subprocess.DEVNULL, check=True
            )

    def unit(self, *properties: str, name: str = "ccd.service") -> dict[str, str]:
        """What ``systemctl show`` says."""
        told = self.run("systemctl", "show", f"--property={','.join(properties)}", name).stdout
        return dict(line.split("=", 1) for line in told.splitlines())

    def log(self) -> str:
        """The journal of the unit."""
        return self.run("journalctl", "--no-pager", "--output=cat", "--unit=ccd", check=False).stdout

    def __enter__(self) -> Machine:
        namespaces = [
            "--mount",
            "--propagation=private",
            "--pid",
            "--fork",
            "--kill-child",
            "--uts",
            "--ipc",
            "--net",
        ]
        boot = ["sh", str(BOOT), str(self._base), str(self._folder), self._name]
        # When the test process dies, however it dies, the kernel ends unshare, and with it all there is.
        self._process = subprocess.Popen(
            ["setpriv", "--pdeathsig=KILL", "unshare", *namespaces, *boot],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self._process.poll() is None:
            with suppress(AssertionError, IndexError, OSError):
                state = self.run("systemctl", "is-system-running", check=False).stdout.strip()
                if state in ("running", "degraded"):
                    return self
            time.sleep(0.1)
        self.__exit__(None, None, None)
        assert self._process.stdout is not None
        said = self._process.stdout.read().decode(errors="replace")
        raise MachineMissingError(f"no systemd can be started in namespaces here: {said[-1000:]}")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)
        subprocess.run(["unshare", "--mount", "sh", "-c", _SWEEP, self._name], check=True, timeout=30)

    def _enter(self) -> list[str]:
        assert self._process is not None
        init = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read_text().split()[0]
        spaces = ["--mount", "--pid", "--uts", "--ipc", "--net", "--cgroup", "--root"]
        return ["nsenter", f"--target={init}", *spaces, "env", "--chdir=/"]


def main() -> int:
    try:
        print(f"a minimal system is in {ensure()}")
    except MachineMissingError as error:
        print(f"WARNING: {error}", file=sys.stderr)
        return int(os.geteuid() == 0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
