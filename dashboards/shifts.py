"""Shifts: handover, meals, breaks, attendance, leave and adherence."""

from __future__ import annotations

from dashboards.board import Board, Query, Row, bars, number, series

_T = 'team=~"$team"'
_TEAM = ("{{team}}", "{{team}}")
_WARN = ((None, "green"), (1, "orange"))
_NOBODY = "nobody of these teams is planned or signed in"


def _grown(metric: str, by: str, window: str = "$__range") -> str:
    return f"sum by ({by}) (increase({metric}[{window}]))"


SHIFTS = Board(
    uid="ccd-shifts",
    title=("Shifts", "班务"),
    about=(
        "Handover, meals, breaks, attendance, leave and adherence. Nobody is named here.",
        "交接班、用餐、小休、考勤、请假与排班遵循度；不显示姓名。",
    ),
    variables=("team",),
    since="now-24h",
    rows=(
        Row(
            ("Now", "现在"),
            (
                number(
                    ("On duty by the plan", "计划在岗"), f"sum(ccd_attendance_on_duty{{{_T}}}) or vector(0)"
                ),
                number(
                    ("Not there", "未到岗"),
                    f"sum(ccd_attendance_missing{{{_T}}}) or vector(0)",
                    steps=_WARN,
                ),
                number(("Held for relief", "等待接班"), "ccd_handover_held_people", steps=_WARN),
                number(
                    ("Held the longest", "最长等待接班"),
                    "ccd_handover_longest_hold_seconds",
                    unit="s",
                    steps=((None, "green"), (300, "orange"), (900, "red")),
                ),
                number(
                    ("To be decided: attendance", "待定：考勤"),
                    "ccd_attendance_proposals_waiting",
                    steps=_WARN,
                ),
                number(
                    ("To be decided: leave, swaps", "待批：请假、换班"),
                    "ccd_leave_requests_waiting",
                    steps=_WARN,
                ),
            ),
        ),
        Row(
            ("Handover", "交接班"),
            (
                bars(
                    ("Verdicts of the time shown", "所选时段交接结论"),
                    Query(_grown("ccd_handover_verdicts_total", "verdict"), ("{{verdict}}", "{{verdict}}")),
                ),
                bars(
                    ("How holds ended", "留岗等待如何结束"),
                    Query(_grown("ccd_handover_holds_total", "why"), ("{{why}}", "{{why}}")),
                ),
                series(
                    ("Minutes held, an hour", "每小时留岗分钟"),
                    Query("increase(ccd_handover_held_seconds_total[1h]) / 60", ("minutes", "分钟")),
                ),
                series(
                    ("Relief not there in time, a day", "每日接班迟到"),
                    Query("increase(ccd_handover_relief_missing_total[1d])", ("times", "次")),
                ),
            ),
        ),
        Row(
            ("Meals and breaks", "用餐与小休"),
            (
                series(
                    ("At a meal, and how many may be", "用餐人数与上限"),
                    Query(f"ccd_meals_in_progress{{{_T}}}", ("{{team}}", "{{team}}")),
                    Query(f"ccd_meals_cap{{{_T}}}", ("{{team}}: at most", "{{team}} 上限")),
                    absent=_NOBODY,
                ),
                series(
                    ("Waiting for their turn", "等候用餐"),
                    Query(f"ccd_meals_waiting{{{_T}}}", _TEAM),
                    absent=_NOBODY,
                ),
                bars(
                    ("Meals of the time shown", "所选时段用餐"),
                    Query(_grown("ccd_meals_ended_total", "level"), ("{{level}}", "{{level}}")),
                ),
                bars(
                    ("Meals refused, by the rule", "用餐被拒原因"),
                    Query(_grown("ccd_meals_refused_total", "rule"), ("{{rule}}", "{{rule}}")),
                    absent="no meal was refused",
                ),
                bars(
                    ("Breaks of the time shown", "所选时段小休"),
                    Query(
                        _grown("ccd_breaks_ended_total", "reason, level"),
                        ("{{reason}} {{level}}", "{{reason}} {{level}}"),
                    ),
                    absent="no break has ended",
                ),
                bars(
                    ("Breaks refused, by the rule", "小休被拒原因"),
                    Query(_grown("ccd_breaks_refused_total", "rule"), ("{{rule}}", "{{rule}}")),
                    absent="no break was refused",
                ),
            ),
        ),
        Row(
            ("Attendance, adherence, staffing", "考勤、遵循度、人力"),
            (
                series(
                    ("Planned and not there", "应到未到"),
                    Query(f"ccd_attendance_missing{{{_T}}}", _TEAM),
                    absent=_NOBODY,
                ),
                bars(
                    ("Findings of the time shown", "所选时段考勤记录"),
                    Query(
                        _grown("ccd_attendance_findings_total", "kind, weight"),
                        ("{{kind}} {{weight}}", "{{kind}} {{weight}}"),
                    ),
                    absent="nothing was found",
                ),
                bars(
                    ("Adherence of the last 24 hours", "近 24 小时遵循度"),
                    Query(f"ccd_adherence_ratio{{{_T}}}", _TEAM),
                    unit="percentunit",
                    most=1,
                    steps=((None, "red"), (0.7, "orange"), (0.9, "green")),
                    absent="no shift was judged in the last 24 hours",
                ),
                series(
                    ("Out of adherence now", "当前偏离排班"),
                    Query(f"ccd_adherence_out{{{_T}}}", _TEAM),
                    absent=_NOBODY,
                ),
                series(
                    ("There, and needed by the forecast", "在岗与预测所需"),
                    Query(
                        f"ccd_attendance_on_duty{{{_T}}} - ccd_attendance_missing{{{_T}}}",
                        ("{{team}}", "{{team}}"),
                    ),
                    Query(f"ccd_staffing_required{{{_T}}}", ("{{team}}: needed", "{{team}} 所需")),
                    absent="nothing is forecast, or nobody is planned",
                ),
                bars(
                    ("Requests of the time shown", "所选时段申请"),
                    Query(
                        _grown("ccd_leave_requests_total", "kind, result"),
                        ("{{kind}} {{result}}", "{{kind}} {{result}}"),
                    ),
                ),
            ),
        ),
    ),
)
