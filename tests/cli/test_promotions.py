"""`ccd assess promotions` and `ranking`: with every figure's origin, in both languages, without a daemon."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import ccd.assessment
from ccd.cli.words_promotion import PROMOTION_WORDS
from tests.cli.assessment_home import half_a_year_in, said, told
from tests.cli.real import Home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return half_a_year_in(tmp_path_factory.mktemp("assessment"))


def test_every_reason_and_figure_of_promotion_has_words_in_both_languages() -> None:
    sources = "".join(path.read_text("utf-8") for path in Path(ccd.assessment.__path__[0]).glob("*.py"))
    rules = set(re.findall(r'\bsaid\(\s*"(\w+)"', sources))
    assert {"grades", "rated", "moved", "no_figure", "trial"} <= rules
    assert {f"state_why_{rule}" for rule in rules} == {
        key for key in PROMOTION_WORDS if key.startswith("state_why_")
    }


def promotions(home: Home) -> dict[str, Any]:
    return {row["person"]: row for row in told(home, "assess", "promotions", "--at", "2026-07")["people"]}


def test_promotions_name_the_steps_and_every_figures_origin(home: Home) -> None:
    rows = promotions(home)
    assert (rows["2001"]["steps"], rows["2001"]["to_step"]) == (1, "excellent")
    assert rows["2001"]["grounds"][0] == {
        "rule": "grade_given",
        "month": "2026-01",
        "grade": "B",
        "origin": "imported",
    }
    assert [one["rule"] for one in rows["2002"]["why"]] == ["confirmed", "grades"]
    assert "month" in [one["rule"] for one in rows["3001"]["why"]]
    text = said(home, "assess", "promotions", "--at", "2026-07")
    assert "2001 name 2001, junior good: 1 step(s) up to junior excellent, by the rules" in text
    assert "2026-01 B (imported)" in text
    assert home.ccd("assess", "promotions", "--at", "2026-07", "--csv").stdout.startswith("\ufeffperson,name")


def test_what_stands_against_promotion_is_said_in_the_language_of_the_reader(home: Home) -> None:
    text = said(home, "assess", "promotions", "--at", "2026-07", lang="zh_CN")
    assert "2002 name 2002，初级 合格：不符合条件：未转正, 绩效等级未达标" in text
    assert "2001 name 2001，初级 良好：可升 1 档至 初级 优秀，符合规定，由经理决定" in text
    assert "2026-01 B（导入）" in text
    run = home.ccd("assess", "promotions", "--at", "2026-07", "--csv", "--lang", "zh_CN")
    head, *lines = run.stdout.splitlines()
    assert head.startswith("\ufeff工号,姓名,职级,档次,可升档数,升至职级,升至档次,不符合的条件,评审小组,依据")
    assert any(
        line.startswith("2002,name 2002,初级,合格,0,初级,合格,未转正; 绩效等级未达标,,") for line in lines
    )


def test_from_intermediate_2_on_the_panels_score_is_told_with_what_each_gave(home: Home) -> None:
    """0.3 · 90 + 0.3 · 80 + 0.2 · 70 + 0.2 · 60 = 77."""
    rows = promotions(home)
    assert rows["2001"]["panel"] is None
    assert rows["2003"]["panel"]["points"] == 77.0
    assert rows["2003"]["panel"]["grounds"][0] == {
        "rule": "panel_figure",
        "panel": "superior",
        "points": "90",
        "month": "2026-06",
        "weight": "30",
    }
    text = said(home, "assess", "promotions", "--at", "2026-07")
    assert (
        "2003 name 2003, intermediate 2 fair: 1 step(s) up to intermediate 2 good, by the review panel"
        in text
    )
    assert "review panel: 77; superior 90, weight 30 % (imported, 2026-06)" in text


def test_who_is_tried_in_a_post_is_confirmed_by_the_360_degree_score(home: Home) -> None:
    (post,) = promotions(home)["2002"]["posts"]
    assert (post["post"], post["trial"], post["may"]) == ("lead", True, False)
    assert post["why"] == [{"rule": "points", "part": "review_360", "least": "80"}]
    text = said(home, "assess", "promotions", "--at", "2026-07")
    assert "lead, on trial: not to be confirmed yet: 360-degree score under 80, or unknown" in text
    assert "on trial since 2026-03-01, 360-degree score 79.5 (imported, 2026-06)" in text
    assert "班组长（试岗）：暂不可转正：360 度评分未达 80 分或缺失" in said(
        home, "assess", "promotions", "--at", "2026-07", lang="zh_CN"
    )
    (other,) = promotions(home)["2001"]["posts"]
    assert (other["trial"], other["may"]) == (False, False)
    assert {"rule": "no_figure", "part": "peer"} in other["grounds"]


# --- the quarter ------------------------------------------------------------------------------------------


def test_a_quarter_is_ranked_by_average_and_every_figure_names_its_month_and_edition(home: Home) -> None:
    found = told(home, "assess", "ranking", "--quarter", "2026-Q1")
    rows = found["people"]
    assert (found["quarter"], found["ranked"], found["ranked_on_site"]) == ("2026-Q1", 2, 1)
    assert [(row["person"], row["rank"], row["average"]) for row in rows[:3]] == [
        *(("2002", 1, 90.0), ("2001", 2, 53.0)),
        ("2000", None, None),
    ]
    february = rows[1]["months"][1]
    assert (february["month"], february["points"], february["edition"]) == ("2026-02", 53.0, 1)
    assert february["grounds"] == ["kpi: =calls 50 (imported)"]
    assert len(february["evaluations"]) == 10
    text = said(home, "assess", "ranking", "--quarter", "2026-Q1")
    assert "2026-Q1: 2 of " in text
    assert (
        "2. 2001 name 2001, A (2): 53; 2026-01 - (preview, not made yet), 2026-02 53 (edition 1), "
        "2026-03 - (preview, not made yet)"
    ) in text
    assert "第 2 名 2001 name 2001，A（班组内第 2）：平均 53 分；" in said(
        home, "assess", "ranking", "--quarter", "2026-Q1", lang="zh_CN"
    )


def test_on_site_staff_are_ranked_among_themselves_with_who_is_moved_or_rotated(home: Home) -> None:
    rows = {row["person"]: row for row in told(home, "assess", "ranking", "--quarter", "2026-Q1")["people"]}
    assert [(code, row["site_rank"]) for code, row in rows.items() if row["posted"]] == [
        *(("2001", 1), ("2003", None), ("3001", None)),
    ]
    assert rows["2001"]["site"] == [
        {"rule": "moved", "month": "2026-02", "points": "53"},
        {"rule": "rotated", "day": "2024-06-03"},
    ]
    assert (rows["2002"]["site"], rows["2003"]["site"], rows["3001"]["months"]) == ([], [], [])
    text = said(home, "assess", "ranking", "--quarter", "2026-Q1")
    part = text[text.index("on-site staff by rank") :]
    assert "1 of 1: 2001 name 2001: 53\n    on site, 2026-02 not passed (53): moved\n" in part
    assert "    on site, since 2024-06-03: over a year, rotated\n" in part
    assert "-  2003 name 2003: no number" in part
    assert "驻场，2026-02 不合格（53）：调离" in said(
        home, "assess", "ranking", "--quarter", "2026-Q1", lang="zh_CN"
    )


def test_a_teams_part_keeps_its_places_among_everybody(home: Home) -> None:
    everybody = told(home, "assess", "ranking", "--quarter", "2026-Q1")
    team = told(home, "assess", "ranking", "--quarter", "2026-Q1", "--team", "A")
    assert team["people"] == [row for row in everybody["people"] if row["team"] == "A"]
    assert told(home, "assess", "ranking", "--quarter", "2026-Q1", "--team", "Z")["people"] == []


def test_a_ranking_opens_in_excel(home: Home) -> None:
    run = home.ccd("assess", "ranking", "--quarter", "2026-Q1", "--csv", "--lang", "zh_CN")
    head, *lines = run.stdout.splitlines()
    assert head == (
        "\ufeff名次,班组内名次,驻场名次,工号,姓名,班组,平均分,2026-01,2026-02,2026-03,来源,驻场,驻场处理"
    )
    (line,) = [line for line in lines if ",2001," in line]
    assert line.startswith("2,2,1,2001,name 2001,A,53.0,,53.0,,")
    assert line.endswith(",是,驻场，2026-02 不合格（53）：调离; 驻场，自 2024-06-03 起超过一年：轮岗")
    assert all(line.count(",") == head.count(",") for line in lines)
