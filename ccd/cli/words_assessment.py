"""What the command line says about assessment; ``words`` takes it into its catalogue.

Each entry is (English, Chinese).
"""

from __future__ import annotations

__all__ = ["ASSESSMENT_WORDS"]

ASSESSMENT_WORDS: dict[str, tuple[str, str]] = {}
