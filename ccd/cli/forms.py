"""``qa form``: the scoring forms; whether a file is one, and what is in force."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ccd.cli.plans import as_json
from ccd.cli.session import CommandError, Exit, Session, command

if TYPE_CHECKING:
    from ccd.quality.form import Form, Question

__all__ = ["add_to", "question_text"]

_form = typer.Typer(help="Scoring forms (评分表): check a file, show what is in force.", no_args_is_help=True)

_Json = Annotated[bool, typer.Option("--json", help="As one JSON object.")]


@command
def check(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The form, as TOML.")],
    json_: _Json = False,
) -> Exit:
    """Check a form: every fault at once, with its place and the mend."""
    from ccd.adapters.forms import read_form
    from ccd.quality.form_parse import FormError

    try:
        form = read_form(file)
    except FormError as error:
        texts = [fault.text(session.words.language) for fault in error.faults]
        if json_:
            as_json(session, {"ok": False, "file": str(file), "faults": texts})
        else:
            for text in texts:
                session.warn(text)
            session.warn(session.words("config_faults", count=len(texts)))
        return Exit.USAGE
    if json_:
        as_json(session, {"ok": True, "file": str(file), "faults": [], **_row(form)})
    else:
        count = len(form.questions)
        session.say("form_good", file=file, form=form.name, version=form.version, count=count)
    return Exit.OK


@command
def list_(session: Session, json_: _Json = False) -> None:
    """List the forms in force."""
    from ccd.adapters.forms import forms_in_force

    forms = forms_in_force(session.settings)
    if json_:
        as_json(session, {"forms": [_row(form) for form in forms.values()]})
        return
    for form in forms.values():
        title = form.title.said(session.words.language)
        row = {"form": form.name, "version": form.version, "title": title}
        session.say("form_row", **row, count=len(form.questions), passing=f"{form.passing:g}")


@command
def show(
    session: Session,
    name: Annotated[
        str, typer.Argument(metavar="[NAME]", help="Default: policies.scoring.form of the settings.")
    ] = "",
    json_: _Json = False,
) -> None:
    """Show a form that is in force, question by question."""
    import json

    from ccd.adapters.forms import forms_in_force
    from ccd.quality.form import to_json

    forms = forms_in_force(session.settings)
    name = name or session.settings.policies.scoring.form
    form = forms.get(name)
    if form is None:
        said = session.words("form_unknown", form=name[:40], forms=", ".join(forms))
        raise CommandError(Exit.USAGE, said)
    if json_:
        as_json(session, {**json.loads(to_json(form)), "version": form.version})
    else:
        _print(session, form)


def _row(form: Form) -> dict[str, Any]:
    return {
        "form": form.name,
        "version": form.version,
        "title": {"en": form.title.en, "zh": form.title.zh},
        "passing": form.passing,
        "sections": len(form.sections),
        "questions": len(form.questions),
    }


def _print(session: Session, form: Form) -> None:
    words = session.words
    title = form.title.said(words.language)
    row = {"form": form.name, "version": form.version, "title": title}
    print(words("form_row", **row, count=len(form.questions), passing=f"{form.passing:g}"))
    for section in form.sections:
        print()
        print(f"{section.title.said(words.language)} ({section.name}): {section.weight:g}%")
        for question in section.questions:
            print(f"  {question.name}: {question_text(session, question)}")


def question_text(session: Session, question: Question) -> str:
    """Its text with how it is answered and what hangs on it."""
    words = session.words
    told = [_choices(question)]
    if question.critical == "form":
        told.append(words("form_critical_form"))
    if question.critical == "section":
        told.append(words("form_critical_section"))
    return f"{question.text.said(words.language)} [{'; '.join(told)}]"


def _choices(question: Question) -> str:
    if question.options:
        choices = [str(option) for option in question.options]
    else:
        choices = [f"yes={question.points}", "no=0"]
    return "/".join([*choices, "na"] if question.na else choices)


def add_to(app: typer.Typer) -> None:
    """``app`` is the group ``qa``."""
    _form.command()(check)
    _form.command("list")(list_)
    _form.command()(show)
    app.add_typer(_form, name="form")
