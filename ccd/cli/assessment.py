"""Commands: the month of each agent, retraining, grades."""

from __future__ import annotations

import typer

__all__ = ["add_to"]


def add_to(app: typer.Typer) -> None:
    """``app`` is the whole command line."""
