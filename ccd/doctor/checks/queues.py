"""Are the queues there, can their members be followed and logged out, is every call recorded?"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from ccd.doctor.checks.access import version_of
from ccd.doctor.dialplan import queue_calls
from ccd.doctor.facts import ACCOUNT, Facts, Member, Step
from ccd.doctor.finding import Finding, Status
from ccd.doctor.needs import Needs

__all__ = [
    "queues",
    "recording",
    "recordings_folder",
    "state_interfaces",
    "static_members",
    "unknown_members",
]

Calls = Mapping[str, list[tuple[Step, bool]]]

_SHOWN = 5
MONITOR_GONE = 21
"""From here on a queue records with MixMonitor whatever monitor-type says."""


def queues(facts: Facts) -> Iterator[Finding]:
    found, members = facts.session.queues, facts.session.members
    if found is None:
        text = "QueueStatus is refused: app_queue is not loaded"
        yield Finding("queues", Status.FAIL, text, "load = app_queue.so", _etc(facts, "modules.conf"))
    elif not found:
        text = "the PBX has no queue"
        yield Finding(
            "queues", Status.WARN, text, "[support]\nstrategy = rrmemory", _etc(facts, "queues.conf")
        )
    else:
        interfaces = {member.interface for member in members}
        text = f"{len(found)} queues, {len(interfaces)} members"
        empty = sorted(set(found) - {member.queue for member in members})
        text += f"; nobody in {_some(empty)} at the moment" if empty else ""
        yield Finding("queues", Status.OK, text)


def static_members(facts: Facts) -> Iterator[Finding]:
    found = sorted({m.interface for m in facts.session.members if m.membership == "static"})
    if found:
        text = f"{len(found)} static members, whom no code and no action can log out: {_some(found)}"
        mend = "; member = … : take these lines away and let people log in (AddQueueMember)"
        yield Finding("static-members", Status.WARN, text, mend, _etc(facts, "queues.conf"))
    elif facts.session.queues:
        yield Finding("static-members", Status.OK, "no member is static")


def unknown_members(facts: Facts, interfaces: Collection[str] | None) -> Iterator[Finding]:
    """``interfaces``: those of the roster, None where none is imported."""
    members = facts.session.members
    if interfaces is None:
        if members:
            text = "no roster is imported, so nobody knows who sits at these interfaces"
            yield Finding(
                "unknown-members",
                Status.UNKNOWN,
                text,
                "ccd roster import FILE   ; its columns: docs/roster.md",
            )
        return
    known = set(interfaces)
    strange = sorted({m.interface for m in members if not {m.interface, m.state_interface} & known})
    if strange:
        text = f"{len(strange)} members stand in no roster: {_some(strange)}"
        yield Finding("unknown-members", Status.WARN, text, "add a row for each of them", "the roster's CSV")
    elif members:
        yield Finding("unknown-members", Status.OK, "every member stands in the roster")


def state_interfaces(facts: Facts) -> Iterator[Finding]:
    local = [member for member in facts.session.members if member.interface.startswith("Local/")]
    blind = {m.interface: m for m in local if m.state_interface in ("", m.interface)}
    if blind:
        text = f"Local members without a state interface look free while they talk: {_some(sorted(blind))}"
        mend = "\n".join(_with_state(blind[interface]) for interface in sorted(blind)[:_SHOWN])
        yield Finding(
            "state-interface", Status.FAIL, text, mend, _etc(facts, "queues.conf, or AddQueueMember")
        )
    elif local:
        yield Finding("state-interface", Status.OK, "every Local member has a state interface")


def _with_state(member: Member) -> str:
    """The line that names the phone behind it, as far as the Local channel's own name tells."""
    phone = f"PJSIP/{member.interface.removeprefix('Local/').partition('@')[0]}"
    name = f'"{member.name}"' if "," in member.name else member.name
    if member.membership == "static":
        return f"member = {member.interface},0,{name},{phone}   ; in [{member.queue}]; {phone}: its phone"
    return f"AddQueueMember({member.queue},{member.interface},,,{name},{phone})   ; {phone}: its phone"


def recording(facts: Facts, needs: Needs) -> Iterator[Finding]:
    """By queues.conf or by the dialplan; what neither shows may still be recorded by the trunk or by hand."""
    if facts.session.queues is None:
        return
    calls = queue_calls(facts.dialplan) if facts.dialplan else {}
    judged = {queue: _recorded(facts, queue, calls) for queue in facts.session.queues}
    gravity = Status.FAIL if needs.recordings else Status.WARN
    bare = sorted(queue for queue, (status, _) in judged.items() if status is Status.FAIL)
    if bare:
        text = f"not recorded from the answer: {_some(bare)}"
        yield Finding("recording", gravity, text, _recording_lines(facts, bare), _etc(facts, "queues.conf"))
    for queue, (status, why) in judged.items():
        if status is Status.WARN:
            mend = _recording_lines(facts, [queue])
            yield Finding("recording", gravity, f"{queue}: {why}", mend, _etc(facts, "queues.conf"))
    unseen = sorted(queue for queue, (status, _) in judged.items() if status is Status.UNKNOWN)
    if unseen:
        text = f"{_some(unseen)}: {judged[unseen[0]][1]}"
        todo = "make a test call into the queue and look for its file"
        yield Finding("recording", Status.UNKNOWN, text, todo)
    sound = [queue for queue, (status, _) in judged.items() if status is Status.OK]
    if sound:
        yield Finding("recording", Status.OK, f"recorded from the answer: {_some(sorted(sound))}")


def _recording_lines(facts: Facts, queues: Collection[str]) -> str:
    lines = [f"[{queue}]\nmonitor-format = wav" for queue in queues]
    if not _always_mixmonitor(facts):
        lines.append("[general]\nmonitor-type = MixMonitor")
    return "\n".join(lines)


def _recorded(facts: Facts, queue: str, calls: Calls) -> tuple[Status, str]:
    """OK, FAIL (it is not), WARN (in a way ccd cannot follow) or UNKNOWN, with the reason."""
    conf = (facts.queue_confs or {}).get(queue)
    if conf is not None and conf.monitor_format:
        if _always_mixmonitor(facts) or conf.monitor_type.lower() == "mixmonitor":
            return Status.OK, "queues.conf"
        return Status.WARN, "recorded by Monitor, whose files and events ccd does not follow"
    # Queue() steps that name it; where none does, those that take the name from a variable.
    by_variable = [way for name, ways in calls.items() if "$" in name for way in ways]
    ways = calls.get(queue, by_variable)
    if ways and all(recorded for _, recorded in ways):
        return Status.OK, "dialplan"
    if facts.dialplan is None:
        return Status.UNKNOWN, "neither queues.conf nor the dialplan can be seen from here"
    if conf is None:
        return (
            Status.UNKNOWN,
            "its section in queues.conf cannot be seen from here, and the dialplan does not record",
        )
    return Status.FAIL, ""


def _always_mixmonitor(facts: Facts) -> bool:
    version = version_of(facts)
    return bool(version) and version[0] >= MONITOR_GONE


def recordings_folder(facts: Facts, needs: Needs) -> Iterator[Finding]:
    if not needs.recordings:
        return
    folder = facts.folder
    if folder is None:
        mend = 'recordings_dir = "/mnt/pbx/monitor"   # where the PBX\'s folder is mounted here'
        yield Finding("recordings-folder", Status.UNKNOWN, facts.folder_unseen, mend, "ccd.toml")
    elif folder.fault:
        mend = (
            f"usermod -aG asterisk {ACCOUNT} && systemctl restart ccd   # or set recordings_dir in ccd.toml"
        )
        yield Finding("recordings-folder", Status.FAIL, folder.fault, mend)
    elif not folder.newest:
        text = f"{folder.path} is readable for {folder.judged_for}, and empty"
        yield Finding("recordings-folder", Status.WARN, text, "make a test call into a queue")
    else:
        text = f"{folder.path} is readable for {folder.judged_for}, its newest file too"
        yield Finding("recordings-folder", Status.OK, text)


def _some(names: Collection[str]) -> str:
    shown = ", ".join(list(names)[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"


def _etc(facts: Facts, name: str) -> str:
    return f"{facts.config_dir or '/etc/asterisk'}/{name}"
