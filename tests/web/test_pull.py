"""`ccd qa pull`, `recording get` and `link`: whole or not at all, gone on with after a cut, never twice."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from ccd.adapters.recording_pull import Client, Item, Outcome, pull
from tests.cli.real import COMMAND, Home
from tests.web.place import Place, samples, serving, wav
from tests.web.test_quality import evaluation

LONG = wav()[:4] + b"\xff\xff\xff\x7f" + wav()[8:40] + b"\xff\xff\xff\x7f" + samples() * 100
"""3.2 MB."""
DIGEST = hashlib.sha256(LONG).hexdigest()


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with serving(tmp_path) as place:
        yield place


async def fetch(
    place: Place, folder: Path, *items: Item, form: str = "original", url: str = ""
) -> list[Outcome]:
    client = Client(url or place.url, await place.token("4001"), "en")
    told: list[Outcome] = []
    try:
        found = await pull(
            client, items, folder, form=form, progress=lambda *at: None, done=told.append, again_s=0.01
        )
        assert sorted(told) == sorted(found)
        return found
    finally:
        await client.close()


async def ranges(place: Place) -> list[str]:
    return [json.loads(row["data"])["range"] for row in await place.audited()]


async def test_a_file_is_fetched_checked_and_not_fetched_again(place: Place, tmp_path: Path) -> None:
    item = Item(await place.recording(content=LONG), "one", "wav", DIGEST)
    folder = tmp_path / "got"
    for expected in ("fetched", "kept", "kept"):
        [outcome] = await fetch(place, folder, item)
        assert (outcome.what, outcome.path.read_bytes() == LONG) == (expected, True)
    assert len(await place.audited()) == 1
    assert sorted(path.name for path in folder.iterdir()) == ["one.wav", "one.wav.sha256"]
    assert (folder / "one.wav.sha256").read_text() == f"{DIGEST}  one.wav\n"


async def test_it_goes_on_where_it_was_cut(place: Place, tmp_path: Path) -> None:
    item = Item(await place.recording(content=LONG), "one", "wav", DIGEST)
    (tmp_path / "one.wav.part").write_bytes(LONG[:1_000_000])
    (tmp_path / "one.wav.part.etag").write_text(f'"{DIGEST}"')
    [outcome] = await fetch(place, tmp_path, item)
    assert (outcome.what, outcome.path.read_bytes() == LONG) == ("fetched", True)
    assert await ranges(place) == ["bytes=1000000-"]


async def test_a_part_of_something_else_is_begun_anew(place: Place, tmp_path: Path) -> None:
    item = Item(await place.recording(content=LONG), "one", "wav", DIGEST)
    (tmp_path / "one.wav.part").write_bytes(b"x" * 1_000_000)
    (tmp_path / "one.wav.part.etag").write_text('"other"')
    [outcome] = await fetch(place, tmp_path, item)
    assert (outcome.what, outcome.path.read_bytes() == LONG) == ("fetched", True)


async def test_a_part_that_was_tampered_with_is_thrown_away(place: Place, tmp_path: Path) -> None:
    item = Item(await place.recording(content=LONG), "one", "wav", DIGEST)
    (tmp_path / "one.wav.part").write_bytes(b"x" * 1_000_000)
    (tmp_path / "one.wav.part.etag").write_text(f'"{DIGEST}"')
    [outcome] = await fetch(place, tmp_path, item)
    assert (outcome.what, outcome.fault) == ("failed", "tampered")
    assert not (tmp_path / "one.wav").exists()
    [outcome] = await fetch(place, tmp_path, item)
    assert outcome.what == "fetched"


async def test_a_whole_part_that_never_got_its_name_gets_it(place: Place, tmp_path: Path) -> None:
    item = Item(await place.recording(content=LONG), "one", "wav", DIGEST)
    (tmp_path / "one.wav.part").write_bytes(LONG)
    (tmp_path / "one.wav.part.etag").write_text(f'"{DIGEST}"')
    [outcome] = await fetch(place, tmp_path, item)
    assert (outcome.what, outcome.path.read_bytes() == LONG) == ("fetched", True)


async def test_a_file_that_was_changed_here_is_fetched_anew(place: Place, tmp_path: Path) -> None:
    item = Item(await place.recording(content=LONG), "one", "wav", DIGEST)
    await fetch(place, tmp_path, item)
    (tmp_path / "one.wav").write_bytes(b"x")
    [outcome] = await fetch(place, tmp_path, item)
    assert (outcome.what, outcome.path.read_bytes() == LONG) == ("fetched", True)


async def test_one_that_is_gone_or_changed_holds_up_no_other(place: Place, tmp_path: Path) -> None:
    items = []
    for number in range(5):
        content = wav(0.1 + number / 10)
        name = await place.recording(f"{number}.wav", content, call=f"c{number}")
        items.append(Item(name, f"r{number}", "wav", hashlib.sha256(content).hexdigest()))
    (place.folder / "1.wav").unlink()
    (place.folder / "3.wav").write_bytes(wav(9))
    found = await fetch(place, tmp_path / "got", *items)
    assert [outcome.what for outcome in found] == ["fetched", "failed", "fetched", "failed", "fetched"]
    assert "gone" in found[1].fault
    assert "changed" in found[3].fault


async def test_what_is_made_playable_is_fetched_and_kept_as_well(place: Place, tmp_path: Path) -> None:
    item = Item(await place.recording(), "one", "wav", "")
    for form in ("opus", "mp3"):
        for expected in ("fetched", "kept"):
            [outcome] = await fetch(place, tmp_path, item, form=form)
            assert (outcome.what, outcome.path.name) == (expected, f"one.{form}")


class Tap:
    """Lets so many bytes of answers through, then nothing."""

    def __init__(self, port: int, most: int) -> None:
        self._port, self.most = port, most
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> str:
        self._server = await asyncio.start_server(self._on, "127.0.0.1", 0)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def __aexit__(self, *error: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()

    async def _on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up, down = await asyncio.open_connection("127.0.0.1", self._port)
        for source, sink in ((reader, down), (up, writer)):
            task = asyncio.create_task(self._pass(source, sink, source is up))
            self._tasks.add(task)

    async def _pass(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, counted: bool) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await source.read(65536):
                if counted:
                    self.most -= len(data)
                    if self.most < 0:
                        await asyncio.sleep(600)
                sink.write(data)
                await sink.drain()


async def test_a_pull_that_was_killed_half_way_goes_on(place: Place, tmp_path: Path) -> None:
    """The command itself, on a line that stands still, and SIGKILL."""
    await place.recording(content=LONG)
    await evaluation(place, "abcdefghijkl")
    home = Home(tmp_path)
    environ = {**home.environ, "CCD_TOKEN": await place.token("4001", "qa:read", "recordings")}
    command = [*COMMAND, "qa", "pull", "--mine", "--to", "got", "--json", "--url"]
    part = tmp_path / "got" / "2026-03-02-abcdefghijkl.wav.part"
    async with Tap(place.web.server.port, 2_000_000) as url:
        process = await asyncio.create_subprocess_exec(*command, url, cwd=tmp_path, env=environ)
        async with asyncio.timeout(60):
            while not part.exists() or part.stat().st_size < 1_000_000:
                await asyncio.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        await process.wait()
    assert not part.with_suffix("").exists()
    line = Tap(place.web.server.port, 100_000_000)
    async with line as url:
        done = await asyncio.create_subprocess_exec(
            *command, url, cwd=tmp_path, env=environ, stdout=asyncio.subprocess.PIPE
        )
        out, _ = await done.communicate()
    told = json.loads(out)
    assert (done.returncode, told["failed"]) == (0, 0)
    assert [row["outcome"] for row in told["recordings"]] == ["fetched"]
    assert hashlib.sha256(part.with_suffix("").read_bytes()).hexdigest() == DIGEST
    assert 100_000_000 - line.most < len(LONG) - 900_000


# --- the command ------------------------------------------------------------------------------------------


@pytest.fixture
def ccd(place: Place, tmp_path: Path) -> Callable[..., Any]:
    """`ccd` beside the server, in a thread: with a token of an analyst's."""
    home = Home(tmp_path)

    async def run(*arguments: str, person: str = "4001", **environ: str) -> Any:
        token = {"CCD_TOKEN": await place.token(person)} if person else {}
        return await asyncio.to_thread(home.process, *arguments, **(token | environ))

    return run


async def test_the_list_is_fetched_with_what_failed_named(place: Place, ccd: Any, tmp_path: Path) -> None:
    await place.recording()
    await evaluation(place, "aaaaaaaaaaaa")
    await evaluation(place, "bbbbbbbbbbbb", 1, recording="gone:x.wav")
    await evaluation(place, "cccccccccccc", 2, analyst="4002")
    done = await ccd("qa", "pull", "--mine", "--to", "got", "--url", place.url)
    assert done.returncode == 1, done.stderr
    assert "1 fetched, 0 here already, 1 not" in done.stdout
    assert "2026-03-02-bbbbbbbbbbbb: there is no recording that you may have" in done.stderr
    assert (tmp_path / "got" / "2026-03-02-aaaaaaaaaaaa.wav").read_bytes() == wav()
    done = await ccd("qa", "pull", "--id", "aaaaaaaaaaaa", "--to", "got", "--url", place.url)
    assert (done.returncode, done.stdout) == (0, "0 fetched, 1 here already, 0 not; got\n")


async def test_one_is_fetched_by_its_id_and_a_link_to_it_plays(
    place: Place, ccd: Any, tmp_path: Path
) -> None:
    name = await place.recording()
    done = await ccd("recording", "get", name, "--to", "got", "--url", place.url, "--format", "opus")
    assert done.returncode == 0, done.stderr
    [file] = (tmp_path / "got").glob("*.opus")
    assert file.read_bytes()[:4] == b"OggS"
    done = await ccd("recording", "link", name, "--url", place.url)
    assert done.returncode == 0, done.stderr
    answer = await place.http.get(done.stdout.strip())
    assert answer.content[44:] == samples()


async def test_what_can_not_be_is_said_with_its_exit_code(place: Place, ccd: Any) -> None:
    name, url = await place.recording(), ("--url", place.url)
    closed = ("--url", "http://127.0.0.1:1")
    for arguments, person, code, said in (
        (("qa", "pull", "--to", "x", *url), "4001", 2, "--mine"),
        (("qa", "pull", "--mine", "--to", "x", *url), "", 2, "CCD_TOKEN"),
        (("qa", "pull", "--mine", "--to", "x"), "", 2, "--by CODE"),
        (("qa", "pull", "--mine", "--to", "x", *closed), "4001", 3, "run it again"),
        (("recording", "get", name, "--to", "x", *url), "2002", 4, "Not yours to see"),
        (("recording", "get", "../../etc", "--to", "x", *url), "4001", 4, "no such recording"),
        (("recording", "link", name, "--format", "exe", *url), "4001", 2, "original, opus, mp3 or wav"),
        (("qa", "pull", "--mine", "--to", "ccd.toml/x", *url), "4001", 0, "nothing is on that list"),
    ):
        done = await ccd(*arguments, person=person)
        assert done.returncode == code, (arguments, done.stderr)
        assert said in done.stderr + done.stdout, arguments
        assert "Traceback" not in done.stderr


async def test_a_bad_token_ends_it_at_once(place: Place, ccd: Any) -> None:
    done = await ccd("qa", "pull", "--mine", "--to", "x", "--url", place.url, person="", CCD_TOKEN="ccd_bad")
    assert done.returncode == 4
    assert "not good" in done.stderr
