"""What the command line says about breaks; ``words`` takes it into its catalogue.

Each entry is (English, Chinese).
"""

from __future__ import annotations

__all__ = ["BREAKS_WORDS"]

BREAKS_WORDS: dict[str, tuple[str, str]] = {}
