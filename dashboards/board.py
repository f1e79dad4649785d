"""What a dashboard is made of. Texts are (English, Chinese)."""

from __future__ import annotations

from typing import Literal, NamedTuple

__all__ = ["Board", "Panel", "Query", "Row", "Text", "bars", "number", "series", "table"]

Text = tuple[str, str]
Steps = tuple[tuple[float | None, str], ...]
"""From this value on (None: from the least) this colour."""


class Query(NamedTuple):
    """``$pbx``, ``$team`` and ``$queue`` are the dashboard's variables, in label matchers only."""

    promql: str
    legend: Text = ("", "")


class Panel(NamedTuple):
    """``width`` of 24, ``height`` in Grafana's rows. ``absent``: when it shows nothing, in good order."""

    kind: Literal["number", "series", "bars", "table"]
    title: Text
    queries: tuple[Query, ...]
    unit: str = "short"
    width: int = 12
    height: int = 8
    steps: Steps = ()
    about: Text = ("", "")
    absent: str = ""
    stacked: bool = False
    least: float | None = 0
    most: float | None = None
    decimals: int | None = None


class Row(NamedTuple):
    title: Text
    panels: tuple[Panel, ...]


class Board(NamedTuple):
    """``variables`` are labels of the metrics, found by ``variable_metric``."""

    uid: str
    title: Text
    about: Text
    rows: tuple[Row, ...]
    variables: tuple[str, ...] = ("pbx",)
    since: str = "now-6h"
    refresh: str = "15s"


def number(title: Text, promql: str, **settings: object) -> Panel:
    """One figure of now, large."""
    given = {"width": 4, "height": 4, **settings}
    return Panel("number", title, (Query(promql),), **given)  # type: ignore[arg-type]


def series(title: Text, *queries: Query, **settings: object) -> Panel:
    return Panel("series", title, queries, **settings)  # type: ignore[arg-type]


def bars(title: Text, *queries: Query, **settings: object) -> Panel:
    """The figures of now side by side, a bar each."""
    return Panel("bars", title, queries, **settings)  # type: ignore[arg-type]


def table(title: Text, *queries: Query, **settings: object) -> Panel:
    """The figures of now, a row for each set of labels and a column for each query."""
    return Panel("table", title, queries, **settings)  # type: ignore[arg-type]
