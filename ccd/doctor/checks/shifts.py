"""The dialplan and the rules about shifts: does a phone ask before it pauses, can people be paged at it?"""

from __future__ import annotations

from collections.abc import Iterator

from ccd.doctor.checks.includes import including_ours, replacing_ours
from ccd.doctor.dialplan import including
from ccd.doctor.facts import Facts, Step
from ccd.doctor.finding import Finding, Status
from ccd.doctor.needs import Needs

__all__ = ["pages", "pauses"]

CODES = "ccd-codes"
ASKS = "ccd-pause"
PAGE = "ccd-page"
CODES_FILE = "ccd/extensions-ccd.conf"
PAGE_FILE = "ccd/extensions-ccd-shifts.conf"


def pauses(facts: Facts, needs: Needs) -> Iterator[Finding]:
    """Without the codes at all there is another check that says so."""
    plan = facts.dialplan
    if not needs.pauses or plan is None or not including(plan, CODES):
        return
    if any(_asks(step) for step in plan.steps):
        yield Finding("pause-codes", Status.OK, "a phone asks before it pauses")
        return
    text = "the dialplan pauses a phone without asking: extensions-ccd.conf is of an earlier version"
    status = Status.FAIL if needs.pauses_enforced else Status.WARN
    yield Finding("pause-codes", status, text, replacing_ours(facts, CODES_FILE), _extensions(facts))


def pages(facts: Facts, needs: Needs) -> Iterator[Finding]:
    plan = facts.dialplan
    if not needs.pages or plan is None:
        return
    if any(step.context == PAGE for step in plan.steps):
        yield Finding("page-dialplan", Status.OK, "people can be paged at their phone")
        return
    text = f"the dialplan has no [{PAGE}]: nobody is paged at their phone"
    yield Finding("page-dialplan", Status.WARN, text, including_ours(facts, PAGE_FILE), _extensions(facts))


def _asks(step: Step) -> bool:
    return step.context == ASKS and step.app.lower() == "agi" and "/pause/" in step.data


def _extensions(facts: Facts) -> str:
    return f"{facts.config_dir or '/etc/asterisk'}/extensions.conf"
