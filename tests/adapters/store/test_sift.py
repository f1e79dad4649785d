"""Rows that a database refuses are found without writing any."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from ccd import events as e
from ccd.adapters.store.batch import Batch, Rows
from ccd.adapters.store.database import Database, writing
from ccd.adapters.store.errors import RowsRefusedError
from ccd.adapters.store.place import place_of
from ccd.adapters.store.projection import project
from ccd.adapters.store.sift import keys_of, sift
from tests.adapters.store.conftest import Place
from tests.adapters.store.samples import later, sample


@pytest.fixture
async def database(place: Place) -> AsyncIterator[Database]:
    database = writing(place_of(place.settings, place.state_dir))
    yield database
    await database.close()


def pieces(*bad: int) -> list[Rows]:
    batch = Batch()
    for number in range(40):
        project(sample(e.PersonArrived, at=later(number), pbx=None if number in bad else "main"), batch)
    project(sample(e.RosterReplaced, people=(sample(e.Person),)), batch)
    return list(batch.statements())


async def write(database: Database, rows: list[Rows]) -> None:
    await database.write([statement for piece in rows for statement in database.statements(piece)])


async def test_one_bad_row_spoils_the_whole_transaction(database: Database, place: Place) -> None:
    with pytest.raises(RowsRefusedError):
        await write(database, pieces(17))
    assert await place.everything() == {}


async def test_the_bad_rows_are_found_and_nothing_is_written(database: Database, place: Place) -> None:
    good, bad = await sift(database, pieces(0, 17, 18, 39))
    assert await place.everything() == {}
    assert {key[4] for rows in bad for key in keys_of(rows)} == {later(n) for n in (0, 17, 18, 39)}
    await write(database, good)
    assert len(await place.rows("presence_event")) == 36
    assert len(await place.rows("person")) == 1


async def test_where_all_are_good_none_is_refused(database: Database) -> None:
    good, bad = await sift(database, pieces())
    assert sum(len(piece.rows) for piece in good) == 42
    assert bad == []
