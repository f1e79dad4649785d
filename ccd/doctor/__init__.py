"""Is this PBX fit to be trusted? ``examine`` gathers what can be seen and judges it.

Gathering (``gather_session``, ``gather_files``) and judging (``checks``) are apart: a check is a pure
function of ``Facts``. Nothing on the PBX is changed: the one thing sent is a UserEvent called CcdDoctor, to
see whether events come back; everything else is a question. The classes ``command`` and ``config`` are never
needed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import replace

from ccd.config import AgiSettings, PbxSettings, Policies
from ccd.doctor.checks import access, emergencies, events, includes, listening, others, queues, rights, shifts
from ccd.doctor.facts import Agi, Facts, Session
from ccd.doctor.finding import Finding, Status, as_json, as_text, worst
from ccd.doctor.gather_files import look_at_folder, read_files
from ccd.doctor.gather_session import ask, ask_config
from ccd.doctor.link import Link, LinkError, reason
from ccd.doctor.needs import needs_of

__all__ = ["Finding", "Status", "as_json", "as_text", "examine", "gather", "judge", "worst"]

FOLDER_WAIT_S = 10.0
"""A folder on a network drive may hang."""
SHIPPED_SECRET = "CHANGE-ME"
"""In config/asterisk/manager.d/ccd.conf."""
SHORTEST_SECRET = 12


async def examine(
    name: str,
    settings: PbxSettings,
    secret: str,
    *,
    policies: Policies | None = None,
    agi: AgiSettings | None = None,
    interfaces: Collection[str] | None = None,
) -> list[Finding]:
    """Findings about one PBX, in the order in which they should be mended. Takes some seconds; never raises
    for what it finds.

    ``interfaces``: those of the roster; None where there is no roster. ``policies`` and ``agi`` say which
    features are on (default: the shipped settings).
    """
    policies, agi = policies or Policies(), agi or AgiSettings()
    return judge(await gather(settings, secret, agi), settings, policies, agi, interfaces)


async def gather(settings: PbxSettings, secret: str, agi: AgiSettings) -> Facts:
    """Everything that can be seen from here."""
    facts = replace(await asyncio.to_thread(read_files, settings), weak_secret=_weakness(secret))
    facts = await _ask_pbx(facts, settings, secret)
    try:
        async with asyncio.timeout(FOLDER_WAIT_S):
            folder, unseen = await asyncio.to_thread(look_at_folder, settings)
    except TimeoutError:
        folder, unseen = None, f"the recording folder did not answer in {FOLDER_WAIT_S:.0f} s"
    return replace(facts, folder=folder, folder_unseen=unseen, agi=await _knock(agi))


def judge(
    facts: Facts,
    settings: PbxSettings,
    policies: Policies,
    agi: AgiSettings,
    interfaces: Collection[str] | None,
) -> list[Finding]:
    """Every check on these facts. What only a session shows is left out where there was none."""
    needs = needs_of(policies, agi)
    found: list[Iterable[Finding]] = [includes.missing_includes(facts), access.reachable(facts, settings)]
    if facts.session.banner.startswith("Asterisk Call Manager/"):
        found.append(access.login(facts, settings))
    if facts.session.accepted:
        found += [
            access.secret(facts, settings),
            access.version(facts),
            rights.missing(facts, settings, needs),
            rights.too_many(facts, needs),
            rights.reloaded(facts),
            rights.modules(facts),
            events.timestampevents(facts),
            events.writetimeout(facts, settings),
            events.eventfilter(facts, settings),
            access.clock(facts),
        ]
    found += [access.transport(facts, settings), access.acl(facts, settings)]
    if facts.session.accepted:
        found += [
            queues.queues(facts),
            queues.static_members(facts),
            queues.unknown_members(facts, interfaces),
            queues.state_interfaces(facts),
            queues.recording(facts, needs),
            includes.dialplan_loaded(facts),
            others.sign_in_codes(facts, needs, agi),
            others.pressed_keys(facts, needs),
            others.marks(facts, needs),
            emergencies.contexts(facts, needs),
            emergencies.police(facts, needs),
            emergencies.drills(facts, needs),
            emergencies.report_code(facts, needs),
            emergencies.report_legs(facts, needs),
            emergencies.prompts(facts, needs),
            emergencies.duty_cache(facts, needs),
            shifts.pauses(facts, needs),
            shifts.pages(facts, needs),
            listening.dialplan(facts, needs),
        ]
    found += [queues.recordings_folder(facts, needs), others.other_writers(facts, settings)]
    return [finding for findings in found for finding in findings]


def _weakness(secret: str) -> str:
    if secret == SHIPPED_SECRET:
        return f"is still {SHIPPED_SECRET}, as shipped"
    return f"is shorter than {SHORTEST_SECRET} characters" if len(secret) < SHORTEST_SECRET else ""


async def _ask_pbx(facts: Facts, settings: PbxSettings, secret: str) -> Facts:
    link = Link(settings.action_timeout_s, settings.resync_timeout_s)
    try:
        await link.open(settings)
    except (OSError, TimeoutError, LinkError) as error:
        await link.close()
        why = reason(error) or f"no answer in {settings.action_timeout_s:g} s"
        return replace(facts, unreachable=why)
    facts = replace(facts, our_address=link.our_address)
    try:
        session, plan = await ask(link, settings, secret)
        facts = replace(facts, session=session, dialplan=plan or facts.dialplan)
        if session.accepted:
            facts = await ask_config(link, facts, settings)
    except (LinkError, TimeoutError) as error:
        broken = str(error) or f"no answer in {settings.action_timeout_s:g} s"
        facts = replace(facts, session=Session(banner=link.banner, broken=broken))
    finally:
        await link.close()
    return facts


async def _knock(agi: AgiSettings) -> Agi | None:
    """Whether the daemon's FastAGI port is open; nothing is said there."""
    if not agi.enabled or agi.port == 0:
        return None
    address = f"{agi.host}:{agi.port}"
    try:
        async with asyncio.timeout(agi.timeout_s):
            _, writer = await asyncio.open_connection(agi.host, agi.port)
    except (OSError, TimeoutError) as error:
        return Agi(address, reason(error) or "no answer")
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return Agi(address)
