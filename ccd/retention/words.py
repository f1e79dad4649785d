"""What this policy says to people: rule -> (English, Chinese)."""

from __future__ import annotations

__all__ = ["WORDS"]

WORDS: dict[str, tuple[str, str]] = {}
