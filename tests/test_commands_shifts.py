"""Changing the plan over the control socket: kept when it says so, and nothing half-done."""

from __future__ import annotations

import asyncio
import base64
import json
import zlib
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ccd.adapters.control import RefusedError
from ccd.adapters.plan_window import PlanWindow
from ccd.adapters.store import Store
from ccd.adapters.store.errors import StoreError
from ccd.adapters.store.queries import opened
from ccd.commands_shifts import ShiftCommands
from ccd.config import Settings
from ccd.engine import Engine
from ccd.events import Event, PlanChanged, RosterReplaced
from ccd.world import World
from tests.floor import person

TODAY = datetime.now(UTC).date()
TOMORROW = TODAY + timedelta(days=1)
SETTINGS = Settings.model_validate(
    {
        "shifts": {
            "kinds": {
                name: {"start": f"{8 * n:02}:00", "minutes": 480} for n, name in enumerate(("n", "d", "l"))
            }
        }
    }
)
PEOPLE = (person("2001", "1"), person("2002", "1"), person("2003", "2"))


class Desk:
    """The commands beside a store and an engine."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.engine = Engine(World(SETTINGS, datetime.now(UTC)))
        self.engine.step(RosterReplaced(at=datetime.now(UTC), version="1", people=PEOPLE, by="test"))
        self.window = PlanWindow(store, self.take, lambda: datetime.now(UTC), lambda today: None)
        self.commands = ShiftCommands(
            world=self.engine.world, store=store, submit=self.take, changing=self.window.changing
        )

    def take(self, event: Event) -> None:
        self.engine.step(event)

    async def ask(self, command: str, **request: Any) -> dict[str, Any]:
        return await self.commands.table()[f"shifts_{command}"]({"by": "li", **request})

    async def bring_in(self, text: str, **more: Any) -> dict[str, Any]:
        return await self.ask("import", data=packed(text.encode()), filename="p.csv", **more)

    def planned(self) -> list[tuple[str, date, str, str]]:
        plan = self.engine.world.plan
        return [(one.person, one.day, one.shift, one.seat) for day in plan.days for one in plan.day(day)]


def packed(data: bytes) -> str:
    return base64.b64encode(zlib.compress(data)).decode()


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    store = await Store.open(SETTINGS.store, tmp_path)
    yield Desk(store)
    await store.close()


HEAD = "person,date,shift\n"


async def test_what_is_imported_is_kept_and_known_at_once(desk: Desk) -> None:
    reply = await desk.bring_in(HEAD + f"2001,{TODAY},d\n2002,{TODAY},l\n")
    assert (reply["people"], reply["assignments"], reply["days"], reply["removed"]) == (2, 2, 1, 0)
    expected = [("2001", TODAY, "d", "1"), ("2002", TODAY, "l", "1")]
    assert desk.planned() == expected
    assert desk.engine.world.plan.version == reply["version"] == (await desk.store.plan_made())[0]
    again = Desk(desk.store)
    await again.window.restore()
    assert again.planned() == expected


async def test_a_faulty_file_changes_nothing(desk: Desk) -> None:
    await desk.bring_in(HEAD + f"2001,{TODAY},d\n")
    before = await desk.store.plan_made()
    with pytest.raises(RefusedError, match=r'p\.csv: line 3, column "seat": seat 1 is taken') as refused:
        await desk.bring_in(HEAD + f"2003,{TODAY},d\n2002,{TODAY},d\n2009,{TODAY},d\n")
    assert 'line 4, column "person"' in str(refused.value)
    assert desk.planned() == [("2001", TODAY, "d", "1")]
    assert await desk.store.plan_made() == before


async def test_a_dry_run_only_looks(desk: Desk) -> None:
    reply = await desk.bring_in(HEAD + f"2001,{TODAY},d\n", dry_run=True)
    assert (reply["assignments"], reply["version"]) == (1, "")
    assert desk.planned() == []
    assert await desk.store.plan_made() == ("", None)


async def test_a_shift_is_set_in_place_of_another_and_taken_away(desk: Desk) -> None:
    await desk.ask("set", person="2001", day=str(TODAY), shift="d")
    await desk.ask("set", person="2001", day=str(TODAY), shift="l", seat="2", meal_group="甲")
    assert desk.planned() == [("2001", TODAY, "l", "2")]
    assert desk.engine.world.plan.of("2001", TODAY)[0].assignment.meal_group == "甲"
    reply = await desk.ask("unset", person="2001", day=str(TODAY))
    assert (reply["removed"], desk.planned()) == (1, [])
    with pytest.raises(RefusedError, match=f"2001: nothing is planned on {TODAY}"):
        await desk.ask("unset", person="2001", day=str(TODAY))


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({"person": "9"}, "column \"person\": nobody in the roster has the code '9'"),
        ({"shift": "x"}, "column \"shift\": there is no shift 'x'; there are: n, d, l"),
        ({"seat": "77"}, "column \"seat\": the roster has no seat '77'"),
        ({"day": "2026-02-30"}, "day: '2026-02-30' does not exist"),
        ({"day": ""}, "day: '' is no day"),
        ({"person": 7}, "person: give it as text"),
        ({"person": "20\n01"}, "column \"person\": nobody in the roster has the code '20?01'"),
    ],
)
async def test_what_cannot_be_set_is_refused_by_name(desk: Desk, request_: dict[str, Any], said: str) -> None:
    with pytest.raises(RefusedError) as refused:
        await desk.ask("set", **({"person": "2001", "day": str(TODAY), "shift": "d"} | request_))
    assert str(refused.value).startswith(said)


async def test_a_span_is_replaced_for_everybody(desk: Desk) -> None:
    await desk.bring_in(HEAD + f"2001,{TODAY},d\n2001,{TOMORROW},d\n")
    reply = await desk.bring_in(HEAD + f"2003,{TODAY},d\n", replace=[str(TODAY), str(TODAY)])
    assert (reply["assignments"], reply["removed"]) == (1, 1)
    assert desk.planned() == [("2003", TODAY, "d", "2"), ("2001", TOMORROW, "d", "1")]


@pytest.mark.parametrize(
    "replace", [["2026-03-02"], ["2026-03-03", "2026-03-02"], ["2020-01-01", "2029-01-01"], "x", [1, 2]]
)
async def test_what_is_no_span_is_refused(desk: Desk, replace: object) -> None:
    with pytest.raises(RefusedError, match=r"^replace: "):
        await desk.bring_in(HEAD, replace=replace)


@pytest.mark.parametrize("data", [None, 7, "=", "AAAA", packed(bytes(range(256)))[:40]])
async def test_what_is_no_file_is_refused(desk: Desk, data: object) -> None:
    with pytest.raises(RefusedError, match=r"^data: "):
        await desk.ask("import", data=data)


async def test_a_file_that_grows_without_end_is_refused(desk: Desk) -> None:
    with pytest.raises(RefusedError, match="a plan has at most"):
        await desk.ask("import", data=packed(bytes(70 * 1024 * 1024)), filename="p.csv")


async def test_of_two_changes_at_once_the_second_sees_the_first(desk: Desk) -> None:
    wanted = [desk.ask("set", person=code, day=str(TODAY), shift="d") for code in ("2001", "2002")]
    first, second = await asyncio.gather(*wanted, return_exceptions=True)
    assert isinstance(first, dict)
    assert isinstance(second, RefusedError)
    assert "seat 1 is taken by 2001" in str(second)


async def test_a_change_is_later_than_the_last_also_after_the_clock_was_set_back(desk: Desk) -> None:
    ahead = datetime.now(UTC) + timedelta(hours=3)
    await desk.store.commit([PlanChanged(at=ahead, version="ahead", by="", days=())])
    reply = await desk.ask("set", person="2001", day=str(TODAY), shift="d")
    assert await desk.store.plan_made() == (reply["version"], ahead + timedelta(microseconds=1))


async def test_every_change_is_in_the_audit_chain(desk: Desk, tmp_path: Path) -> None:
    one = await desk.bring_in(HEAD + f"2001,{TODAY},d\n")
    two = await desk.ask("unset", person="2001", day=str(TODAY))
    async with opened(SETTINGS.store, tmp_path) as archive:
        rows = [row async for row in archive.export("audit")]
        assert (await archive.verify_audit()).intact
    assert [(row["who"], row["act"], row["subject"]) for row in rows] == [
        ("li", "plan_import", one["version"]),
        ("li", "plan_unset", two["version"]),
    ]
    told = json.loads(rows[0]["data"])
    assert (told["file"], told["assignments"]) == ("p.csv", 1)
    assert json.loads(told["days"][str(TODAY)]) == {"2001": [["d", "1", "", ""]]}


async def test_a_plan_is_refused_while_the_store_does_not_answer(desk: Desk) -> None:
    class Silent:
        async def plan(self, first: date, last: date) -> Any:
            raise StoreError("ccd.sqlite: disk I/O error")

    desk.commands._store = Silent()  # type: ignore[assignment]
    with pytest.raises(RefusedError, match="the store does not answer"):
        await desk.ask("set", person="2001", day=str(TODAY), shift="d")
    assert desk.planned() == []
