"""Which file holds what: by the suffix that Asterisk gives, never by a guess at the bytes.

A closed table: a demuxer that follows names in its file (playlists, concatenations) is never chosen, so what
stands in a recording cannot make ccd open anything else.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import NamedTuple

__all__ = ["OUTPUTS", "Output", "Source", "source_of"]


class Source(NamedTuple):
    """``demuxer`` is FFmpeg's name; ``rate`` (samples a second) only for what has no header."""

    demuxer: str
    rate: int = 0


class Output(NamedTuple):
    suffix: str
    media_type: str


OUTPUTS = {
    "wav": Output("wav", "audio/wav"),
    "opus": Output("opus", "audio/ogg; codecs=opus"),
    "mp3": Output("mp3", "audio/mpeg"),
}
"""What recordings are given out as, besides as they are."""

_RATES = (12, 16, 24, 32, 44, 48, 96, 192)
_SOURCES = {
    "wav": Source("wav"),
    "wav49": Source("wav"),  # GSM in RIFF; MixMonitor makes it .WAV
    "wav16": Source("wav"),
    "gsm": Source("gsm"),
    "g722": Source("g722"),
    "g729": Source("g729"),
    "ulaw": Source("mulaw", 8000),
    "ul": Source("mulaw", 8000),
    "mu": Source("mulaw", 8000),
    "pcm": Source("mulaw", 8000),  # Asterisk's .pcm is u-law
    "alaw": Source("alaw", 8000),
    "al": Source("alaw", 8000),
    "alw": Source("alaw", 8000),
    "sln": Source("s16le", 8000),
    "slin": Source("s16le", 8000),
    "raw": Source("s16le", 8000),
    **{
        f"{name}{rate}": Source("s16le", _hz)
        for rate in _RATES
        for name in ("sln", "slin")
        for _hz in (44_100 if rate == 44 else rate * 1000,)
    },
    "ogg": Source("ogg"),
    "opus": Source("ogg"),
    "mp3": Source("mp3"),
}


def source_of(name: str) -> Source | None:
    """None for a suffix that Asterisk and its usual post-processing do not make."""
    return _SOURCES.get(PurePosixPath(name).suffix.removeprefix(".").lower())
