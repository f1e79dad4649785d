"""docs/cli.md names every command, table and exit code that there is, and nothing that there is not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from ccd.adapters.store.queries import EXPORTS
from ccd.app import AT_THE_START
from ccd.cli.root import app
from ccd.cli.session import Exit
from ccd.cli.words import WORDS
from ccd.commands import Commands
from ccd.commands_incidents import IncidentCommands
from ccd.commands_shifts import ShiftCommands

DOCS = (Path(__file__).parents[2] / "docs/cli.md").read_text("utf-8")


def commands(group: Any, before: str = "") -> Iterator[str]:
    for name, each in group.commands.items():
        if hasattr(each, "commands"):
            yield from commands(each, f"{before}{name} ")
        else:
            yield f"{before}{name}"


def groups(group: Any, before: str = "") -> Iterator[str]:
    """``qa``, ``qa form``."""
    for name, each in group.commands.items():
        if hasattr(each, "commands"):
            yield f"{before}{name}"
            yield from groups(each, f"{before}{name} ")


def documented() -> set[str]:
    """``incident ack`` of "`incident ack`, `cannot`": a word by itself goes on with the group before it."""
    known = set(groups(typer.main.get_command(app)))
    table = DOCS[DOCS.index("| command |") : DOCS.index("Without an `ID`")]
    found = set()
    for row in table.strip().splitlines()[2:]:
        group = ""
        for text in re.findall(r"`([^`]+)`", row.split("|")[1]):
            words = [word for word in text.split() if re.fullmatch(r"[a-z][a-z-]*", word)]
            depth = next((n for n in (3, 2) if " ".join(words[: n - 1]) in known), 2)
            if len(words) > 1:
                group = " ".join(words[: depth - 1])
            found.add(" ".join(words[:depth]) if len(words) > 1 or not group else f"{group} {words[0]}")
    return found


def test_every_command_is_documented_and_no_other() -> None:
    known = set(commands(typer.main.get_command(app)))
    shown = {name.removesuffix(" queue-log") for name in documented()}
    assert shown == known


def test_every_table_that_can_be_exported_is_documented() -> None:
    table = DOCS[DOCS.index("| table | a row is |") :]
    for name in EXPORTS:
        assert f"`{name.replace('_', '-')}`" in table or name == "queue_log", name
    assert "`export queue-log`" in DOCS


def test_what_a_reload_leaves_to_the_next_start_is_said_and_documented() -> None:
    at = DOCS.index("`reload` takes everything at once but")
    sections = re.findall(r"`\[([a-z]+)\]`", DOCS[at : DOCS.index(": those wait", at)])
    assert tuple(sections) == AT_THE_START
    for said, between in zip(WORDS["reloaded"], (", ", "、"), strict=True):
        assert between.join(AT_THE_START) in said


def test_every_exit_code_is_documented() -> None:
    table = DOCS[DOCS.index("## Exit codes") : DOCS.index("## The live view")]
    assert set(re.findall(r"(?m)^\| (\d+) \|", table)) == {str(int(code)) for code in Exit}


def test_every_command_of_the_control_socket_is_documented() -> None:
    section = DOCS[DOCS.index("## The control socket") :]
    plain, incidents = Commands.__new__(Commands), IncidentCommands.__new__(IncidentCommands)
    shifts = ShiftCommands.__new__(ShiftCommands)
    for name in ("watch", *plain.table(), *incidents.table(), *incidents.streams(), *shifts.table()):
        assert f"`{name}`" in section, name
