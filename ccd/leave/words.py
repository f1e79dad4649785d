"""What the rules of leave and swaps say to people. Each entry is (English, Chinese)."""

from __future__ import annotations

__all__ = ["WORDS"]

WORDS: dict[str, tuple[str, str]] = {}
