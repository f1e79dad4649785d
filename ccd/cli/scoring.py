"""Commands: an analyst's list, scoring, disputes."""

from __future__ import annotations

import typer

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """``app`` is the group ``qa``."""
