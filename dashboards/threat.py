"""Threat calls and other emergencies, and the drills of them."""

from __future__ import annotations

from dashboards.board import Board, Query, Row, bars, number, series, table

_RED = ((None, "green"), (1, "red"))
_ORANGE = ((None, "green"), (1, "orange"))


def _quantile(metric: str, share: float) -> str:
    return f'histogram_quantile({share}, sum by (le) (increase({metric}_bucket{{drill="no"}}[$__range])))'


THREAT = Board(
    uid="ccd-threat",
    title=("Threat calls and drills", "要挾电话与演练"),
    about=(
        "Open incidents, their clock, whether people and the police can be reached, and the drills.",
        "进行中的事件及其时限、人员与警方能否联系到、演练情况。",
    ),
    variables=(),
    since="now-30d",
    refresh="5s",
    rows=(
        Row(
            ("Now", "现在"),
            (
                number(("Live incidents", "进行中的事件"), 'sum(ccd_incidents_open{drill="no"})', steps=_RED),
                number(
                    ("Drills", "演练中"),
                    'sum(ccd_incidents_open{drill="yes"}) or vector(0)',
                    steps=_ORANGE,
                ),
                number(
                    ("Acknowledged by nobody", "无人确认"),
                    'sum(ccd_incidents_unacknowledged{drill="no"})',
                    steps=_RED,
                ),
                number(
                    ("Until the police are called", "距报警决定"),
                    'min(ccd_incident_clock_left_seconds{drill="no"})',
                    unit="s",
                    steps=((None, "red"), (300, "orange"), (600, "green")),
                    absent="no clock runs",
                ),
                number(
                    ("Not saved", "未保存"),
                    'sum(ccd_incident_saved{where="memory"}) or vector(0)',
                    steps=_RED,
                ),
                number(
                    ("Latest deadline of open incidents was late by", "事件时限最大延迟"),
                    "max(ccd_incident_deadline_late_seconds)",
                    unit="s",
                    steps=((None, "green"), (5, "red")),
                ),
            ),
        ),
        Row(
            ("Ready for one", "是否就绪"),
            (
                table(
                    ("Police: configured and proved", "报警：已配置并验证"),
                    Query("min by (what) (ccd_police_ready)", ("1 is good", "1 为正常")),
                    absent="no ladder calls the police",
                ),
                table(
                    ("Days since the latest drill", "距上次演练天数"),
                    Query(
                        "(time() - max by (ladder, verdict) (ccd_drill_last_timestamp_seconds > 0)) / 86400",
                        ("days", "天"),
                    ),
                    decimals=1,
                    absent="nothing was ever drilled",
                ),
                bars(
                    ("How people were told", "通知结果"),
                    Query(
                        "sum by (means, result) (increase(ccd_incident_tellings_total[$__range]))",
                        ("{{means}} {{result}}", "{{means}} {{result}}"),
                    ),
                ),
                bars(
                    ("Reports that opened nothing", "未立事件的报告"),
                    Query(
                        "sum by (why) (increase(ccd_incident_reports_refused_total[$__range]))",
                        ("{{why}}", "{{why}}"),
                    ),
                ),
            ),
        ),
        Row(
            ("What was", "历史"),
            (
                series(
                    ("Open by phase", "各阶段事件数"),
                    Query('sum by (phase) (ccd_incidents_open{drill="no"})', ("{{phase}}", "{{phase}}")),
                    stacked=True,
                ),
                bars(
                    ("Opened", "立案"),
                    Query(
                        "sum by (ladder, how, drill) (increase(ccd_incidents_opened_total[$__range]))",
                        ("{{ladder}} {{how}} drill={{drill}}", "{{ladder}} {{how}} 演练={{drill}}"),
                    ),
                ),
                number(
                    ("Half were acknowledged within", "半数确认用时"),
                    _quantile("ccd_incident_acknowledged_seconds", 0.5),
                    unit="s",
                    width=6,
                    absent="no incident was acknowledged",
                ),
                number(
                    ("Nine of ten were acknowledged within", "九成确认用时"),
                    _quantile("ccd_incident_acknowledged_seconds", 0.9),
                    unit="s",
                    width=6,
                    absent="no incident was acknowledged",
                ),
                number(
                    ("Half of the managers came within", "半数负责人到场用时"),
                    _quantile("ccd_incident_arrival_seconds", 0.5),
                    unit="s",
                    width=6,
                    absent="nobody had to come",
                ),
                number(
                    ("Calls to the police", "报警次数"),
                    'sum(increase(ccd_police_dialled_total{drill="no",result="dialling"}[$__range]))'
                    " or vector(0)",
                    width=6,
                ),
            ),
        ),
    ),
)
