"""What the command line says about scoring; ``words`` takes it into its catalogue.

Each entry is (English, Chinese).
"""

from __future__ import annotations

__all__ = ["SCORING_WORDS"]

SCORING_WORDS: dict[str, tuple[str, str]] = {}
