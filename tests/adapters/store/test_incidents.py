"""What the store tells of incidents: those that are open, all there were, and what happened in one."""

from __future__ import annotations

import msgspec
import pytest

from ccd import events as e
from ccd.adapters.store import Store
from ccd.adapters.store.queries import opened
from tests.adapters.store.conftest import Place
from tests.adapters.store.samples import later, sample

KINDS = {kind.__name__: kind for kind in (e.IncidentOpened, e.NoteTaken, e.IncidentClosed)}


def story(incident: str, begin: float, *, closed: bool) -> list[e.IncidentFact]:
    """Opened, two notes, and maybe closed; ten seconds apart."""
    kinds: list[type[e.IncidentFact]] = [e.IncidentOpened, e.NoteTaken, e.NoteTaken]
    if closed:
        kinds.append(e.IncidentClosed)
    return [
        sample(kind, at=later(begin + 10 * n), incident=incident, n=n, **_long(kind))
        for n, kind in enumerate(kinds, 1)
    ]


def _long(kind: type[e.IncidentFact]) -> dict[str, str]:
    return {"text": "炸弹 " * 1000} if kind is e.NoteTaken else {}


def facts_of(texts: list[str]) -> list[e.IncidentFact]:
    return [msgspec.json.decode(text, type=KINDS[msgspec.json.decode(text)["type"]]) for text in texts]


async def test_facts_of_open_incidents_come_back_as_they_were_and_in_order(
    store: Store, place: Place
) -> None:
    first, second = story("i-1", 0, closed=False), story("i-2", 5, closed=False)
    await store.commit(story("i-0", 0, closed=True))
    await store.commit(reversed([*first, *second]))
    await store.close()
    again = await Store.open(place.settings, place.state_dir)
    assert facts_of(await again.open_incidents()) == [*first, *second]
    await again.commit([sample(e.IncidentClosed, incident="i-1", n=4)])
    assert facts_of(await again.open_incidents()) == second
    await again.close()


async def test_which_facts_are_stored_is_known(store: Store) -> None:
    await store.commit(story("i-1", 0, closed=False))
    asked = [("i-1", n) for n in range(2000)]
    assert await store.facts_known([*asked, ("i-2", 1)]) == {("i-1", 1), ("i-1", 2), ("i-1", 3)}
    assert await store.facts_known([]) == set()


async def test_another_fact_of_the_same_number_does_not_take_its_place(store: Store, place: Place) -> None:
    """It should not happen; if it does, the timeline stays as it was and the audit chain has both."""
    await store.commit([sample(e.NoteTaken, incident="i-1", n=1, text="first")])
    await store.commit([sample(e.NoteTaken, incident="i-1", n=1, text="second")])
    (row,) = await place.rows("incident_event")
    assert msgspec.json.decode(row["data"])["text"] == "first"
    assert len(await place.rows("audit")) == 2


async def test_incidents_are_listed_with_those_still_open_whatever_their_age(
    store: Store, place: Place
) -> None:
    await store.commit([*story("old", 0, closed=False), *story("done", 0, closed=True)])
    for number in range(5):
        await store.commit(story(f"new-{number}", 1000 + number, closed=number % 2 == 0))
    async with opened(place.settings, place.state_dir) as archive:
        every = await archive.incidents()
        latest = await archive.incidents(since=later(900))
        few = await archive.incidents(limit=1)
    assert [row.incident for row in every] == ["new-4", "new-3", "new-2", "new-1", "new-0", "done", "old"]
    assert [row.incident for row in latest] == ["new-4", "new-3", "new-2", "new-1", "new-0", "old"]
    assert [row.incident for row in few] == ["new-4", "new-3", "new-1", "old"]
    newest, oldest = every[0], next(row for row in every if row.incident == "old")
    assert (newest.at, newest.facts, newest.closed is None) == (later(1014), 4, False)
    assert (oldest.facts, oldest.closed) == (3, None)
    assert facts_of([newest.opened]) == story("new-4", 1004, closed=True)[:1]


async def test_a_timeline_is_in_the_order_of_its_numbers(store: Store, place: Place) -> None:
    facts = story("i-1", 0, closed=True)
    await store.commit([*story("i-2", 0, closed=True), *reversed(facts)])
    async with opened(place.settings, place.state_dir) as archive:
        assert facts_of(await archive.timeline("i-1")) == facts
        assert await archive.timeline("never") == []


@pytest.mark.parametrize("proven", [True, False])
async def test_attending_is_no_arrival_at_a_seat(store: Store, place: Place, *, proven: bool) -> None:
    await store.commit([sample(e.PersonArrived, at=later(0), person="7", seat="12", pbx="main")])
    attended = sample(e.PersonAttended, at=later(5), person="7", seat="12", pbx="main", proven=proven)
    await store.commit([attended, attended])
    assert [row[2] for row in await store.presence()] == ["7"]
    (row,) = await place.rows("attendance_event")
    assert (row["person"], row["proven"], row["at"]) == ("7", proven, later(5))
