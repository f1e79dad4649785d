"""What the command line says about sampling; ``words`` takes it into its catalogue.

Each entry is (English, Chinese).
"""

from __future__ import annotations

__all__ = ["SAMPLING_WORDS"]

SAMPLING_WORDS: dict[str, tuple[str, str]] = {}
