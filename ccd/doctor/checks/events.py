"""Do the events arrive: stamped, unfiltered, and is the session given time to read them?"""

from __future__ import annotations

from collections.abc import Iterator

from ccd.config import PbxSettings
from ccd.doctor.checks.access import manager_conf, version_of
from ccd.doctor.eventfilter import hidden_by, parse_filters, understands_options
from ccd.doctor.facts import Facts
from ccd.doctor.finding import Finding, Status
from ccd.doctor.needs import EVENTS

__all__ = ["eventfilter", "timestampevents", "writetimeout"]

WRITETIMEOUT_MS = 5000
_TRUE = ("yes", "true", "y", "t", "1", "on")


def timestampevents(facts: Facts) -> Iterator[Finding]:
    stamped = facts.session.stamped
    if stamped is None and facts.general is not None:
        stamped = facts.general.get("timestampevents", "no").lower() in _TRUE
    mend = "[general]\ntimestampevents = yes"
    file = manager_conf(facts)
    if stamped:
        yield Finding("timestampevents", Status.OK, "events carry the PBX's own time")
    elif stamped is not None:
        text = "events carry no time: what happened just before a cut cannot be dated"
        yield Finding("timestampevents", Status.FAIL, text, mend, file)
    else:
        text = "no event came that could be looked at"
        yield Finding("timestampevents", Status.UNKNOWN, text, mend, file)


def writetimeout(facts: Facts, pbx: PbxSettings) -> Iterator[Finding]:
    """Known from the file only. Asterisk's default of 100 ms cuts a session that is slow for a moment."""
    mend = f"[{pbx.username}]\nwritetimeout = {WRITETIMEOUT_MS}"
    if facts.user is None:
        text = "cannot be seen from here"
        yield Finding(
            "writetimeout",
            Status.UNKNOWN,
            text,
            f"look for this line, or write it:\n{mend}",
            manager_conf(facts),
        )
        return
    value = facts.user.last("writetimeout")
    if value is None or not value.isdigit():
        text = "not set: after 100 ms without reading the session is cut and its events are gone"
        yield Finding("writetimeout", Status.FAIL, text, mend, facts.user.file)
    elif int(value) < WRITETIMEOUT_MS:
        yield Finding("writetimeout", Status.WARN, f"{value} ms is short", mend, facts.user.file)
    else:
        yield Finding("writetimeout", Status.OK, f"{value} ms")


def eventfilter(facts: Facts, pbx: PbxSettings) -> Iterator[Finding]:
    session, user = facts.session, facts.user
    if session.probe_sent and not session.probe_back:
        text = "our own UserEvent did not come back: a filter or a missing read=user hides it"
        mend = "take away the eventfilter line that hides UserEvent, and have user in read="
        yield Finding("eventfilter", Status.FAIL, text, mend, user.file if user else manager_conf(facts))
    if user is None:
        mend = f"read the eventfilter lines in the section [{pbx.username}] of manager.conf"
        yield Finding("eventfilter", Status.UNKNOWN, "the eventfilter lines cannot be seen from here", mend)
        return
    version = version_of(facts)
    filters = parse_filters(user.entries, version)
    hidden: dict[str, set[str]] = {}
    for sample in EVENTS:
        if line := hidden_by(filters, sample):
            shown = f"VarSet of {sample.get('Variable')}" if sample.name == "VarSet" else sample.name
            hidden.setdefault(line, set()).add(shown)
    for line, names in hidden.items():
        text = f"{line} hides {', '.join(sorted(names))}"
        yield Finding("eventfilter", Status.FAIL, text, f"; {line}", user.file)
    for each in filters:
        if each.fault:
            text = f"{each.line}: {each.fault}"
            yield Finding("eventfilter", Status.WARN, text, f"; {each.line}", each.place)
    if user.from_pbx and understands_options(version):
        text = "eventfilter lines with options cannot be seen from here"
        mend = f"look for eventfilter( in the section [{pbx.username}] of manager.conf"
        yield Finding("eventfilter", Status.UNKNOWN, text, mend)
    elif not hidden and (session.probe_back or not session.probe_sent):
        yield Finding("eventfilter", Status.OK, f"{len(filters)} filters, none hides what ccd follows")
