"""May our AMI user do what ccd needs, and nothing else?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from ccd.config import PbxSettings
from ccd.doctor.checks.access import manager_conf
from ccd.doctor.facts import CLASSES, Facts
from ccd.doctor.finding import Finding, Status
from ccd.doctor.needs import Needs

__all__ = ["held_classes", "missing", "modules", "reloaded", "too_many"]

_NEVER = ("command", "config")
_TOLERATED_READ = ("reporting",)
_TOLERATED_WRITE = ("user",)
"""Harmless: reporting is not asked for at login; with user the doctor can try whether an event comes back."""

_TOLD_BY = {
    "system": "DBPut",
    "call": "Redirect",
    "command": "Command",
    "user": "UserEvent",
    "config": "UpdateConfig",
    "originate": "Originate",
}
"""Classes, each with an action of every Asterisk that needs this class and no other."""


def held_classes(commands: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """The write classes a user must have to be allowed exactly these actions.

    An action of one class gives that class away; one of several gives a class away where the user can be
    seen not to have the others (``_TOLD_BY``).
    """
    held = {next(iter(classes)) for classes in commands.values() if len(classes) == 1}
    lacking = {name for name, action in _TOLD_BY.items() if action not in commands}
    for classes in commands.values():
        possible = classes - lacking
        if classes and not classes & held and len(possible) == 1:
            held |= possible
    return frozenset(held)


def missing(facts: Facts, pbx: PbxSettings, needs: Needs) -> Iterator[Finding]:
    read, lines, lacking = _read(facts), [], []
    if read is not None and not needs.read <= read:
        lacking.append(f"read= lacks {_list(needs.read - read)}")
    elif read is None and not facts.session.booted_seen:
        lacking.append("read= lacks system: no FullyBooted came")
    if lacking:
        lines.append(_read_line(needs, read))
    commands = facts.session.commands
    if commands is not None and (barred := needs.actions.keys() - commands.keys()):
        classes = sorted({needs.actions[action] for action in barred})
        lacking += [f"write= lacks {name}, for {needs.write[name]}" for name in classes]
        lines.append(_write_line(needs, held_classes(commands)))
    if lacking:
        yield Finding("rights-missing", Status.FAIL, "; ".join(lacking), "\n".join(lines), _file(facts))
    elif read is None:
        text = "read= cannot be seen from here"
        mend = f"asterisk -rx 'manager show user {pbx.username}'; it needs {_read_line(needs, None)}"
        yield Finding("rights-missing", Status.UNKNOWN, text, mend)
    else:
        yield Finding("rights-missing", Status.OK, "nothing is missing for the features that are on")


def too_many(facts: Facts, needs: Needs) -> Iterator[Finding]:
    read, write = _read(facts), _write(facts)
    seen = facts.session.classes_seen & CLASSES if read is None else read
    surplus_read = seen - needs.read - set(_TOLERATED_READ)
    surplus_write = (write or frozenset()) - set(needs.write) - set(_TOLERATED_WRITE)
    line = _write_line(needs, write or ())
    if gravest := surplus_write & set(_NEVER):
        text = f"write= holds {_list(gravest)}: whoever has this secret can run commands on the PBX"
        yield Finding("rights-too-many", Status.FAIL, text, line, _file(facts))
    elif surplus_write:
        text = f"write= holds {_list(surplus_write)}, which no feature that is on needs"
        yield Finding("rights-too-many", Status.WARN, text, line, _file(facts))
    if surplus_read:
        text = f"read= holds {_list(surplus_read)}, which ccd does not look at"
        yield Finding("rights-too-many", Status.WARN, text, _read_line(needs, read), _file(facts))
    if write is None:
        text = "write= cannot be seen from here"
        yield Finding("rights-too-many", Status.UNKNOWN, text, "asterisk -rx 'manager show users'")
    elif not surplus_write and not surplus_read:
        yield Finding("rights-too-many", Status.OK, "no right is more than needed")


def reloaded(facts: Facts) -> Iterator[Finding]:
    """What the file says against what the PBX lets us do."""
    if facts.user is None or facts.session.commands is None:
        return
    told, done = facts.user.write & set(_TOLD_BY), held_classes(facts.session.commands) & set(_TOLD_BY)
    if told != done:
        text = f"write= in the file ({_list(told)}) is not what the PBX goes by ({_list(done)})"
        mend = "asterisk -rx 'manager reload'"
        yield Finding("manager-reload", Status.WARN, text, mend, facts.user.file)


def modules(facts: Facts) -> Iterator[Finding]:
    commands = facts.session.commands
    if commands is not None and "CoreShowChannels" in commands and "DeviceStateList" not in commands:
        text = "no DeviceStateList: after a connect the states of phones outside queues are unknown"
        file = f"{facts.config_dir or '/etc/asterisk'}/modules.conf"
        yield Finding("modules", Status.WARN, text, "load = res_manager_devicestate.so", file)


def _read(facts: Facts) -> frozenset[str] | None:
    return facts.user.read if facts.user else None


def _write(facts: Facts) -> frozenset[str] | None:
    """As the PBX shows it, else as the file says."""
    if facts.session.commands is not None:
        return held_classes(facts.session.commands)
    return facts.user.write if facts.user else None


def _read_line(needs: Needs, held: Collection[str] | None) -> str:
    return _line("read", needs.read | set(held or ()) & set(_TOLERATED_READ))


def _write_line(needs: Needs, held: Collection[str]) -> str:
    return _line("write", set(needs.write) | set(held) & set(_TOLERATED_WRITE))


def _line(key: str, classes: Collection[str]) -> str:
    order = ("system", "call", "agent", "user", "reporting", "dialplan", "originate")
    return f"{key} = {','.join([name for name in order if name in classes])}"


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _file(facts: Facts) -> str:
    return facts.user.file if facts.user else manager_conf(facts)
