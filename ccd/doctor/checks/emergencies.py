"""Threat calls: do reports get through, are people rung, is there a way to the police and none in a drill?"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from ccd.doctor.checks.includes import including_ours
from ccd.doctor.facts import Dialplan, Facts, Step
from ccd.doctor.finding import Finding, Status
from ccd.doctor.needs import Needs
from ccd.doctor.reach import unclear, way

__all__ = ["contexts", "drills", "duty_cache", "police", "prompts", "report_code", "report_legs"]

FILE = "ccd/extensions-ccd-incidents.conf"
POLICE = "ccd-police"
LEG = "ccd-agent-leg"
REPORT = "ccd-report"
FEATURE = "ccd-threat"
RINGING = ("ccd-tell", "ccd-decide", "ccd-decide-drill", "ccd-unattended")
OURS = (*RINGING, REPORT, "ccd-report-watch", LEG, "ccd-police-once", "ccd-drill-police")
HARMLESS = ("ccd-decide-drill", "ccd-drill-police", "ccd-tell", REPORT, "ccd-report-watch", "ccd-whisper")
"""From these no call may come to the police."""

_PLACEHOLDER = re.compile(r"PUT-THE-NUMBER-HERE|FIRST-TRUNK|SECOND-TRUNK")
_SUBROUTINE = re.compile(r"b\(([A-Za-z0-9_-]+)")
_SOUND = re.compile(r"(?<![\w/])ccd/([a-z0-9-]*[a-z0-9])")
_INHERITED = re.compile(r"\b_{1,2}DYNAMIC_FEATURES=", re.IGNORECASE)
_LANGUAGES = ("zh", "en")
_SHOWN = 5


def contexts(facts: Facts, needs: Needs) -> Iterator[Finding]:
    """Our own dialplan for emergencies."""
    plan = facts.dialplan
    if not needs.emergencies:
        return
    if plan is None:
        text = "the dialplan cannot be seen from here"
        yield Finding("emergency-dialplan", Status.UNKNOWN, text, "asterisk -rx 'dialplan show ccd-tell'")
        return
    missing = [name for name in OURS if not _has(plan, name)]
    if missing:
        text = f"the dialplan has no {_some(missing)}: in an emergency nobody is rung"
        yield Finding(
            "emergency-dialplan",
            Status.FAIL,
            text,
            including_ours(facts, FILE),
            _etc(facts, "extensions.conf"),
        )
    else:
        yield Finding("emergency-dialplan", Status.OK, "reports and rings are in the dialplan")
    if not _has(plan, "ccd-outside"):
        text = "there is no [ccd-outside]: nobody can be rung at their phone outside"
        yield Finding(
            "emergency-dialplan", Status.WARN, text, _own_file(facts), _etc(facts, "ccd-police.conf")
        )


def police(facts: Facts, needs: Needs) -> Iterator[Finding]:
    """The site's own context. Whether its trunks let the call out, only a trial shows."""
    plan = facts.dialplan
    if not needs.police or plan is None:
        return
    file = _etc(facts, "ccd-police.conf")
    steps = [step for step in plan.steps if step.context == POLICE]
    dials = [step for step in steps if step.app.lower() == "dial"]
    if not any(step.extension == "call" for step in steps):
        text = f"there is no [{POLICE}] with the extension call: ccd cannot bring a call to the police about"
        yield Finding("police", Status.FAIL, text, _own_file(facts), file)
        return
    if any(_PLACEHOLDER.search(step.data) for step in steps):
        text = f"[{POLICE}] still holds the placeholders of the sample"
        mend = "Dial(PJSIP/NUMBER@TRUNK,30,…)   ; your number and your trunks"
        yield Finding("police", Status.FAIL, text, mend, file)
        return
    if len({step.data.partition(",")[0] for step in dials}) < 2:
        text = f"[{POLICE}] dials one way only: where that trunk is barred or full, nobody is reached"
        mend = (
            " same => n,Dial(PJSIP/NUMBER@SECOND-TRUNK,30,gU(ccd-police-answered^${CCD_INCIDENT}^${CCD_KEY}))"
        )
        yield Finding("police", Status.WARN, text, mend, file)
    elif any("ccd-police-answered" not in step.data for step in dials):
        text = f"a Dial() of [{POLICE}] does not say when they answer: ccd learns it after the call only"
        mend = "; add to its options: U(ccd-police-answered^${CCD_INCIDENT}^${CCD_KEY})"
        yield Finding("police", Status.WARN, text, mend, file)
    else:
        yield Finding("police", Status.OK, f"[{POLICE}] dials {len(dials)} ways; only a trial proves them")


def drills(facts: Facts, needs: Needs) -> Iterator[Finding]:
    plan = facts.dialplan
    if not needs.emergencies or plan is None:
        return
    file = _etc(facts, "extensions.conf")
    starts = [name for name in HARMLESS if _has(plan, name)]
    for start in starts:
        if found := way(plan, [start], POLICE):
            text = f"a call comes from [{start}] to the police: {' → '.join(found)}"
            mend = f"; [{found[-2]}] : take its step to [{POLICE}] away; only ccd-police-once may have one"
            yield Finding("drills", Status.FAIL, text, mend, file)
            return
    jumps = unclear(plan, [name for name in starts if name in ("ccd-decide-drill", "ccd-drill-police")])
    if jumps:
        where = f"[{jumps[0].context}] {jumps[0].extension}"
        text = f"where a drill goes from {where} stands in a variable: {jumps[0].app}({jumps[0].data})"
        yield Finding("drills", Status.WARN, text, f"; {where}: name the context", file)
    elif starts:
        yield Finding("drills", Status.OK, "no way leads from a drill to the police")


def report_code(facts: Facts, needs: Needs) -> Iterator[Finding]:
    """What an agent presses during the call."""
    if not needs.emergencies:
        return
    file = _etc(facts, "features.conf")
    if facts.applicationmap is None:
        text = f"features.conf cannot be seen from here: {facts.config_fault}"
        yield Finding("report-code", Status.UNKNOWN, text, "asterisk -rx 'features show'")
        return
    codes = _report_features(facts.applicationmap)
    if not codes:
        text = "no feature code runs ccd-report: an agent on a call cannot report it"
        yield Finding("report-code", Status.FAIL, text, including_ours(facts, "ccd/features-ccd.conf"), file)
    for feature, runs in codes.items():
        key, _, rest = (part.strip() for part in runs.partition(","))
        if rest.partition(",")[0].partition("/")[0].strip() != "self":
            text = f"{feature} runs on the other party's channel: the caller's leg would report"
            mend = f'{feature} => {key},self,Gosub,"ccd-report,s,1(threat)"'
            yield Finding("report-code", Status.FAIL, text, mend, file)
        else:
            yield Finding("report-code", Status.OK, f"{key} during a call reports it")


def report_legs(facts: Facts, needs: Needs) -> Iterator[Finding]:
    """The code is given to the agent's leg by a subroutine of Queue(), and to nobody else."""
    plan = facts.dialplan
    if not needs.emergencies or plan is None:
        return
    file = _etc(facts, "extensions.conf")
    names = _report_features(facts.applicationmap or {}) or {FEATURE: ""}
    for step in plan.steps:
        if _INHERITED.search(step.data) and any(name in step.data for name in names):
            text = f"[{step.context}] {step.extension} lets the code be inherited: callers could report, too"
            mend = f"; away with it; instead Queue(NAME,b({LEG}^s^1))"
            yield Finding("report-legs", Status.FAIL, text, mend, file)
    queues = [step for step in plan.steps if step.app.lower() == "queue"]
    bare = [step for step in queues if not _gives_the_code(plan, step)]
    if bare:
        where = _some([f"[{step.context}] {step.extension}" for step in bare])
        text = f"agents of these queues cannot report a call, their Queue() has no b({LEG}^s^1): {where}"
        yield Finding("report-legs", Status.WARN, text, _with_subroutine(bare[0]), file)
    elif queues:
        yield Finding("report-legs", Status.OK, "every Queue() gives the code to the agent's leg")


def prompts(facts: Facts, needs: Needs) -> Iterator[Finding]:
    """The sounds that our dialplan names."""
    plan = facts.dialplan
    if not needs.emergencies or plan is None or not _has(plan, "ccd-tell"):
        return
    if facts.sounds is None:
        text = "Asterisk's sounds cannot be seen from here"
        mend = "ls \"$(asterisk -rx 'core show settings' | sed -n 's/^ *Data directory: *//p')\"/sounds/*/ccd"
        yield Finding("prompts", Status.UNKNOWN, text, mend)
        return
    ours = [step for step in plan.steps if step.context.startswith("ccd-")]
    named = {name for step in ours for name in _SOUND.findall(step.data)}
    for language in _LANGUAGES:
        missing = sorted(named - facts.sounds.ours.get(language, frozenset()))
        if missing:
            text = f"{language}: {len(missing)} of {len(named)} prompts are missing: {_some(missing)}"
            mend = f"ln -s /usr/share/ccd/sounds/{language}/ccd {facts.sounds.path}/{language}/ccd"
            yield Finding(
                "prompts", Status.WARN, f"{text}; a beep is heard instead", f"{mend}   # docs/prompts.md"
            )
        else:
            yield Finding("prompts", Status.OK, f"{language}: all {len(named)} prompts are there")


def duty_cache(facts: Facts, needs: Needs) -> Iterator[Finding]:
    if not needs.emergencies or facts.session.duty is None:
        return
    if facts.session.duty:
        yield Finding("duty-cache", Status.OK, "AstDB names the duty leads' phones, should ccd be away")
    else:
        text = "AstDB names no duty lead: while ccd is away, a report rings nobody"
        mend = "sign a duty lead in at a seat of this PBX while ccd runs: it writes ccd-duty/leads"
        yield Finding("duty-cache", Status.WARN, text, mend)


def _report_features(applicationmap: Mapping[str, str]) -> dict[str, str]:
    return {feature: runs for feature, runs in applicationmap.items() if f"{REPORT}," in runs}


def _gives_the_code(plan: Dialplan, queue: Step) -> bool:
    return any(way(plan, [name], LEG) for name in _SUBROUTINE.findall(queue.data.partition(",")[2]))


def _with_subroutine(queue: Step) -> str:
    name, _, rest = queue.data.partition(",")
    options, comma, more = rest.partition(",")
    return f"Queue({name},{options}b({LEG}^s^1){comma}{more})   ; [{queue.context}] {queue.extension}"


def _own_file(facts: Facts) -> str:
    etc = facts.config_dir or "/etc/asterisk"
    copy = (
        f"cp -n {etc}/ccd/ccd-police.conf.sample {etc}/ccd-police.conf   ; then put in your number and trunks"
    )
    return f"{copy}\n#tryinclude ccd-police.conf   ; at the end of extensions.conf"


def _has(plan: Dialplan, context: str) -> bool:
    return any(step.context == context for step in plan.steps)


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"


def _etc(facts: Facts, name: str) -> str:
    return f"{facts.config_dir or '/etc/asterisk'}/{name}"
