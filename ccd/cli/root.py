"""All commands, put together; and ``run``, which the console script calls."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from ccd.cli import (
    adherence,
    assessment,
    attendance,
    breaks,
    configuring,
    details,
    drills,
    duty,
    evidence,
    handover,
    incidents,
    leave,
    listening,
    looking,
    meals,
    people,
    qa,
    recordings,
    reports,
    running,
    shifts,
    staffing,
    storing,
    tokens,
)
from ccd.cli.session import Exit, Session, language_of

__all__ = ["app", "run"]

_EXIT_CODES = """\
Exit codes: 0 good; 1 a finding or a failure; 2 bad usage or settings; 3 the daemon is not reachable;
4 refused by the daemon; 130 interrupted; 141 nobody reads the output.
"""

app = typer.Typer(
    name="ccd",
    help="The call-centre daemon: follows an Asterisk PBX, its agents and calls.",
    epilog=_EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _common(
    ctx: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option("--config", "-c", metavar="FILE", help="Settings to use; every command takes it too."),
    ] = None,
    lang: Annotated[
        str | None, typer.Option("--lang", metavar="zh_CN|en", help="Language of output.")
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Say only what was asked for, and errors.")
    ] = False,
) -> None:
    ctx.obj = Session(config, language_of(lang), quiet)


for _module in (
    *(running, configuring, looking, incidents, details, evidence, drills, storing),
    *(people, shifts, staffing, duty, handover, meals, breaks, attendance, leave, adherence, reports),
    *(qa, recordings, listening, assessment, tokens),
):
    _module.add_to(app)


def run(arguments: Sequence[str] | None = None) -> int:
    """One command line. Returns the exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that has no Chinese gets question marks
    try:
        app(args=list(arguments) if arguments is not None else sys.argv[1:], prog_name="ccd")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else Exit.FOUND
    return Exit.OK
