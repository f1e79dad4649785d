"""Exports and the offline status read beside a daemon and without one, and cannot write."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from ccd import events as e
from ccd.adapters.store import Store, StoreError
from ccd.adapters.store.database import reading, writing
from ccd.adapters.store.formats import FORMATS
from ccd.adapters.store.place import place_of
from ccd.adapters.store.queries import EXPORTS, columns_of, opened
from ccd.config import StoreSettings
from ccd.events.handover import Released
from ccd.events.quality import ConversationSeen
from ccd.events.recording_pauses import RecordingPaused
from ccd.events.scoring import EvaluationOpened
from tests.adapters.store.conftest import Place
from tests.adapters.store.samples import AT, agent_changed, later, queue_call, sample


async def exported(place: Place, what: str, **bounds: Any) -> list[dict[str, Any]]:
    async with opened(place.settings, place.state_dir) as archive:
        return [row async for row in archive.export(what, **bounds)]


@pytest.mark.parametrize("what", EXPORTS)
async def test_everything_that_can_be_exported_has_all_its_columns(sqlite_place: Place, what: str) -> None:
    store = await Store.open(sqlite_place.settings, sqlite_place.state_dir)
    await store.commit([*queue_call(), *(sample(kind) for kind in EVERY_TABLE)])
    rows = await exported(sqlite_place, what)
    assert rows
    assert tuple(rows[0]) == columns_of(what)
    await store.close()


EVERY_TABLE: tuple[type[Any], ...] = (
    e.AgentChanged,
    e.BlindBegan,
    e.CallHeld,
    e.IncidentOpened,
    e.InterfaceUnknown,
    e.PbxRestarted,
    e.PersonArrived,
    e.PersonAttended,
    e.PlanChanged,
    e.RecordingStarted,
    e.ReportRefused,
    e.RosterReplaced,
    e.SignInRefused,
    Released,
    ConversationSeen,
    EvaluationOpened,
    RecordingPaused,
)


def test_secrets_and_machinery_are_not_exported() -> None:
    assert not {"api_token", "pin", "deadline", "heartbeat", "person"} & set(EXPORTS)


async def test_an_export_is_in_order_of_time_and_within_its_bounds(store: Store, place: Place) -> None:
    for number in (3, 1, 4, 2, 0):
        store.enqueue([sample(e.CallStarted, at=later(number), pbx="main", call=str(9 - number))])
    store.enqueue([sample(e.CallStarted, at=later(2), pbx="branch", call="x")])
    await store.commit()
    main = await exported(place, "call", pbx="main")
    assert [row["started"] for row in main] == [later(number) for number in range(5)]
    between = await exported(place, "call", since=later(1), until=later(3))
    assert [row["call"] for row in between] == ["8", "x", "7"], "until is not part of it"


async def test_an_export_works_without_a_daemon_and_leaves_the_store_alone(
    store: Store, place: Place
) -> None:
    await store.commit(queue_call())
    await store.close()
    assert len(await exported(place, "leg")) == 2
    again = await Store.open(place.settings, place.state_dir)
    await again.close()


async def test_readers_cannot_write(store: Store, place: Place) -> None:
    engine = reading(place_of(place.settings, place.state_dir))
    async with engine.connect() as connection:
        with pytest.raises(DBAPIError, match=r"readonly|read-only"):
            await connection.execute(text("DELETE FROM call"))
    await engine.dispose()


async def test_what_cannot_be_exported_is_refused_with_what_can(place: Place) -> None:
    for what in ("pin", "nonsense", "call; DROP TABLE call"):
        with pytest.raises(StoreError, match="there are: queue_log, agent_interval, "):
            await exported(place, what)


async def test_a_bound_without_a_zone_is_refused(place: Place) -> None:
    with pytest.raises(StoreError, match=r"since: .* has no time zone"):
        await exported(place, "call", since=datetime(2026, 3, 2))  # noqa: DTZ001


async def test_a_store_that_is_not_there_yet_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"ccd\.sqlite: no such file: nothing has been stored yet"):
        async with opened(StoreSettings(), tmp_path):
            pass
    assert not list(tmp_path.iterdir()), "looking makes no files"


@pytest.mark.parametrize(
    ("revision", "says"), [("9999", "use the ccd that wrote it"), ("", "holds no tables of ccd yet")]
)
async def test_a_schema_that_is_not_ours_is_not_read(place: Place, revision: str, says: str) -> None:
    database = writing(place_of(place.settings, place.state_dir))
    async with database.writer.begin() as connection:
        await connection.execute(text("DELETE FROM alembic_version"))
        if revision:
            await connection.execute(text(f"INSERT INTO alembic_version VALUES ('{revision}')"))
    await database.close()
    with pytest.raises(StoreError, match=says):
        await exported(place, "call")


async def test_the_state_as_the_daemon_left_it(store: Store, place: Place) -> None:
    store.beat(later(60))
    store.enqueue([agent_changed(0, "ready"), agent_changed(5, "paused", "ready", 0, reason="meal")])
    store.enqueue([e.BlindBegan(at=later(50), pbx="main", why="cut"), sample(e.CallStarted, at=AT)])
    store.enqueue([sample(e.CallerJoined, at=later(3), queue="support"), *queue_call()])
    store.enqueue([sample(e.PersonArrived, at=later(1), pbx="main", seat="12", person="7")])
    await store.commit()
    async with opened(place.settings, place.state_dir) as archive:
        found = await archive.as_left()
    assert (found["last_alive"], found["calls"]) == (later(60), 1)
    (agent,) = found["agents"]
    assert (agent["interface"], agent["state"], agent["reason"], agent["begin"]) == (
        "PJSIP/1001", "paused", "meal", later(5),
    )  # fmt: skip
    assert [(row["queue"], row["joined"]) for row in found["waiting"]] == [("support", later(3))]
    assert found["presence"] == [{"pbx": "main", "seat": "12", "person": "7", "since": later(1)}]
    assert found["blind"] == [{"pbx": "main", "began": later(50), "why": "cut"}]


# --- formats ----------------------------------------------------------------------------------------------

COLUMNS = ("at", "name", "number", "seen", "note")


def row(**more: Any) -> dict[str, Any]:
    return {"at": AT, "name": "张三", "number": -5, "seen": True, "note": None} | more


@pytest.mark.parametrize("mark", [*"=+-@＝＋－＠", "\t", "\r", "\n"])
def test_a_callers_text_is_no_formula_in_a_spreadsheet(mark: str) -> None:
    hostile = f'{mark}HYPERLINK("http://x","y")'
    (cells,) = csv.reader(io.StringIO(FORMATS["csv"](COLUMNS).rows([row(name=hostile)]), newline=""))
    assert cells[1] == "'" + hostile


def test_a_callers_text_does_not_command_the_terminal_it_is_shown_on() -> None:
    text = FORMATS["csv"](COLUMNS).rows([row(name="a\x1b[2Jb\x9b31mc\x7f张")])
    assert text.split(",")[1] == "a\ufffd[2Jb\ufffd31mc\ufffd张"


def test_csv_is_read_back_as_it_was_and_opens_as_chinese() -> None:
    text = FORMATS["csv"](COLUMNS)
    whole = (text.header() + text.rows([row(name='a,"b"\r\nc')]) + text.rows([row()])).encode()
    assert whole.startswith(b"\xef\xbb\xbfat,name")
    lines = list(csv.reader(io.StringIO(whole.decode("utf-8-sig"), newline="")))
    assert lines == [
        list(COLUMNS),
        ["2026-03-02T08:30:00.123456Z", 'a,"b"\r\nc', "-5", "true", ""],
        ["2026-03-02T08:30:00.123456Z", "张三", "-5", "true", ""],
    ]


def test_json_lines_are_one_object_a_line() -> None:
    text = FORMATS["jsonl"](COLUMNS).rows([row(name="a\r\nb"), row()])
    first, second = (json.loads(line) for line in text.splitlines())
    at = "2026-03-02T08:30:00.123456Z"
    assert first == {"at": at, "name": "a\r\nb", "number": -5, "seen": True, "note": None}
    assert second["name"] == "张三"
