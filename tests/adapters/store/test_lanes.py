"""Incidents go before everything else, and the rows are those of the order in which all was given."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccd import events as e
from ccd.adapters.store import Store, writer
from ccd.adapters.store.batch import Batch
from ccd.adapters.store.entries import Deadline, DeadlineGone, Entry
from ccd.adapters.store.errors import UnavailableError
from ccd.adapters.store.projection import project
from ccd.adapters.store.schema import TABLES, key_of
from ccd.adapters.store.sift import RowKey
from tests.adapters.store.conftest import Place
from tests.adapters.store.samples import AT, later, sample
from tests.adapters.store.waiting import until

Item = e.Event | Entry


def told(n: int, **more: Any) -> e.NoteTaken:
    return sample(e.NoteTaken, at=later(n), incident="i-1", n=n, **more)


def held(number: int) -> e.CallHeld:
    return sample(e.CallHeld, at=later(number), pbx="main", call=str(number))


def deadline(key: str, after_s: float = 1.0) -> Deadline:
    return Deadline(key, AT, later(after_s), "b00t", 12.5, after_s)


# Each of these fills in some columns of the call's row.


def began(call: str, second: float = 0) -> e.CallStarted:
    return sample(e.CallStarted, at=later(second), pbx="main", call=call)


def answered(call: str, second: float = 0) -> e.CallAnswered:
    return e.CallAnswered(at=later(second), pbx="main", call=call)


def over(call: str, second: float = 0, answered_at: datetime | None = None) -> e.CallEnded:
    return sample(e.CallEnded, at=later(second), pbx="main", call=call, started=AT, answered=answered_at)


class Away:
    """A database that takes nothing until ``back``, and then notes in which order it is written to."""

    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        self.away = True
        self.tables: list[set[str]] = []
        self._write = store._database.write
        monkeypatch.setattr(store._database, "write", self.write)

    async def write(self, statements: Any, *, keep: bool = True) -> None:
        if self.away:
            raise UnavailableError("away")
        self.tables.append({sql.split('"')[1] for sql, _ in statements})
        await self._write(statements, keep=keep)


async def test_an_incident_overtakes_what_waits(
    store: Store, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Away(store, monkeypatch)
    store.enqueue(held(number) for number in range(5000))
    await until(lambda: store.failures > 0)
    urgent = store.commit([told(1), deadline("police")])
    ordinary = asyncio.create_task(store.commit([held(9999)]))
    database.away = False
    await urgent
    assert not ordinary.done()
    assert database.tables[0] == {"incident_event", "audit", "deadline"}, "in one transaction, and first"
    await ordinary
    assert len(await place.rows("call_event")) == 5001
    assert (store.queue_length, store.lag_s) == (0, 0.0)


async def test_an_incident_does_not_wait_for_the_delay_between_tries(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ccd.adapters.store.transactions.FIRST_RETRY_S", 3600.0)
    monkeypatch.setattr("ccd.adapters.store.transactions.LAST_RETRY_S", 3600.0)
    database = Away(store, monkeypatch)
    store.enqueue([sample(e.PersonArrived)])
    await until(lambda: store.failures == 1)
    database.away = False
    async with asyncio.timeout(20):
        await store.commit([told(1)])
        await store.commit()


async def test_incidents_given_meanwhile_are_one_transaction(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Away(store, monkeypatch)
    store.enqueue([told(1), deadline("k")])
    store.enqueue([told(2), DeadlineGone("k")])
    await until(lambda: store.failures > 0)
    store.enqueue([told(3)])
    store.enqueue([told(4)])
    database.away = False
    await store.commit()
    assert len(database.tables) == 2
    assert await store.open_deadlines() == []


async def test_an_urgent_commit_does_not_hasten_the_others(place: Place) -> None:
    slow = place.settings.model_copy(update={"batch_ms": 3_600_000})
    store = await Store.open(slow, place.state_dir)
    store.enqueue([held(1)])
    await store.commit([told(1)])
    assert (store.queue_length, len(await place.rows("call_event"))) == (1, 0)
    assert await store.close() == 0
    assert len(await place.rows("call_event")) == 1


async def test_an_incidents_facts_are_kept_beyond_the_limit_of_the_queue(
    sqlite_place: Place,
) -> None:
    limited = sqlite_place.settings.model_copy(update={"queue_limit": 1000})
    store = await Store.open(limited, sqlite_place.state_dir)
    other = sqlite3.connect(sqlite_place.file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    store.enqueue(held(number) for number in range(1500))
    store.enqueue([told(1), held(9999)])
    assert (store.dropped, store.queue_length) == (500, 1002)
    other.close()
    assert await store.close(timeout=20) == 0


SAME_KEY: dict[str, tuple[list[Item], list[str], dict[str, datetime]]] = {
    "set, then cancelled": ([deadline("k"), DeadlineGone("k")], [], {}),
    "cancelled, then set": ([DeadlineGone("k"), deadline("k")], ["k"], {}),
    "set, cancelled, set": ([deadline("k"), DeadlineGone("k"), deadline("k")], ["k"], {}),
    "answered, then again": ([answered("k", 3), answered("k", 2)], [], {"k": later(2)}),
    "answered, then over": ([answered("k", 2), over("k", 5)], [], {"k": later(2)}),
    "over, then another": (
        [answered("k", 2), over("k", 5, later(3)), answered("m")],
        [],
        {"k": later(3), "m": AT},
    ),
}


@pytest.mark.parametrize("alone", [True, False], ids=["one transaction", "one each"])
@pytest.mark.parametrize(("items", "deadlines", "calls"), SAME_KEY.values(), ids=SAME_KEY)
async def test_the_later_one_of_the_same_key_wins(
    store: Store,
    place: Place,
    items: list[Item],
    deadlines: list[str],
    calls: dict[str, datetime],
    alone: bool,
) -> None:
    if alone:
        await store.commit([told(1), *items])
    else:
        for n, item in enumerate(items, 1):
            await store.commit([told(n), item])
    assert [armed.key for armed in await store.open_deadlines()] == deadlines
    assert {row["call"]: row["answered"] for row in await place.rows("call")} == calls


async def test_what_is_given_while_an_incident_is_written_keeps_its_place(
    sqlite_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call told anew with an incident's facts, behind one row of it that waits and ahead of another."""
    store = await Store.open(sqlite_place.settings, sqlite_place.state_dir)
    write, first = store._database.write, [True]

    async def slow(statements: Any, **options: Any) -> None:
        if first.pop() if first else False:
            store.enqueue([told(2), began("a", 2)])
            store.enqueue([deadline("b", 1.0)])
        await write(statements, **options)

    monkeypatch.setattr(store._database, "write", slow)
    store.enqueue([began("a", 0)])
    await store.commit([told(1)])
    await store.commit()
    await store.close()
    assert [row["started"] for row in await sqlite_place.rows("call")] == [later(2)]


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7])
async def test_what_was_given_as_one_is_written_in_one_transaction(
    store: Store, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """Killed between two transactions, half of a step would be told: a call as picked, and its pick lost."""
    monkeypatch.setattr(writer, "BATCH_FACTS", size)
    away = Away(store, monkeypatch)
    told: list[int] = []
    whole = store._write_until_taken

    async def noted(rows: Any, *more: Any) -> Any:
        told.append(sum(len(piece.rows) for piece in rows()))
        return await whole(rows, *more)

    monkeypatch.setattr(store, "_write_until_taken", noted)
    for first in (0, 10, 20):
        store.enqueue([began(str(first))])
        store.enqueue([deadline(str(first + n)) for n in range(5)])
    away.away = False
    await store.commit()
    assert sum(told) == 18
    ends = {sum(told[:n]) for n in range(1, len(told) + 1)}
    assert ends <= {1, 6, 7, 12, 13, 18}, "a step was parted"


# --- any order --------------------------------------------------------------------------------------------

_keys = st.sampled_from(["a", "b"])
_seconds = st.integers(0, 9)
_ordinary = st.one_of(
    st.builds(deadline, _keys, st.floats(1, 9)),
    st.builds(DeadlineGone, _keys),
    st.builds(began, _keys, _seconds),
    st.builds(answered, _keys, _seconds),
    st.builds(over, _keys, _seconds, st.sampled_from([None, later(4)])),
)
_groups = st.lists(st.tuples(st.booleans(), st.lists(_ordinary, min_size=1, max_size=4)), max_size=8)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(groups=_groups, size=st.integers(1, 5), back=st.integers(0, 8))
def test_the_rows_are_those_of_the_order_given(
    sqlite_place: Place, groups: list[tuple[bool, list[Item]]], size: int, back: int
) -> None:
    """However the lanes overtake each other, in whatever batches, and whenever the database comes back."""

    async def rows() -> dict[str, list[dict[str, Any]]]:
        with sqlite3.connect(sqlite_place.file) as database:
            for table in ("deadline", "call", "audit", "incident_event"):
                database.execute(f"DELETE FROM {table}")
        (sqlite_place.state_dir / "audit.head").unlink(missing_ok=True)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(writer, "BATCH_FACTS", size)
            patch.setattr("ccd.adapters.store.transactions.FIRST_RETRY_S", 0.0005)
            store = await Store.open(sqlite_place.settings, sqlite_place.state_dir)
            database_ = Away(store, patch)
            for n, (urgent, items) in enumerate(groups, 1):
                database_.away = n <= back
                store.enqueue([told(n), *items] if urgent else items)
                await asyncio.sleep(0.001 * (n % 3))
            database_.away = False
            await store.commit()
            await store.close()
        return {name: await sqlite_place.rows(name) for name in ("deadline", "call")}

    expected: dict[RowKey, dict[str, Any]] = {}
    for _, items in groups:
        for item in items:
            _apply(expected, item)
    found = asyncio.run(rows())
    assert {
        _slot(table, row): {name: value for name, value in row.items() if value is not None}
        for table, kept in found.items()
        for row in kept
    } == {
        slot: {name: value for name, value in row.items() if value is not None}
        for slot, row in expected.items()
    }


def _slot(table: str, row: dict[str, Any]) -> RowKey:
    return (table, *(row[name] for name in key_of(TABLES[table])))


def _apply(rows: dict[RowKey, dict[str, Any]], item: Item) -> None:
    """One after the other, as a database would have it without batches."""
    batch = Batch()
    project(item, batch)
    for piece in batch.statements():
        for row in piece.rows:
            slot = _slot(piece.table, row)
            if piece.verb == "remove":
                rows.pop(slot, None)
            else:
                rows[slot] = rows.get(slot, {}) | row
