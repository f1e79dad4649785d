"""Recordings as real files, as long as what they record: what MixMonitor names can be found and played."""

from __future__ import annotations

import logging
import math
import struct
from collections import deque
from collections.abc import Callable
from pathlib import Path

__all__ = ["ToneRecorder"]

RATE = 8000
WIDTH = 2
HEADER = 44
LEAST_S = 1.0
BEEP_S = 0.2
EVERY_S = 10
"""A beep each ten seconds tells how far one is; the silence between them takes no room on disk."""

log = logging.getLogger(__name__)
KEEP = 2000
"""So many newest files are kept: some 100 MB."""


class ToneRecorder:
    """WAV files of 16-bit mono at 8 kHz in ``folder``, which is created. Raises OSError where that cannot be.

    ``now`` gives epoch seconds of the centre's own time.
    """

    def __init__(self, folder: Path, now: Callable[[], float]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._now = now
        self._begun: dict[str, float] = {}
        self._finished: deque[Path] = deque()
        wave_of = (int(8000 * math.sin(2 * math.pi * 440 * i / RATE)) for i in range(int(RATE * BEEP_S)))
        self._beep = b"".join(struct.pack("<h", value) for value in wave_of)

    def begin(self, path: str) -> None:
        """The file is there before there is audio in it, with a header of 44 bytes, as MixMonitor's is."""
        self._begun[path] = self._now()
        self._write(Path(path), 0)

    def finish(self, path: str) -> None:
        """It has a second at least; what nobody saw begin has no more."""
        now = self._now()
        seconds = max(now - self._begun.pop(path, now), LEAST_S)
        file = Path(path)
        self._write(file, int(seconds * RATE) * WIDTH)
        self._finished.append(file)
        if len(self._finished) > KEEP:
            self._finished.popleft().unlink(missing_ok=True)

    def _write(self, file: Path, size: int) -> None:
        """A call goes on without its recording where that cannot be written."""
        try:
            with file.open("wb") as out:
                out.write(_header(size))
                for at in range(0, size, RATE * WIDTH * EVERY_S):
                    out.seek(HEADER + at)
                    out.write(self._beep[: size - at])
                out.truncate(HEADER + size)
        except OSError as error:
            log.warning("recording %s: %s", file, error.strerror)


def _header(size: int) -> bytes:
    """Of a WAV file with so many bytes of audio. The wave module would count only what it wrote itself."""
    told = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, RATE, RATE * WIDTH, WIDTH, 8 * WIDTH)
    return (
        struct.pack("<4sI4s", b"RIFF", HEADER - 8 + size, b"WAVE") + told + struct.pack("<4sI", b"data", size)
    )
