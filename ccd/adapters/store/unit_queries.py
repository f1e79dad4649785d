"""One conversation, named by an evaluation of it or by its own name."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ccd.adapters.store.schema import CONVERSATION, EVALUATION
from ccd.effects import LookUpUnit
from ccd.events.quality import UnitLooked

__all__ = ["unit"]

COLUMNS = ("unit", "pbx", "call", "recording", "person", "team", "queue", "talk_s", "offset_s")


async def unit(connection: AsyncConnection, effect: LookUpUnit, at: datetime) -> UnitLooked:
    """With an empty ``unit`` where there is none such. By its name alone it is found if it was ever picked,
    with its ``day`` in any case: there is no index of all conversations by name.
    """
    e = EVALUATION.c
    found = (
        select(*(e[name] for name in COLUMNS))
        .where(e.evaluation == effect.evaluation if effect.evaluation else e.unit == effect.unit)
        .order_by(e.evaluation)
        .limit(1)
    )
    row = (await connection.execute(found)).first()
    if row is None and effect.unit and effect.day is not None:
        row = (await connection.execute(_of_day(effect.unit, effect.day))).first()
    if row is None:
        return UnitLooked(at=at, key=effect.key)
    values = {name: getattr(row, name) for name in COLUMNS}
    return UnitLooked(at=at, key=effect.key, **{name: one for name, one in values.items() if one is not None})


def _of_day(name: str, day: date) -> Select[Any]:
    c = CONVERSATION.c
    return (
        select(*(c[column] for column in COLUMNS))
        .where(c.day == day.isoformat(), c.unit == name)
        .order_by(c.pbx)
        .limit(1)
    )
