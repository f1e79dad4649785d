"""What a decoder is asked to do, apart from the decoder: the daemon itself never loads one."""

from __future__ import annotations

import msgspec

__all__ = ["FINENESS", "Job"]

FINENESS = 8000
"""Points of a waveform at most."""


class Job(msgspec.Struct):
    """``what``: wav | opus | mp3 | peaks. ``silent``: spans in seconds from the beginning that are not given
    out; an end of None is the end of the recording. ``source``: the number of an open file.
    """

    what: str
    source: int
    output: str
    demuxer: str
    rate: int = 0
    points: int = 1000
    silent: tuple[tuple[float, float | None], ...] = ()
    memory: int = 512 * 1024 * 1024
    cpu_s: int = 60
    bytes_most: int = 1024 * 1024 * 1024
    seconds_most: float = 6 * 3600.0
