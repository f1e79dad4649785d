"""What a policy decides about the plan is kept as any other change, and answered under its key."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from ccd.adapters.store import Store
from ccd.adapters.store.queries import opened
from ccd.effects import ChangePlan
from ccd.events import EffectDone, EffectFailed, Event, PlanChanged, PlanDay
from tests.test_commands_shifts import HEAD, SETTINGS, TOMORROW, Desk


class Listening(Desk):
    """Remembers what it was given."""

    def take(self, event: Event) -> None:
        self.__dict__.setdefault("heard", []).append(event)
        super().take(event)

    def of(self, *kinds: type[Any]) -> list[Any]:
        return [one for one in self.__dict__["heard"] if isinstance(one, kinds)]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Listening]:
    store = await Store.open(SETTINGS.store, tmp_path)
    yield Listening(store)
    await store.close()


def swap(people: str = '{"2001":[],"2002":[["d","1","",""]]}') -> ChangePlan:
    return ChangePlan(
        "leave|plan|S-1",
        "leave: S-1 is approved",
        days=(PlanDay(TOMORROW, people),),
        by="3001",
        told={"swap": "S-1"},
    )


async def test_a_swap_is_in_the_plan_the_store_and_the_audit_chain_before_it_is_done(
    desk: Listening, tmp_path: Path
) -> None:
    await desk.bring_in(HEAD + f"2001,{TOMORROW},d\n2003,{TOMORROW},n\n")
    desk.commands.change(swap())
    await desk.commands.close()
    assert [(one[0], one[2]) for one in desk.planned()] == [("2003", "n"), ("2002", "d")]
    *_, changed, done = desk.of(PlanChanged, EffectDone, EffectFailed)
    assert (type(changed), changed.by, type(done), done.key) == (
        PlanChanged, "3001", EffectDone, "leave|plan|S-1",
    )  # fmt: skip
    async with opened(SETTINGS.store, tmp_path) as archive:
        kept = await archive.plan(TOMORROW, TOMORROW)
        assert kept.version == changed.version
        entries = [row async for row in archive.export("audit")]
    assert "plan_changed" in entries[-1].values()
    assert any('"swap":"S-1"' in str(value) for value in entries[-1].values())


async def test_where_the_store_does_not_take_it_the_plan_stays_and_the_policy_hears_why(
    desk: Listening,
) -> None:
    await desk.bring_in(HEAD + f"2001,{TOMORROW},d\n")
    await desk.store.close()
    before = desk.planned()
    desk.commands.change(swap())
    await desk.commands.close()
    (failed,) = desk.of(EffectFailed)
    assert failed.key == "leave|plan|S-1"
    assert failed.error
    assert desk.planned() == before
