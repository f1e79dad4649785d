"""What verdicts rest on is read whole, or again: a store that does not answer is asked until it does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest

from ccd.adapters.shift_record import ShiftRecord
from ccd.adapters.store.errors import StoreError, UnavailableError
from ccd.effects import ReadRecord
from ccd.events import Event, RecordRead
from ccd.roster import Roster
from tests.adapters.store.samples import later


def ask(key: str = "a", *people: str) -> ReadRecord:
    return ReadRecord(key, "test", people or ("2001",), later(0), later(60))


class Store:
    """A store that answers when it is let, and fails as often as it is told to."""

    def __init__(self, failing: int = 0) -> None:
        self.failing = failing
        self.error: type[Exception] = StoreError
        self.asked: list[str] = []
        self.at_once = self.most_at_once = 0
        self.open = asyncio.Event()
        self.open.set()

    async def read_record(self, asked: ReadRecord, roster: Roster, at: datetime) -> RecordRead:
        self.asked.append(asked.key)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self.open.wait()
            await asyncio.sleep(0)
        finally:
            self.at_once -= 1
        if self.failing:
            self.failing -= 1
            raise self.error("gone")
        return RecordRead(at, asked.key, asked.people, asked.since, asked.until, (), (), (), ())


class Desk:
    def __init__(self, store: Store) -> None:
        self.got: asyncio.Queue[Event] = asyncio.Queue()
        self.record = ShiftRecord(store, lambda: Roster(()), self.got.put_nowait, again_s=0.0)

    async def next(self) -> Any:
        async with asyncio.timeout(5):
            return await self.got.get()


@pytest.fixture
async def store() -> Store:
    return Store()


@pytest.fixture
async def desk(store: Store) -> AsyncIterator[Desk]:
    desk = Desk(store)
    yield desk
    await desk.record.close()


async def test_what_was_read_comes_back_as_an_input_under_its_key(desk: Desk) -> None:
    desk.record.perform(ask("one", "2001", "2002"))
    found = await desk.next()
    assert (found.key, found.people, found.since, found.until) == (
        "one",
        ("2001", "2002"),
        later(0),
        later(60),
    )


@pytest.mark.parametrize("error", [StoreError, UnavailableError])
async def test_a_store_that_does_not_answer_is_asked_again(
    store: Store, desk: Desk, error: type[Exception]
) -> None:
    store.error = error
    store.failing = 3
    desk.record.perform(ask("one"))
    assert (await desk.next()).key == "one"
    assert (store.asked, desk.record.questions.failures) == (["one"] * 4, 3)


async def test_pieces_are_read_one_at_a_time(store: Store, desk: Desk) -> None:
    for n in range(5):
        desk.record.perform(ask(str(n)))
    assert [(await desk.next()).key for _ in range(5)] == ["0", "1", "2", "3", "4"]
    assert store.most_at_once == 1


async def test_of_two_with_the_same_key_the_later_one_is_answered(store: Store, desk: Desk) -> None:
    store.open.clear()
    desk.record.perform(ask("one", "2001"))
    await asyncio.sleep(0)
    desk.record.perform(ask("one", "2002"))
    store.open.set()
    assert (await desk.next()).people == ("2002",)
    await asyncio.sleep(0)
    assert desk.got.empty()


async def test_closing_waits_for_nobody(store: Store, desk: Desk) -> None:
    store.open.clear()
    desk.record.perform(ask("one"))
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await desk.record.close()
    assert desk.got.empty()


async def test_a_piece_that_failed_holds_up_no_other_meanwhile(store: Store) -> None:
    got: asyncio.Queue[Event] = asyncio.Queue()
    record = ShiftRecord(store, lambda: Roster(()), got.put_nowait, again_s=3600.0)
    store.failing = 1
    record.perform(ask("one"))
    record.perform(ask("two"))
    async with asyncio.timeout(5):
        found = await got.get()
    assert isinstance(found, RecordRead)
    assert found.key == "two"
    await record.close()
