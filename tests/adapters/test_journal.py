"""The journal keeps every input in order, survives being killed, and says what it lost."""

from __future__ import annotations

import asyncio
import gzip
import os
import signal
import subprocess
import sys
import typing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from ccd.adapters import journal as journals
from ccd.adapters.journal import Journal
from ccd.adapters.journal import read as read_all
from ccd.adapters.store.projection import NOT_STORED
from ccd.events import (
    AmiReceived,
    ConfigReplaced,
    DeadlineDue,
    Event,
    Gap,
    JournalBegan,
    PbxLost,
    Person,
    PlanChanged,
    PlanDay,
    PlanRestored,
    RosterReplaced,
    SpecialDay,
)

AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
INPUTS: list[Event] = [
    AmiReceived(at=AT, pbx="main", name="Hangup", text="Event: Hangup\r\nCallerIDName: 张三 <x>"),
    DeadlineDue(at=AT + timedelta(seconds=1), key="wrapup|main|PJSIP/1001", late_s=0.01),
    PbxLost(at=AT + timedelta(seconds=2), pbx="main", last_heard=AT, why="silent"),
    RosterReplaced(
        at=AT + timedelta(seconds=3),
        version="1",
        people=(Person("1001", "李四", "agent", "一组", "A01", "PJSIP/1001"),),
        by="x",
    ),
]


def read(source: Path) -> list[Event]:
    """The inputs, without the heads of files."""
    return [event for event in read_all(source) if not isinstance(event, JournalBegan)]


def _journal(folder: Path, **settings: int) -> Journal:
    return Journal(folder, **({"max_bytes": 1 << 20, "retention_days": 1} | settings))


async def test_what_was_written_is_read_back_in_order(tmp_path: Path) -> None:
    journal = _journal(tmp_path)
    await journal.open()
    for event in INPUTS:
        journal.append(event)
    await journal.close()
    assert read(tmp_path) == INPUTS
    assert journal.records == len(INPUTS)


def test_every_input_that_is_no_fact_has_a_place_in_it() -> None:
    """The store keeps the facts; what it does not keep is here or nowhere."""
    assert set(typing.get_args(journals._INPUTS)) >= NOT_STORED


async def test_a_full_file_is_followed_by_another_and_nothing_is_lost(tmp_path: Path) -> None:
    journal = _journal(tmp_path, max_bytes=2000)
    await journal.open()
    wanted = []
    for number in range(40):
        event = AmiReceived(at=AT, pbx="main", name="X", text=os.urandom(200).hex() + str(number))
        wanted.append(event)
        journal.append(event)
        await journal._flush()
    await journal.close()
    assert len(list(tmp_path.iterdir())) > 3
    assert read(tmp_path) == wanted


async def test_every_file_begins_with_what_is_in_force(tmp_path: Path) -> None:
    """The first with nothing: the daemon began there. A later one says what those before it have told."""
    journal = _journal(tmp_path, max_bytes=1)
    await journal.open()
    roster = INPUTS[3]
    for event in (ConfigReplaced(at=AT, settings="{}"), roster, INPUTS[0], INPUTS[1]):
        journal.append(event)
        await journal._flush()
    await journal.close()
    heads = [next(iter(read_all(path))) for path in sorted(tmp_path.iterdir())]
    assert [(head.settings, head.roster) for head in heads if isinstance(head, JournalBegan)] == [
        ("", None),
        ("{}", None),
        ("{}", roster),
        ("{}", roster),
    ]


async def test_every_file_begins_with_the_calendar_and_the_plan_in_force(tmp_path: Path) -> None:
    journal = _journal(tmp_path, max_bytes=1)
    await journal.open()
    first, second = (PlanDay(date(2026, 3, day), f'{{"{day}":[]}}', whole=True) for day in (2, 3))
    anew, more = msgspec.structs.replace(first, people="{}"), PlanDay(date(2026, 3, 3), "{}")
    special = (SpecialDay(date(2026, 3, 8), True),)
    for event in (
        ConfigReplaced(at=AT, settings="{}", special_days=special),
        PlanRestored(at=AT, version="1", days=(first, second)),
        PlanChanged(at=AT, version="2", by="root", days=(anew, more)),
        INPUTS[0],
    ):
        journal.append(event)
        await journal._flush()
    await journal.close()
    *_, head = [next(iter(read_all(path))) for path in sorted(tmp_path.iterdir())]
    assert isinstance(head, JournalBegan)
    assert head.special_days == special
    assert head.plan == PlanRestored(at=AT, version="2", days=(second, anew, more))


async def test_files_are_read_in_the_order_of_writing_though_the_clock_was_set_back(tmp_path: Path) -> None:
    ahead = tmp_path / "journal-20990101T000000-000000.jsonl.gz"
    with gzip.open(ahead, "wb") as file:
        file.write(b'{"type":"DeadlineDue","at":"2026-03-02T08:00:00Z","key":"first","late_s":0.0}\n')
    journal = _journal(tmp_path)
    await journal.open()
    journal.append(INPUTS[1])
    await journal.close()
    assert [event.key for event in read(tmp_path) if isinstance(event, DeadlineDue)] == [
        "first",
        "wrapup|main|PJSIP/1001",
    ]


async def test_what_comes_after_a_write_that_failed_half_way_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = _journal(tmp_path)
    await journal.open()
    journal.append(INPUTS[0])
    await journal._flush()
    assert journal._file is not None
    real = journal._file.write

    def half(data: bytes) -> int:
        real(data[: len(data) // 2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(journal._file, "write", half)
    journal.append(INPUTS[1])
    await journal._flush()
    journal.append(INPUTS[2])
    await journal.close()
    assert read(tmp_path) == [INPUTS[0], Gap(at=INPUTS[2].at, missing=1), INPUTS[2]]


async def test_a_disk_that_stays_full_is_not_littered_with_empty_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = _journal(tmp_path)
    await journal.open()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(gzip.GzipFile, "write", full)
    for _ in range(5):
        journal.append(INPUTS[0])
        await journal._flush()
    await journal.close()
    assert journal.errors == 5
    assert list(tmp_path.iterdir()) == []


async def test_closing_in_the_middle_of_a_write_writes_everything_once(tmp_path: Path) -> None:
    journal = _journal(tmp_path)
    await journal.open()
    keys = [str(number) for number in range(20_000)]
    for key in keys[:10_000]:
        journal.append(DeadlineDue(at=AT, key=key, late_s=0.0))
    while journal._pending:  # until the thread has them in hand
        await asyncio.sleep(0.001)
    for key in keys[10_000:]:
        journal.append(DeadlineDue(at=AT, key=key, late_s=0.0))
    await journal.close()
    assert [event.key for event in read(tmp_path) if isinstance(event, DeadlineDue)] == keys


async def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    journal = _journal(tmp_path)
    await journal.open()
    await journal.close()
    assert [path.stat().st_mode & 0o777 for path in tmp_path.iterdir()] == [0o600]


async def test_files_past_their_retention_go(tmp_path: Path) -> None:
    old = tmp_path / "journal-20200101T000000-000000.jsonl.gz"
    old.write_bytes(b"")
    os.utime(old, (0, 0))
    other = tmp_path / "keep.txt"
    other.write_text("not ours")
    os.utime(other, (0, 0))
    journal = _journal(tmp_path)
    await journal.open()
    await journal.close()
    assert not old.exists()
    assert other.exists()


async def test_a_gap_is_a_record_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journals, "PENDING_LIMIT", 2)
    journal = _journal(tmp_path)
    await journal.open()
    for event in INPUTS:
        journal.append(event)
    await journal._flush()
    journal.append(INPUTS[0])
    await journal.close()
    assert read(tmp_path) == [*INPUTS[:2], Gap(at=AT, missing=2), INPUTS[0]]
    assert journal.dropped == 2


async def test_a_disk_that_refuses_costs_records_but_never_the_loop(tmp_path: Path) -> None:
    journal = _journal(tmp_path / "sub")
    await journal.open()
    assert journal._file is not None
    journal._file.close()
    journal._file = None
    for path in (tmp_path / "sub").iterdir():
        path.unlink()
    (tmp_path / "sub").rmdir()
    (tmp_path / "sub").write_text("a file where the folder was")
    journal.append(INPUTS[0])
    await journal._flush()
    assert journal.errors == 1
    (tmp_path / "sub").unlink()
    journal.append(INPUTS[1])
    await journal.close()
    assert read(tmp_path / "sub") == [Gap(at=INPUTS[1].at, missing=1), INPUTS[1]]


async def test_a_record_that_cannot_be_written_does_not_end_the_journal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journals, "FLUSH_S", 0.01)
    journal = _journal(tmp_path)
    await journal.open()
    journal.append(AmiReceived(at=AT, pbx="main", name="X", text="half a pair: \ud800"))
    async with asyncio.timeout(5):
        while not journal.errors:
            await asyncio.sleep(0.01)
        journal.append(INPUTS[0])
        while not journal.records:
            await asyncio.sleep(0.01)
    await journal.close()
    assert read(tmp_path) == [Gap(at=AT, missing=1), INPUTS[0]]


def test_a_killed_writer_leaves_a_journal_that_reads_up_to_its_last_flush(tmp_path: Path) -> None:
    script = f"""
import asyncio
from datetime import datetime, UTC
from pathlib import Path
from ccd.adapters.journal import Journal
from ccd.events import DeadlineDue
async def main():
    journal = Journal(Path({str(tmp_path)!r}), max_bytes=1 << 20, retention_days=1)
    await journal.open()
    for number in range(5000):
        journal.append(DeadlineDue(at=datetime.now(UTC), key=str(number), late_s=0.0))
        if number % 1000 == 999:
            await journal._flush()
    print("flushed", flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "flushed\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert [event.key for event in read(tmp_path) if isinstance(event, DeadlineDue)] == [
        str(n) for n in range(5000)
    ]


def test_a_line_that_is_no_record_is_named_by_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "journal-x.jsonl.gz"
    with gzip.open(path, "wb") as file:
        file.write(b'{"type":"Nonsense"}\n')
    with pytest.raises(ValueError, match=r"journal-x\.jsonl\.gz: line 1: not a journal record"):
        read(path)
