"""What is known of closed incidents after a restart: the latest ones, and when the latest drill was."""

from __future__ import annotations

import pytest

from ccd import events as e
from ccd.adapters.store import Store
from ccd.config import Settings
from ccd.engine import Engine
from ccd.incidents.readiness import last_drills
from ccd.incidents.state import Incident, Phase
from ccd.world import World
from tests.adapters.store.conftest import Place
from tests.adapters.store.samples import later, sample


def facts_of(name: str, at_s: float, *, judged: bool = False, closed: bool = True) -> list[e.Event]:
    told: list[e.Event] = [
        sample(
            e.IncidentOpened, incident=name, n=1, at=later(at_s), ladder="threat", request=name, drill=judged
        ),
        sample(e.PoliceCalledByHand, incident=name, n=2, at=later(at_s + 1)),
    ]
    if judged:
        told.append(sample(e.DrillJudged, incident=name, n=3, at=later(at_s + 2), passed=True, failures=()))
    if closed:
        told.append(sample(e.IncidentClosed, incident=name, n=len(told) + 1, at=later(at_s + 3)))
    return told


def restored(rows: list[str]) -> dict[str, Incident]:
    world = World(Settings(), later(10_000))
    Engine(world).step(e.IncidentsRestored(at=later(10_000), facts=tuple(rows)))
    return world.incidents


@pytest.mark.parametrize(
    ("count", "names"), [(1, ["drill-1", "threat-4"]), (2, ["drill-1", "threat-3", "threat-4"])]
)
async def test_the_latest_closed_incidents_and_the_latest_drill_are_given_whole(
    store: Store, place: Place, count: int, names: list[str]
) -> None:
    facts = facts_of("drill-1", 0, judged=True)
    for number in (2, 3, 4):
        facts += facts_of(f"threat-{number}", 100.0 * number)
    facts += facts_of("threat-5", 900, closed=False)
    await store.commit(facts)
    await store.close()
    again = await Store.open(place.settings, place.state_dir)
    found = restored(await again.remembered_incidents(count))
    await again.close()
    assert sorted(found) == names
    assert {incident.phase for incident in found.values()} == {Phase.CLOSED}
    drill = last_drills(found.values())["threat", "passed"]
    assert (drill.incident, drill.at) == ("drill-1", later(2))


async def test_a_drill_that_is_still_open_is_left_to_the_open_ones(store: Store) -> None:
    await store.commit(facts_of("drill-1", 0, judged=True, closed=False))
    assert await store.remembered_incidents(5) == []
    assert len(await store.open_incidents()) == 3
