"""One running Asterisk::

    with Asterisk("22") as pbx:
        print(pbx.version, pbx.ami_port, pbx.rx("core show channels"))

Each instance runs in mount and process namespaces of its own over the read-only root: its configuration and
state lie in ``pbx.folder`` on the host, several run side by side, and when the test process dies in whatever
way, the kernel ends the PBX and every mount with it.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from tests.pbx import prompts, root
from tests.pbx.ami import AmiError, Client
from tests.pbx.layout import Layout, write_configuration
from tests.pbx.ports import PortRun
from tests.pbx.records import CdrRow, CelRow, QueueLogRow, read_cdr, read_cel, read_queue_log

__all__ = ["Asterisk", "PbxError"]

BOOT = Path(__file__).with_name("boot.sh")
STATE = ("etc", "lib", "log", "spool")


class PbxError(Exception):
    """Asterisk did not come up, or died. The text ends with the tail of its log."""


class Asterisk:
    """``start`` and ``stop`` as often as you like: state (AstDB, logs, recordings) is kept until ``close``.

    ``folder``: the instance's folder, by default a temporary one that ``close`` removes. ``ring``: seconds a
    directly dialled phone may ring before voicemail. Blocking; from a coroutine use ``asyncio.to_thread``.
    """

    namespaces: tuple[str, ...] = (
        "unshare",
        "--mount",
        "--propagation=private",
        "--pid",
        "--fork",
        "--kill-child",
    )
    """The command that makes them, put before the one that boots."""

    def __init__(self, version: str, folder: Path | None = None, *, ring: int = 5) -> None:
        self.major = version
        self.root = root.ensure(version)
        self.sounds = prompts.ensure()
        self._temporary = folder is None
        self.folder = folder or _temporary_folder()
        self._ports = PortRun()
        self.layout = Layout(self._ports.first)
        self.ccd_secret = secrets.token_hex(12)
        self.admin_secret = secrets.token_hex(12)
        self._process: subprocess.Popen[bytes] | None = None
        self._version = ""
        self._prepare(ring)

    # --- what a test asks for -----------------------------------------------------------------------------

    @property
    def version(self) -> str:
        """The whole version, for example 22.10.1."""
        self._version = self._version or root.asterisk_version(self.root)
        return self._version

    @property
    def ami_port(self) -> int:
        return self.layout.ami_port

    @property
    def sip_port(self) -> int:
        return self.layout.sip_port

    @property
    def agi_port(self) -> int:
        return self.layout.agi_port

    @property
    def etc_dir(self) -> Path:
        return self.folder / "etc"

    @property
    def log_dir(self) -> Path:
        return self.folder / "log"

    @property
    def monitor_dir(self) -> Path:
        """Where recordings appear; Asterisk itself calls it /var/spool/asterisk/monitor."""
        return self.folder / "spool" / "monitor"

    @property
    def pid(self) -> int:
        """Asterisk's own process on the host, for /proc/PID/stat and signals."""
        assert self._process is not None, "the PBX is not running"
        init = _children(self._process.pid)[0]
        for child in _children(init):
            with suppress(OSError):
                if Path(f"/proc/{child}/comm").read_text().strip() == "asterisk":
                    return child
        raise PbxError(f"Asterisk is gone\n{self.log_tail()}")

    def queue_log(self) -> list[QueueLogRow]:
        return read_queue_log(self.log_dir / "queue_log")

    def cdr(self) -> list[CdrRow]:
        return read_cdr(self.log_dir / "cdr-csv" / "Master.csv")

    def cel(self) -> list[CelRow]:
        return read_cel(self.log_dir / "cel-custom" / "Master.csv")

    def log_tail(self, lines: int = 40) -> str:
        """The end of what Asterisk wrote to its console and to its full log."""
        told = [(self.folder / "console.log", lines // 4), (self.log_dir / "full", lines)]
        texts = [path.read_text(errors="replace").splitlines()[-n:] for path, n in told if path.exists()]
        return "\n".join(line for text in texts for line in text)

    def rx(self, command: str, timeout: float = 10) -> str:
        """Run one command as ``asterisk -rx`` does, and return what it printed."""
        done = self.inside("asterisk", "-rx", command, timeout=timeout)
        if done.returncode != 0:
            raise PbxError(f"asterisk -rx {command!r}: {done.stdout}{done.stderr}\n{self.log_tail()}")
        return done.stdout

    def inside(self, *command: str, timeout: float | None = 10) -> subprocess.CompletedProcess[str]:
        """Run a program of the root within the instance's namespaces."""
        return subprocess.run(
            self.enter(*command),
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            errors="replace",
        )

    def enter(self, *command: str) -> list[str]:
        """The command line that runs a program of the root in the instance's namespaces.

        It ends when the process started by this line is killed, and when the PBX ends.
        """
        assert self._process is not None, "the PBX is not running"
        init = _children(self._process.pid)[0]
        into = ["nsenter", f"--target={init}", "--mount", "--pid", "setpriv", "--pdeathsig=KILL"]
        return [*into, "chroot", str(self.root), *command]

    def admin(self, events: str = "off", timeout: float = 5) -> Client:
        """A session with every right. ``events``: as the Events header of Login (off, on, or classes)."""
        return Client(self.ami_port, "testadmin", self.admin_secret, events=events, timeout=timeout)

    def ccd(self, events: str = "off") -> Client:
        """A session of the daemon's own user, with the rights and filters of the shipped snippet."""
        return Client(self.ami_port, "ccd", self.ccd_secret, events=events)

    def originate(
        self,
        channel: str,
        exten: str,
        context: str,
        *,
        caller: str = "",
        variables: dict[str, str] | None = None,
    ) -> None:
        """Ring ``channel`` and, once it answers, send it to ``exten@context``. Returns at once.

        A caller into a queue, without a phone: ``originate("Local/800@inbound/n", "60", "talk")``.
        """
        headers: dict[str, str | list[str]] = {
            "Channel": channel,
            "Exten": exten,
            "Context": context,
            "Priority": "1",
            "Async": "true",
        }
        if caller:
            headers["CallerID"] = caller
        if variables:
            headers["Variable"] = [f"{name}={value}" for name, value in variables.items()]
        with self.admin() as session:
            session.action("Originate", headers)

    # --- life ---------------------------------------------------------------------------------------------

    def start(self, timeout: float = 30) -> None:
        """Start and wait until AMI says FullyBooted. Raises PbxError with the tail of the log."""
        assert self._process is None, "the PBX is running"
        with (self.folder / "console.log").open("ab") as console:
            self._process = subprocess.Popen(
                [*self.namespaces, "sh", str(BOOT), str(self.root), str(self.folder), str(self.sounds)],
                stdin=subprocess.PIPE,
                stdout=console,
                stderr=console,
            )
        deadline = time.monotonic() + timeout
        while not self._booted():
            if self._process.poll() is not None or time.monotonic() > deadline:
                why = "died while starting" if self._process.poll() is not None else f"not up in {timeout} s"
                self.kill()
                raise PbxError(f"Asterisk {self.major} {why}\n{self.log_tail()}")
            time.sleep(0.05)

    def stop(self, timeout: float = 10) -> None:
        """``core stop now``: calls are hung up, everything is written. Killed where it does not obey."""
        if self._process is None:
            return
        with suppress(PbxError, subprocess.TimeoutExpired, IndexError):
            os.kill(self.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout)
        self.kill()

    def kill(self) -> None:
        """As if the power had failed."""
        if self._process is None:
            return
        self._process.kill()
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()
        self._process = None

    def restart(self, *, by_kill: bool = False) -> None:
        """Stop (or kill) and start again, on the same ports and with the state kept."""
        if by_kill:
            self.kill()
        else:
            self.stop()
        self.start()

    def freeze(self) -> None:
        """SIGSTOP: connections stay open and nothing answers, until ``thaw``."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def close(self) -> None:
        """Stop, and remove the instance's folder if it was a temporary one."""
        self.stop()
        self._ports.release()
        if self._temporary:
            shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Asterisk:
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _prepare(self, ring: int) -> None:
        for name in STATE:
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        for below in (
            "log/cdr-csv",
            "log/cel-custom",
            "spool/monitor",
            "spool/voicemail",
            "spool/outgoing",
            "spool/tmp",
        ):
            (self.folder / below).mkdir(exist_ok=True)
        self._configure(ring)
        owner = _asterisk_user(self.root)
        for path in (self.folder, *self.folder.rglob("*")):
            os.chown(path, *owner)

    def _configure(self, ring: int) -> None:
        secret = {"CCD_SECRET": self.ccd_secret, "ADMIN_SECRET": self.admin_secret}
        write_configuration(self.etc_dir, self.layout, self.major, secret, ring)

    def _booted(self) -> bool:
        with suppress(OSError, AmiError), self.admin("system") as session:
            session.wait_for(lambda message: message.get("Event") == "FullyBooted", timeout=2)
            return True
        return False


def _temporary_folder() -> Path:
    """A new one, named after this process; those of test processes that were killed are removed."""
    base = Path(tempfile.gettempdir())
    for left in base.glob("ccd-asterisk.*.*"):
        if not Path("/proc", left.name.split(".")[1]).exists():
            shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"ccd-asterisk.{os.getpid()}."))


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _asterisk_user(folder: Path) -> tuple[int, int]:
    for line in (folder / "etc/passwd").read_text().splitlines():
        name, _, uid, gid, *_ = line.split(":")
        if name == "asterisk":
            return int(uid), int(gid)
    raise PbxError(f"{folder} has no user asterisk")
