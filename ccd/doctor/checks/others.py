"""Who else moves queue members, and is our own dialplan in place?"""

from __future__ import annotations

from collections.abc import Iterator

from ccd.config import AgiSettings, PbxSettings
from ccd.doctor.checks.access import manager_conf
from ccd.doctor.checks.includes import including_ours
from ccd.doctor.dialplan import OURS, WRITERS, including, writers
from ccd.doctor.facts import Facts
from ccd.doctor.finding import Finding, Status
from ccd.doctor.needs import Needs

__all__ = ["marks", "other_writers", "pressed_keys", "sign_in_codes"]

CODES = "ccd-codes"
"""The context of our codes, to be included in the phones' own."""

_WRITING = ("agent", "system", "command", "originate", "config")


def other_writers(facts: Facts, pbx: PbxSettings) -> Iterator[Finding]:
    """They may: ccd follows what they do. It is told so that nobody wonders whose pause that was."""
    found = list(_other_users(facts, pbx)) + list(_other_dialplan(facts)) + list(_other_programs(facts))
    yield from found
    if found:
        return
    if facts.users is None or facts.dialplan is None:
        unseen = "the other AMI users" if facts.users is None else "the dialplan"
        text = f"{unseen} cannot be seen from here: {facts.config_fault or 'the class reporting is missing'}"
        mend = "asterisk -rx 'manager show users'; asterisk -rx 'dialplan show' | grep QueueMember"
        yield Finding("other-writers", Status.UNKNOWN, text, mend)
    else:
        yield Finding("other-writers", Status.OK, "nobody else writes to the queues")


def _other_users(facts: Facts, pbx: PbxSettings) -> Iterator[Finding]:
    for user in facts.users or ():
        powers = [name for name in _WRITING if name in user.write]
        if user.name != pbx.username and powers:
            text = f"AMI user {user.name} may change queues (write: {', '.join(powers)})"
            mend = f"; [{user.name}] write = … : take away what it does not need"
            yield Finding("other-writers", Status.WARN, text, mend, user.file)
    for place in facts.unread:
        yield Finding("other-writers", Status.UNKNOWN, f"not read: {place}", "look into it yourself")


def _other_dialplan(facts: Facts) -> Iterator[Finding]:
    if facts.dialplan is None:
        return
    for context, steps in writers(facts.dialplan).items():
        extensions = ", ".join(sorted({step.extension for step in steps})[:5])
        text = f"the dialplan changes queue members in [{context}]: {extensions}"
        mend = f"; [{context}] : let its codes do the same as those of {OURS}*, or leave it, ccd follows both"
        yield Finding(
            "other-writers", Status.WARN, text, mend, f"{facts.config_dir or '/etc/asterisk'}/extensions.conf"
        )


def _other_programs(facts: Facts) -> Iterator[Finding]:
    for feature, runs in (facts.applicationmap or {}).items():
        if any(writer.lower() in runs.lower() for writer in WRITERS):
            file = f"{facts.config_dir}/features.conf"
            text = f"the feature {feature} changes queue members: {runs}"
            yield Finding("other-writers", Status.WARN, text, f"; {feature} => {runs}", file)
    if facts.gui_files:
        text = (
            "a GUI writes the configuration (FreePBX or its like), and will overwrite what is changed by hand"
        )
        mend = "put our lines into the *_custom.conf files only"
        yield Finding("other-writers", Status.WARN, text, mend, ", ".join(facts.gui_files))


def sign_in_codes(facts: Facts, needs: Needs, agi: AgiSettings) -> Iterator[Finding]:
    if not needs.sign_in:
        return
    plan, file = facts.dialplan, f"{facts.config_dir or '/etc/asterisk'}/extensions.conf"
    if plan is None:
        text = "the dialplan cannot be seen from here"
        yield Finding("sign-in-codes", Status.UNKNOWN, text, f"asterisk -rx 'dialplan show {CODES}'")
    elif not any(step.context == CODES for step in plan.steps):
        text = f"the dialplan has no [{CODES}]: nobody can sign in by phone"
        mend = including_ours(facts, "ccd/extensions-ccd.conf")
        yield Finding("sign-in-codes", Status.FAIL, text, mend, file)
    elif not including(plan, CODES):
        text = f"no context includes [{CODES}]: no phone reaches the codes"
        mend = f"include => {CODES}   ; in the context of the phones"
        yield Finding("sign-in-codes", Status.FAIL, text, mend, file)
    elif not plan.live:
        text = f"extensions.conf has the codes, included in {', '.join(including(plan, CODES))}"
        mend = f"whether that is loaded: asterisk -rx 'dialplan show {CODES}'"
        yield Finding("sign-in-codes", Status.UNKNOWN, text, mend)
    else:
        text = f"[{CODES}] is included in {', '.join(including(plan, CODES))}"
        yield Finding("sign-in-codes", Status.OK, text)
    yield from _agi(facts, agi)


def _agi(facts: Facts, agi: AgiSettings) -> Iterator[Finding]:
    told = facts.dialplan.agi_address.removeprefix("agi://").partition("/")[0] if facts.dialplan else ""
    ours = f"{agi.host}:{agi.port}"
    if told and told != ours and agi.host not in ("", "0.0.0.0", "::"):
        text = f"the dialplan asks {told}, ccd answers at {ours}"
        yield Finding("fastagi", Status.WARN, text, f"CCD_AGI = agi://{ours}", "extensions.conf, [globals]")
    if facts.agi is None:
        return
    if facts.agi.fault:
        text = f"nobody answers at {facts.agi.address}: {facts.agi.fault}"
        mend = "systemctl start ccd   ; where it is no service: ccd run"
        text += "; until somebody does, every code lets people go and notes it"
        yield Finding("fastagi", Status.WARN, text, mend)
    else:
        yield Finding("fastagi", Status.OK, f"{facts.agi.address} answers")


def pressed_keys(facts: Facts, needs: Needs) -> Iterator[Finding]:
    """PINs are dialled: an AMI session with the class dtmf is told of every key, of every caller."""
    if not needs.sign_in:
        return
    mend = "[general]\ndisabledevents = DTMFBegin,DTMFEnd"
    if facts.users is None:
        text = f"who hears the keys people press cannot be seen from here: {facts.config_fault}"
        yield Finding("pressed-keys", Status.UNKNOWN, text, mend, manager_conf(facts))
        return
    off = {name.strip().lower() for name in (facts.general or {}).get("disabledevents", "").split(",")}
    hears = [user.name for user in facts.users if "dtmf" in user.read]
    if hears and not {"dtmfbegin", "dtmfend"} <= off:
        text = f"AMI users who are told every key that is pressed, PINs among them: {', '.join(hears)}"
        yield Finding("pressed-keys", Status.WARN, text, mend, manager_conf(facts))
    else:
        yield Finding("pressed-keys", Status.OK, "no AMI user is told which keys are pressed")


def marks(facts: Facts, needs: Needs) -> Iterator[Finding]:
    if not needs.sign_in or facts.session.marks is None:
        return
    if facts.session.marks:
        text = f"{facts.session.marks} sign-ins were noted while ccd was away and wait to be taken over"
        mend = "they are taken over at the next connect; if they stay: docs/doctor.md, missed-sign-ins"
        yield Finding("missed-sign-ins", Status.WARN, text, mend)
    else:
        yield Finding("missed-sign-ins", Status.OK, "none is waiting")
