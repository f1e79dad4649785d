"""What was seen, without a word about whether it is good: ``gather`` fills this in, ``checks`` judge it.

None means "could not be seen", never "no".
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field

from ccd.doctor.asteriskconf import Entry

__all__ = [
    "ACCOUNT",
    "CLASSES",
    "Agi",
    "Dialplan",
    "Facts",
    "Folder",
    "ManagerUser",
    "Member",
    "QueueConf",
    "Session",
    "Sounds",
    "Step",
    "is_loopback",
]

ACCOUNT = "ccd"
"""The daemon's own account (systemd/ccd.service): permissions are judged for it when root looks."""

CLASSES = frozenset(
    (
        "system",
        "call",
        "log",
        "verbose",
        "command",
        "agent",
        "user",
        "config",
        "dtmf",
        "reporting",
        "cdr",
        "dialplan",
        "originate",
        "agi",
        "cc",
        "aoc",
        "test",
        "security",
        "message",
    )
)
"""What ``all`` in a read= or write= line stands for."""


@dataclass(frozen=True)
class Member:
    queue: str
    name: str
    interface: str
    state_interface: str
    membership: str  # static | dynamic | realtime


@dataclass(frozen=True)
class Session:
    """What came over AMI. ``commands``: action → the classes of which its caller needs one."""

    accepted: bool = False
    refusal: str = ""
    broken: str = ""
    """Why the session ended before every question was answered; nothing else is known then."""
    banner: str = ""
    version: str = ""
    commands: Mapping[str, frozenset[str]] | None = None
    classes_seen: frozenset[str] = frozenset()
    booted_seen: bool = False
    probe_sent: bool = False
    probe_back: bool = False
    """Whether our own UserEvent came back."""
    stamped: bool | None = None
    """Whether events carry a Timestamp; None where none came (FullyBooted never has one)."""
    clock_ahead_s: float | None = None
    """The PBX's clock minus ours, in seconds."""
    clock_error_s: float = 0.0
    queues: tuple[str, ...] | None = None
    members: tuple[Member, ...] = ()
    marks: int | None = None
    """Rows in AstDB's family ccd-missed."""
    duty: bool | None = None
    """Whether AstDB names the phones of duty leads (ccd-duty/leads), for a dialplan that is alone."""


@dataclass(frozen=True)
class ManagerUser:
    """A section of manager.conf; the rights are expanded (``all`` is every class)."""

    name: str
    file: str
    read: frozenset[str]
    write: frozenset[str]
    entries: tuple[Entry, ...] = ()
    from_pbx: bool = False
    """Told by the PBX itself (AST_CONFIG): only ``read``, ``write`` and the entries asked for are known."""

    def last(self, key: str) -> str | None:
        found = [entry.value for entry in self.entries if entry.key.lower() == key.lower()]
        return found[-1] if found else None

    def has(self, *keys: str) -> bool:
        return any(entry.key.lower() in keys and entry.value for entry in self.entries)


@dataclass(frozen=True)
class QueueConf:
    """A queue's lines in queues.conf; the monitor type is inherited from [general] where it has none."""

    monitor_format: str
    monitor_type: str
    file: str


@dataclass(frozen=True)
class Step:
    """One priority of the dialplan."""

    context: str
    extension: str
    priority: int
    app: str
    data: str


@dataclass(frozen=True)
class Dialplan:
    """``live``: as the PBX holds it in memory; otherwise read from extensions.conf."""

    steps: tuple[Step, ...]
    includes: Mapping[str, tuple[str, ...]]
    live: bool
    agi_address: str = ""
    """The dialplan's global variable CCD_AGI."""
    registrars: frozenset[str] = frozenset()
    """Who put the extensions there, where it is live: pbx_config is who reads extensions.conf."""


@dataclass(frozen=True)
class Folder:
    """The recording folder. ``fault`` is empty where it could be listed and its newest file read."""

    path: str
    fault: str = ""
    newest: str = ""
    judged_for: str = ""
    """The account the permissions were judged for."""


@dataclass(frozen=True)
class Sounds:
    """Asterisk's folder of sounds: language → the names below ``ccd`` in it."""

    path: str
    ours: Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Agi:
    """Whether something accepts connections where the daemon answers FastAGI."""

    address: str
    fault: str = ""


@dataclass(frozen=True)
class Facts:
    unreachable: str = ""
    session: Session = field(default_factory=Session)
    our_address: str = ""
    weak_secret: str = ""
    """What is wrong with our secret; never the secret itself."""
    user: ManagerUser | None = None
    """Our own section of manager.conf."""
    users: tuple[ManagerUser, ...] | None = None
    general: Mapping[str, str] | None = None
    """[general] of manager.conf."""
    config_fault: str = ""
    """Why config_dir was not read."""
    config_dir: str = ""
    unread: tuple[str, ...] = ()
    missing_includes: tuple[Entry, ...] = ()
    """Lines that include a file which is not there."""
    snippets: frozenset[str] | None = None
    """Our own files in config_dir, as paths below its folder ccd."""
    queue_confs: Mapping[str, QueueConf] | None = None
    dialplan: Dialplan | None = None
    applicationmap: Mapping[str, str] | None = None
    """features.conf: feature → what it runs."""
    gui_files: tuple[str, ...] = ()
    folder: Folder | None = None
    folder_unseen: str = ""
    agi: Agi | None = None
    sounds: Sounds | None = None


def is_loopback(host: str) -> bool:
    """Whether the PBX is on this machine, as far as its address tells."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
