"""What the command line says about meals; ``words`` takes it into its catalogue.

Each entry is (English, Chinese).
"""

from __future__ import annotations

__all__ = ["MEALS_WORDS"]

MEALS_WORDS: dict[str, tuple[str, str]] = {}
