"""An incident (``ccd.incidents.view``) as lines of text. Pure: no terminal, no clock.

Codes are told in the words of ``ccd.incidents.words``, what happened in those of ``ccd.incidents.wording``.
Keys that the picture lacks are shown as nothing, so that an older or newer daemon can be watched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from rich.cells import cell_len
from rich.text import Text

from ccd.cli.cells import clip, clock, fit, line, number, text_of
from ccd.cli.incident_brief import ALARM, DRILL, clock_words, local, person_of, phase_style, phase_word
from ccd.cli.view import Look, View
from ccd.cli.words import Words
from ccd.events.incidents import IncidentFact, IncidentFacts
from ccd.incidents.checklist import AnswerError, question, shown
from ccd.incidents.wording import line as told_as
from ccd.incidents.words import size, visible, word

__all__ = ["asked", "incident_view", "timeline_lines"]

Row = Mapping[str, Any]
Part = tuple[str, str] | str

INDENT = 2


def incident_view(reply: Row, words: Words, look: Look, *, timezone: str = "UTC") -> View:
    """What ``incident_show`` gave. With a height: exactly so many lines, the rest to be scrolled to."""
    shown_lines = list(_lines(reply, words, look, timezone))
    head = shown_lines[:2]
    if look.banner:
        head.insert(0, line(f" {look.banner}", width=look.width, style=ALARM))
    body = shown_lines[2:]
    if look.height is None:
        return View([*head, *body], 0)
    room = max(look.height - len(head) - 1, 0)
    furthest = max(len(body) - room, 0)
    start = min(look.scroll, furthest)
    body = body[start : start + room]
    body += [line(width=look.width)] * (room - len(body))
    keys = line((f" {words('incident_keys')}", "bright_black"), width=look.width)
    return View([*head, *body, keys][: look.height], furthest)


def _lines(reply: Row, words: Words, look: Look, timezone: str) -> Iterator[Text]:
    incident = reply.get("incident") or {}
    width = look.width
    yield _title(incident, words, look)
    yield _state(incident, words, look)
    yield from _call(incident, words, width, timezone)
    for title, rows in (
        ("incident_ladder", _ladder(incident, words)),
        ("incident_told", _told(incident, words)),
        ("incident_police", _police(incident, words)),
        ("incident_checklist", _checklist(incident, words)),
        ("incident_evidence", _evidence(incident, words)),
    ):
        found = list(rows)
        if found:
            yield line((f" {words(title)}", "bold underline"), width=width)
            for parts in found:
                yield from _row(parts, width)
    told = reply.get("timeline")
    latest_first = look.height is not None  # on a screen what is new must be in sight
    title = "incident_latest" if latest_first else "incident_timeline"
    yield line((f" {words(title)}", "bold underline"), width=width)
    if told is None:
        yield line((" " * INDENT + words("incident_no_timeline"), "yellow"), width=width)
        return
    told = reversed(told) if latest_first else told
    yield from timeline_lines(told, reply.get("names") or {}, words, width)


def _title(incident: Row, words: Words, look: Look) -> Text:
    drill = bool(incident.get("drill"))
    name = word("ladder", text_of(incident, "ladder"), words.language)
    title = words("incident_title_drill" if drill else "incident_title", ladder=name)
    return line(f" {title}  {text_of(incident, 'id')}", width=look.width, style=DRILL if drill else ALARM)


def _state(incident: Row, words: Words, look: Look) -> Text:
    parts: list[Part] = [" ", (phase_word(incident, words), phase_style(incident)), "  "]
    text, style = clock_words(incident, words, look.elapsed)
    if text:
        parts += [(text, style), "  "]
    if incident.get("open"):
        parts.append(words("incident_ago", time=clock(number(incident, "age_s") + look.elapsed)))
    saved = text_of(incident, "saved")
    if saved and saved != "store":
        parts += ["  ", (word("where", saved, words.language), ALARM)]
    return line(*parts, width=look.width)


def _call(incident: Row, words: Words, width: int, timezone: str) -> Iterator[Text]:
    call = incident.get("call") or {}
    reported = local(text_of(incident, "opened"), timezone)
    how = word("how", text_of(incident, "how"), words.language)
    yield from _row(
        [words("incident_reported", time=reported, how=how, by=text_of(incident, "by") or "-")], width
    )
    agent = {"code": call.get("agent"), "name": incident.get("agent_name")}
    facts = [
        ("incident_seat", text_of(call, "seat")),
        ("incident_agent", person_of(agent)),
        ("incident_caller", f"{text_of(call, 'caller_number')} {text_of(call, 'caller_name')}".strip()),
        ("incident_called", text_of(call, "called_number")),
        ("incident_queue", text_of(call, "queue")),
        ("incident_trunk", text_of(call, "trunk")),
        ("incident_source", text_of(incident, "source")),
        ("incident_call", text_of(call, "call")),
        ("incident_customer", text_of(call, "customer")),
        ("incident_outcome", text_of(incident, "outcome")),
    ]
    told = "   ".join(f"{words(key)} {value}" for key, value in facts if value)
    if told:
        yield from _row([told], width)
    if note := text_of(incident, "note"):
        yield from _row([words("incident_note", text=note)], width)
    verdict = incident.get("verdict")
    if isinstance(verdict, Mapping):
        passed = bool(verdict.get("passed"))
        yield from _row(
            [(words("drill_passed" if passed else "drill_failed"), "bold green" if passed else ALARM)], width
        )


def _ladder(incident: Row, words: Words) -> Iterator[list[Part]]:
    for rung in incident.get("rungs") or ():
        role = word("role", text_of(rung, "role"), words.language)
        people = {text_of(person, "code"): person_of(person) for person in rung.get("people") or ()}
        parts: list[Part] = [
            f"{int(number(rung, 'rung')) + 1} {fit(role, 20)} ",
            fit(clock(number(rung, "after_s")), 6, right=True) + "  ",
        ]
        acknowledged, cannot = rung.get("acknowledged") or (), rung.get("cannot") or ()
        if acknowledged:
            who = ", ".join(people.get(code, code) for code in acknowledged)
            parts.append((words("rung_acknowledged", who=who), "green"))
        elif not people:
            parts.append((words("rung_nobody"), ALARM))
        elif rung.get("exhausted"):
            parts.append((words("rung_exhausted"), "bold red"))
        else:
            turn = person_of(rung.get("turn") or {})
            parts.append((words("rung_turn", who=turn, round=int(number(rung, "round"))), "yellow"))
        if cannot:
            parts.append(
                (words("rung_cannot", who=", ".join(people.get(code, code) for code in cannot)), "red")
            )
        yield parts


_GOOD = ("acknowledged", "delivered", "answered", "ok", "confirmed")


def _told(incident: Row, words: Words) -> Iterator[list[Part]]:
    for told in incident.get("told") or ():
        result = text_of(told, "result")
        style = "green" if result in _GOOD else "red" if result else "yellow"
        what = word("result", result, words.language) if result else words("told_waiting")
        yield [
            fit(clock(number(told, "after_s")), 6, right=True) + "  ",
            fit(clip(person_of({**told, "code": told.get("person")}) or words("told_everybody"), 22), 23),
            fit(word("means", text_of(told, "means"), words.language), 10),
            (fit(what, 17), style),
            text_of(told, "where"),
        ]


def _police(incident: Row, words: Words) -> Iterator[list[Part]]:
    police = incident.get("police") or {}
    if mode := text_of(police, "mode"):
        why = word("due", text_of(police, "why"), words.language)
        yield [(words("police_decided", mode=word("mode", mode, words.language), why=why), "bold red")]
    if state := text_of(police, "state"):
        yield [(words(f"police_{state}"), "bold red")]
    elif text_of(police, "voice"):
        yield [(words("police_voice", count=int(number(police, "attempt"))), "bold yellow")]
    arrived, stood_down = incident.get("arrived"), incident.get("stood_down")
    if isinstance(arrived, Mapping):
        yield [
            (words("police_arrived", who=person_of(arrived), time=clock(number(arrived, "after_s"))), "green")
        ]
    if isinstance(stood_down, Mapping):
        reason = word("reason", text_of(stood_down, "reason"), words.language)
        yield [(words("police_stood_down", who=person_of(stood_down) or "ccd", reason=reason), "green")]


def _checklist(incident: Row, words: Words) -> Iterator[list[Part]]:
    details = incident.get("details") or {}
    answers: Row = details.get("answers") or {}
    missing = [name for name in details.get("open") or () if isinstance(name, str)]
    complete = number(details, "complete")
    yield [
        (
            words("checklist_complete", part=f"{100 * complete:.0f}", count=len(missing)),
            "green" if complete == 1 else "yellow",
        )
    ]
    for name, answer in answers.items():
        yield [f"{asked(name, words)}: ", (visible(shown(name, str(answer), words.language)), "bold")]


def _evidence(incident: Row, words: Words) -> Iterator[list[Part]]:
    for kept in incident.get("evidence") or ():
        final = bool(kept.get("final"))
        yield [
            fit(clip(text_of(kept, "name"), 40), 41),
            fit(size(int(number(kept, "size"))), 11, right=True) + "  ",
            text_of(kept, "sha256")[:16] + "  ",
            (words("evidence_final" if final else "evidence_growing"), "green" if final else "yellow"),
        ]


def timeline_lines(rows: Iterable[Row], names: Mapping[str, str], words: Words, width: int) -> Iterator[Text]:
    """Each fact in words, with the time since the report."""
    for row in rows:
        fact = _fact(row)
        if fact is not None:
            after = fit(clock(number(row, "after_s")), 6, right=True)
            yield from _row([f"{after}  ", told_as(fact, words.language, names)], width)


def _fact(row: Row) -> IncidentFact | None:
    """None for one of a newer daemon that this one does not know."""
    try:
        fact: IncidentFact = msgspec.convert(row, IncidentFacts)
    except msgspec.ValidationError:
        return None
    return fact


def asked(name: str, words: Words) -> str:
    """A question's own words; its id for one of another version's checklist."""
    try:
        found = question(name)
    except AnswerError:
        return visible(name)
    return found.zh if words.language.startswith("zh") else found.en


def _row(parts: Sequence[Part], width: int) -> Iterator[Text]:
    """One row, indented; what does not fit goes on in the next line, further in."""
    text = Text(" " * INDENT)
    for part in parts:
        text.append(part) if isinstance(part, str) else text.append(*part)
    for start, end in _breaks(text.plain, width):
        piece = text[start:end]
        if start:
            piece = Text(" " * 2 * INDENT).append_text(piece)
        piece.no_wrap = True
        piece.append(" " * (width - cell_len(piece.plain)))
        yield piece


def _breaks(text: str, width: int) -> Iterator[tuple[int, int]]:
    """Where to cut: at a space where there is one in the last third, else wherever it is full."""
    start = 0
    while start < len(text):
        room = max(width - (2 * INDENT if start else 0), 1)
        end = start
        cells = 0
        while end < len(text) and cells + cell_len(text[end]) <= room:
            cells += cell_len(text[end])
            end += 1
        end = max(end, start + 1)
        if end < len(text):
            space = text.rfind(" ", start + (end - start) * 2 // 3, end)
            end = space + 1 if space > 0 else end
        yield start, end
        start = end
