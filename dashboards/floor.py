"""Floor: who is there and what they do, by state and team."""

from __future__ import annotations

from dashboards.board import Board, Query, Row, bars, number, series, table

_A = 'pbx=~"$pbx",team=~"$team"'
_Q = 'pbx=~"$pbx"'
_OCCUPIED = "ringing|talking|hold|wrap_up"


def _in(states: str) -> str:
    return f'sum(ccd_agents{{{_A},state=~"{states}"}})'


def _spent(states: str) -> str:
    return f'sum by (team) (rate(ccd_agent_state_seconds_total{{{_A},state=~"{states}"}}[15m]))'


FLOOR = Board(
    uid="ccd-floor",
    title=("Floor", "现场"),
    about=("Who is there, and what they do now.", "现在谁在岗、在做什么。"),
    variables=("pbx", "team"),
    since="now-3h",
    rows=(
        Row(
            ("Now", "现在"),
            (
                number(("Ready", "空闲"), _in("ready")),
                number(("On calls", "通话中"), _in("ringing|talking|hold")),
                number(("Wrap-up", "话后处理"), _in("wrap_up")),
                number(("Paused", "示忙"), _in("paused")),
                number(
                    ("Not reachable", "不可用"),
                    _in("unavailable|unknown"),
                    steps=((None, "green"), (1, "orange")),
                    about=(
                        "Phones that the PBX cannot reach, or of which nothing is known.",
                        "交换机联系不到，或状态未知的话机。",
                    ),
                ),
                number(("Signed in", "已签到"), f"sum(ccd_people_present{{{_Q}}})"),
                number(
                    ("Callers waiting", "排队人数"),
                    f"sum(ccd_queue_callers_waiting{{{_Q}}})",
                    steps=((None, "green"), (1, "orange"), (10, "red")),
                ),
                number(
                    ("Longest wait", "最长等待"),
                    f"max(ccd_queue_longest_wait_seconds{{{_Q}}})",
                    unit="s",
                    steps=((None, "green"), (20, "orange"), (60, "red")),
                ),
                number(
                    ("Planned, not there", "应到未到"),
                    'sum(ccd_attendance_missing{team=~"$team"}) or vector(0)',
                    steps=((None, "green"), (1, "orange")),
                ),
                number(
                    ("Held for relief", "等待接班"),
                    "ccd_handover_held_people",
                    steps=((None, "green"), (1, "orange")),
                ),
                number(
                    ("Incidents", "进行中的事件"),
                    'sum(ccd_incidents_open{phase="live",drill="no"})',
                    steps=((None, "green"), (1, "red")),
                ),
                number(
                    ("PBXs in sight", "可见的交换机"),
                    f"avg(1 - ccd_pbx_blind{{{_Q}}})",
                    unit="percentunit",
                    steps=((None, "red"), (1, "green")),
                    about=(
                        "Below 100 %: what is shown is not the whole picture.",
                        "低于 100%：显示的不是全貌。",
                    ),
                ),
            ),
        ),
        Row(
            ("Agents", "座席"),
            (
                series(
                    ("Agents by state", "各状态座席数"),
                    Query(f"sum by (state) (ccd_agents{{{_A}}})", ("{{state}}", "{{state}}")),
                    stacked=True,
                ),
                series(
                    ("Paused, by reason", "示忙原因"),
                    Query(
                        f'sum by (reason) (ccd_agents{{{_A},state="paused"}})', ("{{reason}}", "{{reason}}")
                    ),
                    stacked=True,
                ),
                table(
                    ("Teams now", "各班组现状"),
                    *(
                        Query(f'sum by (team) (ccd_agents{{{_A},state=~"{states}"}})', name)
                        for states, name in (
                            ("ready", ("ready", "空闲")),
                            ("ringing|talking|hold", ("on calls", "通话中")),
                            ("wrap_up", ("wrap-up", "话后处理")),
                            ("paused", ("paused", "示忙")),
                            ("unavailable|unknown", ("not reachable", "不可用")),
                            ("logged_off", ("logged off", "未登录")),
                        )
                    ),
                ),
                bars(
                    ("Occupancy of the last 15 minutes", "近 15 分钟占用率"),
                    Query(
                        f"{_spent(_OCCUPIED)} / {_spent('ready|' + _OCCUPIED)}",
                        ("{{team}}", "{{team}}"),
                    ),
                    unit="percentunit",
                    most=1,
                    steps=((None, "green"), (0.85, "orange"), (0.95, "red")),
                    about=(
                        "On the phone or wrapping up, of the time they were there for calls.",
                        "通话与话后处理占可接听时间的比例。",
                    ),
                ),
            ),
        ),
    ),
)
