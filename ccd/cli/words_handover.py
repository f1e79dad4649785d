"""What the command line says about handover; ``words`` takes it into its catalogue.

Each entry is (English, Chinese).
"""

from __future__ import annotations

__all__ = ["HANDOVER_WORDS"]

HANDOVER_WORDS: dict[str, tuple[str, str]] = {}
