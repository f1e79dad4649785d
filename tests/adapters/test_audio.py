"""What Asterisk writes is made into what a browser plays, by a process that may die and nothing else with it.

``chirp.WAV`` and ``chirp.gsm`` have the signal of ``tests.web.place.samples``, made with `sox` (GSM 06.10,
for which FFmpeg has no encoder); all others are made here.
"""

from __future__ import annotations

import array
import asyncio
import hashlib
import io
import json
import os
import random
import signal
import struct
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import av
import pytest

from ccd.adapters import audio as audio_module
from ccd.adapters.audio import Audio, AudioBusyError, AudioError, Wanted, WorkerError
from ccd.adapters.audio_formats import Source, source_of
from ccd.config import Settings
from tests.web.place import RATE, samples, wav

MIB = 1024 * 1024
SAID = samples()
HERE = Path(__file__).parent


@pytest.fixture
async def audio(tmp_path: Path) -> AsyncIterator[Audio]:
    settings = Settings.model_validate({"web": {"decoders": 2}})
    made = Audio(tmp_path / "web", lambda: settings)
    yield made
    await made.close()


async def decoded(audio: Audio, path: Path, what: str = "wav", **wanted: Any) -> bytes:
    source = source_of(path.name)
    assert source is not None
    fd = os.open(path, os.O_RDONLY)
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        made = await audio.made(fd, source, Wanted(what, digest, **wanted))
        content = made.path.read_bytes()
        assert hashlib.sha256(content).hexdigest() == made.sha256
        return content
    finally:
        os.close(fd)


def encoded(codec: str, container: str, rate: int = RATE) -> bytes:
    """The signal in another codec."""
    out = io.BytesIO()
    with av.open(out, "w", format=container) as file:
        stream: Any = file.add_stream(codec, rate=rate, layout="mono")
        data = samples(rate=rate)
        size = stream.frame_size or 320
        for at in range(0, len(data) - 2 * size + 1, 2 * size):
            frame = av.AudioFrame(format="s16", layout="mono", samples=size)
            piece = data[at : at + 2 * size]
            frame.planes[0].update(piece + bytes(frame.planes[0].buffer_size - len(piece)))
            frame.sample_rate, frame.pts = rate, at // 2
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return out.getvalue()


def likeness(content: bytes, rate: int = RATE) -> float:
    """The best correlation with the signal over delays of up to 50 ms: 1 is the same."""
    heard = array.array("h", content[44 : 44 + (len(content) - 44) // 2 * 2])
    said = array.array("h", samples(rate=rate))
    first, count = rate // 2, rate // 2  # half a second of the middle
    part = said[first : first + count]
    return max(_correlation(part, heard[first + late : first + late + count]) for late in range(rate // 20))


def _correlation(one: array.array[int], other: array.array[int]) -> float:
    product = sum(a * b for a, b in zip(one, other, strict=True))
    weight = (sum(a * a for a in one) * sum(b * b for b in other)) ** 0.5
    return float(product / weight) if weight else 0.0


CODECS: dict[str, Callable[[], bytes]] = {
    "a.wav": wav,
    "a.wav49": (HERE / "chirp.WAV").read_bytes,
    "a.WAV": (HERE / "chirp.WAV").read_bytes,
    "a.gsm": (HERE / "chirp.gsm").read_bytes,
    "a.ulaw": lambda: encoded("pcm_mulaw", "mulaw"),
    "a.pcm": lambda: encoded("pcm_mulaw", "mulaw"),
    "a.alaw": lambda: encoded("pcm_alaw", "alaw"),
    "a.sln": lambda: SAID,
    "b.sln16": lambda: samples(rate=16_000),
    "b.g722": lambda: encoded("g722", "g722", 16_000),
    "c.wav": lambda: encoded("pcm_alaw", "wav"),
    "d.wav": lambda: encoded("pcm_mulaw", "wav"),
}


@pytest.mark.parametrize("name", CODECS)
async def test_whatever_the_pbx_wrote_sounds_as_it_did(audio: Audio, tmp_path: Path, name: str) -> None:
    path, rate = tmp_path / name, 16_000 if name.startswith("b.") else RATE
    path.write_bytes(CODECS[name]())
    heard = await decoded(audio, path)
    assert heard[:4] == b"RIFF"
    assert int.from_bytes(heard[24:28], "little") == rate
    assert abs((len(heard) - 44) / 2 / rate - 2.0) < 0.05
    assert likeness(heard, rate) > 0.95


@pytest.mark.parametrize("what", ["opus", "mp3"])
async def test_it_is_made_small_and_sounds_the_same(audio: Audio, tmp_path: Path, what: str) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav())
    small = await decoded(audio, path, what)
    assert len(small) < len(wav()) * 0.75
    again = tmp_path / f"b.{what}"
    again.write_bytes(small)
    with av.open(io.BytesIO(small)) as file:
        assert abs(float(file.duration or 0) / av.time_base - 2.0) < 0.15
    played = io.BytesIO()
    with av.open(io.BytesIO(small)) as file:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
        for frame in file.decode(audio=0):
            for made in resampler.resample(frame):
                played.write(bytes(made.planes[0])[: 2 * made.samples])
    assert likeness(bytes(44) + played.getvalue() + bytes(RATE)) > 0.9


async def test_the_same_is_made_of_the_same(audio: Audio, tmp_path: Path) -> None:
    """So that a download that was cut off goes on, also where it was made anew meanwhile."""
    path = tmp_path / "a.wav"
    path.write_bytes(wav())
    first = await decoded(audio, path, "opus")
    for made in (tmp_path / "web").iterdir():
        made.unlink()
    assert await decoded(audio, path, "opus") == first


GARBAGE = {
    "nothing": b"",
    "a header and no sound": wav()[:44],
    "half a header": wav()[:20],
    "noise": random.Random(1).randbytes(5000),
    "a text": b"#EXTM3U\n/etc/passwd\n",
    "a list of files": b"ffconcat version 1.0\nfile /etc/passwd\n",
    "zeros": bytes(5000),
}


@pytest.mark.parametrize("kind", GARBAGE)
@pytest.mark.parametrize("name", ["a.wav", "a.WAV", "a.ogg"])
async def test_what_is_no_sound_is_said_to_be_none(
    audio: Audio, tmp_path: Path, kind: str, name: str
) -> None:
    (tmp_path / name).write_bytes(GARBAGE[kind])
    for what in ("wav", "opus", "mp3", "peaks"):
        with pytest.raises(AudioError) as fault:
            await decoded(audio, tmp_path / name, what, points=100)
        assert "passwd" not in str(fault.value)
    assert audio.failures == 0
    assert list((tmp_path / "web").iterdir()) == []


@pytest.mark.parametrize("name", ["a.WAV", "a.g722", "a.gsm", "a.wav"])
async def test_of_a_cut_file_what_there_is_is_played(audio: Audio, tmp_path: Path, name: str) -> None:
    content = CODECS.get(name, CODECS["b.g722"])()
    (tmp_path / name).write_bytes(content[: len(content) // 2 + 7])
    heard = await decoded(audio, tmp_path / name)
    rate = int.from_bytes(heard[24:28], "little")
    assert 0.9 < (len(heard) - 44) / 2 / rate < 1.1


async def test_damaged_bytes_in_the_middle_cost_no_more_than_their_place(
    audio: Audio, tmp_path: Path
) -> None:
    content = bytearray((HERE / "chirp.WAV").read_bytes())
    content[2000:2200] = random.Random(2).randbytes(200)
    (tmp_path / "a.WAV").write_bytes(content)
    heard = await decoded(audio, tmp_path / "a.WAV")
    assert abs((len(heard) - 44) / 2 / RATE - 2.0) < 0.1


async def test_a_worker_that_is_killed_is_told_and_the_next_one_works(
    audio: Audio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav())
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\nkill -{int(signal.SIGSEGV)} $$\n", "utf-8")
    program.chmod(0o755)
    with monkeypatch.context() as patched:
        patched.setattr(sys, "executable", str(program))
        with pytest.raises(WorkerError, match="SIGSEGV"):
            await decoded(audio, path)
    assert audio.failures == 1
    assert likeness(await decoded(audio, path)) > 0.99
    assert audio.pending == 0


async def test_a_worker_that_does_not_end_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings.model_validate({"web": {"decode_s": 0.3}})
    audio = Audio(tmp_path / "web", lambda: settings)
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 600\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    (tmp_path / "a.wav").write_bytes(wav())
    with pytest.raises(WorkerError, match=r"longer than 0\.3 s"):
        await decoded(audio, tmp_path / "a.wav")
    pid = int((tmp_path / "pid").read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def with_a_comment(path: Path, size: int) -> None:
    """A second of sound behind a comment of so many bytes, which a reader of WAV takes into memory."""
    sound = samples(1)
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, RATE, 2 * RATE, 2, 16)
    comment = struct.pack("<4sI4s4sI", b"LIST", 12 + size, b"INFO", b"ICMT", size)
    data = struct.pack("<4sI", b"data", len(sound)) + sound
    with path.open("wb") as file:
        file.write(struct.pack("<4sI4s", b"RIFF", 4 + len(form) + len(comment) + size + len(data), b"WAVE"))
        file.write(form + comment)
        file.seek(size, os.SEEK_CUR)  # no bytes on disk
        file.write(data)


async def test_a_recording_that_makes_its_decoder_swell_is_stopped_at_its_memory(
    audio: Audio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the limit that stops it: with more memory the same file is heard, and a smaller comment is."""
    for name, size in (("small.wav", 1000), ("a.wav", audio_module.MEMORY - 200 * MIB)):
        with_a_comment(tmp_path / name, size)
    assert len(await decoded(audio, tmp_path / "small.wav")) == 44 + 2 * RATE
    with pytest.raises(AudioError, match="too much memory"):
        await decoded(audio, tmp_path / "a.wav")
    assert not [path for path in (tmp_path / "web").iterdir() if path.name.startswith(".")]
    monkeypatch.setattr(audio_module, "MEMORY", 2048 * MIB)
    assert len(await decoded(audio, tmp_path / "a.wav")) == 44 + 2 * RATE


async def test_the_waveform_of_hours_needs_little_memory(
    audio: Audio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of noise, in which no two blocks are alike. A decoder at rest takes half of what it may here."""
    noise = random.Random(3).randbytes(2 * RATE * 60)
    (tmp_path / "a.sln").write_bytes(noise * 90)
    monkeypatch.setattr(audio_module, "MEMORY", 224 * MIB)
    told = json.loads(await decoded(audio, tmp_path / "a.sln", "peaks", points=100))
    assert told["duration_s"] == 5400


async def test_a_worker_that_writes_too_much_is_held_to_its_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audio_module, "OUTPUT_MOST", 10_000)
    settings = Settings()
    audio = Audio(tmp_path / "web", lambda: settings)
    (tmp_path / "a.wav").write_bytes(wav())
    with pytest.raises((AudioError, WorkerError)):
        await decoded(audio, tmp_path / "a.wav")
    assert list((tmp_path / "web").iterdir()) == []


async def test_more_than_may_wait_are_told_to_come_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings()
    audio = Audio(tmp_path / "web", lambda: settings)
    monkeypatch.setattr(audio_module, "WAITING", 3)
    path = tmp_path / "a.wav"
    path.write_bytes(wav())
    asked = [asyncio.create_task(decoded(audio, path, "peaks", points=10 + n)) for n in range(6)]
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(each, AudioBusyError) for each in found) == 3
    assert sum(isinstance(each, bytes) for each in found) == 3


async def test_what_was_made_is_kept_within_its_bounds(tmp_path: Path) -> None:
    settings = Settings.model_validate({"web": {"cache_mb": 1}})
    audio = Audio(tmp_path / "web", lambda: settings)
    (tmp_path / "a.sln").write_bytes(samples(25))  # 400 kB each
    for number in range(5):
        await decoded(audio, tmp_path / "a.sln", silent=((number, number + 0.1),))
    kept = list((tmp_path / "web").iterdir())
    assert 1 < len(kept) < 5
    assert sum(path.stat().st_size for path in kept) < 1.5 * 1024 * 1024
    assert {path.stat().st_mode & 0o777 for path in kept} == {0o600}
    old = kept[0]
    os.utime(old, (0, 0))
    await decoded(audio, tmp_path / "a.sln", "peaks", points=10)
    assert not old.exists()


async def test_peaks_are_the_lowest_and_highest_of_each_part(audio: Audio, tmp_path: Path) -> None:
    steps = array.array("h", [value for value in (0, 256, -512, 32767, -32768) for _ in range(RATE)])
    (tmp_path / "a.sln").write_bytes(steps.tobytes())
    told = json.loads(await decoded(audio, tmp_path / "a.sln", "peaks", points=10))
    two = [[0, 0]] * 2 + [[1, 1]] * 2 + [[-2, -2]] * 2 + [[127, 127]] * 2 + [[-128, -128]] * 2
    assert told == {"duration_s": 5.0, "rate": RATE, "peaks": two}


@pytest.mark.parametrize("name", ["a.m3u8", "a.txt", "a", "a.wav.exe", "a.concat", ".wav", "a.mkv"])
def test_what_is_not_of_asterisk_is_not_decoded(name: str) -> None:
    assert source_of(name) is None


def test_the_rate_of_raw_sound_stands_in_its_name() -> None:
    assert source_of("x.sln48") == Source("s16le", 48_000)
    assert source_of("x.sln44") == Source("s16le", 44_100)
    assert source_of("X.ULAW") == Source("mulaw", 8000)
