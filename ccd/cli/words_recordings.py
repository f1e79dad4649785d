"""What the command line says about recordings; ``words`` takes it into its catalogue.

Each entry is (English, Chinese).
"""

from __future__ import annotations

__all__ = ["RECORDINGS_WORDS"]

RECORDINGS_WORDS: dict[str, tuple[str, str]] = {}
