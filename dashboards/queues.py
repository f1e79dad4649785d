"""Queues and service level. The formulas are those of docs/metrics.md."""

from __future__ import annotations

from dashboards.board import Board, Query, Row, number, series, table

_Q = 'pbx=~"$pbx",queue=~"$queue"'
_BY = ("{{queue}}", "{{queue}}")


def _counted(metric: str, *, by: str = "", window: str = "$__range", more: str = "") -> str:
    grouping = f" by ({by})" if by else ""
    return f"sum{grouping} (increase(ccd_queue_calls{metric}_total{{{_Q}{more}}}[{window}]))"


def _service_level(by: str, window: str) -> str:
    """SL2 of Asterisk: of those who were answered or gave up, the share within the time."""
    answered = _counted("_answered_in_time", by=by, window=window)
    abandoned = _counted("_abandoned_in_time", by=by, window=window)
    both = _counted("", by=by, window=window, more=',outcome=~"answered|abandoned"')
    return f"({answered} + {abandoned}) / {both}"


def _mean(metric: str, by: str, window: str) -> str:
    grouping = f" by ({by})" if by else ""
    return (
        f"sum{grouping} (rate(ccd_queue_{metric}_seconds_sum{{{_Q}}}[{window}]))"
        f" / sum{grouping} (rate(ccd_queue_{metric}_seconds_count{{{_Q}}}[{window}]))"
    )


def _quantile(metric: str, share: float, window: str = "$__range") -> str:
    counted = f"rate(ccd_queue_{metric}_seconds_bucket{{{_Q}}}[{window}])"
    return f"histogram_quantile({share}, sum by (le) ({counted}))"


_ALL = _counted("")
_ABANDONED = _counted("", more=',outcome="abandoned"')

QUEUES = Board(
    uid="ccd-queues",
    title=("Queues and service level", "队列与服务水平"),
    about=(
        "Service level is Asterisk's SL2: of callers who were answered or gave up, those within the time.",
        "服务水平为 Asterisk 的 SL2：已接听与放弃的来电中，在时限内的比例。",
    ),
    variables=("pbx", "queue"),
    rows=(
        Row(
            ("Of the time shown", "所选时段"),
            (
                number(
                    ("Service level (SL2)", "服务水平（SL2）"),
                    _service_level("", "$__range"),
                    unit="percentunit",
                    most=1,
                    steps=((None, "red"), (0.7, "orange"), (0.8, "green")),
                ),
                number(("Answered", "已接听"), _counted("", more=',outcome="answered"'), decimals=0),
                number(("Abandoned", "放弃"), _ABANDONED, decimals=0),
                number(
                    ("Abandoned, share", "放弃率"),
                    f"{_ABANDONED} / {_ALL}",
                    unit="percentunit",
                    steps=((None, "green"), (0.05, "orange"), (0.1, "red")),
                ),
                number(("Average speed of answer", "平均应答时间"), _mean("wait", "", "$__range"), unit="s"),
                number(("Nine of ten answered within", "九成来电应答时间"), _quantile("wait", 0.9), unit="s"),
            ),
        ),
        Row(
            ("Waiting", "排队"),
            (
                series(
                    ("Callers waiting", "排队人数"),
                    Query(f"sum by (queue) (ccd_queue_callers_waiting{{{_Q}}})", _BY),
                    stacked=True,
                ),
                series(
                    ("Longest wait now", "当前最长等待"),
                    Query(f"max by (queue) (ccd_queue_longest_wait_seconds{{{_Q}}})", _BY),
                    unit="s",
                ),
                series(
                    ("Members by state", "队列成员状态"),
                    Query(f"sum by (state) (ccd_queue_members{{{_Q}}})", ("{{state}}", "{{state}}")),
                    stacked=True,
                ),
                series(
                    ("Callers wait and nobody is ready", "有人排队而无人空闲"),
                    Query(
                        f"sum by (queue) (ccd_queue_callers_waiting{{{_Q}}}"
                        f' and on (pbx, queue) (ccd_queue_members{{{_Q},state="ready"}} == 0))'
                        f" or sum by (queue) (0 * ccd_queue_callers_waiting{{{_Q}}})",
                        _BY,
                    ),
                ),
            ),
        ),
        Row(
            ("Served", "服务"),
            (
                series(
                    ("Service level (SL2) of the last hour", "近一小时服务水平（SL2）"),
                    Query(_service_level("queue", "1h"), _BY),
                    unit="percentunit",
                    most=1,
                ),
                series(
                    ("Callers by outcome, an hour", "每小时来电结果"),
                    Query(
                        f"sum by (outcome) (rate(ccd_queue_calls_total{{{_Q}}}[$__rate_interval])) * 3600",
                        ("{{outcome}}", "{{outcome}}"),
                    ),
                    stacked=True,
                ),
                series(
                    ("Average talk of the last hour", "近一小时平均通话时长"),
                    Query(_mean("talk", "queue", "1h"), _BY),
                    unit="s",
                ),
                series(
                    ("How long callers who gave up had waited", "放弃前等待时长"),
                    Query(_quantile("abandon", 0.5, "1h"), ("half of them", "中位数")),
                    Query(_quantile("abandon", 0.9, "1h"), ("nine of ten", "九成")),
                    unit="s",
                    absent="nobody gave up",
                ),
                series(
                    ("Phones that rang and were not answered, an hour", "每小时振铃未接"),
                    Query(
                        "sum by (queue)"
                        f" (rate(ccd_queue_ring_no_answer_total{{{_Q}}}[$__rate_interval])) * 3600",
                        _BY,
                    ),
                ),
                series(
                    ("Transfers, an hour", "每小时转接"),
                    Query(
                        'sum by (how) (rate(ccd_transfers_total{pbx=~"$pbx"}[$__rate_interval])) * 3600',
                        ("{{how}}", "{{how}}"),
                    ),
                ),
                table(
                    ("Queues, of the time shown", "所选时段各队列"),
                    Query(_counted("", by="queue"), ("callers", "来电")),
                    Query(_counted("", by="queue", more=',outcome="answered"'), ("answered", "已接听")),
                    Query(_counted("", by="queue", more=',outcome="abandoned"'), ("abandoned", "放弃")),
                    Query(_service_level("queue", "$__range"), ("service level", "服务水平")),
                    Query(_mean("wait", "queue", "$__range"), ("answered after s", "平均应答秒")),
                    width=24,
                    decimals=2,
                ),
            ),
        ),
    ),
)
