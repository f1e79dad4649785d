"""What the command line says about adherence; ``words`` takes it into its catalogue.

Each entry is (English, Chinese).
"""

from __future__ import annotations

__all__ = ["ADHERENCE_WORDS"]

ADHERENCE_WORDS: dict[str, tuple[str, str]] = {}
