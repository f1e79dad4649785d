"""What the command line says about leave; ``words`` takes it into its catalogue.

Each entry is (English, Chinese).
"""

from __future__ import annotations

__all__ = ["LEAVE_WORDS"]

LEAVE_WORDS: dict[str, tuple[str, str]] = {}
