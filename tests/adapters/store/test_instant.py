"""A moment is the same moment when it comes back, sorts as time does, and is never naive."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import StatementError

from ccd.adapters.store.database import writing
from ccd.adapters.store.instant import from_micros, to_micros
from ccd.adapters.store.place import place_of
from ccd.adapters.store.schema import HEARTBEAT
from tests.adapters.store.conftest import Place

MOMENTS = [
    datetime(1969, 12, 31, 23, 59, 59, 999_999, UTC),
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(2026, 3, 8, 1, 59, 59, 999_999, timezone(timedelta(hours=-5))),  # before a clock change
    datetime(2026, 3, 8, 3, 0, 0, 0, timezone(timedelta(hours=-4))),  # a microsecond later
    datetime(2026, 3, 8, 7, 0, 0, 1, UTC),
    datetime(2026, 3, 8, 15, 0, 0, 100_000, timezone(timedelta(hours=8))),
    datetime(9999, 12, 31, 23, 59, 59, 999_999, UTC),
]


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_microseconds_and_back_is_the_same_moment(moment: datetime) -> None:
    assert from_micros(to_micros(moment)) == moment


async def test_moments_sort_and_compare_in_the_database_as_in_time(place: Place) -> None:
    database = writing(place_of(place.settings, place.state_dir))
    at = HEARTBEAT.c.at
    async with database.writer.begin() as connection:
        for name, moment in enumerate(reversed(MOMENTS)):
            await connection.execute(insert(HEARTBEAT).values(name=str(name), at=moment))
    async with database.writer.connect() as connection:
        found = (await connection.execute(select(at).order_by(at))).scalars().all()
        later = (await connection.execute(select(at).where(at >= MOMENTS[4]).order_by(at))).scalars().all()
        with pytest.raises(StatementError, match="has no time zone"):
            await connection.execute(select(at).where(at > datetime(2026, 3, 8)))  # noqa: DTZ001
    assert found == MOMENTS
    assert later == MOMENTS[4:]
    assert {moment.tzinfo for moment in found} == {UTC}
    await database.close()
