"""Decodes one recording in a process of its own: ``python -m ccd.adapters.audio_worker JOB``.

Recordings come from outside, and a decoder may loop, swell or crash over a damaged one: that ends this
process, and never the daemon. ``JOB`` is JSON (``Job``); the source is an open file that was handed down, the
result goes into the file ``job.output``. Standard output gets one JSON object: ``{"ok": true, …}`` or
``{"ok": false, "fault": text}``. The limits on memory, time and the size of the output are set before a byte
is read.
"""

from __future__ import annotations

import array
import contextlib
import hashlib
import json
import os
import resource
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import av
import msgspec

from ccd.adapters.audio_formats import OUTPUTS
from ccd.adapters.audio_job import FINENESS, Job

__all__ = ["run"]

_NICE = 10
_CHUNK = 4096
_BLOCK_S = 0.005
_QUICK = {"application": "audio", "compression_level": "3"}
"""Of Opus: an hour takes some 8 s of a core, a fifth of what the slowest takes."""
_OPUS_RATES = (8000, 12_000, 16_000, 24_000, 48_000)
_MP3_RATES = (8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)


class _AudioError(Exception):
    """The recording cannot be heard; the text says why."""


class _Sound:
    """The samples of a recording, mono and 16 bits, silenced where they are not to be given out."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self.rate = 0
        self.samples = 0

    def chunks(self) -> Iterator[array.array[int]]:
        """Raises _AudioError where nothing can be decoded; what comes after a damaged part is kept."""
        options = {"sample_rate": str(self._job.rate)} if self._job.rate else {}
        with os.fdopen(self._job.source, "rb") as file:
            try:
                container = av.open(file, format=self._job.demuxer, options=options, metadata_errors="ignore")
            except (av.FFmpegError, ValueError, OSError) as error:
                raise _AudioError(f"it is no {self._job.demuxer} audio ({_told(error)})") from None
            with container:
                yield from self._decoded(container)
        if not self.samples:
            raise _AudioError("there is no sound in it")

    def _decoded(self, container: Any) -> Iterator[array.array[int]]:
        stream = next(iter(container.streams.audio), None)
        if stream is None:
            raise _AudioError("there is no sound in it")
        self.rate = stream.rate or 0
        if not 1000 <= self.rate <= 384_000:
            raise _AudioError(f"it claims {self.rate} samples a second")
        resampler = av.AudioResampler(format="s16", layout="mono", rate=self.rate)
        for packet in _packets(container, stream):
            try:
                frames = packet.decode()
            except av.FFmpegError:  # a damaged packet, or the cut end of a file
                continue
            for frame in frames:
                for made in resampler.resample(frame):
                    yield self._silenced(_samples(made))
        for made in resampler.resample(None):
            yield self._silenced(_samples(made))

    def _silenced(self, chunk: array.array[int]) -> array.array[int]:
        first = self.samples
        self.samples += len(chunk)
        if self.samples > self._job.seconds_most * self.rate:
            raise _AudioError(f"it is longer than {self._job.seconds_most / 3600:g} hours")
        for began, ended in self._job.silent:
            low = max(int(began * self.rate) - first, 0)
            high = len(chunk) if ended is None else min(int(ended * self.rate) + 1 - first, len(chunk))
            if low < high:
                chunk[low:high] = array.array("h", bytes(2 * (high - low)))
        return chunk


def _packets(container: Any, stream: Any) -> Iterator[Any]:
    """Up to where the file can be taken apart."""
    packets = container.demux(stream)
    while True:
        try:
            yield next(packets)
        except StopIteration:
            return
        except av.FFmpegError:
            return


def _samples(frame: Any) -> array.array[int]:
    found = array.array("h")
    found.frombytes(bytes(frame.planes[0])[: 2 * frame.samples])
    return found


def _told(error: Exception) -> str:
    return str(getattr(error, "strerror", "") or error) or type(error).__name__


# --- what is made of it -----------------------------------------------------------------------------------


def _wav(job: Job, sound: _Sound) -> None:
    """PCM of 16 bits; the header is written last, when the length is known."""
    with Path(job.output).open("wb") as out:
        out.write(bytes(44))
        for chunk in sound.chunks():
            out.write(_little(chunk))
        size = 2 * sound.samples
        out.seek(0)
        out.write(_riff(size, sound.rate))


def _riff(size: int, rate: int) -> bytes:
    def number(value: int, width: int) -> bytes:
        return value.to_bytes(width, "little")

    form = number(1, 2) + number(1, 2) + number(rate, 4) + number(2 * rate, 4) + number(2, 2) + number(16, 2)
    return b"RIFF" + number(36 + size, 4) + b"WAVEfmt " + number(16, 4) + form + b"data" + number(size, 4)


def _little(chunk: array.array[int]) -> bytes:
    if sys.byteorder == "big":
        chunk = chunk[:]
        chunk.byteswap()
    return chunk.tobytes()


def _encoded(job: Job, sound: _Sound) -> None:
    container, codec = ("ogg", "libopus") if job.what == "opus" else ("mp3", "libmp3lame")
    options = {"fflags": "+bitexact"}
    with av.open(job.output, "w", format=container, container_options=options) as out:
        stream: Any = None
        resampler: Any = None
        for chunk in sound.chunks():
            if stream is None:
                rate = _rate_for(job.what, sound.rate)
                stream = out.add_stream(codec, rate=rate, layout="mono")
                stream.bit_rate = 32_000 if job.what == "opus" else 48_000
                stream.options = _QUICK if job.what == "opus" else {}
                resampler = av.AudioResampler(
                    format=stream.format.name,
                    layout="mono",
                    rate=rate,
                    frame_size=stream.frame_size or _CHUNK,
                )
            for frame in resampler.resample(_frame(chunk, sound.rate)):
                out.mux(stream.encode(frame))
        for frame in resampler.resample(None):
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))


def _rate_for(what: str, rate: int) -> int:
    rates = _OPUS_RATES if what == "opus" else _MP3_RATES
    return next((known for known in rates if known >= rate), rates[-1])


def _frame(chunk: array.array[int], rate: int) -> Any:
    frame = av.AudioFrame(format="s16", layout="mono", samples=len(chunk))
    data = chunk.tobytes()
    plane = frame.planes[0]
    plane.update(data + bytes(plane.buffer_size - len(data)))
    frame.sample_rate = rate
    frame.pts = None
    return frame


def _peaks(job: Job, sound: _Sound) -> None:
    """The lowest and the highest sample of each of ``points`` equal parts, from -128 to 127. A part is made
    of whole blocks, so that hours of sound need no memory to speak of.
    """
    lows, highs = array.array("h"), array.array("h")
    rest = array.array("h")
    for chunk in sound.chunks():
        rest.extend(chunk)
        width = max(int(sound.rate * _BLOCK_S), 1)
        whole = len(rest) - len(rest) % width
        for at in range(0, whole, width):
            block = rest[at : at + width]
            lows.append(min(block))
            highs.append(max(block))
        del rest[:whole]
    if rest:
        lows.append(min(rest))
        highs.append(max(rest))
    points = max(1, min(job.points, FINENESS, len(lows)))
    edges = [len(lows) * number // points for number in range(points + 1)]
    parts = [slice(first, end) for first, end in pairwise(edges)]
    peaks = [(min(lows[part]) >> 8, max(highs[part]) >> 8) for part in parts]
    told = {"duration_s": round(sound.samples / sound.rate, 3), "rate": sound.rate, "peaks": peaks}
    Path(job.output).write_text(json.dumps(told, separators=(",", ":")), "ascii")


def run(job: Job) -> dict[str, Any]:
    """Does the job; what is told to the daemon."""
    sound = _Sound(job)
    try:
        if job.what == "wav":
            _wav(job, sound)
        elif job.what in OUTPUTS:
            _encoded(job, sound)
        else:
            _peaks(job, sound)
    except _AudioError as error:
        return {"ok": False, "fault": str(error)}
    except MemoryError:
        return {"ok": False, "fault": "it takes too much memory to decode"}
    except (av.FFmpegError, OSError, ValueError) as error:
        return {"ok": False, "fault": f"it cannot be decoded ({_told(error)})"}
    with Path(job.output).open("rb") as made:
        digest = hashlib.file_digest(made, "sha256").hexdigest()
    duration = round(sound.samples / sound.rate, 3)
    return {"ok": True, "duration_s": duration, "rate": sound.rate, "sha256": digest}


def _limit(job: Job) -> None:
    for kind, most in (
        (resource.RLIMIT_AS, job.memory),
        (resource.RLIMIT_CPU, job.cpu_s),
        (resource.RLIMIT_FSIZE, job.bytes_most),
        (resource.RLIMIT_CORE, 0),
    ):
        _, hard = resource.getrlimit(kind)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))
    with contextlib.suppress(PermissionError):  # where a sandbox has none of it
        os.nice(_NICE)


def _main() -> int:
    job = msgspec.json.decode(sys.argv[1], type=Job)
    _limit(job)
    av.logging.set_level(cast(Any, av.logging).PANIC)
    print(json.dumps(run(job)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(_main())
