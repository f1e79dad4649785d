"""Recordings that a real PBX makes: found, final, and their size and checksum those of the file."""

from __future__ import annotations

import asyncio
import hashlib
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.site import Seats, Site, comes_to, site_fixture  # noqa: F401
from tests.pbx.ami import Headers
from tests.pbx.phones import answers, no_answer
from tests.pbx.sipua import Call

pytestmark = pytest.mark.pbx

SECOND = 1_000_000  # microseconds


def is_recorded(event: Headers) -> bool:
    return event.get("Variable") == "MIXMONITOR_FILENAME"


async def recording(seats: Seats, number: str) -> tuple[Call, str]:
    """Call a number from outside; the call, and the name of the file as soon as it is being recorded."""
    since = len(seats.ear.events)
    call = await seats.phones.outside.call(number)
    index = await seats.ear.until(is_recorded, since, timeout=20)
    return call, seats.ear.events[index - 1]["Value"].rpartition("/")[2]


async def measured(site: Site, name: str) -> dict[str, Any]:
    """What the store has of the recording that the PBX calls so, once it was looked at."""

    def found() -> list[dict[str, Any]]:
        return [row for row in site.rows("recording") if row["path"].endswith(f"/{name}") and row["measured"]]

    await comes_to(lambda: len(found()), 1)
    return found()[0]


async def is_the_file(site: Site, path: Path) -> None:
    row, data = await measured(site, path.name), path.read_bytes()
    assert (row["state"], row["file"]) == ("final", str(path))
    assert (row["size"], row["sha256"]) == (len(data), hashlib.sha256(data).hexdigest())


@pytest.mark.parametrize(
    ("number", "extension", "suffix"),
    [("800", "1001", ".wav"), ("820", "1020", ".WAV"), ("821", "1021", ".gsm")],
    ids=["wav", "wav49", "gsm"],
)
async def test_an_answered_queue_call_is_found_and_hashed_as_it_is(
    site: Site, number: str, extension: str, suffix: str
) -> None:
    async with site.seats(extension) as seats:
        seats.phones[extension].behaviour = answers(after=0, talk=0.5)
        call, name = await recording(seats, number)
        await call.wait_ended(10)
    path = site.pbx.monitor_dir / name
    assert path.suffix == suffix
    assert path.stat().st_size > 500, "somebody spoke"
    await is_the_file(site, path)


async def test_what_is_rewritten_right_after_the_call_is_hashed_afterwards(site: Site) -> None:
    better = site.pbx.folder / "spool/tmp/better.wav"
    better.write_bytes(b"RIFF" + bytes(range(256)) * 40)
    async with site.seats() as seats:
        call, name = await recording(seats, "833")
        await call.wait_ended(10)
    path = site.pbx.monitor_dir / name
    await is_the_file(site, path)
    assert path.read_bytes() == better.read_bytes()


async def test_a_caller_who_gave_up_leaves_an_empty_one(site: Site) -> None:
    async with site.seats("1022") as seats:
        seats.phones["1022"].behaviour = no_answer
        call, name = await recording(seats, "1022")
        await call.hangup()
    row = await measured(site, name)
    assert (row["state"], row["size"]) == ("empty", 44)


async def test_one_that_is_deleted_behind_our_back_is_missing_once_we_give_up(site: Site) -> None:
    async with site.seats("1021") as seats:
        seats.phones["1021"].behaviour = answers(after=0)
        call, name = await recording(seats, "821")
        await comes_to((site.pbx.monitor_dir / name).exists, True)
        (site.pbx.monitor_dir / name).unlink()
        await call.hangup()
    row = await measured(site, name)
    assert (row["state"], row["size"], row["sha256"]) == ("missing", 0, "")
    assert row["measured"] - row["stopped"] >= 2 * SECOND, "give_up_s"


async def test_a_name_or_a_link_that_leads_out_of_the_folder_is_not_followed(site: Site) -> None:
    outside = site.pbx.folder / "spool/tmp"
    (site.pbx.monitor_dir / "elsewhere").symlink_to("../tmp")
    async with site.seats() as seats:
        for number in ("830", "831", "832"):
            call, name = await recording(seats, number)
            await call.wait_ended(10)
            row = await measured(site, name)
            assert (row["state"], row["size"], row["sha256"]) == ("outside", 0, ""), number
            assert (outside / name).stat().st_size > 500, "it is there"
    (site.pbx.monitor_dir / "elsewhere").unlink()


async def test_one_that_ends_while_ccd_is_down_is_found_when_it_is_back(site: Site) -> None:
    async with site.seats("1021") as seats:
        seats.phones["1021"].behaviour = answers(after=0)
        call, name = await recording(seats, "821")
        await comes_to(lambda: [row["path"].endswith(name) for row in site.rows("recording")][-1], True)
        await asyncio.to_thread(site.daemon.stop, signal.SIGKILL)
        await call.hangup()
    await asyncio.to_thread(site.daemon.start)
    await is_the_file(site, site.pbx.monitor_dir / name)
