"""A store that holds a million conversations: what is asked of it each day, and what inserting costs.

The conversations of a month, of 400 agents, drawn as they would have been; for each of the last days also the
visit, the call and the recording that it came of; and a tenth as many evaluations, of that month and of those
before. Figures are the median of several rounds, in the store as it is after being opened anew. ``MEASURES``
are asked of a full store, one after the other: add to them.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from bench.quality_assessment import ANALYSTS, ON_A_LIST, assessed, evaluated_before, lists
from bench.quality_month import DAYS, FIRST, LAST, ROSTER, SPREAD_S, arrivals, call, drawn_of, seen
from ccd.adapters.store import Store
from ccd.adapters.store.evaluation_queries import evaluations, open_evaluations
from ccd.adapters.store.month_queries import month_reads
from ccd.adapters.store.population_queries import drawn, population, standing
from ccd.adapters.store.quality_queries import conversations
from ccd.config import StoreSettings
from ccd.effects import ReadConversations
from ccd.events import Event
from ccd.events.shift_facts import shift_fact
from ccd.sampling.record import check, record_of
from tests.adapters.store.postgres import Cluster

__all__ = ["MEASURES", "measure"]

WITH_CALLS = 2
"""Of so many of the last days there are the rows that conversations are found by, too."""
ROUNDS = 7
AT_ONCE = 2_000
PEOPLE = [one.code for one in ROSTER.people]


def measure(count: int) -> dict[str, Any]:
    """``count`` conversations, on each engine."""
    found: dict[str, Any] = {"quality_conversations": count}
    with tempfile.TemporaryDirectory(prefix="ccd-bench.") as folder:
        found |= asyncio.run(_engine("sqlite", (StoreSettings(), StoreSettings()), Path(folder), count))
    with tempfile.TemporaryDirectory(prefix="ccd-bench.") as folder, closing(Cluster()) as cluster:
        empty, full = (StoreSettings(url=cluster.create_database()) for _ in range(2))
        found |= asyncio.run(_engine("postgresql", (empty, full), Path(folder), count))
    return found


async def _engine(
    name: str, settings: tuple[StoreSettings, StoreSettings], folder: Path, count: int
) -> dict[str, float]:
    full = await Store.open(settings[1], folder / "full")
    await _fill(full, count // DAYS)
    await full.close(30.0)
    full = await Store.open(settings[1], folder / "full")
    empty = await Store.open(settings[0], folder / "empty")
    found = {f"quality_{what}_{name}": value for what, value in (await _inserting(empty, full)).items()}
    await empty.close(30.0)
    for what, asked in MEASURES.items():
        found[f"quality_{what}_ms_{name}"] = await _timed(lambda asked=asked: asked(full))  # type: ignore[misc]
    await full.close(30.0)
    return found


async def _timed(work: Callable[[], Awaitable[object]]) -> float:
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await work()
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)


# --- filling ----------------------------------------------------------------------------------------------


async def _fill(store: Store, a_day: int) -> None:
    await store.commit(arrivals())
    for number in range(DAYS):
        day = FIRST + timedelta(days=number)
        everything = [seen(day, n, a_day) for n in range(a_day)]
        await _commit(store, [*everything, *drawn_of(day, everything)])
        if number >= DAYS - WITH_CALLS:
            new = max(a_day // 1000, 3) if day == LAST else 0  # the last few are not in the population yet
            await _commit(store, [fact for n in range(a_day + new) for fact in call(day, n, a_day)])
    await _commit(store, assessed(PEOPLE, FIRST))
    await _commit(store, evaluated_before(PEOPLE, FIRST, a_day * DAYS // 10))
    await _commit(store, lists(PEOPLE, LAST))
    await _known(store)


async def _known(store: Store) -> None:
    """As PostgreSQL does by itself some time after it was filled; SQLite needs nothing."""
    async with store._database.writer.begin() as connection:
        if connection.dialect.name == "postgresql":
            await connection.exec_driver_sql("ANALYZE")


async def _commit(store: Store, facts: Iterable[Event]) -> None:
    left = iter(facts)
    while some := list(islice(left, AT_ONCE)):
        await store.commit(some)


async def _inserting(empty: Store, full: Store) -> dict[str, float]:
    """Microseconds a conversation, in batches into one store and the other by turns; of days to come."""
    times: dict[Store, list[float]] = {empty: [], full: []}
    for turn in range(3 * ROUNDS):
        day = LAST + timedelta(days=1 + turn)
        facts = [seen(day, n, AT_ONCE) for n in range(AT_ONCE)]
        for store, took in times.items():
            began = time.perf_counter()
            await store.commit(facts)
            took.append(1e6 * (time.perf_counter() - began) / AT_ONCE)
    into = {"insert_us_empty": times[empty], "insert_us_full": times[full]}
    ratio = statistics.median(of / on for on, of in zip(times[empty], times[full], strict=True))
    return {name: statistics.median(took) for name, took in into.items()} | {"insert_ratio": ratio}


# --- what is asked ----------------------------------------------------------------------------------------


async def _sample(store: Store) -> None:
    """Of today, with how far each is: what `ccd qa sample` shows."""

    async def question(connection: Any) -> None:
        found = await drawn(connection, LAST, facts_only=True)
        told = record_of(shift_fact(text) for text in found.facts)
        recordings = [("main", one.recording) for one in told.picks.values()]
        _, states = await standing(connection, list(told.picks), recordings)
        assert told.picks
        assert len(states) == len(told.picks)

    await store.read(question)


async def _population(store: Store) -> None:
    assert await store.read(lambda connection: population(connection, LAST))


async def _verify(store: Store) -> None:
    """A closed day: what `ccd qa verify` does."""
    day = LAST - timedelta(days=1)
    found = await store.read(lambda connection: drawn(connection, day))
    told = record_of(shift_fact(text) for text in found.facts)
    assert check(told, told.seed, found.members) == []


async def _look(store: Store) -> None:
    """As four times a minute: the last twenty minutes, of which a few are new."""
    now = _midnight(LAST) + timedelta(seconds=SPREAD_S + 600)
    since = now - timedelta(minutes=20)
    asked = ReadConversations("look", "bench", since, now, since, 86_400.0)
    found = (await store.read(lambda connection: conversations(connection, asked, ROSTER, now))).found
    assert found
    assert all(one.people and one.taken for one in found)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


async def _day_again(store: Store) -> None:
    """As at the closing: a whole day, of which nothing is new."""
    day = LAST - timedelta(days=1)
    began = _midnight(day)
    until = began + timedelta(days=1)
    asked = ReadConversations("close", "bench", began, until, until, 86_400.0)
    answer = await store.read(
        lambda connection: conversations(connection, asked, ROSTER, until + timedelta(1))
    )
    assert not answer.found
    assert answer.until == until


async def _month(store: Store) -> None:
    """What everybody's assessment is made of, as the daemon reads it."""
    found = await store.read(lambda connection: month_reads(connection, f"{FIRST:%Y-%m}", PEOPLE))
    assert all(one.scores and one.faults and one.attendance["shifts"] for one in found)


async def _list(store: Store) -> None:
    """What waits for an analyst: what `ccd qa list --mine` reads."""
    found = await store.read(lambda connection: open_evaluations(connection, analyst=ANALYSTS[7]))
    assert len(found) == ON_A_LIST


async def _list_since(store: Store) -> None:
    """The last thousand of an analyst's evaluations of half a year, finished ones too."""
    first = FIRST - timedelta(days=180)
    found = await store.read(lambda connection: evaluations(connection, analyst=ANALYSTS[7], first=first))
    assert len(found) >= ON_A_LIST


MEASURES: dict[str, Callable[[Store], Awaitable[None]]] = {
    "sample_today": _sample,
    "population_day": _population,
    "verify_day": _verify,
    "look": _look,
    "closing_look": _day_again,
    "month": _month,
    "list": _list,
    "list_since": _list_since,
}
"""Asked of a store that holds the month; what is named here becomes ``quality_NAME_ms_ENGINE``."""
