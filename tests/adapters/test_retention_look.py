"""The folder against the store, with a real store and real files: missing, changed, found, orphans, away."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ccd import events as e
from ccd.adapters.retention_look import RetentionLook
from ccd.adapters.retention_reading import RetentionReading
from ccd.adapters.store import Store
from ccd.config import PbxSettings, StoreSettings
from ccd.effects import LookUpRecordings, ReadExpired, Reconcile
from ccd.events import retention as facts
from ccd.events.quality import RecordingsFound

NOW = datetime(2026, 11, 3, 2, 0, tzinfo=UTC)
COUNT = 12


class Site:
    """A store and a folder of recordings that agree."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store = store
        self.folder = folder
        self.told: asyncio.Queue[Any] = asyncio.Queue()
        self.held: set[str] = set()
        self.findings: set[str] = set()
        pbx = PbxSettings.model_validate({"secret": "x", "recordings_dir": str(folder)})
        self.look = RetentionLook(
            store,
            lambda: {"main": pbx},
            self.told.put_nowait,
            lambda: NOW,
            held=lambda at: self.held,
            findings=lambda at: self.findings,
        )
        self.reading = RetentionReading(store, self.told.put_nowait)

    async def record(self, number: int, *, state: str = "final", days: float = 1) -> None:
        path, at = f"{number}.wav", NOW - timedelta(days=days)
        content = f"sound {number}".encode() * 20
        file = self.folder / path
        file.write_bytes(content)
        os.utime(file, (at.timestamp(), at.timestamp()))
        name, call = f"{number}:{path}", f"call{number}"
        told: list[e.Event] = [
            e.RecordingStarted(at, "main", call, str(number), name, path),
            e.RecordingStopped(at + timedelta(minutes=2), "main", call, str(number), name, path),
        ]
        if state:
            sha256 = hashlib.sha256(content).hexdigest()
            told.append(e.RecordingMeasured(at, "main", call, name, state, str(file), len(content), sha256))
        await self.store.commit(told)

    async def found(
        self, *, deep: bool = True, hashes: int = 0, turn: int = 0, turns: int = 1
    ) -> RecordingsFound:
        since = None if deep else NOW - timedelta(days=2)
        older = NOW - timedelta(hours=1)
        self.look.perform(Reconcile("k", "test", "main", older, older, hashes, since, turn, turns))
        found = await asyncio.wait_for(self.told.get(), 20)
        assert isinstance(found, RecordingsFound)
        return found

    async def ask(self, effect: Any) -> Any:
        self.reading.perform(effect)
        return await asyncio.wait_for(self.told.get(), 20)


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    folder, state = tmp_path / "monitor", tmp_path / "state"
    folder.mkdir()
    state.mkdir()
    store = await Store.open(StoreSettings(), state)
    site = Site(store, folder)
    for number in range(COUNT):
        await site.record(number)
    yield site
    await site.look.close()
    await site.reading.close()
    await store.close()


async def test_where_all_is_as_it_was_left_nothing_is_found(site: Site) -> None:
    found = await site.found(hashes=1000)
    assert (found.looked, found.hashed, found.unhashed) == (COUNT, COUNT, 0)
    assert (found.gone, found.changed, found.found, found.orphans, found.away) == ((), (), (), (), "")
    assert found.used == sum(file.stat().st_size for file in site.folder.iterdir())
    assert found.added == found.used


async def test_deleted_truncated_and_exchanged_files_are_found(site: Site) -> None:
    (site.folder / "1.wav").unlink()
    (site.folder / "2.wav").write_bytes(b"short")
    same = b"x" * (site.folder / "3.wav").stat().st_size
    (site.folder / "3.wav").write_bytes(same)
    new = await site.found(deep=False)
    assert new.gone == ("1:1.wav",)
    assert [name for name, _ in new.changed] == ["2:2.wav"], "of the same size it is found by reading it"
    deep = await site.found(hashes=1000)
    assert dict(deep.changed)["3:3.wav"] == hashlib.sha256(same).hexdigest()


async def test_every_file_has_its_turn_once_in_a_round_and_the_budget_is_kept(site: Site) -> None:
    hashed = [(await site.found(hashes=1000, turn=turn, turns=4)).hashed for turn in range(4)]
    assert sum(hashed) == COUNT
    small = await site.found(hashes=5)
    assert (small.hashed, small.unhashed) == (5, COUNT - 5)


async def test_what_is_held_is_read_whole_every_night(site: Site) -> None:
    site.held = {f"{number}:{number}.wav" for number in range(3)}
    (site.folder / "1.wav").write_bytes(b"x" * (site.folder / "1.wav").stat().st_size)
    found = await site.found(hashes=1, turn=5000, turns=5001)
    assert [name for name, _ in found.changed] == ["1:1.wav"]


async def test_what_was_amiss_and_is_well_again_is_told(site: Site) -> None:
    await site.record(50, state="missing")
    await site.record(51, state="")
    site.findings = {"2:2.wav"}
    found = await site.found(deep=False)
    assert set(found.found) == {"50:50.wav", "51:51.wav", "2:2.wav"}
    assert found.calls == {"50:50.wav": "call50", "51:51.wav": "call51"}


async def test_orphans_are_files_no_recording_names_that_are_older_than_an_hour(site: Site) -> None:
    (site.folder / "deep" / "er").mkdir(parents=True)
    for name, age in (("left.wav", 2), ("deep/er/left.wav", 2), ("fresh.wav", 0.5)):
        (site.folder / name).write_bytes(b"12345")
        at = (NOW - timedelta(hours=age)).timestamp()
        os.utime(site.folder / name, (at, at))
    (site.folder / "link.wav").symlink_to(site.folder / "left.wav")
    (site.folder / "loop").symlink_to(site.folder)
    found = await site.found()
    assert sorted(path for path, _, _ in found.orphans) == [
        "/var/spool/asterisk/monitor/deep/er/left.wav",
        "/var/spool/asterisk/monitor/left.wav",
    ]
    assert (found.orphans_all, found.orphan_bytes) == (2, 10)


async def test_a_deleted_recording_s_file_that_is_back_is_an_orphan(site: Site) -> None:
    gone = facts.DeletionEnded(at=NOW, key="d", pbx="main", recording="1:1.wav", outcome="gone")
    await site.store.commit([gone])
    found = await site.found()
    assert [path for path, _, _ in found.orphans] == ["/var/spool/asterisk/monitor/1.wav"]
    assert found.looked == COUNT - 1


@pytest.mark.parametrize("how", ["empty", "renamed", "a file"])
@pytest.mark.parametrize("deep", [False, True])
async def test_a_folder_that_is_not_mounted_is_away_and_nothing_in_it_is_missing(
    site: Site, how: str, deep: bool
) -> None:
    site.folder.rename(site.folder.with_name("elsewhere"))
    if how == "empty":
        (site.folder / "lost+found").mkdir(parents=True)
    elif how == "a file":
        site.folder.write_text("")
    found = await site.found(deep=deep)
    assert found.away == str(site.folder)
    assert not found.gone


async def test_a_folder_that_may_not_be_read_is_told_as_such(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root may read everything, and the tests may be root: the kernel's refusal is played."""
    secret = site.folder / "secret"
    secret.mkdir(mode=0)
    scandir = os.scandir

    def refused(path: str | Path) -> object:
        if Path(path) == secret:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refused)
    found = await site.found()
    assert found.unreadable == (str(secret),)


# --- what the store is asked ------------------------------------------------------------------------------


async def test_expired_recordings_come_page_by_page_the_oldest_first(site: Site) -> None:
    for number in range(100, 107):
        await site.record(number, days=number)
    before, cursor, seen = NOW - timedelta(days=50), "", []
    for _ in range(4):
        page = await site.ask(ReadExpired(f"p{cursor}", "test", before, 3, cursor))
        seen += [one.recording for one in page.found]
        cursor = page.cursor
        if not cursor:
            break
    assert seen == [f"{number}:{number}.wav" for number in range(106, 99, -1)]


async def test_a_deletion_that_was_told_and_not_done_is_found_as_under_way(site: Site) -> None:
    told = facts.RecordingDeleted(
        at=NOW, key="d", pbx="main", recording="1:1.wav", call="call1", class_="default", size=1, sha256="x"
    )
    await site.store.commit([told])
    left = await site.ask(ReadExpired("left", "test", NOW, 10, "", deleting=True))
    assert [(one.recording, one.state) for one in left.found] == [("1:1.wav", "deleting")]
    over = await site.ask(ReadExpired("over", "test", NOW, 1000))
    assert "1:1.wav" not in [one.recording for one in over.found]


async def test_a_call_is_looked_up_with_those_it_was_joined_with(site: Site) -> None:
    await site.store.commit(
        [e.CallMerged(NOW, "main", "call2", "call1"), e.CallMerged(NOW, "main", "call3", "call1")]
    )
    for call in ("call1", "call2", "call3"):
        answer = await site.ask(LookUpRecordings(call, "test", pbx="main", call=call))
        assert {one.recording for one in answer.found} == {"1:1.wav", "2:2.wav", "3:3.wav"}


async def test_a_caller_s_number_finds_the_recordings_of_their_calls_since_then(site: Site) -> None:
    for number, at in ((1, NOW - timedelta(days=1)), (2, NOW - timedelta(days=40))):
        started = e.CallStarted(
            at, "main", f"call{number}", "queue", "13800138000", "", "800", "PJSIP/t", True
        )
        await site.store.commit([started])
    since = NOW - timedelta(days=30)
    answer = await site.ask(LookUpRecordings("n", "test", number="13800138000", since=since))
    assert [(one.recording, one.numbers) for one in answer.found] == [("1:1.wav", ("13800138000",))]


async def test_a_recording_whose_file_is_there_keeps_its_row_when_the_store_is_pruned(site: Site) -> None:
    gone = facts.DeletionEnded(at=NOW, key="d", pbx="main", recording="1:1.wav", outcome="gone")
    await site.store.commit([gone])
    deleted = await site.store.prune(NOW + timedelta(days=1))
    assert deleted["recording"] == 1
    answer = await site.ask(LookUpRecordings("r", "test", pbx="main", recording="2:2.wav"))
    assert len(answer.found) == 1
