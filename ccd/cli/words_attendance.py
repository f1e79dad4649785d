"""What the command line says about attendance; ``words`` takes it into its catalogue.

Each entry is (English, Chinese).
"""

from __future__ import annotations

__all__ = ["ATTENDANCE_WORDS"]

ATTENDANCE_WORDS: dict[str, tuple[str, str]] = {}
