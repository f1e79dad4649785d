"""``incident detail``: the checklist of whoever heard the threat; each answer is saved as it is given."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from ccd.cli.incidents import Json, Who, incidents
from ccd.cli.session import CommandError, Exit, Session, command

__all__ = ["add_to"]


@command
def detail(
    session: Session,
    words_given: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID] [QUESTION] [ANSWER]", help="Without a question: all that are open."),
    ] = None,
    every: Annotated[bool, typer.Option("--list", "-l", help="Show the questions and answers.")] = False,
    person: Who = "",
    as_json: Json = False,
) -> None:
    """Answer the checklist. Each answer is saved at once; a later one to the same question stands."""
    from ccd.cli import checklist_talk as talk

    session.do_without_settings()
    name, asked_for, answer = talk.meant(session, words_given or [])
    incident = session.ask("incident_show", incident=name)["incident"]
    if asked_for:
        talk.save(session, incident, asked_for, answer, person)
        if as_json:
            print(json.dumps({"incident": incident["id"], "question": asked_for}, ensure_ascii=False))
        else:
            session.say("act_detail", question=talk.asked(asked_for, session.words))
    elif as_json:
        print(json.dumps({"incident": incident["id"], **talk.told(incident)}, ensure_ascii=False))
    elif every:
        for text in talk.list_lines(incident, session.words):
            print(text)
    elif not sys.stdin.isatty():
        raise CommandError(Exit.USAGE, session.words("details_no_terminal"))
    else:
        talk.go_through(session, incident, person)


def add_to(app: typer.Typer) -> None:
    incidents.command()(detail)
