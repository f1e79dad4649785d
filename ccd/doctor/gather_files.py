"""Reads Asterisk's configuration where it lies on this machine, and looks at the recording folder."""

from __future__ import annotations

import grp
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from ccd.config import PbxSettings
from ccd.doctor.asteriskconf import Config, Section, read_config
from ccd.doctor.dialplan import from_config
from ccd.doctor.facts import ACCOUNT, CLASSES, Facts, Folder, ManagerUser, QueueConf, Sounds, is_loopback

__all__ = ["look_at_folder", "read_files", "rights"]

_READ = ("manager.conf", "queues.conf", "features.conf", "extensions.conf")
_GUI_FILES = ("extensions_additional.conf", "queues_additional.conf", "manager_additional.conf")
_SCANNED = 20_000
_DATA = (Path("/usr/share/asterisk"), Path("/var/lib/asterisk"))
"""Asterisk's data directory as Debian has it, and as Asterisk itself does."""


def read_files(pbx: PbxSettings) -> Facts:
    """Facts from config_dir alone; ``config_fault`` says why there are none. Never raises."""
    etc = pbx.config_dir
    if etc is None:
        return Facts(config_fault="config_dir is empty in the settings")
    if not is_loopback(pbx.host) and "config_dir" not in pbx.model_fields_set:
        fault = f"the PBX is on another machine ({pbx.host}) and config_dir is not set to a copy of its files"
        return Facts(config_fault=fault)
    manager, queues, features, extensions = (read_config(etc / name) for name in _READ)
    if not manager.sections:
        why = manager.unread[0] if manager.unread else f"{etc / 'manager.conf'} has no section"
        return Facts(config_fault=why, config_dir=str(etc))
    users = tuple(_user(manager, name) for name in dict.fromkeys(section.name for section in manager.live()))
    general = manager.named("general")
    mapped = features.named("applicationmap")
    return Facts(
        config_dir=str(etc),
        users=tuple(user for user in users if user.name != "general"),
        user=next((user for user in users if user.name == pbx.username), None),
        general={entry.key.lower(): entry.value for entry in general.entries} if general else {},
        unread=tuple(manager.unread + queues.unread),
        missing_includes=tuple(
            line for config in (manager, queues, features, extensions) for line in config.missing
        ),
        snippets=_snippets(etc),
        queue_confs=_queue_confs(queues) if queues.sections else None,
        dialplan=from_config(extensions) if extensions.sections else None,
        applicationmap={entry.key: entry.value for entry in mapped.entries} if mapped else {},
        sounds=_sounds(etc) if is_loopback(pbx.host) else None,
        gui_files=tuple(str(etc / name) for name in _GUI_FILES if (etc / name).exists()),
    )


def rights(line: str) -> frozenset[str]:
    """The classes of a read= or write= line; ``all`` is every one."""
    named = frozenset(part.strip().lower() for part in line.split(",")) & (CLASSES | {"all"})
    return CLASSES if "all" in named else named


def _user(manager: Config, name: str) -> ManagerUser:
    section = manager.named(name)
    assert section is not None, name
    return ManagerUser(
        name,
        f"{section.file}:{section.line}",
        rights(_value(section, "read")),
        rights(_value(section, "write")),
        tuple(section.entries),
    )


def _value(section: Section, key: str) -> str:
    entry = section.last(key)
    return entry.value if entry else ""


def _queue_confs(queues: Config) -> dict[str, QueueConf]:
    general = queues.named("general")
    inherited = _value(general, "monitor-type") if general else ""
    confs = {}
    for section in queues.live():
        if section.name == "general":
            continue
        kind = _value(section, "monitor-type") or inherited
        confs[section.name] = QueueConf(
            _value(section, "monitor-format"), kind, f"{section.file}:{section.line}"
        )
    return confs


def _snippets(etc: Path) -> frozenset[str] | None:
    try:
        files = [path for path in (etc / "ccd").rglob("*") if path.is_file()]
    except OSError:
        return None
    return frozenset(str(path.relative_to(etc / "ccd")) for path in files)


def _sounds(etc: Path) -> Sounds | None:
    """Where asterisk.conf says, else where packages put it; None where neither is a folder of sounds."""
    directories = read_config(etc / "asterisk.conf").named("directories")
    told = _value(directories, "astdatadir") if directories else ""
    for folder in (Path(told), *_DATA) if told else _DATA:
        sounds = folder / "sounds"
        try:
            languages = [path for path in sounds.iterdir() if path.is_dir()]
            ours = {path.name: frozenset(one.stem for one in path.glob("ccd/*.*")) for path in languages}
        except OSError:
            continue
        return Sounds(str(sounds), ours)
    return None


# --- the recording folder ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Reader:
    """Whose permissions count."""

    name: str
    uid: int
    groups: frozenset[int]

    def may(self, path: Path, wanted: int) -> bool:
        """``wanted``: 4 to read, 1 to pass through or look inside. By mode bits alone: ACLs are not known."""
        if self.uid == os.geteuid():
            return os.access(path, (os.R_OK if wanted & 4 else 0) | (os.X_OK if wanted & 1 else 0))
        found = path.stat()
        shift = 6 if found.st_uid == self.uid else 3 if found.st_gid in self.groups else 0
        return (stat.S_IMODE(found.st_mode) >> shift) & wanted == wanted


def look_at_folder(pbx: PbxSettings) -> tuple[Folder | None, str]:
    """The folder, or None and why it was not looked at. Judged for the account ccd where root looks."""
    if pbx.recordings_dir is None and not is_loopback(pbx.host):
        return None, f"the PBX is on another machine ({pbx.host}) and recordings_dir is not set"
    folder, reader = pbx.recordings_dir or Path(pbx.recordings_pbx_dir), _reader()
    fault, newest = "", ""
    try:
        fault, newest = _examine(folder, reader)
    except OSError as error:
        fault = f"{error.filename or folder}: {error.strerror or error}"
    return Folder(str(folder), fault, newest, reader.name), ""


def _reader() -> _Reader:
    if os.geteuid() == 0:
        try:
            account = pwd.getpwnam(ACCOUNT)
        except KeyError:
            pass
        else:
            groups = frozenset(os.getgrouplist(account.pw_name, account.pw_gid))
            return _Reader(account.pw_name, account.pw_uid, groups)
    try:
        name = pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        name = str(os.geteuid())
    return _Reader(name, os.geteuid(), frozenset(os.getgroups()))


def _examine(folder: Path, reader: _Reader) -> tuple[str, str]:
    for above in reversed(folder.resolve().parents):
        if not reader.may(above, 1):
            return f"{above} may not be passed through by {reader.name} ({_mode(above)})", ""
    if not folder.is_dir():
        return f"{folder} is not a folder" if folder.exists() else f"{folder} does not exist", ""
    newest: Path | None = folder
    while newest is not None and newest.is_dir():
        if not reader.may(newest, 5):
            return f"{newest} may not be listed by {reader.name} ({_mode(newest)})", ""
        newest = _newest(newest)
    if newest is not None and not reader.may(newest, 4):
        return f"{newest} may not be read by {reader.name} ({_mode(newest)})", str(newest)
    return "", str(newest or "")


def _newest(folder: Path) -> Path | None:
    """The entry changed last: recordings may lie in folders of years, months and days."""
    with os.scandir(folder) as entries:
        listed = [entry for _, entry in zip(range(_SCANNED), entries, strict=False)]
    latest = max(listed, key=lambda entry: entry.stat(follow_symlinks=False).st_mtime_ns, default=None)
    return Path(latest.path) if latest else None


def _mode(path: Path) -> str:
    found = path.stat()
    owner, group = str(found.st_uid), str(found.st_gid)
    try:
        owner = pwd.getpwuid(found.st_uid).pw_name
        group = grp.getgrgid(found.st_gid).gr_name
    except KeyError:
        pass
    return f"{stat.filemode(found.st_mode)} {owner}:{group}"
