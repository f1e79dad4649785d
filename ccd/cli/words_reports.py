"""What the command line says about reports; ``words`` takes it into its catalogue.

Each entry is (English, Chinese).
"""

from __future__ import annotations

__all__ = ["REPORTS_WORDS"]

REPORTS_WORDS: dict[str, tuple[str, str]] = {}
