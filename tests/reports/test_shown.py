"""How a report is shown: a page, a sheet, JSON, in both languages, whatever people are called."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from html.parser import HTMLParser

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccd.events.shifts import Blind
from ccd.reports.page import as_html
from ccd.reports.report import Gap, Report, as_json, read_json
from ccd.reports.sheet import as_csv
from ccd.reports.words import CODES, COLUMNS, GAPS, LISTINGS, SECTIONS, TEXTS
from ccd.roster import Roster
from tests.cli.test_words import fields_of
from tests.reports.made import MONDAY, PEOPLE, adhered, begins, finding, judged, person, report_of

VOID = {"meta", "rect", "line", "br"}
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</title></td></table>",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\u202eevil",
    "a\x00b\r\nc",
    "＝1+1",
)


class Checker(HTMLParser):
    """Notes what is not closed, and every text and tag."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.texts.append(data)


def checked(page: str) -> Checker:
    checker = Checker()
    checker.feed(page)
    checker.close()
    assert checker.open == []
    return checker


def golden() -> Report:
    """Of three people: one late, one absent, one not judged, and ten minutes out of sight."""
    facts = [
        judged("2001", MONDAY, finding("late", "occurrence", 4), missed=4),
        judged("2002", MONDAY, finding("absent", "absence", 600), state="absent", missed=600),
        adhered("2001", out=60),
    ]
    blind = (Blind("main", begins(MONDAY), begins(MONDAY) + timedelta(minutes=10)),)
    return report_of(facts, blind=blind)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "zh_CN",
            (
                "班次日报",
                "1 个已结束的班次尚未判定",
                "交换机 main 监控中断 1 次，共 10.0 分钟",
                "考勤判定 2",
                "张三",
            ),
        ),
        (
            "en",
            (
                "Daily report of shifts",
                "1 shifts that are over are not judged yet",
                "10.0 min in all",
                "attendance of shifts 2",
                "张三",
            ),
        ),
    ],
)
def test_a_small_report_says_its_figures_in_both_languages(language: str, said: tuple[str, ...]) -> None:
    text = "".join(checked(as_html(golden(), language)).texts)
    for each in said:
        assert each in text
    assert text.index(said[1]) < text.index(said[3])  # what is not known stands before the figures
    assert "90.0%" in text  # adherence
    assert "49.7%" in text  # presence: 596 of 1,200 minutes


@pytest.mark.parametrize("language", ["zh_CN", "en"])
@pytest.mark.parametrize("period", ["2026-03-02", "2026-W10", "2026-03"])
def test_every_page_is_well_formed_and_loads_nothing(language: str, period: str) -> None:
    before = report_of([], "2026-02") if period == "2026-03" else None
    page = as_html(report_of([judged(code) for code in PEOPLE], period, before=before), language)
    found = checked(page)
    assert found.tags.isdisjoint({"script", "img", "link", "iframe", "object"})
    assert not found.attributes & {"src", "href", "onclick", "onload"}
    assert "thead { display: table-header-group; }" in page
    assert "tr { break-inside: avoid; }" in page


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_shown_as_text(name: str) -> None:
    roster = Roster([person("2001", name, name)])
    report = report_of([judged("2001", MONDAY, finding("late", "look", 12))], roster=roster)
    found = checked(as_html(report, "zh_CN"))
    assert found.tags.isdisjoint({"script", "img"})
    assert "onerror" not in found.attributes
    if name.isprintable() and "\u202e" not in name:
        assert name in "".join(found.texts)


@given(st.text(max_size=30), st.text(max_size=30))
@settings(max_examples=100, deadline=None)
def test_no_name_breaks_the_page_or_makes_a_formula(name: str, team: str) -> None:
    roster = Roster([person("2001", name, team)])
    report = report_of([judged("2001")], roster=roster)
    checked(as_html(report, "en"))
    cells = [
        cell
        for line in csv.reader(io.StringIO(as_csv(report, "en").decode("utf-8-sig"), newline=""))
        for cell in line
    ]
    assert not [cell for cell in cells if cell.startswith(tuple("=+-@\t\r＝＋－＠"))]


@pytest.mark.parametrize("name", HOSTILE)
def test_the_sheet_opens_in_excel_and_holds_no_formula(name: str) -> None:
    roster = Roster([person("2001", name, name)])
    data = as_csv(report_of([judged("2001")], roster=roster), "zh_CN")
    assert data.startswith(b"\xef\xbb\xbf")
    text = data.decode("utf-8-sig")
    assert "\n" not in text.replace("\r\n", "")
    lines = list(csv.reader(io.StringIO(text, newline="")))
    assert ["合计"] in [line[:1] for line in lines]
    assert not [cell for line in lines for cell in line if cell.startswith(tuple("=+-@\t"))]


def test_the_sheet_names_what_is_not_known_at_its_top() -> None:
    lines = list(csv.reader(io.StringIO(as_csv(golden(), "en").decode("utf-8-sig"))))
    assert [line[0] for line in lines[:3]][2] == "What this report does not know"
    assert "not judged yet" in lines[3][1]


def test_json_has_the_documented_fields() -> None:
    told = json.loads(as_json(golden()))
    assert told["schema"] == "ccd-report/1"
    assert set(told) == {
        *("schema", "kind", "period", "first", "last", "timezone", "made", "revision", "facts", "gaps"),
        *("days", "sections", "listings", "changes"),
    }
    attendance = told["sections"][0]
    assert set(attendance) == {"name", "origin", "columns", "total", "teams", "people"}
    assert set(attendance["people"][0]) == {"code", "name", "team", "values"}
    assert attendance["origin"] == {"AttendanceJudged": 2}


def test_json_of_another_schema_is_refused() -> None:
    data = as_json(golden()).replace(b"ccd-report/1", b"ccd-report/9")
    with pytest.raises(msgspec.ValidationError, match="ccd-report/9"):
        read_json(data)


@pytest.mark.parametrize(("revision", "shown"), [(0, False), (1, True)])
def test_a_revised_report_says_so(revision: int, shown: bool) -> None:
    page = as_html(msgspec.structs.replace(golden(), revision=revision), "zh_CN")
    assert ("修订版" in page) == shown


def test_a_gap_of_a_newer_version_is_named_all_the_same() -> None:
    report = msgspec.structs.replace(golden(), gaps=(Gap("moonlight", {}),))
    assert "moonlight" in as_html(report, "en")


@pytest.mark.parametrize("words", [CODES, COLUMNS, GAPS, LISTINGS, SECTIONS, TEXTS])
def test_both_languages_say_the_same(words: dict[str, tuple[str, str]]) -> None:
    for key, (english, chinese) in words.items():
        assert fields_of(english) == fields_of(chinese), key


def test_every_column_and_code_has_words() -> None:
    report = report_of([judged("2001")], "2026-03", before=report_of([], "2026-02"))
    for each in (*report.sections, *report.listings):
        assert {column.name for column in each.columns} <= set(COLUMNS)
    assert {kind for section in golden().sections for kind in section.origin} <= set(CODES)
