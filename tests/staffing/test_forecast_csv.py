"""A forecast as a file: English or Chinese, UTF-8 or GB18030, refused by line and column."""

from __future__ import annotations

from datetime import date

import pytest

from ccd.csv_tables import TableError
from ccd.events import ForecastRow
from ccd.staffing.forecast_csv import dump, parse

HEAD = "team,weekday,date,start,minutes,calls,aht_s\n"


def faults_of(text: str) -> str:
    with pytest.raises(TableError) as raised:
        parse(text.encode(), filename="f.csv")
    return str(raised.value)


def test_a_row_for_each_part_of_a_weekday_or_a_day() -> None:
    rows = parse(
        (HEAD + "A,1,,08:00,30,100,180\nA,,2026-10-01,8:00,30,20.5,200\n").encode(), filename="f.csv"
    )
    assert rows == (
        ForecastRow("A", 480, 30, 100.0, 180.0, weekday=1),
        ForecastRow("A", 480, 30, 20.5, 200.0, day=date(2026, 10, 1)),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_in_chinese_as_a_spreadsheet_saves_it(encoding: str) -> None:
    text = "班组;星期;时间;分钟;来电量;平均处理时长\n甲班;周一;08：30;30;12;200\n甲班;星期日;9:00;30;5;200\n"
    found = parse(text.encode(encoding), filename="f.csv")
    assert [(row.team, row.weekday, row.start_min) for row in found] == [("甲班", 1, 510), ("甲班", 7, 540)]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (",1,,08:00,30,1,180", 'column "team": is empty'),
        ("A,8,,08:00,30,1,180", "column \"weekday\": '8' is no weekday"),
        ("A,,2026-02-30,08:00,30,1,180", "column \"date\": '2026-02-30' does not exist"),
        ("A,,,08:00,30,1,180", "give a weekday"),
        ("A,1,2026-03-02,08:00,30,1,180", "one of them"),
        ("A,1,,24:00,30,1,180", "column \"start\": '24:00' is no time of day"),
        ("A,1,,8h,30,1,180", "is no time of day"),
        ("A,1,,08:00,0,1,180", 'column "minutes"'),
        ("A,1,,23:45,30,1,180", "goes past midnight"),
        ("A,1,,08:00,30,-1,180", 'column "calls"'),
        ("A,1,,08:00,30,many,180", 'column "calls"'),
        ("A,1,,08:00,30,1,0", 'column "aht_s"'),
        ("A,1,,08:00,30,900000,14400", "more than any floor"),
        ("A,1,,08:00,30,1", "6 cells where the header has 7"),
    ],
)
def test_what_is_wrong_is_named_by_line_and_column(row: str, said: str) -> None:
    text = faults_of(f"{HEAD}{row}\n")
    assert text.startswith("f.csv: line 2")
    assert said in text


@pytest.mark.parametrize(
    ("start", "good"), [("08:29", False), ("08:30", True), ("07:31", False), ("07:30", True)]
)
def test_parts_of_a_teams_day_do_not_overlap(start: str, good: bool) -> None:
    text = f"{HEAD}A,1,,08:00,30,1,180\nA,1,,{start},30,1,180\nB,1,,08:00,30,1,180\n"
    if good:
        assert len(parse(text.encode(), filename="f.csv")) == 3
    else:
        assert "line 3" in faults_of(text)
        assert "overlaps with line 2" in faults_of(text)


def test_every_fault_is_told_at_once() -> None:
    assert faults_of(f"{HEAD}A,9,,08:00,30,1,180\nA,1,,08:00,30,x,180\n").count("f.csv: line") == 2


def test_a_header_must_say_of_which_day_a_row_is() -> None:
    assert "neither weekday" in faults_of("team,start,minutes,calls,aht_s\nA,08:00,30,1,180\n")


def test_what_is_written_is_read_back() -> None:
    rows = (
        ForecastRow("甲班", 0, 30, 0.0, 180.25, weekday=7),
        ForecastRow("=A", 1410, 30, 12.5, 200.0, day=date(2026, 3, 2)),
    )
    assert parse(dump(rows), filename="f.csv") == rows
