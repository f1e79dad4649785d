"""Asks the PBX, over AMI. Nothing on it is changed; a UserEvent is sent, to see whether it comes back."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from ccd.adapters.missed import FAMILY
from ccd.config import PbxSettings
from ccd.doctor.asteriskconf import Entry
from ccd.doctor.dialplan import from_items
from ccd.doctor.facts import Dialplan, Facts, ManagerUser, Member, QueueConf, Session
from ccd.doctor.gather_files import rights
from ccd.doctor.link import Link, RefusedError
from ccd.message import Message

__all__ = ["PROBE", "ask", "ask_config"]

PROBE = "CcdDoctor"
"""The name of the UserEvent."""

ECHO_S = 2.0
_COMMAND = re.compile(r"(\w+): .*\(Priv: ([^()]*)\)\s*$")
_OURS = ("writetimeout", "deny", "permit", "acl")
_FILTERS = 8
"""So many eventfilter lines are asked for where the file cannot be read."""


async def ask(link: Link, pbx: PbxSettings, secret: str) -> tuple[Session, Dialplan | None]:
    """Log in and look around. Raises LinkError or TimeoutError where the session breaks off."""
    try:
        await link.login(pbx.username, secret)
    except RefusedError as refusal:
        return Session(banner=link.banner, refusal=str(refusal)), None
    commands = await _commands(link)
    link.allowed = frozenset(commands) if commands is not None else None
    ahead, error = await _clock(link)
    sent, back = await _probe(link)
    queues, members = await _queues(link)
    plan = await _dialplan(link)
    session = Session(
        accepted=True,
        banner=link.banner,
        version=await _field(link, "CoreSettings", "AsteriskVersion"),
        commands=commands,
        classes_seen=frozenset(_class_of(message) for message in link.events if "Privilege" in message),
        booted_seen=any(message.name == "FullyBooted" for message in link.events),
        probe_sent=sent,
        probe_back=back,
        stamped=_stamped(link.events),
        clock_ahead_s=ahead,
        clock_error_s=error,
        queues=queues,
        members=members,
        marks=await _marks(link),
        duty=await _duty(link),
    )
    return session, plan


async def ask_config(link: Link, facts: Facts, pbx: PbxSettings) -> Facts:
    """What config_dir could not tell, asked of the PBX's function AST_CONFIG (needs the class ``reporting``).

    Only named settings of our own user and of the queues are asked for, never a secret.
    """
    if facts.user is None and (user := await _our_user(link, pbx.username)) is not None:
        facts = replace(facts, user=user)
    if facts.queue_confs is None and facts.session.queues is not None and facts.user is not None:
        facts = replace(facts, queue_confs=await _queue_confs(link, facts.session.queues))
    return facts


async def _clock(link: Link) -> tuple[float | None, float]:
    """How far the PBX's clock is ahead of ours, and how far off that may be: half the way there and back."""
    before = time.time()
    stamp = await _field(link, "Ping", "Timestamp")
    after = time.time()
    try:
        return float(stamp) - (before + after) / 2, (after - before) / 2
    except ValueError:
        return None, 0.0


async def _probe(link: Link) -> tuple[bool, bool]:
    """Whether our UserEvent could be sent, and whether it came back."""
    nonce = secrets.token_hex(8)
    try:
        await link.action("UserEvent", UserEvent=PROBE, Nonce=nonce)
    except RefusedError:
        return False, False
    return True, await link.listen(ECHO_S, until=nonce) is not None


async def _queues(link: Link) -> tuple[tuple[str, ...] | None, tuple[Member, ...]]:
    try:
        items = await link.items("QueueStatus", "QueueStatusComplete")
    except RefusedError:  # app_queue is not loaded
        return None, ()
    queues = tuple(sorted(item.get("Queue") for item in items if item.name == "QueueParams"))
    members = tuple(
        Member(
            item.get("Queue"),
            item.get("Name"),
            item.get("Location"),
            item.get("StateInterface"),
            item.get("Membership"),
        )
        for item in items
        if item.name == "QueueMember"
    )
    return queues, members


async def _commands(link: Link) -> dict[str, frozenset[str]] | None:
    try:
        answer = await link.action("ListCommands")
    except RefusedError:
        return None
    found: dict[str, frozenset[str]] = {}
    for line in answer.text.split("\r\n"):
        if match := _COMMAND.match(line):
            classes = match[2].split(",")
            found[match[1]] = frozenset() if "<none>" in classes else frozenset(classes) - {"all"}
    return found or None


async def _dialplan(link: Link) -> Dialplan | None:
    try:
        items = await link.items("ShowDialPlan", "ShowDialPlanComplete")
    except RefusedError:
        return None
    return from_items(items, agi_address=await _field(link, "Getvar", "Value", Variable="CCD_AGI"))


async def _marks(link: Link) -> int | None:
    try:
        items = await link.items("DBGetTree", "DBGetTreeComplete", Family=FAMILY)
    except RefusedError:
        return None
    return sum(item.get("Key").rpartition("/")[2].isdigit() for item in items)


async def _duty(link: Link) -> bool | None:
    try:
        items = await link.items("DBGetTree", "DBGetTreeComplete", Family="ccd-duty")
    except RefusedError:
        return None
    return any(item.get("Key").endswith("/leads") and item.get("Val") for item in items)


async def _field(link: Link, action: str, header: str, **fields: str) -> str:
    try:
        return (await link.action(action, **fields)).get(header)
    except RefusedError:
        return ""


def _stamped(events: Iterable[Message]) -> bool | None:
    ordinary = [message for message in events if message.name != "FullyBooted" and "Privilege" in message]
    return all("Timestamp" in message for message in ordinary) if ordinary else None


def _class_of(message: Message) -> str:
    return message.get("Privilege").partition(",")[0]


async def _our_user(link: Link, name: str) -> ManagerUser | None:
    asked = [("read", 0), ("write", 0), *((key, 0) for key in _OURS)]
    asked += [("eventfilter", index) for index in range(_FILTERS)]
    found = {(key, index): await _setting(link, "manager.conf", name, key, index) for key, index in asked}
    if not (found["read", 0] or found["write", 0]):
        return None
    entries = tuple(Entry(key, value, Path("manager.conf"), 0) for (key, _), value in found.items() if value)
    return ManagerUser(
        name, "manager.conf", rights(found["read", 0]), rights(found["write", 0]), entries, from_pbx=True
    )


async def _queue_confs(link: Link, queues: Iterable[str]) -> dict[str, QueueConf]:
    general = await _setting(link, "queues.conf", "general", "monitor-type")
    confs = {}
    for queue in queues:
        form = await _setting(link, "queues.conf", queue, "monitor-format")
        kind = await _setting(link, "queues.conf", queue, "monitor-type") if form else ""
        confs[queue] = QueueConf(form, kind or general, "queues.conf")
    return confs


async def _setting(link: Link, file: str, section: str, key: str, index: int = 0) -> str:
    """One value of a configuration file as the PBX reads it; empty where it may not be asked, too."""
    if any(letter in section for letter in "(),\r\n"):
        return ""
    return await _field(link, "Getvar", "Value", Variable=f"AST_CONFIG({file},{section},{key},{index})")
