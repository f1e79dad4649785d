"""A seeded day on a real Asterisk: what ccd stored is what Asterisk's own records say.

Over the day the PBX restarts twice and the AMI session is cut three times (closed, reset, and refused for a
while). Outside the intervals that ccd itself marked as blind nothing may differ.
"""

from __future__ import annotations

import asyncio
import csv
import io
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.e2e.daemon import Daemon, for_asterisk
from tests.e2e.day import EXTENSIONS, Day
from tests.e2e.oracle import Blind, Leg, cdr_differences, differences, ours, theirs
from tests.e2e.proxy import Proxy
from tests.pbx.asterisk import Asterisk
from tests.pbx.phones import Phones

CALLS = 300
VERSIONS = ("22", "16")
KINDS = (
    {"ENTERQUEUE", "CONNECT", "COMPLETECALLER", "COMPLETEAGENT", "ABANDON", "EXITWITHTIMEOUT", "RINGNOANSWER"}
    | {"BLINDTRANSFER", "ATTENDEDTRANSFER", "PAUSE", "UNPAUSE", "ADDMEMBER", "REMOVEMEMBER"}
)  # fmt: skip
JOURNAL = "[journal]\nenabled = true\n"


def _table(daemon: Daemon, name: str) -> list[dict[str, str]]:
    text = daemon.ccd("export", name).stdout.removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text)))


def _time(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _second(text: str) -> datetime | None:
    time = _time(text)
    return time and time.replace(microsecond=0)


def _blind(daemon: Daemon) -> list[Blind]:
    found: list[Blind] = []
    for row in _table(daemon, "blind-interval"):
        began, ended = _time(row["began"]), _time(row["ended"])
        assert began is not None
        assert ended is not None or row["why"] == "stopped", f"still blind: {row}"
        found.append((began, ended or datetime(9000, 1, 1, tzinfo=UTC)))
    return found


def _legs(daemon: Daemon) -> dict[str, Leg]:
    merged = {row["call"]: row["merged_into"] for row in _table(daemon, "call") if row["merged_into"]}

    def last(call: str) -> str:
        while call in merged:
            call = merged[call]
        return call

    return {
        row["uniqueid"]: Leg(last(row["call"]), started, _second(row["answered"]), _second(row["ended"]))
        for row in _table(daemon, "leg")
        if (started := _second(row["started"])) is not None
    }


@dataclass
class Played:
    """What a day left behind: differences by the oracle, and what shows that it was a day worth playing."""

    version: str
    placed: int
    exit_code: int
    connects: int
    blind: list[Blind]
    rows: int
    told: Counter[str]
    """What ccd itself made of it, by event."""
    found: list[str]


async def play(version: str, seed: int, folder: Path, calls: int = CALLS) -> Played:
    with Asterisk(version) as pbx:
        async with (
            Proxy(pbx.ami_port) as proxy,
            for_asterisk(pbx, folder / "ccd", ami_port=proxy.port, more=JOURNAL) as daemon,
            Phones(pbx, *EXTENSIONS) as phones,
        ):

            async def restart() -> None:
                await asyncio.to_thread(pbx.restart)

            async def cut() -> None:
                proxy.cut()

            async def reset() -> None:
                proxy.reset()

            async def refuse() -> None:
                proxy.refusing = True
                proxy.cut()
                await asyncio.sleep(3)
                proxy.refusing = False

            day = Day(pbx, phones, seed=seed, calls=calls, per_second=3)
            await day.play({0.15: cut, 0.35: restart, 0.5: reset, 0.65: refuse, 0.8: restart})
            await asyncio.sleep(4)
            code, _ = await asyncio.to_thread(daemon.stop)
        return await asyncio.to_thread(_compare, version, day.placed, code, pbx, daemon, folder)


def _compare(version: str, placed: int, code: int, pbx: Asterisk, daemon: Daemon, folder: Path) -> Played:
    blind = _blind(daemon)
    seen = ours(daemon.ccd("export", "queue-log").stdout.splitlines())
    recorded = theirs(pbx.queue_log())
    (folder / "queue_log").write_text((pbx.log_dir / "queue_log").read_text("utf-8"), "utf-8")
    unseen = sum((ended - began).total_seconds() for began, ended in blind[:-1])
    print(f"Asterisk {pbx.version}: {len(recorded)} rows, ours {len(seen)}, {unseen:.1f} s blind")
    return Played(
        version=version,
        placed=placed,
        exit_code=code,
        connects=sum(row.event == "CONNECT" for row in recorded),
        blind=blind,
        rows=len(recorded),
        told=Counter(row.event for row in seen),
        found=differences(recorded, seen, blind) + cdr_differences(pbx.cdr(), _legs(daemon), blind),
    )


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Played]:
    """Both versions play their day at the same time."""

    async def both() -> list[Played]:
        return await asyncio.gather(
            *(
                play(version, int(version), tmp_path_factory.mktemp(f"day{version}"))
                for version in ("22", "16")
            )
        )

    return {played.version: played for played in asyncio.run(both())}


@pytest.mark.pbx
@pytest.mark.parametrize("version", VERSIONS)
def test_a_day_is_stored_as_asterisk_recorded_it(version: str, days: dict[str, Played]) -> None:
    played = days[version]
    assert played.found == [], "\n".join(played.found)


@pytest.mark.pbx
@pytest.mark.parametrize("version", VERSIONS)
def test_the_day_was_a_full_one_with_every_fault(version: str, days: dict[str, Played]) -> None:
    played = days[version]
    assert played.exit_code == 0
    assert played.placed >= CALLS * 0.9
    assert played.connects > CALLS / 5
    assert len(played.blind) >= 7  # the start, three cuts, two restarts, the end
    # Who sees nothing contradicts nobody: most of the day was seen, and something of every kind.
    assert played.told.total() >= played.rows * 0.7
    assert played.told.keys() >= KINDS


@pytest.mark.pbx
@pytest.mark.soak
async def test_a_long_day(tmp_path: Path) -> None:
    """Five days' calls in one, on both versions."""
    for version in VERSIONS:
        (tmp_path / version).mkdir()
    for played in await asyncio.gather(*(play(v, 5, tmp_path / v, calls=5 * CALLS) for v in VERSIONS)):
        assert played.found == [], "\n".join(played.found)
