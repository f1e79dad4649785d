"""Recordings as real files: a second of tone each, so that what MixMonitor names can be found and played."""

from __future__ import annotations

import logging
import math
import wave
from collections import deque
from pathlib import Path

__all__ = ["ToneRecorder"]

RATE = 8000
log = logging.getLogger(__name__)
KEEP = 2000
"""So many newest files are kept: 16 MB."""


class ToneRecorder:
    """Files of 8-bit mono at 8 kHz in ``folder``, which is created. Raises OSError where that cannot be."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._finished: deque[Path] = deque()
        self._tone = bytes(128 + int(60 * math.sin(2 * math.pi * 440 * i / RATE)) for i in range(RATE))

    def begin(self, path: str) -> None:
        """The file is there before there is audio in it, with a header of 44 bytes, as MixMonitor's is."""
        self._write(Path(path), b"")

    def finish(self, path: str) -> None:
        file = Path(path)
        self._write(file, self._tone)
        self._finished.append(file)
        if len(self._finished) > KEEP:
            self._finished.popleft().unlink(missing_ok=True)

    @staticmethod
    def _write(file: Path, audio: bytes) -> None:
        """A call goes on without its recording where that cannot be written."""
        try:
            with wave.open(str(file), "wb") as out:
                out.setnchannels(1)
                out.setsampwidth(1)
                out.setframerate(RATE)
                out.writeframes(audio)
        except OSError as error:
            log.warning("recording %s: %s", file, error.strerror)
