"""The audit chain: gapless whatever happens to the database, and no change to it goes unseen."""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from ccd import events as e
from ccd.adapters.store import Store
from ccd.adapters.store.audit import (
    FIRST_PREV,
    HEAD_FILE,
    AuditReport,
    Head,
    entry_digest,
    hash_of,
    read_head,
    write_head,
)
from ccd.adapters.store.chain import Chain
from ccd.adapters.store.database import writing
from ccd.adapters.store.entries import Audited, Deadline
from ccd.adapters.store.errors import UnavailableError
from ccd.adapters.store.instant import from_micros, to_micros
from ccd.adapters.store.place import place_of
from ccd.adapters.store.queries import opened
from ccd.config import StoreSettings
from tests.adapters.store.conftest import Place
from tests.adapters.store.samples import AT, later, sample
from tests.adapters.store.waiting import until


def told(n: int, incident: str = "i-1", **more: Any) -> e.NoteTaken:
    return sample(e.NoteTaken, at=later(n), incident=incident, n=n, **more)


def looked(number: int) -> Audited:
    return Audited(later(number), "li", "bundle.read", "i-1", f'{{"n":{number}}}')


async def verified(place: Place) -> AuditReport:
    async with opened(place.settings, place.state_dir) as archive:
        return await archive.verify_audit()


def whats(report: AuditReport) -> set[str]:
    return {finding.what for finding in report.findings}


async def execute(place: Place, *statements: str) -> None:
    """As somebody with a shell on the database does."""
    database = writing(place_of(place.settings, place.state_dir))
    async with database.writer.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await database.close()


# --- writing ----------------------------------------------------------------------------------------------


async def test_entries_are_numbered_and_each_names_the_one_before(store: Store, place: Place) -> None:
    await store.commit([told(1), told(2)])
    await store.commit([looked(3)])
    rows = await place.rows("audit")
    assert [(row["seq"], row["act"], row["who"]) for row in rows] == [
        (1, "NoteTaken", "<person>"),
        (2, "NoteTaken", "<person>"),
        (3, "bundle.read", "li"),
    ]
    assert [row["prev"] for row in rows] == [FIRST_PREV, rows[0]["hash"], rows[1]["hash"]]
    assert [hash_of(row["seq"], row, row["prev"]) for row in rows] == [row["hash"] for row in rows]
    report = await verified(place)
    assert report.intact
    assert (report.entries, report.first, report.last) == (3, later(1), later(3))
    assert (report.last_seq, report.last_hash) == (3, rows[2]["hash"])


def test_the_digests_are_those_that_the_description_says() -> None:
    """Made by hand from the words at the head of the module, so that others can check without our code."""
    row: dict[str, Any] = {"at": from_micros(1), "who": "李", "act": "a", "subject": "", "data": "{}"}
    assert entry_digest(**row) == _sha256("1:1,3:李,1:a,0:,2:{},")
    assert hash_of(7, row, "p") == _sha256("1:7,1:1,3:李,1:a,0:,2:{},1:p,")


def _sha256(given: str) -> str:
    return hashlib.sha256(given.encode()).hexdigest()


async def test_an_entry_delivered_twice_is_there_once_and_leaves_no_gap(store: Store, place: Place) -> None:
    await store.commit([told(1), told(2)])
    await store.commit([told(1), told(3), told(3), looked(4), looked(4)])
    await store.commit([looked(4)])
    await store.commit([told(5)])
    assert [row["at"] for row in await place.rows("audit")] == [later(n) for n in (1, 2, 3, 4, 5)]
    assert (await verified(place)).intact


async def test_only_an_entry_that_comes_twice_is_looked_for(
    store: Store, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looking takes longer than writing, and an incident waits for it."""
    looked_for: list[int] = []
    whole = Chain._known

    async def known(self: Chain, entries: list[str]) -> Any:
        looked_for.append(len(entries))
        return await whole(self, entries)

    monkeypatch.setattr(Chain, "_known", known)
    await store.commit([told(1), told(2)])
    await store.commit([told(3)])
    assert looked_for == []
    await store.commit([told(3), told(4)])
    assert looked_for == [2]
    assert (await verified(place)).intact


async def test_the_next_daemon_goes_on_where_the_last_one_stopped(place: Place) -> None:
    for number in range(1, 4):
        store = await Store.open(place.settings, place.state_dir)
        await store.commit([told(number)])
        await store.close()
    report = await verified(place)
    assert (report.entries, report.findings, report.head) == (3, (), Head(3, report.last_hash, closed=True))


async def test_hostile_text_is_hashed_as_it_is_kept(store: Store, place: Place) -> None:
    hostile = "a\0b\ud800c'\"\\\n\x7f张三😀" + "x" * 10_000
    await store.commit([told(1, text=hostile, person=hostile)])
    await store.commit([Audited(AT, hostile, hostile, hostile, hostile)])
    assert (await verified(place)).intact
    assert len(await place.rows("audit")) == 2


async def test_a_refused_row_beside_it_leaves_no_gap(store: Store, place: Place) -> None:
    """The batch is split to find the bad row; numbers are given anew to what is left."""
    bad = Deadline(None, AT, AT, "", 0.0, 0.0)  # type: ignore[arg-type]
    with pytest.raises(Exception, match="refused"):
        await store.commit([told(1), told(2), bad, told(3)])
    await store.commit([told(4)])
    assert [row["seq"] for row in await place.rows("audit")] == [1, 2, 3, 4]
    assert (await verified(place)).intact


async def test_a_try_that_failed_gives_its_numbers_to_the_next(
    store: Store, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, fail = store._database.write, True

    async def failing(*arguments: Any, **more: Any) -> None:
        if fail:
            raise UnavailableError("away")
        await write(*arguments, **more)

    monkeypatch.setattr(store._database, "write", failing)
    store.enqueue([looked(1)])
    await until(lambda: store.failures > 1)
    urgent = store.commit([told(2)])
    fail = False
    await urgent
    await store.commit()
    assert [row["act"] for row in await place.rows("audit")] == ["NoteTaken", "bundle.read"]
    assert (await verified(place)).intact


async def test_a_commit_whose_answer_was_lost_is_not_taken_for_tampering(
    store: Store, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The network goes between COMMIT and its answer, for an ordinary batch, then an urgent one overtakes."""
    write, lost = store._database.write, 2

    async def answer_lost(*arguments: Any, **more: Any) -> None:
        nonlocal lost
        await write(*arguments, **more)
        if lost:
            lost -= 1
            raise UnavailableError("connection lost")

    monkeypatch.setattr(store._database, "write", answer_lost)
    store.enqueue([looked(1), looked(2)])
    await until(lambda: store.failures == 1)
    await store.commit([told(3)])
    await store.commit([told(4), looked(1)])
    await store.commit([looked(5)])
    assert [row["at"] for row in await place.rows("audit")] == [later(n) for n in (1, 2, 3, 4, 5)]
    assert store.refused == 0
    assert (await verified(place)).intact


async def test_somebody_who_writes_beside_the_daemon_is_seen_and_nothing_is_lost(
    store: Store, place: Place
) -> None:
    await store.commit([told(1)])
    (first,) = await place.rows("audit")
    row = {"at": later(2), "who": "x", "act": "y", "subject": "", "data": "{}"}
    forged = hash_of(2, row, first["hash"])
    await insert(place, {**row, "seq": 2, "entry": "e", "prev": first["hash"], "hash": forged})
    await store.commit([told(2), told(3)])
    await store.commit([told(4)])
    rows = await place.rows("audit")
    assert [row["seq"] for row in rows] == [1, 2, 3, 4, 5]
    assert store.refused == 0
    assert "broken" in whats(await verified(place))


async def insert(place: Place, row: dict[str, Any]) -> None:
    at = str(to_micros(row["at"])) if place.engine == "sqlite" else f"'{row['at'].isoformat()}'"
    texts = ", ".join(f"'{row[name]}'" for name in ("entry", "who", "act", "subject", "data", "prev", "hash"))
    columns = "seq, at, entry, who, act, subject, data, prev, hash"
    await execute(place, f"INSERT INTO audit ({columns}) VALUES ({row['seq']}, {at}, {texts})")


# --- the head, in another place ---------------------------------------------------------------------------


async def test_the_head_is_noted_while_it_runs_and_when_it_stops(store: Store, place: Place) -> None:
    await store.commit([told(1)])
    file = place.state_dir / HEAD_FILE
    await until(lambda: (read_head(file) or Head(0, "")).seq == 1)
    assert read_head(file) == Head(1, (await place.rows("audit"))[0]["hash"])
    await store.commit([told(2)])
    await store.close()
    assert read_head(file) == Head(2, (await place.rows("audit"))[1]["hash"], closed=True)


async def stopped_with(place: Place, count: int) -> None:
    store = await Store.open(place.settings, place.state_dir)
    await store.commit([told(number) for number in range(1, count + 1)])
    await store.close()


TAMPERED: dict[str, tuple[str, set[str]]] = {
    "an entry changed": ("UPDATE audit SET who = 'nobody' WHERE seq = 3", {"changed"}),
    "its time changed": (
        "UPDATE audit SET at = (SELECT at FROM audit WHERE seq = 1) WHERE seq = 3",
        {"changed"},
    ),
    "an entry removed": ("DELETE FROM audit WHERE seq = 3", {"missing", "broken"}),
    "the first removed": ("DELETE FROM audit WHERE seq = 1", {"missing", "broken"}),
    "the end cut": ("DELETE FROM audit WHERE seq > 3", {"cut"}),
    "all removed": ("DELETE FROM audit", {"cut"}),
    "moved to the end": ("UPDATE audit SET seq = 9 WHERE seq = 3", {"missing", "broken", "changed", "added"}),
}


@pytest.mark.parametrize(("statement", "found"), TAMPERED.values(), ids=TAMPERED)
async def test_tampering_is_named(place: Place, statement: str, found: set[str]) -> None:
    await stopped_with(place, 5)
    assert (await verified(place)).intact
    await execute(place, statement)
    assert whats(await verified(place)) == found
    store = await Store.open(place.settings, place.state_dir)
    await store.commit([told(6)])
    await store.close()
    after = whats(await verified(place))
    assert after & {"missing", "broken", "changed"}, "going on does not cover it up"


async def test_an_end_cut_off_says_which_entries_are_gone(place: Place) -> None:
    await stopped_with(place, 5)
    await execute(place, "DELETE FROM audit WHERE seq > 3")
    (finding,) = (await verified(place)).findings
    assert (finding.what, finding.seq, finding.until) == ("cut", 4, 5)


async def test_entries_added_while_nobody_ran_are_seen_even_if_they_are_hashed_right(place: Place) -> None:
    await stopped_with(place, 2)
    last = (await place.rows("audit"))[-1]
    row: dict[str, Any] = {"at": later(9), "who": "x", "act": "y", "subject": "", "data": "{}"}
    entry = entry_digest(**row)
    await insert(
        place, {**row, "seq": 3, "entry": entry, "prev": last["hash"], "hash": hash_of(3, row, last["hash"])}
    )
    assert whats(await verified(place)) == {"added"}
    await (await Store.open(place.settings, place.state_dir)).close()
    store = await Store.open(place.settings, place.state_dir)
    await store.commit([told(4)])
    await store.close()
    assert whats(await verified(place)) == {"broken"}


async def test_a_chain_made_anew_is_not_the_one_that_was_noted(place: Place) -> None:
    await stopped_with(place, 4)
    rows = await place.rows("audit")
    await execute(place, "DELETE FROM audit")
    prev = FIRST_PREV
    for row in rows:
        row["who"] = "nobody"
        row["entry"] = entry_digest(row["at"], row["who"], row["act"], row["subject"], "{}")
        row |= {"data": "{}", "prev": prev, "hash": hash_of(row["seq"], row | {"data": "{}"}, prev)}
        prev = row["hash"]
        await insert(place, row)
    assert whats(await verified(place)) == {"replaced"}


async def test_a_daemon_killed_before_it_noted_the_head_raises_no_alarm(place: Place) -> None:
    await stopped_with(place, 2)
    second = (await place.rows("audit"))[1]["hash"]
    store = await Store.open(place.settings, place.state_dir)
    await store.commit([told(3)])
    await store.close()
    write_head(place.state_dir / HEAD_FILE, Head(2, second))  # as it was noted last
    assert (await verified(place)).intact
    store = await Store.open(place.settings, place.state_dir)
    await store.commit([told(4)])
    await store.close()
    assert (await verified(place)).intact


async def test_a_damaged_head_is_told_and_a_missing_one_is_no_crime(place: Place) -> None:
    await stopped_with(place, 2)
    file = place.state_dir / HEAD_FILE
    file.write_text("garbage")
    assert whats(await verified(place)) == {"head_unreadable"}
    file.unlink()
    report = await verified(place)
    assert (report.findings, report.head) == ((), None)
    await (await Store.open(place.settings, place.state_dir)).close()
    assert read_head(file) == Head(2, report.last_hash, closed=True)


async def test_it_is_verified_beside_a_daemon_at_work(store: Store, place: Place) -> None:
    working = True

    async def work() -> None:
        number = 0
        while working:
            await store.commit([told(number := number + 1)])

    task = asyncio.create_task(work())
    reports = [await verified(place) for _ in range(10)]
    working = False
    await task
    assert all(report.intact for report in reports)
    assert reports[-1].entries > 0


async def test_a_schema_of_before_has_no_chain_and_that_is_no_finding(place: Place) -> None:
    assert (await verified(place)).entries == 0
    assert (await verified(place)).intact


async def test_retention_never_touches_the_chain_and_the_timelines(store: Store, place: Place) -> None:
    await store.commit([told(1), sample(e.IncidentClosed, at=later(2), incident="i-1", n=2), looked(3)])
    before = {name: await place.rows(name) for name in ("audit", "incident_event")}
    await store.prune(later(10**8))
    assert {name: await place.rows(name) for name in before} == before
    assert all(before.values())


# --- any tampering ----------------------------------------------------------------------------------------

COLUMNS = ("seq", "entry", "at", "who", "act", "subject", "data", "prev", "hash")
ROWS = 8


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory, migrated_file: Path) -> Path:
    """A state directory whose store has some entries and was closed."""
    folder = tmp_path_factory.mktemp("chain")
    (folder / migrated_file.name).write_bytes(migrated_file.read_bytes())
    place = Place(StoreSettings(), folder)
    asyncio.run(stopped_with(place, ROWS))
    return folder


_row = st.integers(1, ROWS)
_text = st.text(max_size=5) | st.sampled_from(["", "0" * 64, "NoteTaken", "<person>"])
_anything = _text | st.integers(-(2**62), 2**62) | st.binary(max_size=4) | st.floats(allow_nan=False)

Change = Callable[[list[list[Any]]], list[list[Any]]]


@st.composite
def _set(draw: st.DrawFn) -> Change:
    number, column, value = draw(_row), draw(st.integers(1, len(COLUMNS) - 1)), draw(_anything)

    def change(rows: list[list[Any]]) -> list[list[Any]]:
        rows[number - 1][column] = value
        return rows

    return change


@st.composite
def _swapped(draw: st.DrawFn) -> Change:
    """The contents of two rows trade places, with or without their digests."""
    first, second, upto = draw(_row), draw(_row), draw(st.sampled_from([7, 9]))

    def change(rows: list[list[Any]]) -> list[list[Any]]:
        a, b = rows[first - 1], rows[second - 1]
        a[1:upto], b[1:upto] = b[1:upto], a[1:upto]
        return rows

    return change


@st.composite
def _removed(draw: st.DrawFn) -> Change:
    """Some are gone; those behind may be numbered anew, to close the gap."""
    gone, close = draw(st.sets(_row, min_size=1)), draw(st.booleans())

    def change(rows: list[list[Any]]) -> list[list[Any]]:
        left = [row for row in rows if row[0] not in gone]
        return [[n, *row[1:]] for n, row in enumerate(left, 1)] if close else left

    return change


@st.composite
def _inserted(draw: st.DrawFn) -> Change:
    """One more, hashed as it should be; those behind it move on, and may be linked to it and hashed anew."""
    place, who, anew = draw(st.integers(1, ROWS + 1)), draw(_text), draw(st.booleans())

    def change(rows: list[list[Any]]) -> list[list[Any]]:
        more = [0, "", rows[0][2] + 1, who, "act", "subject", "{}", "", ""]
        rows.insert(place - 1, more)
        rows = [[n, *row[1:]] for n, row in enumerate(rows, 1)]
        return _hashed(rows, place, len(rows) if anew else place)

    return change


@st.composite
def _rewritten(draw: st.DrawFn) -> Change:
    """Changed and hashed anew, alone or with some or all that come after."""
    number, who = draw(_row), draw(_text)
    upto = draw(st.integers(number, ROWS))

    def change(rows: list[list[Any]]) -> list[list[Any]]:
        rows[number - 1][3] = who
        return _hashed(rows, number, upto)

    return change


def _hashed(rows: list[list[Any]], first: int, last: int) -> list[list[Any]]:
    for nth in range(first - 1, last):
        row = dict(zip(COLUMNS, rows[nth], strict=True))
        row["at"] = from_micros(row["at"])
        prev = rows[nth - 1][8] if nth else FIRST_PREV
        rows[nth][1] = entry_digest(row["at"], row["who"], row["act"], row["subject"], row["data"])
        rows[nth][7:] = [prev, hash_of(nth + 1, row, prev)]
    return rows


def _as_kept(row: list[Any]) -> list[Any]:
    """What SQLite makes of a value in a column of text: numbers become text."""
    return [
        row[0],
        *(value.decode("latin-1") if isinstance(value, bytes) else str(value) for value in row[1:]),
    ]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(change=st.one_of(_set(), _swapped(), _removed(), _inserted(), _rewritten()))
def test_whatever_is_changed_is_found(chain: Path, change: Change) -> None:
    place = Place(StoreSettings(), chain)
    with sqlite3.connect(place.file) as database:
        rows = [list(row) for row in database.execute(f"SELECT {', '.join(COLUMNS)} FROM audit ORDER BY seq")]
        tampered = change([list(row) for row in rows])
        same = [_as_kept(row) for row in tampered] == [_as_kept(row) for row in rows]
        _replace(database, tampered)
    try:
        report = asyncio.run(verified(place))
    finally:
        with sqlite3.connect(place.file) as database:
            _replace(database, rows)
    assert report.intact == same


def _replace(database: sqlite3.Connection, rows: list[list[Any]]) -> None:
    """Without the rule that entries are unique, as somebody would who tampers."""
    database.execute("DELETE FROM audit")
    database.executemany(
        f"INSERT OR REPLACE INTO audit ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})", rows
    )


def test_the_head_is_what_the_description_says(tmp_path: Path) -> None:
    write_head(tmp_path / "head", Head(12, "ab" * 32, closed=True))
    write_head(tmp_path / "head", Head(13, "cd" * 32))
    written = msgspec.json.decode((tmp_path / "head").read_bytes())
    assert written == {"seq": 13, "hash": "cd" * 32, "closed": False}
    assert (tmp_path / "head").stat().st_mode & 0o077 == 0
