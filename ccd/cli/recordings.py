"""Commands: what is recorded, kept and held."""

from __future__ import annotations

import typer

from ccd.cli import pulling

__all__ = ["add_to"]

_recording = typer.Typer(help="Recordings: fetched, kept and held.", no_args_is_help=True)
pulling.add_to_recordings(_recording)


def add_to(app: typer.Typer) -> None:
    """``app`` is the whole command line."""
    app.add_typer(_recording, name="recording")
