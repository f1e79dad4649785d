"""What the command line says about listening; ``words`` takes it into its catalogue.

Each entry is (English, Chinese).
"""

from __future__ import annotations

__all__ = ["LISTENING_WORDS"]

LISTENING_WORDS: dict[str, tuple[str, str]] = {}
