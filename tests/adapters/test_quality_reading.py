"""What sampling rests on is read whole, or again; its seeds come of one secret that is never replaced."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ccd.adapters.quality_reading import QualityReading, Seeds
from ccd.adapters.store import Store
from ccd.adapters.store.errors import StoreError, UnavailableError
from ccd.config import ConfigError, StoreSettings
from ccd.effects import ReadConversations, ReadPopulation, ReadSeed
from ccd.events import Event
from ccd.events.quality import ConversationSeen, PopulationRead, SeedRead
from ccd.events.sampling import SeedCommitted
from ccd.roster import Roster
from tests.adapters.store.samples import AT, later, queue_call, sample

DAY = date(2026, 11, 22)


class Failing:
    """A store that fails so often before it answers."""

    def __init__(self, store: Store, *errors: Exception) -> None:
        self._store = store
        self.errors = list(errors)
        self.at_once = self.most_at_once = 0
        self.open = asyncio.Event()
        self.open.set()

    async def commit(self, facts: Sequence[Any] = ()) -> None:
        await self._store.commit(facts)

    async def read(self, question: Callable[..., Awaitable[Any]]) -> Any:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await self.open.wait()
            await asyncio.sleep(0)
            if self.errors:
                raise self.errors.pop(0)
            return await self._store.read(question)
        finally:
            self.at_once -= 1


class Desk:
    def __init__(self, store: Store, folder: Path) -> None:
        self.store = Failing(store)
        self.got: asyncio.Queue[Event] = asyncio.Queue()
        self.seeds = Seeds(folder)
        self.reading = QualityReading(
            self.store, self.seeds, lambda: Roster(()), self.got.put_nowait, again_s=0.0, key_again_s=0.01
        )

    async def next(self) -> Any:
        async with asyncio.timeout(5):
            return await self.got.get()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(StoreSettings(), tmp_path / "state")
    yield store
    await store.close()


@pytest.fixture
async def desk(store: Store, tmp_path: Path) -> AsyncIterator[Desk]:
    desk = Desk(store, tmp_path / "state")
    yield desk
    await desk.reading.close()


def population(key: str = "p", day: date = DAY) -> ReadPopulation:
    return ReadPopulation(key, "test", day)


async def test_conversations_come_back_as_an_input_under_their_key(desk: Desk, store: Store) -> None:
    """With what was given to be written just before."""
    store.enqueue(queue_call())
    desk.reading.conversations(ReadConversations("c", "test", AT, later(600), AT, 3600.0))
    found = await desk.next()
    assert (found.key, found.until, found.unsettled) == ("c", later(600), 0)
    assert [one.uniqueid for one in found.found] == ["1.1"]


async def test_a_population_comes_back_as_an_input_under_its_key(desk: Desk, store: Store) -> None:
    store.enqueue([sample(ConversationSeen, day=DAY), sample(ConversationSeen, day=DAY, unit="a")])
    desk.reading.population(population())
    found = await desk.next()
    assert isinstance(found, PopulationRead)
    assert (found.key, found.day, [one.unit for one in found.members]) == ("p", DAY, ["<unit>", "a"])


@pytest.mark.parametrize("error", [StoreError("gone"), UnavailableError("gone")])
async def test_a_store_that_does_not_answer_is_asked_again(desk: Desk, error: Exception) -> None:
    desk.store.errors = [error, error, error]
    desk.reading.population(population())
    assert (await desk.next()).key == "p"
    assert desk.reading.questions.failures == 3


async def test_questions_are_asked_one_at_a_time(desk: Desk) -> None:
    for n in range(5):
        desk.reading.population(population(str(n)))
    assert [(await desk.next()).key for _ in range(5)] == ["0", "1", "2", "3", "4"]
    assert desk.store.most_at_once == 1


async def test_of_two_with_the_same_key_the_later_one_is_answered(desk: Desk) -> None:
    desk.store.open.clear()
    desk.reading.population(population())
    await asyncio.sleep(0)
    desk.reading.population(population(day=date(2026, 1, 1)))
    desk.store.open.set()
    assert (await desk.next()).day == date(2026, 1, 1)
    await asyncio.sleep(0)
    assert desk.got.empty()


async def test_closing_waits_for_nobody(desk: Desk) -> None:
    desk.store.open.clear()
    desk.reading.population(population())
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await desk.reading.close()
    assert desk.got.empty()


# --- seeds ------------------------------------------------------------------------------------------------


async def test_a_seed_is_the_day_under_the_secret(desk: Desk) -> None:
    desk.reading.seed(ReadSeed("s", "test", DAY))
    found = await desk.next()
    key = desk.seeds.file.read_bytes()
    assert found == SeedRead(found.at, DAY, hmac.new(key, b"2026-11-22", hashlib.sha256).hexdigest())


async def test_the_secret_is_made_once_and_nobody_else_may_read_it(desk: Desk) -> None:
    desk.reading.seed(ReadSeed("s", "test", DAY))
    first = await desk.next()
    key = desk.seeds.file.read_bytes()
    assert len(key) == 32
    assert desk.seeds.file.stat().st_mode & 0o777 == 0o600
    desk.reading.seed(ReadSeed("s", "test", DAY))
    assert (await desk.next()).seed == first.seed
    assert desk.seeds.file.read_bytes() == key
    assert [path.name for path in desk.seeds.file.parent.iterdir() if "quality" in path.name] == [
        "quality.key"
    ]


async def test_another_day_has_another_seed_and_so_has_another_ccd(tmp_path: Path) -> None:
    seeds = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        seeds += [Seeds(tmp_path / name).of(date(2026, 1, day), may_make=True) for day in (1, 2)]
    assert len(set(seeds)) == 4


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "empty": (lambda file: file.write_bytes(b""), "no key"),
    "cut": (lambda file: file.write_bytes(b"x" * 31), "no key"),
    "longer": (lambda file: file.write_bytes(b"x" * 33), "no key"),
    "open to others": (lambda file: file.chmod(0o640), "others may read"),
    "a folder": (lambda file: (file.unlink(), file.mkdir()), "quality.key"),
    "a link": (lambda file: (file.rename(f"{file}.x"), file.symlink_to(f"{file}.x")), "quality.key"),
    "a link to nothing": (lambda file: (file.unlink(), file.symlink_to("nowhere")), "quality.key"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_secret_that_is_damaged_is_refused_and_left_as_it_is(tmp_path: Path, damage: str) -> None:
    seeds = Seeds(tmp_path)
    seeds.of(DAY, may_make=True)
    harm, told = DAMAGE[damage]
    harm(seeds.file)
    before = sorted((path.name, path.lstat().st_mode, path.lstat().st_size) for path in tmp_path.iterdir())
    with pytest.raises(ConfigError, match=told):
        seeds.of(DAY, may_make=True)
    after = sorted((path.name, path.lstat().st_mode, path.lstat().st_size) for path in tmp_path.iterdir())
    assert after == before


async def test_a_secret_that_is_gone_is_not_made_anew_once_seeds_were_committed_to(
    desk: Desk, store: Store
) -> None:
    desk.reading.seed(ReadSeed("s", "test", DAY))
    seed = (await desk.next()).seed
    await store.commit([sample(SeedCommitted)])
    kept = desk.seeds.file.rename(f"{desk.seeds.file}.away")
    desk.reading.seed(ReadSeed("s", "test", DAY))
    while not desk.reading.questions.failures:
        await asyncio.sleep(0.001)
    assert not desk.seeds.file.exists()
    assert desk.got.empty()
    kept.rename(desk.seeds.file)  # put back from a backup, without a restart
    assert (await desk.next()).seed == seed


def test_the_error_names_the_file_and_both_mends(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as error:
        Seeds(tmp_path).of(DAY, may_make=False)
    for part in (str(tmp_path / "quality.key"), "ccd restore", "chmod 600"):
        assert part in str(error.value)


def test_of_many_first_uses_at_once_one_makes_the_secret(tmp_path: Path) -> None:
    """Processes, as `ccd run` and another would be."""
    code = (
        "import sys; from datetime import date; from pathlib import Path\n"
        "from ccd.adapters.quality_reading import Seeds\n"
        "sys.stdin.read()\n"
        "print(Seeds(Path(sys.argv[1])).of(date(2026, 11, 22), may_make=True))\n"
    )
    arguments = [sys.executable, "-c", code, str(tmp_path)]
    runs = [
        subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    for run in runs:
        assert run.stdin is not None
        run.stdin.close()
        run.stdin = None
    seeds = {run.communicate(timeout=60)[0].strip() for run in runs}
    assert seeds == {Seeds(tmp_path).of(DAY, may_make=False)}


def test_a_folder_that_may_not_be_written_to_is_named() -> None:
    """Of the kernel's own folder not even root may make a file."""
    with pytest.raises(ConfigError, match="quality"):
        Seeds(Path("/proc/self")).of(DAY, may_make=True)
