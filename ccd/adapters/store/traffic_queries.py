"""What the store has of calls in queues and of the work after them, for a forecast."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from ccd.adapters.store.schema import AGENT_INTERVAL, QUEUE_VISIT
from ccd.events import AgentState
from ccd.staffing.history import Traffic, Visit, WrapUp

__all__ = ["traffic"]


async def traffic(connection: AsyncConnection, since: datetime, until: datetime) -> Traffic:
    """Every call that came to a queue in this time, and every wrap-up that began in it and is over.

    Who came in while the PBX was out of sight is not known, and not in it.
    """
    q, i = QUEUE_VISIT.c, AGENT_INTERVAL.c
    visits = await connection.execute(
        select(q.pbx, q.queue, q.interface, q.connected, q.joined, q.talk_s)
        .where(q.joined >= since, q.joined < until)
        .order_by(q.joined)
    )
    wrap_ups = await connection.execute(
        select(i.pbx, i.interface, i.begin, i.end).where(
            i.begin >= since,
            i.begin < until,
            i.end.is_not(None),
            i.queue == "",
            i.state == AgentState.WRAP_UP.value,
        )
    )
    return Traffic(
        tuple(
            Visit(
                row.pbx,
                row.queue,
                (row.interface or "") if row.connected is not None else "",
                row.joined,
                row.talk_s or 0.0,
            )
            for row in visits
        ),
        tuple(
            WrapUp(row.pbx, row.interface, row.begin, (row.end - row.begin).total_seconds())
            for row in wrap_ups
        ),
    )
