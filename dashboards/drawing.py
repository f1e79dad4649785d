"""Makes Grafana's JSON of a board, by the models of Grafana's own SDK (the line of Grafana 11.6)."""

from __future__ import annotations

from typing import Any

from grafana_foundation_sdk.builders import bargauge, common, dashboard, prometheus, stat, table, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common as shapes
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models import prometheus as prometheus_models

from dashboards.board import Board, Panel, Query, Text

__all__ = ["LANGUAGES", "drawn", "text_of"]

LANGUAGES = ("en", "zh")
SOURCE = models.DataSourceRef(type_val="prometheus", uid="${datasource}")
VARIABLES: dict[str, tuple[Text, str]] = {
    "pbx": (("PBX", "交换机"), "label_values(ccd_pbx_synced, pbx)"),
    "team": (("Team", "班组"), "label_values(ccd_agents, team)"),
    "queue": (("Queue", "队列"), 'label_values(ccd_queue_callers_waiting{pbx=~"$pbx"}, queue)'),
}
RUNBOOKS = "file:///usr/share/doc/ccd/runbooks"
NOTHING: Text = ("none", "无")


def text_of(text: Text, language: str) -> str:
    return text[LANGUAGES.index(language)]


def drawn(board: Board, language: str) -> str:
    """The dashboard as JSON."""
    made = (
        dashboard.Dashboard(text_of(board.title, language))
        .uid(f"{board.uid}-{language}")
        .description(text_of(board.about, language))
        .tags(["ccd", language])
        .timezone("browser")
        .refresh(board.refresh)
        .time(board.since, "now")
        .readonly()
        .tooltip(models.DashboardCursorSync.CROSSHAIR)
        .with_variable(dashboard.DatasourceVariable("datasource").type("prometheus").label("Prometheus"))
        .link(_to_the_others(language))
        .link(_to_the_runbooks(language))
    )
    for name in board.variables:
        made.with_variable(_variable(name, language))
    for row in board.rows:
        made.with_row(dashboard.Row(text_of(row.title, language)))
        for panel in row.panels:
            made.with_panel(_PANELS[panel.kind](panel, language))
    return JSONEncoder(sort_keys=True, indent=1, ensure_ascii=False).encode(made.build()) + "\n"


def _to_the_others(language: str) -> Any:
    title = text_of(("Other dashboards", "其他看板"), language)
    link = dashboard.DashboardLink(title).type(models.DashboardLinkType.DASHBOARDS)
    return link.tags(["ccd", language]).as_dropdown(True).keep_time(True)


def _to_the_runbooks(language: str) -> Any:
    title = text_of(("What to do about alerts", "告警处置说明"), language)
    return dashboard.DashboardLink(title).type(models.DashboardLinkType.LINK).url(RUNBOOKS)


def _variable(name: str, language: str) -> Any:
    label, query = VARIABLES[name]
    return (
        dashboard.QueryVariable(name)
        .label(text_of(label, language))
        .datasource(SOURCE)
        .query(query)
        .refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(models.VariableSort.NATURAL_ASC)
        .multi(True)
        .include_all(True)
        .all_value(".*")
    )


def _query(query: Query, number: int, language: str, *, now: bool, as_table: bool = False) -> Any:
    made = prometheus.Dataquery().ref_id(chr(ord("A") + number)).expr(query.promql)
    made.legend_format(text_of(query.legend, language) or "__auto")
    if now:
        made.instant()
    else:
        made.range()
    if as_table:
        made.format(prometheus_models.PromQueryFormat.TABLE)
    return made


def _dressed(made: Any, panel: Panel, language: str, *, now: bool, as_table: bool = False) -> Any:
    made.title(text_of(panel.title, language)).datasource(SOURCE).unit(panel.unit)
    made.span(panel.width).height(panel.height).no_value(text_of(NOTHING, language))
    if about := text_of(panel.about, language):
        made.description(about)
    if panel.least is not None:
        made.min(panel.least)
    if panel.most is not None:
        made.max(panel.most)
    if panel.decimals is not None:
        made.decimals(panel.decimals)
    for number, query in enumerate(panel.queries):
        made.with_target(_query(query, number, language, now=now, as_table=as_table))
    steps = [models.Threshold(value=value, color=color) for value, color in panel.steps or ((None, "green"),)]
    made.thresholds(
        dashboard.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(steps),
    )
    return made


def _number(panel: Panel, language: str) -> Any:
    made = stat.Panel().reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
    made.color_mode(
        shapes.BigValueColorMode.BACKGROUND if panel.steps else shapes.BigValueColorMode.NONE
    ).graph_mode(shapes.BigValueGraphMode.NONE)
    return _dressed(made, panel, language, now=True)


def _series(panel: Panel, language: str) -> Any:
    made = timeseries.Panel().fill_opacity(30 if panel.stacked else 5).line_width(1)
    made.legend(
        common.VizLegendOptions()
        .show_legend(True)
        .placement(shapes.LegendPlacement.BOTTOM)
        .display_mode(shapes.LegendDisplayMode.LIST)
    )
    made.tooltip(common.VizTooltipOptions().mode(shapes.TooltipDisplayMode.MULTI))
    if panel.stacked:
        made.stacking(common.StackingConfig().mode(shapes.StackingMode.NORMAL))
    return _dressed(made, panel, language, now=False)


def _bars(panel: Panel, language: str) -> Any:
    made = bargauge.Panel().reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
    made.orientation(shapes.VizOrientation.HORIZONTAL)
    return _dressed(made, panel, language, now=True)


def _table(panel: Panel, language: str) -> Any:
    made = table.Panel().with_transformation(models.DataTransformerConfig(id_val="merge", options={}))
    hidden = dict.fromkeys(("Time", "__name__", "instance", "job"), True)
    columns = {
        f"Value #{chr(ord('A') + number)}": text_of(query.legend, language)
        for number, query in enumerate(panel.queries)
    }
    if len(columns) == 1:
        columns["Value"] = columns["Value #A"]
    options = {"excludeByName": hidden, "renameByName": columns}
    made.with_transformation(models.DataTransformerConfig(id_val="organize", options=options))
    return _dressed(made, panel, language, now=True, as_table=True)


_PANELS = {"number": _number, "series": _series, "bars": _bars, "table": _table}
