"""The emergency spool: what was written is there, whatever happened to the file, and nothing else is."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from ccd import events as e
from ccd.adapters.spool import Item, Spool, SpoolError
from ccd.adapters.store.entries import Audited, Deadline, DeadlineGone, PinSet
from tests.adapters.store.samples import AT, all_entries, all_events, later, sample
from tests.small_disk import NEEDS_ROOT, small_disk_at

SIZE = 65_536


def told(n: int, **more: str) -> e.NoteTaken:
    return sample(e.NoteTaken, at=later(n), incident="i-1", n=n, **more)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "elsewhere" / "ccd.spool"


@pytest.fixture
async def spool(path: Path) -> AsyncIterator[Spool]:
    spool = Spool(path, SIZE)
    yield spool
    await spool.close()


async def reread(path: Path) -> list[list[Item]]:
    spool = Spool(path, SIZE)
    try:
        return await spool.read()
    finally:
        await spool.close()


async def test_what_was_written_is_read_by_the_next_daemon(spool: Spool, path: Path) -> None:
    assert await spool.read() == []
    deadline = Deadline("police-i-1", AT, later(900), "b00t", 12.5, 900.0)
    first: list[Item] = [told(1), deadline, PinSet("7", "hash", AT)]
    second: list[Item] = [told(2), DeadlineGone("police-i-1"), Audited(AT, "li", "Shown", "i-1")]
    await spool.write(first)
    await spool.write(second)
    await spool.close()
    assert await reread(path) == [first, second]


@pytest.mark.parametrize("kind", [*all_events(), *all_entries()], ids=lambda kind: kind.__name__)
async def test_facts_and_entries_of_every_kind_come_back_as_they_were(path: Path, kind: type[Item]) -> None:
    spool = Spool(path, SIZE)
    await spool.write([sample(kind)])
    assert await spool.read() == [[sample(kind)]]
    await spool.close()


async def test_what_a_caller_calls_himself_is_kept_as_far_as_text_can_be(spool: Spool) -> None:
    await spool.write([told(1, text="a\0b\ud800c\n\"'张三")])
    ((fact,),) = await spool.read()
    assert isinstance(fact, e.NoteTaken)
    assert fact.text == "a\ufffdb\ufffdc\n\"'张三"


async def test_it_is_made_in_full_size_for_its_owner_alone(spool: Spool, path: Path) -> None:
    await spool.read()
    assert path.stat().st_size == SIZE
    assert path.stat().st_blocks * 512 >= SIZE
    assert path.stat().st_mode & 0o077 == 0


async def test_clearing_leaves_nothing_of_an_earlier_filling(spool: Spool, path: Path) -> None:
    for number in range(5):
        await spool.write([told(number)])
    await spool.clear()
    assert (await spool.read(), spool.bytes_used) == ([], 0)
    await spool.write([told(7)])
    assert await spool.read() == [[told(7)]], "records of the same size stood behind this one"
    await spool.close()
    assert await reread(path) == [[told(7)]]


async def test_a_restarted_daemon_writes_on_behind_what_is_there(spool: Spool, path: Path) -> None:
    await spool.write([told(1)])
    await spool.close()
    again = Spool(path, SIZE)
    await again.write([told(2)])
    assert await again.read() == [[told(1)], [told(2)]]
    await again.close()


async def test_a_torn_record_is_the_end_wherever_it_was_torn(spool: Spool, path: Path) -> None:
    await spool.write([told(1)])
    begin = spool.bytes_used
    await spool.write([told(2)])
    end = spool.bytes_used
    await spool.close()
    whole = path.read_bytes()
    for cut in range(begin, end):
        path.write_bytes(whole[:cut] + bytes(len(whole) - cut))
        assert await reread(path) == [[told(1)]], cut
    for cut in range(end, end + 20):
        path.write_bytes(whole[:cut])
        assert await reread(path) == [[told(1)], [told(2)]]


async def test_no_flipped_bit_is_taken_for_what_was_written(spool: Spool, path: Path) -> None:
    await spool.write([told(1)])
    end = spool.bytes_used
    await spool.close()
    whole = path.read_bytes()
    for place in range(8, end):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << place % 8
        path.write_bytes(damaged)
        assert await reread(path) == [], place


async def test_a_torn_record_is_written_over(spool: Spool, path: Path) -> None:
    await spool.write([told(1)])
    begin = spool.bytes_used
    await spool.write([told(2)])
    await spool.close()
    content = bytearray(path.read_bytes())
    content[begin + 30] ^= 1
    path.write_bytes(content)
    again = Spool(path, SIZE)
    await again.write([told(3)])
    assert await again.read() == [[told(1)], [told(3)]]
    await again.close()


async def test_a_full_one_says_so_and_keeps_what_it_has(spool: Spool) -> None:
    long = "x" * 1000
    for number in range(SIZE // 1200):
        await spool.write([told(number, text=long)])
    before = await spool.read()
    with pytest.raises(SpoolError, match=r"full: \d+ of 65536 bytes are used; raise store\.spool_bytes"):
        await spool.write([told(number, text=long) for number in range(12)])
    assert await spool.read() == before
    await spool.write([told(0)])  # a small one still fits
    await spool.clear()
    await spool.write([told(number, text=long) for number in range(12)])
    assert len(await spool.read()) == 1


async def test_a_place_that_cannot_be_written_is_named_with_the_mend(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    spool = Spool(tmp_path / "file" / "ccd.spool", SIZE)
    with pytest.raises(SpoolError, match=r"file/ccd\.spool: .*; set store\.spool_file"):
        await spool.write([told(1)])
    await spool.close()


async def test_a_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "ccd.spool").symlink_to(tmp_path / "precious")
    spool = Spool(tmp_path / "ccd.spool", SIZE)
    with pytest.raises(SpoolError):
        await spool.write([told(1)])
    await spool.close()
    assert not (tmp_path / "precious").exists()


async def test_two_daemons_do_not_share_one(spool: Spool, path: Path) -> None:
    await spool.write([told(1)])
    other = Spool(path, SIZE)
    with pytest.raises(SpoolError, match="in use by another process"):
        await other.read()
    await other.close()


async def test_a_record_of_another_version_is_set_aside_not_lost(spool: Spool, path: Path) -> None:
    unknown = b'[{"type":"InventedLater","at":"2031-01-01T00:00:00Z"}]'
    await spool.write([told(1)])
    await spool._ask(lambda: spool._write(unknown))
    await spool.write([told(2)])
    assert await spool.read() == [[told(1)], [told(2)]]
    assert path.with_name("ccd.spool.refused").read_bytes() == unknown + b"\n"


async def test_calls_are_done_in_their_order_and_none_waits_for_another(spool: Spool) -> None:
    writes = [spool.write([told(number)]) for number in range(3)]
    clearing = spool.clear()
    last = spool.write([told(9)])
    await asyncio.gather(*writes, clearing, last)
    assert await spool.read() == [[told(9)]]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk_at(tmp_path / "small") as folder:
        yield folder


def fill(folder: Path) -> None:
    with (folder / "filler").open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"x" * 4096):
            pass


@NEEDS_ROOT
async def test_a_disk_that_fills_up_later_does_not_matter(small_disk: Path) -> None:
    spool = Spool(small_disk / "ccd.spool", SIZE)
    await spool.read()
    fill(small_disk)
    for number in range(100):
        await spool.write([told(number)])
    assert len(await spool.read()) == 100
    await spool.close()


@NEEDS_ROOT
async def test_a_disk_too_small_for_it_is_not_filled_up_in_vain(small_disk: Path) -> None:
    free = os.statvfs(small_disk).f_bavail
    spool = Spool(small_disk / "ccd.spool", 4 * 1024 * 1024)
    with pytest.raises(SpoolError, match="No space left on device"):
        await spool.read()
    assert os.statvfs(small_disk).f_bavail >= free - 1
    await spool.close()
    small = Spool(small_disk / "ccd.spool", SIZE)
    await small.write([told(1)])
    await small.close()
    grown = Spool(small_disk / "ccd.spool", 4 * 1024 * 1024)
    assert await grown.read() == [[told(1)]]
    assert (small_disk / "ccd.spool").stat().st_size == SIZE
    await grown.write([told(2)])
    assert len(await grown.read()) == 2
    await grown.close()


@NEEDS_ROOT
async def test_a_disk_that_is_full_from_the_start_is_named(small_disk: Path) -> None:
    fill(small_disk)
    spool = Spool(small_disk / "ccd.spool", SIZE)
    with pytest.raises(SpoolError, match=r"small/ccd\.spool: No space left on device"):
        await spool.write([told(1)])
    (small_disk / "filler").unlink()
    await spool.write([told(1)])
    assert await spool.read() == [[told(1)]]
    await spool.close()
