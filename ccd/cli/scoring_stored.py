"""Evaluations as the store has them, shown as far as whoever looks may see them. Works without the daemon."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from ccd.cli.plans import as_json, clock_in, day_of
from ccd.cli.session import CommandError, Exit, Session

if TYPE_CHECKING:
    from ccd.adapters.store.queries import Archive
    from ccd.config import Settings
    from ccd.quality.form import Form
    from ccd.roster import Roster

__all__ = ["Viewing", "form_of_version", "list_rows", "read_one", "show_row"]

Row = dict[str, Any]
STATES = ("assigned", "claimed", "scored", "held", "released", "disputed", "resolved", "void")


class Viewing(NamedTuple):
    """What rights rest on."""

    settings: Settings
    roster: Roster


def _viewing(session: Session, by: str) -> Viewing:
    """Raises CommandError where nobody looks, or nobody of the roster."""
    from ccd.cli.stored import current_roster
    from ccd.roster import Roster

    if not by:
        raise CommandError(Exit.USAGE, session.words("scoring_who"))
    found = current_roster(session.settings)
    roster = Roster(found.people if found is not None else ())
    if roster.by_code(by) is None:
        raise CommandError(Exit.USAGE, session.words("scoring_nobody", code=by[:40]))
    return Viewing(session.settings, roster)


# --- lists ------------------------------------------------------------------------------------------------


def list_rows(session: Session, by: str, analyst: str, state: str, since: str, json_: bool) -> None:
    """``analyst``: only theirs. ``since``: all of conversations from that day on; else what is not finished
    (of an analyst's own list: what is to be scored).
    """
    from ccd.scoring.seeing import seen_by

    viewing = _viewing(session, by)
    if state and state not in STATES:
        told = session.words("scoring_no_state", state=state[:40], states=", ".join(STATES))
        raise CommandError(Exit.USAGE, told)
    states = (state,) if state else STATES[:2] if analyst == by else STATES
    day = day_of(session, since) if since else None
    rows = [seen_by(viewing, row, by) for row in _rows(session, analyst, states, day)]
    rows = [row for row in rows if row]
    if json_:
        as_json(session, {"evaluations": rows})
        return
    if not rows:
        session.say("scoring_none")
    for row in rows:
        _print_row(session, row)


def _rows(session: Session, analyst: str, states: tuple[str, ...], day: date | None) -> list[Row]:
    from ccd.adapters.store.evaluation_queries import evaluations, open_evaluations
    from ccd.cli.stored import reading

    async def work(archive: Archive) -> list[Row]:
        if day is None:
            return await archive.read(
                lambda connection: open_evaluations(connection, analyst=analyst, states=states)
            )
        found: list[Row] = await archive.read(
            lambda connection: evaluations(connection, analyst=analyst, first=day)
        )
        return [row for row in found if row["state"] in states]

    return reading(session.settings, work)


def _print_row(session: Session, row: Row) -> None:
    from ccd.cli.cells import clock, fit

    words = session.words
    due = clock_in(session, row["due"]) if row.get("due") else ""
    cells = [
        (row["evaluation"], 12),
        (words(f"phase_scoring_{row['state']}"), 10),
        (row["person"], 8),
        (row["day"] or "", 10),
        (clock(row["talk_s"]) if row.get("talk_s") else "", 5),
        (row.get("queue") or "", 10),
        (row.get("form") or "", 10),
        (_result(session, row), 12),
        (due, 16),
        (row.get("analyst") or "", 8),
    ]
    print(" ".join(fit(str(text), width) for text, width in cells).rstrip())


def _result(session: Session, row: Row) -> str:
    """Score and verdict, as far as they may be seen."""
    if row.get("passed") is None:
        return ""
    verdict = session.words("scoring_passed" if row["passed"] else "scoring_failed")
    return verdict if row.get("score") is None else f"{row['score']:g} {verdict}"


# --- one --------------------------------------------------------------------------------------------------


def read_one(session: Session, name: str, by: str) -> Row:
    """As ``by`` may see it. Raises CommandError where there is none, or none for them, in the same words."""
    from ccd.adapters.store.evaluation_queries import evaluation
    from ccd.cli.stored import reading
    from ccd.scoring.seeing import seen_by

    viewing = _viewing(session, by)

    async def work(archive: Archive) -> Row | None:
        return await archive.read(lambda connection: evaluation(connection, name))

    row = reading(session.settings, work)
    seen = seen_by(viewing, row, by) if row is not None else {}
    if not seen:
        raise CommandError(Exit.FOUND, session.words("scoring_no_evaluation", evaluation=name[:40]))
    return seen


def form_of_version(session: Session, form: str, version: str) -> Form:
    """The version of a form that an evaluation keeps, though another is in force. Raises CommandError."""
    from ccd.adapters.forms import forms_in_force
    from ccd.cli.stored import reading
    from ccd.config import ConfigError
    from ccd.events.scoring import FormPublished
    from ccd.events.shift_facts import shift_fact
    from ccd.quality.form_parse import from_json

    async def work(archive: Archive) -> list[str]:
        return await archive.shift_facts(policy="scoring", events=(FormPublished.__name__,))

    for text in reading(session.settings, work):
        fact = shift_fact(text)
        if isinstance(fact, FormPublished) and (fact.form, fact.version) == (form, version):
            return from_json(fact.text)
    try:
        known = forms_in_force(session.settings).get(form)
    except ConfigError:
        known = None
    if known is None or known.version != version:
        raise CommandError(Exit.FOUND, session.words("scoring_no_version", form=form, version=version))
    return known


def show_row(session: Session, name: str, by: str, json_: bool) -> None:
    """With the answers, where they may be seen."""
    row = read_one(session, name, by)
    answers = json.loads(row["answers"]) if row.get("answers") else {}
    if json_:
        as_json(session, {**row, "answers": answers} if "answers" in row else row)
        return
    _print_row(session, row)
    if row.get("analyst"):
        session.say("scoring_analyst", analyst=row["analyst"])
    if answers:
        _print_answers(session, form_of_version(session, row["form"], row["version"]), answers)
    if row["state"] == "released" and row.get("until"):
        session.say("scoring_dispute_until", until=clock_in(session, row["until"]))
    if {"analyst", "score"} <= row.keys():  # who sees all of it
        _print_remarks(session, name)


def _print_remarks(session: Session, name: str) -> None:
    """What was said of it: the dispute, how it was resolved, what was talked over."""
    from ccd.adapters.store.evaluation_queries import evaluation_history
    from ccd.cli.stored import reading
    from ccd.events import scoring as facts
    from ccd.events.shift_facts import shift_fact

    async def work(archive: Archive) -> list[str]:
        return await archive.read(lambda connection: evaluation_history(connection, name))

    for text in reading(session.settings, work):
        fact = shift_fact(text)
        at = clock_in(session, fact.at)
        if isinstance(fact, facts.EvaluationDisputed):
            session.say("scoring_was_disputed", at=at, actor=fact.actor, reason=fact.reason)
        elif isinstance(fact, facts.EvaluationResolved):
            amended = fact.outcome == "amended"
            how = session.words("scoring_outcome_amended" if amended else "scoring_outcome_upheld")
            session.say("scoring_was_resolved", at=at, actor=fact.actor, outcome=how, reason=fact.reason)
        elif isinstance(fact, facts.CoachingNoted):
            session.say("scoring_was_noted", at=at, actor=fact.actor, note=fact.note)


def _print_answers(session: Session, form: Form, answers: dict[str, Any]) -> None:
    from ccd.cli.cells import clock

    language = session.words.language
    for section in form.sections:
        print(f"\n{section.title.said(language)} ({section.weight:g}%)")
        for question in section.questions:
            given = answers.get(question.name)
            if given is None:
                continue
            at = f" @{clock(given['at_s'])}" if given.get("at_s") is not None else ""
            comment = f" {' '.join(given['comment'].split())}" if given.get("comment") else ""
            print(f"  {question.text.said(language)}: {given['answer']}{at}{comment}")
