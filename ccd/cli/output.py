"""Where the file that a command makes goes: to a named place, or to standard output byte for byte."""

from __future__ import annotations

import sys
from pathlib import Path

__all__ = ["write_out"]


def write_out(data: bytes, output: Path | None) -> None:
    """Raises OSError where ``output`` cannot be written."""
    if output is None:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    else:
        output.write_bytes(data)
