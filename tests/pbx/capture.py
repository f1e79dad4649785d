"""Record what AMI says: ``python -m tests.pbx.capture 22 [SCENARIO …]`` writes ``tests/recordings/22/``.

For each scenario of ``scenarios`` a fresh PBX is started and everything one session with every read class and
no filter receives is written down, byte by byte:

- ``NAME.ami``: from the banner on; the login, then a snapshot (QueueStatus, CoreShowChannels,
  DeviceStateList) as a daemon would ask for it, then the scenario. Secrets are in none of it: only what was
  received is recorded.
- ``NAME.times``: ``OFFSET SECONDS`` for each piece received: from that byte on, at that time (Unix time).
- ``NAME.queue_log`` and ``NAME.cdr.csv``: Asterisk's own records of the same calls.
"""

from __future__ import annotations

import asyncio
import gzip
import shutil
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from tests.pbx.asterisk import Asterisk
from tests.pbx.phones import Phones
from tests.pbx.scenarios import LARGE, PHONES, SCENARIOS, Stage

__all__ = ["Recorder", "record"]

RECORDINGS = Path(__file__).parents[1] / "recordings"
_SNAPSHOT = ("QueueStatus", "CoreShowChannels", "DeviceStateList")


class Recorder:
    """Write all that a session of ``testadmin`` receives to ``path`` and the times beside it."""

    def __init__(self, pbx: Asterisk, path: Path) -> None:
        self._pbx = pbx
        self._path = path
        self._task: asyncio.Task[None] | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def __aenter__(self) -> Recorder:
        reader, self._writer = await asyncio.open_connection("127.0.0.1", self._pbx.ami_port)
        self._task = asyncio.create_task(self._receive(reader))
        actions = [f"Action: Login\r\nUsername: testadmin\r\nSecret: {self._pbx.admin_secret}\r\nEvents: on"]
        actions += [f"Action: {name}\r\nActionID: snapshot-{name}" for name in _SNAPSHOT]
        for action in actions:
            self._writer.write(action.encode() + b"\r\n\r\n")
            await asyncio.sleep(0.2)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._task is not None
        assert self._writer is not None
        await asyncio.sleep(1)  # what comes after the last hangup
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        self._writer.close()

    async def _receive(self, reader: asyncio.StreamReader) -> None:
        offset = 0
        with self._path.open("wb") as received, self._path.with_suffix(".times").open("w") as times:
            while piece := await reader.read(1 << 20):
                times.write(f"{offset} {time.time():.6f}\n")
                received.write(piece)
                offset += len(piece)


async def record(version: str, name: str, folder: Path) -> None:
    """Play one scenario on a fresh PBX and leave its files in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    with Asterisk(version) as pbx:
        async with Phones(pbx, *PHONES) as phones:
            stage = Stage(pbx, phones)
            async with Recorder(pbx, folder / f"{name}.ami"):
                await SCENARIOS[name](stage)
            if stage.again:  # the PBX was restarted: a second session sees the rest
                async with Recorder(pbx, folder / f"{name}.after.ami"):
                    await stage.again()
            await asyncio.sleep(0.2)
        shutil.copyfile(pbx.log_dir / "queue_log", folder / f"{name}.queue_log")
        calls = pbx.log_dir / "cdr-csv" / "Master.csv"
        (folder / f"{name}.cdr.csv").write_bytes(calls.read_bytes() if calls.exists() else b"")
    if name in LARGE:
        for path in sorted(folder.glob(f"{name}.*")):
            if path.suffix != ".gz":
                path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))
                path.unlink()


async def main(version: str, *names: str) -> None:
    for name in names or SCENARIOS:
        began = time.monotonic()
        await record(version, name, RECORDINGS / version)
        files = (RECORDINGS / version).glob(f"{name}.*")
        size = sum(file.stat().st_size for file in files)
        print(f"{version} {name}: {time.monotonic() - began:.1f} s, {size} bytes", flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
