"""Incidents of the past: which there were, and what happened in one."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ccd.adapters.store.schema import INCIDENT_EVENT

__all__ = ["IncidentRow", "incidents", "timeline"]


class IncidentRow(NamedTuple):
    """``opened`` and ``closed`` are the facts of that name, as JSON; ``closed`` is None while it is open."""

    incident: str
    at: datetime
    facts: int
    opened: str
    closed: str | None


async def incidents(connection: AsyncConnection, since: datetime | None, limit: int) -> list[IncidentRow]:
    opened, closing = INCIDENT_EVENT.alias("opened").c, INCIDENT_EVENT.alias("closing").c
    every = INCIDENT_EVENT.alias("every").c
    closed = (
        select(closing.data)
        .where(closing.incident == opened.incident, closing.event == "IncidentClosed")
        .order_by(closing.n.desc())
        .limit(1)
        .scalar_subquery()
    )
    facts = select(func.count()).where(every.incident == opened.incident).scalar_subquery()
    first = select(opened.incident, opened.at, facts, opened.data, closed).where(opened.n == 1)
    first = first.order_by(opened.at.desc(), opened.incident)
    ended = select(closing.incident).where(closing.event == "IncidentClosed")
    still = first.where(opened.incident.not_in(ended))
    latest = first.where(or_(opened.at >= since, opened.incident.not_in(ended))) if since else first
    found: dict[str, IncidentRow] = {}
    for rows in (await connection.execute(latest.limit(limit)), await connection.execute(still)):
        found.update((row[0], IncidentRow(*row)) for row in rows)
    return sorted(found.values(), key=lambda row: row.at, reverse=True)


async def timeline(connection: AsyncConnection, incident: str) -> list[str]:
    i = INCIDENT_EVENT.c
    found = await connection.execute(select(i.data).where(i.incident == incident).order_by(i.n))
    return [row.data for row in found]
