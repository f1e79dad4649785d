"""The dashboards that are committed: what the code makes of them, whole in both languages."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from dashboards.__main__ import BOARDS, FOLDER, files
from dashboards.board import Board, Panel
from dashboards.drawing import LANGUAGES, VARIABLES

PANELS = [(board, panel) for board in BOARDS for row in board.rows for panel in row.panels]
DOCUMENTED = set(re.findall(r"`(ccd_\w+)`", (FOLDER.parents[2] / "docs/metrics.md").read_text("utf-8")))
_SUFFIX = re.compile(r"_(bucket|sum|count)$")


def ids(value: object) -> str:
    return value.title[0] if isinstance(value, Panel) else ""


def test_they_are_what_the_code_makes() -> None:
    """``make dashboards`` was run."""
    committed = {path: path.read_text("utf-8") for path in FOLDER.rglob("*.json")}
    assert committed == files()


@pytest.mark.parametrize(("board", "panel"), PANELS, ids=ids)
def test_a_panel_asks_for_metrics_that_are_documented(board: Board, panel: Panel) -> None:
    for query in panel.queries:
        named = {_SUFFIX.sub("", name) for name in re.findall(r"\bccd_\w+", query.promql)}
        assert named <= DOCUMENTED | {"ccd"}
        assert set(re.findall(r"\$(\w+)", query.promql)) <= {*board.variables, "__range", "__rate_interval"}


@pytest.mark.parametrize(("board", "panel"), PANELS, ids=ids)
def test_a_panel_has_a_title_in_english_and_one_in_chinese(board: Board, panel: Panel) -> None:
    texts = [panel.title, panel.about, *(query.legend for query in panel.queries)]
    for english, chinese in texts:
        assert bool(english) == bool(chinese)
        assert not re.search(r"[\u4e00-\u9fff]", english)
    assert re.search(r"[\u4e00-\u9fff]", panel.title[1])


@pytest.mark.parametrize("path", sorted(files()), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_grafana_is_told_all_it_needs(path: Path) -> None:
    board = json.loads(path.read_text("utf-8"))
    language = path.parent.name
    assert language in LANGUAGES
    assert board["uid"] == f"{path.stem}-{language}"
    variables = {one["name"] for one in board["templating"]["list"]}
    assert {"datasource"} <= variables <= {"datasource", *VARIABLES}
    panels = [panel for panel in board["panels"] if panel["type"] != "row"]
    assert all(panel["datasource"]["uid"] == "${datasource}" for panel in panels)
    assert not _overlapping(panels)


def _overlapping(panels: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Titles of panels that lie on one another."""
    taken: dict[tuple[int, int], str] = {}
    found = []
    for panel in panels:
        place = panel["gridPos"]
        for x in range(place["x"], place["x"] + place["w"]):
            assert x < 24
            for y in range(place["y"], place["y"] + place["h"]):
                if (other := taken.setdefault((x, y), panel["title"])) != panel["title"]:
                    found.append((panel["title"], other))
    return found
