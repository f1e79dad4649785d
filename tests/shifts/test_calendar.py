"""Workdays, with those that are moved; the operator's own days win."""

from __future__ import annotations

from datetime import date

import pytest

from ccd.csv_tables import TableError
from ccd.events import SpecialDay
from ccd.shifts.calendar import Calendar, parse_days

DAYS = [
    ("CN", "2026-03-02", "workday", ""),
    ("CN", "2026-03-07", "weekend", ""),
    ("CN", "2026-02-14", "make_up", ""),
    ("CN", "2026-10-10", "make_up", ""),
    ("CN", "2026-10-01", "holiday", "国庆节"),
    ("CN", "2026-10-07", "holiday", None),  # moved from the Saturday after
    ("CN", "2024-02-29", "workday", ""),
    ("US", "2026-07-03", "holiday", None),
    ("US-NY", "2026-02-12", "holiday", None),  # Lincoln's birthday, of the state
    ("US", "2026-02-12", "workday", ""),
    ("", "2026-10-01", "workday", ""),
    ("", "2026-02-14", "weekend", ""),
]


@pytest.mark.parametrize(("country", "day", "kind", "name"), DAYS)
def test_the_library_says_what_a_day_is(country: str, day: str, kind: str, name: str | None) -> None:
    found = Calendar(country).day(date.fromisoformat(day))
    assert found.kind == kind
    assert found.workday is (kind in ("workday", "make_up"))
    assert found.name == name if name is not None else found.name


def test_the_library_names_days_in_the_language_asked_for() -> None:
    assert Calendar("CN", (), "en").day(date(2026, 10, 1)).name == "National Day"


def test_the_operators_days_win() -> None:
    own = (
        SpecialDay(date(2026, 10, 1), True, "盘点"),
        SpecialDay(date(2026, 3, 2), False, "厂庆"),
        SpecialDay(date(2026, 2, 14), False),
        SpecialDay(date(2026, 3, 7), True),
    )
    calendar = Calendar("CN", own)
    kinds = [
        (calendar.day(one.day).kind, calendar.day(one.day).name, calendar.day(one.day).source) for one in own
    ]
    assert kinds == [
        ("workday", "盘点", "file"),
        ("holiday", "厂庆", "file"),
        ("holiday", "", "file"),
        ("make_up", "", "file"),
    ]


FAR = 2099  # no library has the days that are moved then


@pytest.mark.parametrize(
    ("country", "special", "today", "missing"),
    [
        ("CN", (), "2026-09-30", None),
        ("CN", (), f"{FAR}-01-01", None),  # nothing is known of the years before either
        ("US", (), "2026-12-31", None),
        ("", (), f"{FAR}-12-31", None),
    ],
)
def test_a_year_is_missed_only_where_days_are_moved(
    country: str, special: tuple[SpecialDay, ...], today: str, missing: int | None
) -> None:
    assert Calendar(country, special).missing_year(date.fromisoformat(today)) == missing


def _first_unknown() -> int:
    calendar = Calendar("CN")
    return next(year for year in range(2026, FAR) if not calendar.knows(year))


def test_next_year_is_missed_from_october_on_until_it_is_known() -> None:
    year = _first_unknown()
    calendar = Calendar("CN")
    assert calendar.missing_year(date(year - 1, 9, 30)) is None
    assert calendar.missing_year(date(year - 1, 10, 1)) == year
    assert calendar.missing_year(date(year, 1, 1)) == year
    filled = Calendar("CN", (SpecialDay(date(year, 1, 2), False),))
    assert filled.missing_year(date(year - 1, 12, 31)) is None


def test_a_file_of_days_is_read_in_either_language_and_encoding() -> None:
    text = "日期,类型,名称\r\n2027/10/10,调休,国庆调休\r\n2027年1月1日,放假,元旦\r\n\r\n"
    expected = (
        SpecialDay(date(2027, 1, 1), False, "元旦"),
        SpecialDay(date(2027, 10, 10), True, "国庆调休"),
    )
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        assert parse_days(text.encode(encoding), filename="days.csv") == expected
    assert parse_days(b"date;kind\n2027-01-01;holiday\n", filename="d") == (
        SpecialDay(date(2027, 1, 1), False),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("date,kind\n2027-02-29,holiday\n", "line 2, column \"date\": '2027-02-29' does not exist"),
        ("date,kind\n1.1.27,holiday\n", "line 2, column \"date\": '1.1.27' is no day"),
        ("date,kind\n2027-01-01,maybe\n", "line 2, column \"kind\": 'maybe' is neither"),
        ("date,kind\n2027-01-01,off\n2027/1/1,work\n", "line 3: 2027-01-01 stands in line 2 already"),
        ("date,kind\n2027-01-01\n", "line 2: 1 cells where the header has 2"),
        ("date\n2027-01-01\n", "line 1: the header lacks kind"),
        ("date,kind,colour\n", 'line 1, column "colour": unknown column'),
        ("date,kind,name\n2027-01-01,off,a\u200bb\n", "line 2, column \"name\": 'a?b' is no name"),
    ],
)
def test_a_faulty_file_of_days_is_refused_by_line_and_column(text: str, said: str) -> None:
    with pytest.raises(TableError) as refused:
        parse_days(text.encode(), filename="days.csv")
    assert any(fault.startswith(f"days.csv: {said}") for fault in refused.value.faults), refused.value.faults
