"""Parts of a file, as RFC 9110 section 14 has them. Pure.

One part at a time: a request for several is refused, which the RFC allows, since nobody who plays or resumes
needs them and they are a known way to make a server work for nothing. What is no range is passed over.
"""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["Part", "RangeError", "part_of"]

_RANGES = re.compile(r"bytes=(.+)", re.IGNORECASE)
_ONE = re.compile(r"(\d{1,18})-(\d{0,18})|-(\d{1,18})")


class RangeError(Exception):
    """None of the file is asked for, or several parts of it: 416."""


class Part(NamedTuple):
    """From ``first`` up to but not including ``end``."""

    first: int
    end: int


def part_of(asked: str, size: int, *, etag: str = "", if_range: str = "") -> Part | None:
    """What ``Range`` asks of a file of ``size`` bytes; None for all of it. Raises RangeError.

    ``if_range`` holds the ETag that the asker has parts of: of another file they get all.
    """
    if not asked or (if_range and if_range.strip() != etag):
        return None
    found = _RANGES.fullmatch(asked.strip())
    if found is None:
        return None
    texts = [text.strip() for text in found[1].split(",") if text.strip()]
    parts = [_ONE.fullmatch(text) for text in texts]
    if not parts or any(part is None or _backwards(part) for part in parts):
        return None
    if len(parts) > 1:
        raise RangeError
    part = parts[0]
    assert part is not None
    return _within(part, size)


def _backwards(part: re.Match[str]) -> bool:
    return bool(part[1] and part[2]) and int(part[2]) < int(part[1])


def _within(part: re.Match[str], size: int) -> Part:
    if part[3]:  # the last so many
        count = min(int(part[3]), size)
        if not count:
            raise RangeError
        return Part(size - count, size)
    first = int(part[1])
    if first >= size:
        raise RangeError
    return Part(first, min(int(part[2]) + 1, size) if part[2] else size)
