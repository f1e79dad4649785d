"""``qa``: everything an analyst and a QA manager do."""

from __future__ import annotations

import typer

from ccd.cli import calibration, forms, pulling, sampling, scoring

__all__ = ["add_to"]

_qa = typer.Typer(help="Quality: what is sampled, scored, disputed and calibrated.", no_args_is_help=True)

for _module in (sampling, scoring, forms, calibration, pulling):
    _module.add_to(_qa)


def add_to(app: typer.Typer) -> None:
    if _qa.registered_commands or _qa.registered_groups:
        app.add_typer(_qa, name="qa")
