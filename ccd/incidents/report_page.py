"""The report of an incident as one HTML page, to be read and printed.

No script, and nothing is loaded from anywhere. Every text that is not ours is escaped, and isolated where its
direction could turn the line around.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from ccd.events.incidents import CallFacts, IncidentClosed, IncidentFact
from ccd.incidents.checklist import completeness, questions, shown
from ccd.incidents.paper import Answer, Problem, answers, in_order, problem_text
from ccd.incidents.report_words import CALL, PHASES, POLICE, STYLE, WORDS
from ccd.incidents.state import Incident, fold
from ccd.incidents.wording import line
from ccd.incidents.words import duration, local_time, name_of, size, visible, word

__all__ = ["Exhibit", "page"]

Names = Mapping[str, str]


class Exhibit(msgspec.Struct, frozen=True):
    """A piece of evidence in the bundle: its name there, where it came from, what was measured at packing."""

    member: str
    source: str
    size: int
    sha256: str


def page(
    facts: Sequence[IncidentFact],
    language: str,
    timezone: str,
    names: Names,
    exhibits: Sequence[Exhibit],
    problems: Sequence[Problem],
    audit_head: tuple[int, str],
) -> str:
    """``audit_head``: number and hash of the audit chain's last entry. Raises ValueError as ``in_order``."""
    return _Page(facts, language, timezone, names).render(exhibits, problems, audit_head)


class _Page:
    def __init__(self, facts: Sequence[IncidentFact], language: str, timezone: str, names: Names) -> None:
        self._opened, self._facts = in_order(facts)
        self._language = "zh" if language.startswith("zh") else "en"
        self._timezone = timezone
        self._names = names
        known: dict[str, Incident] = {}
        for fact in self._facts:
            fold(known, fact)
        self._incident = known[self._opened.incident]

    def render(
        self, exhibits: Sequence[Exhibit], problems: Sequence[Problem], audit_head: tuple[int, str]
    ) -> str:
        title = f"{self._say('title')} · {self._word('ladder', self._opened.ladder)}"
        parts = [
            f"<h1>{_text(title)}</h1>",
            *self._banners(problems),
            self._section("summary", _pairs(self._summary())),
            self._section("call", _pairs(self._call())),
            self._section("checklist", self._checklist()),
            self._section("evidence", self._evidence(exhibits)),
            self._section("timeline", self._timeline()),
            self._section("verify", self._verify(audit_head)),
        ]
        return (
            f'<!DOCTYPE html>\n<html lang="{"zh-CN" if self._language == "zh" else "en"}">\n<head>\n'
            '<meta charset="utf-8">\n'
            '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
            "style-src 'unsafe-inline'\">\n"
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{html.escape(visible(f'{title} {self._opened.incident}'))}</title>\n"
            f"<style>{STYLE}</style>\n"
            "</head>\n<body>\n" + "\n".join(parts) + "\n</body>\n</html>\n"
        )

    def _banners(self, problems: Sequence[Problem]) -> list[str]:
        found = []
        if self._opened.drill:
            found.append(f'<div class="banner drill">{_text(self._say("drill"))}</div>')
        if self._incident.open:
            found.append(f'<div class="banner">{_text(self._say("open"))}</div>')
        if problems:
            items = "".join(f"<li>{_text(problem_text(each, self._language))}</li>" for each in problems)
            found.append(f'<div class="banner">{_text(self._say("problems"))}<ul>{items}</ul></div>')
        return found

    def _summary(self) -> Iterable[tuple[str, str]]:
        opened, incident = self._opened, self._incident
        closed = next((self._time(each) for each in self._facts if isinstance(each, IncidentClosed)), "")
        reporter = self._name(opened.by or opened.facts.agent)
        rows = [
            ("incident", opened.incident),
            ("ladder", self._word("ladder", opened.ladder)),
            ("severity", self._word("severity", opened.severity)),
            ("reported", self._time(opened)),
            ("reporter", f"{reporter} ({self._word('how', opened.how)})"),
            ("note", opened.note),
            ("phase", self._of(PHASES, incident.phase.value)),
            ("arrived", line(incident.arrived, self._language, self._names) if incident.arrived else ""),
            ("police", self._of(POLICE, incident.police_state)),
            ("outcome", incident.outcome),
            ("closed", closed),
        ]
        return [(self._say(key), value) for key, value in rows if value]

    def _call(self) -> Iterable[tuple[str, str]]:
        call, rows = self._opened.facts, []
        for field in msgspec.structs.fields(CallFacts):
            value = getattr(call, field.name)
            if field.name == "ran_s":
                value = duration(value, self._language) if value else ""
            elif field.name in ("started", "answered"):
                value = local_time(value, self._timezone) if value else ""
            elif field.name == "recordings":
                value = "\n".join(value)
            if value:
                rows.append((self._of(CALL, field.name), value))
        if self._incident.source:
            rows.append((self._say("source"), self._incident.source))
        return rows

    def _checklist(self) -> str:
        given = answers(self._facts, self._timezone)
        complete = completeness({name: each[-1].answer for name, each in given.items()}, self._opened.ladder)
        parts = [f"<p>{_text(self._say('complete'))} {complete.total:.0%}</p>"]
        shown_ids = set()
        for section in questions(self._opened.ladder):
            shown_ids |= {asked.id for asked in section.questions}
            labels = [
                (asked.id, asked.zh if self._language == "zh" else asked.en) for asked in section.questions
            ]
            rows = "".join(_row(label, self._answer(name, given)) for name, label in labels)
            title = section.zh if self._language == "zh" else section.en
            parts.append(f"<h3>{_text(title)}</h3><table>{rows}</table>")
        if others := [name for name in given if name not in shown_ids]:
            rows = "".join(_row(name, self._answer(name, given)) for name in others)
            parts.append(f"<h3>{_text(self._say('other'))}</h3><table>{rows}</table>")
        return "".join(parts)

    def _answer(self, name: str, given: Mapping[str, Sequence[Answer]]) -> str:
        """The one that stands; below it, smaller, those before it."""
        found = given.get(name, ())
        if not found:
            return f'<span class="open">{_text(self._say("unanswered"))}</span>'
        lines = []
        for number, each in enumerate(reversed(found)):
            text = _text(shown(name, each.answer, self._language), lines=True)
            by = self._say("from_pbx") if each.by_pbx else self._name(each.by)
            mark = f"{local_time(each.at, self._timezone)}, {by}"
            before = f"{_text(self._say('replaced'))}: " if number else ""
            kind = "was" if number else "text"
            lines.append(f'<div class="{kind}">{before}{text}</div><div class="was">{_text(mark)}</div>')
        return "".join(lines)

    def _evidence(self, exhibits: Sequence[Exhibit]) -> str:
        if not exhibits:
            return f"<p>{_text(self._say('none'))}</p>"
        head = "".join(f"<th>{_text(self._say(key))}</th>" for key in ("file", "from", "size"))
        rows = "".join(
            f"<tr><td>{_text(each.member)}<br><code>{_text(each.sha256)}</code></td>"
            f'<td>{_text(each.source)}</td><td class="number">{_text(size(each.size))}</td></tr>'
            for each in exhibits
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"

    def _timeline(self) -> str:
        head = f"<th>#</th><th>{_text(self._say('time'))}</th><th>{_text(self._say('what'))}</th>"
        rows = "".join(
            f'<tr><td class="number">{fact.n}</td><td class="time">{_text(self._time(fact))}</td>'
            f"<td>{_text(line(fact, self._language, self._names))}</td></tr>"
            for fact in self._facts
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"

    def _verify(self, audit_head: tuple[int, str]) -> str:
        said = " ".join(self._say(key) for key in ("verify_text", "verify_how", "verify_chain"))
        said = said.format(seq=audit_head[0])
        return f"<p>{_text(said)}<br><code>{_text(audit_head[1])}</code></p>"

    def _section(self, key: str, content: str) -> str:
        return f"<section>\n<h2>{_text(self._say(key))}</h2>\n{content}\n</section>"

    def _say(self, key: str) -> str:
        return self._of(WORDS, key)

    def _of(self, words: Mapping[str, tuple[str, str]], key: str) -> str:
        return words[key][self._language == "zh"]

    def _word(self, kind: str, code: str) -> str:
        return word(kind, code, self._language)

    def _name(self, code: str) -> str:
        return name_of(code, self._names, self._language)

    def _time(self, fact: IncidentFact) -> str:
        return local_time(fact.at, self._timezone)


def _pairs(rows: Iterable[tuple[str, str]]) -> str:
    cells = "".join(
        _row(label, f'<span class="text">{_text(value, lines=True)}</span>') for label, value in rows
    )
    return f"<table>{cells}</table>"


def _row(label: str, content: str) -> str:
    return f'<tr><th class="label">{_text(label)}</th><td>{content}</td></tr>'


def _text(text: str, *, lines: bool = False) -> str:
    """Escaped, without control characters, and in a direction of its own."""
    return f"<bdi>{html.escape(visible(text, lines=lines))}</bdi>" if text else ""
