"""How things stand with assessment now, as plain data."""

from __future__ import annotations

from datetime import datetime
from typing import Any

__all__ = ["board"]


def board(world: object, at: datetime) -> dict[str, Any]:
    return {"at": at.isoformat()}
