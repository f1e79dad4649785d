"""The legal hold: a copy at once, another when the recording stands still, and none is ever written over."""

from __future__ import annotations

import asyncio
import hashlib
import os
import stat
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccd.adapters.evidence import Evidence, EvidenceError, evidence_dir
from ccd.adapters.evidence_files import PART, copy, folder, safe_name, versions
from ccd.config import PbxSettings, RecordingsSettings, Settings
from ccd.effects import KeepCopy
from ccd.events.incident_inputs import CopyKept
from tests.small_disk import NEEDS_ROOT, small_disk_at

INCIDENT = "threat-20261122-010203-0a1b2c3d"
HEADER = b"RIFF" + bytes(60)
SOUND = bytes(range(256)) * 40


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Hold:
    """An evidence keeper over real folders; ``told`` is what it said, ``open`` and ``running`` its world."""

    def __init__(self, folder: Path) -> None:
        self.monitor = folder / "monitor"
        self.monitor.mkdir()
        self.root = folder / "evidence"
        self.open = True
        self.running = False
        self.told: list[CopyKept] = []
        self.evidence = self.another()

    def another(self, refresh_s: float = 60.0, limit: int = 1000) -> Evidence:
        return Evidence(
            lambda: self.root,
            lambda: {"main": PbxSettings(recordings_dir=self.monitor)},
            lambda: RecordingsSettings(quiet_s=0.03, give_up_s=0.15),
            self.told.append,
            lambda: datetime.now(UTC),
            running=lambda pbx, path: self.running,
            still_wanted=lambda incident: self.open,
            refresh_s=refresh_s,
            limit=limit,
        )

    def keep(self, path: str = "call.wav", pbx: str = "main") -> None:
        self.evidence.keep(KeepCopy(key="k1", because="test", pbx=pbx, incident=INCIDENT, path=path))

    async def until(self, told: Callable[[CopyKept], bool]) -> CopyKept:
        async with asyncio.timeout(10):
            while not (found := [each for each in self.told if told(each)]):
                await asyncio.sleep(0.005)
        return found[0]

    async def final(self) -> CopyKept:
        return await self.until(lambda each: each.final)

    async def over(self) -> None:
        async with asyncio.timeout(10):
            while self.evidence.pending:
                await asyncio.sleep(0.005)

    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.root.rglob("*") if path.is_file()}


@pytest.fixture
async def hold(tmp_path: Path) -> AsyncIterator[Hold]:
    hold = Hold(tmp_path)
    yield hold
    await hold.evidence.close()


async def test_a_growing_recording_is_copied_at_once_and_again_when_it_stands_still(hold: Hold) -> None:
    source = hold.monitor / "call.wav"
    source.write_bytes(HEADER + SOUND)
    hold.running = True
    hold.keep()
    first = await hold.until(lambda each: not each.final)
    assert (first.size, first.sha256, first.error) == (len(HEADER + SOUND), sha(HEADER + SOUND), "")
    assert Path(first.path).read_bytes() == HEADER + SOUND
    with source.open("ab") as file:
        for _ in range(5):
            file.write(SOUND)
            file.flush()
            await asyncio.sleep(0.04)
    whole = b"WAVE" + bytes(60) + SOUND * 6  # the lengths in the header are written at the end
    source.write_bytes(whole)
    hold.running = False
    final = await hold.final()
    assert (final.size, final.sha256) == (len(whole), sha(whole))
    assert Path(final.path).read_bytes() == whole
    assert (final.key, final.incident, final.source) == ("k1", INCIDENT, "call.wav")
    assert Path(first.path).read_bytes() == HEADER + SOUND
    assert [(each.final, each.error) for each in hold.told] == [(False, ""), (True, "")]


async def test_a_recording_that_pauses_is_not_final_while_it_is_being_made(hold: Hold) -> None:
    source = hold.monitor / "call.wav"
    source.write_bytes(SOUND)
    hold.running = True
    hold.keep()
    await hold.until(lambda each: not each.final)
    await asyncio.sleep(0.3)
    assert [each.final for each in hold.told] == [False]
    hold.running = False
    assert (await hold.final()).path == hold.told[0].path  # nothing was added: it is the same copy
    assert list(hold.files()) == ["call.wav"]


async def test_a_call_of_an_hour_is_watched_beyond_every_limit_and_after_the_incident(hold: Hold) -> None:
    source = hold.monitor / "call.wav"
    source.write_bytes(SOUND)
    hold.running, hold.open = True, False
    hold.keep()
    await hold.until(lambda each: not each.final)
    await asyncio.sleep(0.5)  # give_up_s is 0.15
    assert [each.final for each in hold.told] == [False]
    source.write_bytes(SOUND * 3)
    hold.running = False
    assert (await hold.final()).size == len(SOUND) * 3
    await hold.over()


async def test_what_changes_after_it_was_final_is_kept_once_more_while_the_incident_is_open(
    hold: Hold,
) -> None:
    source = hold.monitor / "call.wav"
    source.write_bytes(SOUND)
    hold.keep()
    await hold.final()
    source.write_bytes(SOUND + SOUND)
    again = await hold.until(lambda each: each.final and each.size == 2 * len(SOUND))
    assert sorted(hold.files()) == ["call.2.wav", "call.wav"]
    assert Path(again.path).read_bytes() == SOUND + SOUND
    hold.open = False
    await hold.over()


@pytest.mark.parametrize(
    "after",
    [SOUND[:5000], b"", bytes(len(SOUND)), bytes(3 * len(SOUND))],
    ids=["short", "empty", "same", "long"],
)
async def test_a_file_changed_behind_our_back_does_not_cost_the_first_copy(hold: Hold, after: bytes) -> None:
    source = hold.monitor / "call.wav"
    source.write_bytes(SOUND)
    hold.running = True
    hold.keep()
    first = await hold.until(lambda each: not each.final)
    other = hold.monitor / "other"
    other.write_bytes(after)
    other.rename(source)
    hold.running = False
    final = await hold.final()
    assert Path(first.path).read_bytes() == SOUND
    assert Path(final.path).read_bytes() == after
    assert first.path != final.path
    assert "changed behind our back" in (await hold.until(lambda each: bool(each.error))).error


async def test_a_file_removed_behind_our_back_leaves_its_latest_copy(hold: Hold) -> None:
    hold.evidence = hold.another(refresh_s=0)
    source = hold.monitor / "call.wav"
    source.write_bytes(SOUND)
    hold.running = True
    hold.keep()
    first = await hold.until(lambda each: not each.final)
    for number in (2, 3):
        source.write_bytes(SOUND * number)
        async with asyncio.timeout(10):
            while SOUND * number not in hold.files().values():
                await asyncio.sleep(0.005)
    source.unlink()
    final = await hold.final()
    assert Path(final.path).read_bytes() == SOUND * 3
    assert Path(first.path).read_bytes() == SOUND
    assert len(hold.files()) == 2  # the copy between them was told to nobody, and is in the last one
    assert ["removed" in each.error for each in hold.told] == [False, True, False]


async def test_a_recording_that_is_not_there_yet_is_waited_for(hold: Hold) -> None:
    hold.keep()
    error = await hold.until(lambda each: bool(each.error))
    assert (error.error, error.final, error.path) == ("there is no such file", False, "")
    (hold.monitor / "call.wav").write_bytes(SOUND)
    assert (await hold.final()).sha256 == sha(SOUND)
    assert len([each for each in hold.told if each.error]) == 1


async def test_what_never_comes_is_given_up_when_the_incident_is_closed(hold: Hold) -> None:
    hold.open = False
    hold.keep()
    await hold.over()
    assert [(each.final, each.error) for each in hold.told][-1] == (True, "there is no such file")


@pytest.mark.parametrize("path", ["/etc/passwd", "../outside.wav", "link.wav", "call.wav\0"])
async def test_nothing_outside_the_recording_folder_is_copied(hold: Hold, path: str) -> None:
    (hold.monitor.parent / "outside.wav").write_bytes(SOUND)
    (hold.monitor / "link.wav").symlink_to(hold.monitor.parent / "outside.wav")
    hold.keep(path)
    told = await hold.final()
    assert "outside the recording folder" in told.error
    await hold.over()
    assert hold.files() == {}


async def test_a_pbx_that_is_gone_from_the_settings_is_an_error(hold: Hold) -> None:
    hold.keep(pbx="gone")
    assert "pbx.gone" in (await hold.until(lambda each: bool(each.error))).error


async def test_the_same_effect_again_after_a_restart_finds_its_copies(hold: Hold) -> None:
    (hold.monitor / "call.wav").write_bytes(SOUND)
    hold.keep()
    hold.keep()
    before = await hold.final()
    await hold.evidence.close()
    hold.told.clear()
    part = Path(before.path).with_name(f"call.wav.1-1{PART}")
    part.write_bytes(b"cut short")
    hold.evidence = hold.another()
    hold.keep()
    again = await hold.final()
    assert (again.path, again.sha256) == (before.path, before.sha256)
    assert list(hold.files()) == ["call.wav"]


async def test_folders_and_files_are_closed_to_strangers_whatever_the_umask_is(hold: Hold) -> None:
    (hold.monitor / "call.wav").write_bytes(SOUND)
    before = os.umask(0)
    try:
        hold.keep()
        told = await hold.final()
    finally:
        os.umask(before)
    path = Path(told.path)
    assert path == hold.root / INCIDENT / "recordings" / "call.wav"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    for each in (path.parent, path.parent.parent):
        assert stat.S_IMODE(each.stat().st_mode) == 0o750


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with small_disk_at(tmp_path / "disk", "128k") as folder:
        yield folder


@NEEDS_ROOT
async def test_a_full_disk_is_told_and_tried_again(hold: Hold, small_disk: Path) -> None:
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(100_000))
    hold.root = small_disk / "evidence"
    content = SOUND * 9
    (hold.monitor / "call.wav").write_bytes(content)
    hold.keep()
    error = await hold.until(lambda each: bool(each.error))
    assert (error.error, error.final) == (os.strerror(28), False)
    assert hold.files() == {}
    await asyncio.sleep(0.2)
    assert len(hold.told) == 1  # the same error is told once
    ballast.unlink()
    assert (await hold.final()).sha256 == sha(content)


@NEEDS_ROOT
async def test_a_full_disk_does_not_cost_the_copies_made_before(hold: Hold, small_disk: Path) -> None:
    hold.root = small_disk / "evidence"
    source = hold.monitor / "call.wav"
    source.write_bytes(SOUND)
    hold.running = True
    hold.keep()
    first = await hold.until(lambda each: not each.final)
    source.write_bytes(SOUND * 20)
    hold.running = False
    assert (await hold.until(lambda each: bool(each.error))).error == os.strerror(28)
    hold.open = False
    assert (await hold.final()).error == os.strerror(28)
    assert hold.files() == {"call.wav": SOUND}
    assert Path(first.path).read_bytes() == SOUND


async def test_a_folder_that_cannot_be_made_is_an_error(hold: Hold) -> None:
    hold.root.write_bytes(b"a file is in the way")
    (hold.monitor / "call.wav").write_bytes(SOUND)
    hold.keep()
    assert (await hold.until(lambda each: bool(each.error))).error in (os.strerror(17), os.strerror(20))


async def test_ten_recordings_at_once_are_all_kept(hold: Hold) -> None:
    for number in range(10):
        (hold.monitor / f"{number}.wav").write_bytes(SOUND + bytes([number]))
        effect = KeepCopy(
            key=f"k{number}", because="", pbx="main", incident=f"i{number}", path=f"{number}.wav"
        )
        hold.evidence.keep(effect)
    async with asyncio.timeout(10):
        while sum(each.final for each in hold.told) < 10:
            await asyncio.sleep(0.01)
    assert {each.incident for each in hold.told} == {f"i{number}" for number in range(10)}
    assert hold.evidence.pending == 10  # until their incidents are closed
    hold.open = False
    await hold.over()


# --- files that people give -------------------------------------------------------------------------------


async def test_a_file_that_a_person_gives_is_kept(hold: Hold, tmp_path: Path) -> None:
    source = tmp_path / "fax.pdf"
    source.write_bytes(b"%PDF" * 100)
    kept = await hold.evidence.add_file(INCIDENT, source, "../传真 1.pdf")
    assert kept.path == hold.root / INCIDENT / "files" / "传真 1.pdf"
    assert (kept.size, kept.sha256) == (400, sha(b"%PDF" * 100))
    source.write_bytes(b"another")
    other = await hold.evidence.add_file(INCIDENT, source, "传真 1.pdf")
    again = await hold.evidence.add_file(INCIDENT, source, "传真 1.pdf")
    assert other.path.name == "传真 1.2.pdf"
    assert again == other
    assert kept.path.read_bytes() == b"%PDF" * 100


@pytest.mark.parametrize(
    ("make", "incident", "says"),
    [
        (lambda path: path.write_bytes(bytes(1001)), INCIDENT, "larger than 1,000 bytes"),
        (lambda path: None, INCIDENT, "No such file"),
        (lambda path: path.mkdir(), INCIDENT, "not a regular file"),
        (os.mkfifo, INCIDENT, "not a regular file"),
        (lambda path: path.write_bytes(b"x"), "../../etc", "no incident's id"),
        (lambda path: path.write_bytes(b"x"), "", "no incident's id"),
        (lambda path: path.write_bytes(b"x"), "x" * 1000, "no incident's id"),
    ],
    ids=["large", "none", "folder", "pipe", "up", "empty", "long"],
)
async def test_what_cannot_be_added_is_refused_and_leaves_nothing(
    hold: Hold, tmp_path: Path, make: Callable[[Path], object], incident: str, says: str
) -> None:
    source = tmp_path / "given"
    make(source)
    with pytest.raises(EvidenceError, match=says):
        await hold.evidence.add_file(incident, source, "given")
    assert hold.files() == {}


async def test_a_file_as_large_as_the_limit_is_taken(hold: Hold, tmp_path: Path) -> None:
    (tmp_path / "given").write_bytes(bytes(1000))
    assert (await hold.evidence.add_file(INCIDENT, tmp_path / "given", "given")).size == 1000


@pytest.mark.parametrize(
    ("given", "safe"),
    [
        ("录音 (1).wav", "录音 (1).wav"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\fax.pdf", "fax.pdf"),
        ("a\0b\n\u202egpj.exe", "a_b__gpj.exe"),
        ("...", "file"),
        ("", "file"),
        (".bashrc", "bashrc"),
        ("CON.txt", "_CON.txt"),
        ("-rf", "_-rf"),
        ("=cmd|'/c calc'!A1.csv", "c calc__A1.csv"),
        ('a<b>"c":d*?.txt', "a_b__c__d__.txt"),
    ],
)
def test_names_are_made_harmless(given: str, safe: str) -> None:
    assert safe_name(given) == safe


@given(st.text(max_size=400))
def test_no_name_leads_anywhere_else(given: str) -> None:
    name = safe_name(given)
    assert 0 < len(name.encode()) <= 160
    assert name == safe_name(name)
    assert not set(name) & set("/\\\0\n\r:*?\"<>|'`$")
    assert name.strip(" .") == name
    assert not safe_name(given + PART).endswith(PART)


@pytest.mark.parametrize("name", ["call.wav", "call", "call.2.wav", "a[1]*.wav", "录音.WAV"])
def test_no_copy_is_ever_written_over(tmp_path: Path, name: str) -> None:
    source, into = tmp_path / "source", folder(tmp_path / "root", "i1", "files")
    kept = {}
    for content in (b"a", b"b", b"a" * 70, b"b", b"a"):
        source.write_bytes(content)
        kept[copy(source, into, safe_name(name)).path] = content
    assert {path: path.read_bytes() for path in into.iterdir()} == kept
    assert len(kept) == 3
    assert versions(into, safe_name(name)) == list(kept)


def test_the_folder_is_the_settings_or_in_the_state_directory(tmp_path: Path) -> None:
    assert evidence_dir(Settings.model_validate({"evidence": {"dir": str(tmp_path)}})) == tmp_path
    assert evidence_dir(Settings.model_validate({"daemon": {"state_dir": "/s"}})) == Path("/s/evidence")
