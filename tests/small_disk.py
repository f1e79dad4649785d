"""A disk so small that a test can fill it. Mounting one needs root."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

NEEDS_ROOT = pytest.mark.skipif(
    os.geteuid() != 0,
    reason="mounting a small file system needs root: a full and a read-only disk are not tried",
)


@contextmanager
def small_disk_at(folder: Path, size: str = "1m") -> Iterator[Path]:
    """``size`` as ``mount`` takes it."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
