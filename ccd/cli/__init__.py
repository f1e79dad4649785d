"""The command line. ``root`` has the commands; each imports what it needs when it runs: help is instant."""

from __future__ import annotations

__all__ = ["main"]


def main() -> None:
    """The console script ``ccd``. Leaves with one of the exit codes of ``ccd.cli.session.Exit``."""
    from ccd.cli.root import run

    raise SystemExit(run())
