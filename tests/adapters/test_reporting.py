"""Reports are made when they are due, kept, and sent: with a real store and a real mail server."""

from __future__ import annotations

import asyncio
import io
import signal
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator, Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from ccd.adapters.reporting import Reporting
from ccd.adapters.reporting_data import GivenUpError
from ccd.adapters.reporting_files import kept_report, reports_dir
from ccd.adapters.reporting_mail import mailing_of, recipients
from ccd.adapters.store import Store
from ccd.adapters.store.errors import StoreError
from ccd.config import Settings
from ccd.reports.periods import named
from tests.adapters.notify.test_email import MailServer
from tests.adapters.reporting_rig import (
    BOSS,
    MANAGER,
    NINE,
    ROSTER,
    filled,
    reporting_of,
    rig_settings,
)
from tests.reports.made import MONDAY, finding, judged, person

DAY = timedelta(days=1)
YESTERDAY = named("2026-03-02")


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    server = MailServer()
    await server.start()
    yield server
    server.stop()


class Centre:
    """``configure`` and set ``now`` as you like; ``look`` is what the daemon does every half minute."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self.store, self.settings, self.now = store, settings, NINE
        self.reporting = self.started()

    def started(self, store: Any = None) -> Reporting:
        return reporting_of(lambda: self.settings, store or self.store, lambda: self.now)

    async def look(self, times: int = 1) -> None:
        for _ in range(times):
            await self.reporting.look()

    @property
    def folder(self) -> Path:
        return reports_dir(self.settings)

    @property
    def files(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir()) if self.folder.is_dir() else []


@pytest.fixture
async def make_centre(tmp_path: Path) -> AsyncIterator[Callable[..., Any]]:
    stores: list[Store] = []

    async def make(port: int = 0, fill: bool = True, **reports: Any) -> Centre:
        settings = rig_settings(tmp_path, port, **reports)
        stores.append(await Store.open(settings.store, tmp_path))
        if fill:
            await filled(stores[-1])
        return Centre(stores[-1], settings)

    yield make
    for store in stores:
        await store.close()


# --- made and kept ----------------------------------------------------------------------------------------


async def test_yesterdays_report_is_made_and_kept_in_every_form(make_centre: Callable[..., Any]) -> None:
    centre = await make_centre(languages=["zh_CN", "en"])
    await centre.look()
    assert centre.files == [
        "daily-2026-03-02-en.csv",
        "daily-2026-03-02-en.html",
        "daily-2026-03-02-zh_CN.csv",
        "daily-2026-03-02-zh_CN.html",
        "daily-2026-03-02.json",
    ]
    made = (await centre.reporting.making.ledger()).of(YESTERDAY)
    assert kept_report(centre.folder, made).section("attendance").total["judged"] == 3


async def test_it_is_made_once_also_by_the_next_daemon(make_centre: Callable[..., Any]) -> None:
    centre = await make_centre()
    await centre.look(2)
    before = {name: (centre.folder / name).stat().st_mtime_ns for name in centre.files}
    centre.reporting = centre.started()
    await centre.look()
    assert {name: (centre.folder / name).stat().st_mtime_ns for name in centre.files} == before
    assert len((await centre.reporting.making.ledger()).latest) == 1


async def test_before_its_time_none_is_made(make_centre: Callable[..., Any]) -> None:
    centre = await make_centre()
    centre.now = NINE.replace(hour=0) - timedelta(hours=1, seconds=1)  # 06:59:59 in Shanghai
    await centre.look()
    assert [name for name in centre.files if "03-02" in name] == []
    centre.now += timedelta(seconds=1)
    await centre.look()
    assert "daily-2026-03-02.json" in centre.files


async def test_of_days_on_which_nothing_was_planned_or_found_there_is_none(
    make_centre: Callable[..., Any],
) -> None:
    centre = await make_centre(catch_up_days=40)
    await centre.look()
    assert {name[6:16] for name in centre.files} == {"2026-03-02"}


async def test_switched_off_it_is_only_made_by_hand(make_centre: Callable[..., Any]) -> None:
    centre = await make_centre(enabled=False)
    await centre.look()
    assert centre.files == []
    assert await centre.reporting.making.make(YESTERDAY) is not None


async def test_made_again_with_other_figures_it_is_revised_and_the_old_one_stays(
    make_centre: Callable[..., Any],
) -> None:
    centre = await make_centre()
    await centre.look()
    old = (centre.folder / "daily-2026-03-02-zh_CN.html").read_bytes()
    await centre.store.commit([judged("2001", MONDAY, finding("late", "occurrence", 5), count=2, missed=5)])
    await centre.look()  # by itself nothing is made again
    assert not [name for name in centre.files if "-r1" in name]
    made = await centre.reporting.making.make(YESTERDAY, by="wang")
    assert (made.revision, made.by) == (1, "wang")
    assert (centre.folder / "daily-2026-03-02-zh_CN.html").read_bytes() == old
    assert "修订版" in (centre.folder / "daily-2026-03-02-r1-zh_CN.html").read_text("utf-8")
    assert kept_report(centre.folder, made).section("attendance").total["late"] == 1


async def test_made_again_with_the_same_figures_it_is_the_same_one(make_centre: Callable[..., Any]) -> None:
    centre = await make_centre()
    first = await centre.reporting.making.make(YESTERDAY)
    centre.now += DAY
    assert await centre.reporting.making.make(YESTERDAY) == first


async def test_files_that_were_lost_are_made_again_to_the_byte(make_centre: Callable[..., Any]) -> None:
    centre = await make_centre()
    await centre.look()
    before = {name: (centre.folder / name).read_bytes() for name in centre.files}
    (centre.folder / "daily-2026-03-02-zh_CN.csv").unlink()
    (centre.folder / "daily-2026-03-02-zh_CN.html").write_bytes(b"half")
    centre.now += DAY
    await centre.reporting.making.make(YESTERDAY)
    assert {name: (centre.folder / name).read_bytes() for name in before} == before


async def test_a_folder_that_cannot_be_written_to_is_tried_again(
    make_centre: Callable[..., Any], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    centre = await make_centre(dir=str(tmp_path / "file"))
    await centre.look()
    assert centre.reporting.failures
    (tmp_path / "file").unlink()
    await centre.look()
    assert "daily-2026-03-02.json" in centre.files


class Away:
    """A store that takes nothing for a while."""

    def __init__(self, store: Store) -> None:
        self.store, self.away = store, True

    async def commit(self, facts: Any) -> None:
        if self.away:
            raise StoreError("the database is away")
        await self.store.commit(facts)


async def test_a_store_that_is_away_is_tried_again(
    make_centre: Callable[..., Any], server: MailServer
) -> None:
    centre = await make_centre(server.port)
    away = Away(centre.store)
    centre.reporting = centre.started(away)
    await centre.look(2)
    assert centre.reporting.failures == 2
    assert server.messages == []
    away.away = False
    await centre.look()
    assert len(server.messages) == 1


async def test_there_is_no_store_yet(tmp_path: Path) -> None:
    """Where none can be opened it is tried again, and nothing breaks."""
    reporting = reporting_of(lambda: rig_settings(tmp_path), object())
    await reporting.look()
    assert reporting.failures == 1


# --- sent -------------------------------------------------------------------------------------------------


async def test_it_goes_to_the_leads_superior_with_page_and_sheet(
    make_centre: Callable[..., Any], server: MailServer
) -> None:
    centre = await make_centre(server.port, copy_roles=[])
    await centre.look(2)
    (message,) = server.messages
    assert server.envelopes == [("ccd@example.org", ["manager@example.org"])]
    assert message["Subject"] == "班次日报 2026-03-02"
    assert message["To"] == "manager@example.org"
    names = [part.get_filename() for part in message.iter_attachments()]
    assert names == ["daily-2026-03-02-zh_CN.html", "daily-2026-03-02-zh_CN.csv"]
    kept = [(centre.folder / name).read_bytes() for name in names]
    assert [part.get_payload(decode=True) for part in message.iter_attachments()] == kept
    body = message.get_body(("plain",))
    assert body is not None
    assert "应出勤: 3" in body.get_content()


@pytest.mark.parametrize(("daily_copies", "copied"), [(False, []), (True, ["boss@example.org"])])
async def test_management_gets_copies_of_daily_reports_only_if_it_wants_them(
    make_centre: Callable[..., Any], server: MailServer, daily_copies: bool, copied: list[str]
) -> None:
    centre = await make_centre(server.port, daily_copies=daily_copies)
    await centre.look()
    assert [to for _, to in server.envelopes] == [["manager@example.org"], *([copied] if copied else [])]


async def test_the_weekly_report_goes_to_management_as_well(
    make_centre: Callable[..., Any], server: MailServer
) -> None:
    centre = await make_centre(server.port, weekly_at="08:00", daily_at="")
    centre.now = NINE + 6 * DAY  # Monday
    await centre.look()
    assert [message["Subject"] for message in server.messages] == ["班次周报 2026-W10"] * 2
    assert [to for _, to in server.envelopes] == [["manager@example.org"], ["boss@example.org"]]
    assert {message["Cc"] for message in server.messages} == {"boss@example.org"}
    assert len({message["Message-ID"] for message in server.messages}) == 1


async def test_what_was_sent_is_not_sent_again_by_the_next_daemon(
    make_centre: Callable[..., Any], server: MailServer
) -> None:
    centre = await make_centre(server.port)
    await centre.look(3)
    centre.reporting = centre.started()
    await centre.look(3)
    assert len(server.messages) == 1


async def test_after_downtime_every_missed_one_is_made_and_all_come_in_one_message(
    make_centre: Callable[..., Any], server: MailServer
) -> None:
    centre = await make_centre(
        server.port, fill=False, catch_up_days=40, weekly_at="08:00", monthly_at="08:00", copy_roles=[]
    )
    await filled(centre.store, [date(2026, 2, 1) + n * DAY for n in range(30)])
    await centre.look(3)
    (message,) = server.messages
    assert message["Subject"] == "36 份班次报表，截至 2026-03-02"
    (attached,) = message.iter_attachments()
    packed = zipfile.ZipFile(io.BytesIO(attached.get_payload(decode=True)))  # type: ignore[arg-type]
    names = packed.namelist()
    assert len(names) == 72
    assert len([name for name in names if name.startswith("daily")]) == 60
    assert {name[7:15] for name in names if name.startswith("weekly")} >= {"2026-W06", "2026-W09"}
    assert "monthly-2026-02-zh_CN.html" in names


async def test_a_mail_server_that_is_away_is_tried_again(
    make_centre: Callable[..., Any], server: MailServer
) -> None:
    centre = await make_centre(server.port)
    server.stop()
    await centre.look(2)
    assert centre.reporting.failures
    await server.start()
    await centre.look(2)
    assert len(server.messages) == 1


async def test_an_address_that_is_refused_for_now_is_tried_again(
    make_centre: Callable[..., Any], server: MailServer
) -> None:
    centre = await make_centre(server.port)
    server.replies = ["451 later"]
    await centre.look()
    assert server.messages == []
    await centre.look()
    assert len(server.messages) == 1


async def test_an_address_that_is_refused_for_good_is_noted_and_holds_up_nobody(
    make_centre: Callable[..., Any], server: MailServer
) -> None:
    centre = await make_centre(server.port, daily_copies=True)
    server.replies = ["550 no such user"]
    await centre.look(3)
    assert [to for _, to in server.envelopes] == [["boss@example.org"]]
    ledger = await centre.reporting.making.ledger()
    (posted,) = ledger.mailings_of("2026-03-02")
    assert "550" in ledger.sent(posted.mailing, "manager@example.org").error
    assert ledger.waiting() == ()


async def test_without_a_mail_server_it_is_kept_and_sent_when_there_is_one(
    make_centre: Callable[..., Any], server: MailServer, tmp_path: Path
) -> None:
    centre = await make_centre()
    await centre.look()
    assert centre.files
    centre.settings = rig_settings(tmp_path, server.port)
    await centre.look(2)
    assert len(server.messages) == 1


async def test_sent_by_hand_it_goes_out_once_more_and_asked_twice_it_is_one_message(
    make_centre: Callable[..., Any], server: MailServer
) -> None:
    centre = await make_centre(server.port)
    await centre.look()
    for _ in range(2):
        await centre.reporting.send(YESTERDAY, by="wang", request="console-1")
    await centre.look(2)
    assert len(server.messages) == 2
    assert len({message["Message-ID"] for message in server.messages}) == 2


async def test_files_that_are_gone_before_they_are_sent_are_made_again(
    make_centre: Callable[..., Any], server: MailServer
) -> None:
    centre = await make_centre(server.port)
    server.stop()
    await centre.look()
    for name in centre.files:
        (centre.folder / name).unlink()
    await server.start()
    await centre.look()
    assert len(list(server.messages[0].iter_attachments())) == 2


@pytest.mark.parametrize(
    ("people", "settings", "to", "copies", "without"),
    [
        (ROSTER, {}, (MANAGER.email,), (BOSS.email,), ()),
        (
            ROSTER,
            {"to": ["manager@example.org", "x@example.org"]},
            (MANAGER.email, "x@example.org"),
            (BOSS.email,),
            (),
        ),
        (ROSTER, {"copies": ["manager@example.org"]}, (MANAGER.email,), (BOSS.email,), ()),
        ((person("1002", "孙", "", "operations_manager"),), {}, (), (), ("1002",)),
        ((), {}, (), (), ()),
    ],
)
def test_who_gets_it(people: Any, settings: Any, to: Any, copies: Any, without: Any, tmp_path: Path) -> None:
    found = recipients(rig_settings(tmp_path, **settings).reports, people, ["weekly"])
    assert found == (to, copies, without)


def test_a_mailing_is_named_by_what_it_brings_to_whom() -> None:
    name = mailing_of(["a"], "en", ["x@y"])
    assert name == mailing_of(["a"], "en", ["x@y"])
    assert name not in {mailing_of(["b"], "en", ["x@y"]), mailing_of(["a"], "en", ["x@y"], "again")}


# --- killed -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fact", "when", "before"),
    [
        ("ReportMade", "instead", 0),  # the files are there, the record is not
        ("ReportMade", "written", 0),
        ("ReportPosted", "instead", 0),
        ("ReportPosted", "written", 0),
        ("ReportSent", "instead", 1),  # delivered, and not on record
        ("ReportSent", "written", 1),
    ],
)
async def test_killed_between_making_and_sending_nothing_is_lost(
    tmp_path: Path, server: MailServer, fact: str, when: str, before: int
) -> None:
    """What may have been delivered comes again as the same message; what is on record does not."""
    command = [
        sys.executable,
        "-m",
        "tests.adapters.reporting_rig",
        str(tmp_path),
        str(server.port),
        fact,
        when,
    ]
    process = await asyncio.create_subprocess_exec(*command, stderr=subprocess.PIPE)
    _, log = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == -signal.SIGKILL, log.decode()
    assert len(server.messages) == before
    settings = rig_settings(tmp_path, server.port)
    store = await Store.open(settings.store, tmp_path)
    try:
        reporting = reporting_of(lambda: settings, store)
        for _ in range(3):
            await reporting.look()
    finally:
        await store.close()
    again = (fact, when) == ("ReportSent", "instead")
    assert len(server.messages) == (2 if again else 1)
    assert len({message["Message-ID"] for message in server.messages}) == 1
    folder = reports_dir(settings)
    assert sorted(path.name for path in folder.iterdir()) == [
        "daily-2026-03-02-zh_CN.csv",
        "daily-2026-03-02-zh_CN.html",
        "daily-2026-03-02.json",
    ]


# --- beside the daemon's other work -----------------------------------------------------------------------


async def test_what_is_being_made_ends_soon_when_the_daemon_stops(make_centre: Callable[..., Any]) -> None:
    centre = await make_centre()
    days: list[int] = []

    def progress(done: int, total: int) -> None:
        days.append(done)
        centre.reporting.close()

    work = centre.reporting.making.make(named("2026-03"), progress=progress)
    with pytest.raises(GivenUpError):
        await work
    assert days == [1]


async def test_progress_is_told_day_by_day(make_centre: Callable[..., Any]) -> None:
    centre = await make_centre()
    seen: list[tuple[int, int]] = []
    await centre.reporting.making.make(named("2026-W10"), progress=lambda *come: seen.append(come))
    assert seen == [(n, 7) for n in range(1, 8)]


async def test_the_loop_of_the_daemon_makes_and_sends(
    make_centre: Callable[..., Any], server: MailServer
) -> None:
    centre = await make_centre(server.port)
    task = asyncio.create_task(centre.reporting.run())
    try:
        async with asyncio.timeout(20):
            while not server.messages:
                await asyncio.sleep(0.01)
    finally:
        centre.reporting.close()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
