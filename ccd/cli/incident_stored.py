"""Incidents as the daemon has them; while none answers, as the store does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from ccd.adapters.store.errors import StoreError
from ccd.adapters.store.queries import Archive
from ccd.cli.session import CommandError, Exit, Session
from ccd.cli.stored import reading
from ccd.config import Settings
from ccd.events.incidents import IncidentFact, IncidentFacts
from ccd.incidents.state import Incident, fold
from ccd.incidents.view import brief, timeline, view

__all__ = ["Stored", "briefs", "one", "open_briefs", "stored"]

LATEST = 100


class Stored(NamedTuple):
    incident: Incident
    facts: list[IncidentFact]
    names: dict[str, str]
    """Of everybody in the roster, by code."""

    def name_of(self, code: str) -> str:
        return self.names.get(code, "")


def briefs(session: Session, *, every: bool) -> tuple[list[dict[str, Any]], bool]:
    """Those open, with ``every`` also the closed ones, the oldest first; and whether no daemon answered."""
    try:
        rows = session.ask("incident_list", all=every)["incidents"]
    except CommandError as error:
        return _stored_briefs(session, every, error), True
    if every:
        known = {row["id"] for row in rows}
        rows += [row for row in _closed(session) if row["id"] not in known]
    return sorted(rows, key=lambda row: str(row["opened"])), False


def _closed(session: Session) -> list[dict[str, Any]]:
    now = datetime.now(UTC)
    found = stored(session.settings)
    return [brief(each.incident, now, each.name_of) for each in found if not each.incident.open]


def _stored_briefs(session: Session, every: bool, error: CommandError) -> list[dict[str, Any]]:
    now = datetime.now(UTC)
    found = _instead(session, error, lambda: stored(session.settings))
    rows = [brief(each.incident, now, each.name_of) for each in found if every or each.incident.open]
    return sorted(rows, key=lambda row: str(row["opened"]))


def one(session: Session, name: str) -> tuple[dict[str, Any], bool]:
    """What ``incident_show`` gives; and whether no daemon answered. Raises CommandError."""
    try:
        return _without_ok(session.ask("incident_show", incident=name)), False
    except CommandError as error:
        found = _instead(session, error, lambda: stored(session.settings, name))
    if not name:
        found = [each for each in found if each.incident.open]
    if len(found) != 1:
        ids = "\n".join(each.incident.id for each in found)
        key = "incident_several" if found else "incident_unknown" if name else "incident_none_open"
        raise CommandError(Exit.FOUND, session.words(key, incident=name, ids=ids))
    shown = view(found[0].incident, datetime.now(UTC), found[0].name_of)
    return {"incident": shown, "timeline": timeline(found[0].facts), "names": found[0].names}, True


def open_briefs(settings: Settings) -> list[dict[str, Any]]:
    """For the last picture of a daemon that is down. Raises StoreError."""
    now = datetime.now(UTC)
    found = [each for each in stored(settings, latest=1) if each.incident.open]
    return [brief(each.incident, now, each.name_of) for each in found]


def _without_ok(reply: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in reply.items() if key != "ok"}


def _instead(session: Session, error: CommandError, work: Callable[[], list[Stored]]) -> list[Stored]:
    """What the store has where no daemon answered; the daemon's own word where it did."""
    if error.code is not Exit.UNREACHABLE:
        raise error
    try:
        return work()
    except StoreError as missing:
        raise CommandError(Exit.UNREACHABLE, f"{error}\n{missing}") from None


def stored(settings: Settings, name: str = "", *, latest: int = LATEST) -> list[Stored]:
    """The latest so many and all that are open, the newest first; or the one of that id. Raises StoreError
    where there is no store, or it does not answer.
    """

    async def work(archive: Archive) -> list[Stored]:
        ids = [name] if name else [row.incident for row in await archive.incidents(limit=latest)]
        roster = await archive.roster()
        names = {person.code: person.name for person in roster.people} if roster else {}
        found = []
        for each in ids:
            facts = [msgspec.json.decode(text, type=IncidentFacts) for text in await archive.timeline(each)]
            folded: dict[str, Incident] = {}
            for fact in facts:
                fold(folded, fact)
            if each in folded:
                found.append(Stored(folded[each], facts, names))
        return found

    return reading(settings, work)
