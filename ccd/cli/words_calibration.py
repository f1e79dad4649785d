"""What the command line says about calibration; ``words`` takes it into its catalogue.

Each entry is (English, Chinese).
"""

from __future__ import annotations

__all__ = ["CALIBRATION_WORDS"]

CALIBRATION_WORDS: dict[str, tuple[str, str]] = {}
