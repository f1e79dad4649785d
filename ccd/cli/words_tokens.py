"""What the command line says about tokens; ``words`` takes it into its catalogue.

Each entry is (English, Chinese).
"""

from __future__ import annotations

__all__ = ["TOKENS_WORDS"]

TOKENS_WORDS: dict[str, tuple[str, str]] = {}
