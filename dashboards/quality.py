"""Quality: sampling, analysts' work, results, disputes, calibration, recordings, live listening."""

from __future__ import annotations

from dashboards.board import Board, Panel, Query, Row, bars, number, series

_P = 'pbx=~"$pbx"'
_WARN = ((None, "green"), (1, "orange"))
_RESULTS = 'ccd_evaluations_released_total{sample="probability"'
_NONE_RELEASED = "nothing of the probability sample was released in the time shown"
_NOT_LOOKED = "the recording folder was not looked at yet, or the PBX has none"


def _grown(metric: str, by: str, window: str = "$__range") -> str:
    return f"sum by ({by}) (increase({metric}[{window}]))"


def _shares(title: tuple[str, str], metric: str, *by: str, absent: str = "") -> Panel:
    """How much of the time shown fell to each value of these labels."""
    legend = " ".join(f"{{{{{label}}}}}" for label in by)
    return bars(title, Query(_grown(metric, ", ".join(by)), (legend, legend)), absent=absent)


_NOW = Row(
    ("Now", "现在"),
    (
        number(
            ("Waiting to be scored", "待评分"),
            'sum(ccd_evaluations_waiting{state=~"assigned|claimed"})',
        ),
        number(("Past their time", "逾期"), "sum(ccd_evaluations_overdue)", steps=_WARN),
        number(("Nobody can take", "无人可分配"), "ccd_evaluations_unassigned", steps=_WARN),
        number(
            ("Open disputes", "未决申诉"),
            'sum(ccd_evaluations_waiting{state="disputed"})',
            steps=_WARN,
        ),
        number(
            ("Recordings amiss", "异常录音"),
            f'sum(ccd_recordings_findings{{{_P}, what=~"missing|changed|uncopied|away"}})',
            steps=((None, "green"), (1, "red")),
        ),
        number(
            ("Calls listened to live", "正在监听"),
            "sum(ccd_listenings_active)",
        ),
    ),
)

_SAMPLING = Row(
    ("Sampling", "抽样"),
    (
        series(
            ("Conversations that can be drawn, and picks of the sample, an hour", "每小时可抽通话与抽中数"),
            Query('sum(increase(ccd_conversations_total{eligible="yes"}[1h]))', ("can be drawn", "可抽")),
            Query('sum(increase(ccd_picks_total{sample="probability"}[1h]))', ("sample", "概率样本")),
            Query('sum(increase(ccd_picks_total{sample="extra"}[1h]))', ("extra", "加抽")),
        ),
        _shares(
            ("Conversations of the time shown, by what can be drawn", "所选时段通话：可抽与原因"),
            "ccd_conversations_total",
            "eligible",
        ),
        _shares(("Picks of the time shown", "所选时段抽中"), "ccd_picks_total", "sample", "reason"),
        number(
            ("Strata that have their minimum today", "今日已达最低数量的层"),
            'sum(ccd_sampling_strata{covered="yes"}) / (sum(ccd_sampling_strata) > 0)',
            unit="percentunit",
            most=1,
            width=6,
            absent="no conversation is expected today, and none was picked",
        ),
        number(
            ("Days over and not frozen", "未封存的日期"),
            "ccd_sampling_closings_due",
            width=6,
            steps=_WARN,
        ),
        number(
            ("Next closing", "下次封存"),
            "ccd_sampling_next_closing_timestamp_seconds * 1000",
            unit="dateTimeFromNow",
            width=6,
            least=None,
        ),
        number(
            ("Seed of today published late", "今日种子公布过晚"),
            "ccd_sampling_seed_late",
            width=6,
            steps=((None, "green"), (1, "red")),
            about=("On the first day of an installation it cannot be in time.", "安装首日必为 1。"),
        ),
    ),
)

_WORK = Row(
    ("Analysts' work", "质检员工作"),
    (
        series(
            ("Waiting, by state", "待办：按状态"),
            Query("sum by (state) (ccd_evaluations_waiting)", ("{{state}}", "{{state}}")),
            stacked=True,
        ),
        series(
            ("Past their time", "逾期"),
            Query("sum by (what) (ccd_evaluations_overdue)", ("{{what}}", "{{what}}")),
        ),
        series(
            ("From pick to score", "从抽中到评分的时间"),
            Query(
                "histogram_quantile(0.5, sum by (le) (rate(ccd_evaluation_score_seconds_bucket[6h])))",
                ("half within", "一半在此之内"),
            ),
            Query(
                "histogram_quantile(0.9, sum by (le) (rate(ccd_evaluation_score_seconds_bucket[6h])))",
                ("nine of ten within", "九成在此之内"),
            ),
            unit="s",
            absent="nothing was scored",
        ),
        series(
            ("Opened and scored, a day", "每日开出与评分"),
            Query("sum(increase(ccd_evaluations_opened_total[1d]))", ("opened", "开出")),
            Query("sum(increase(ccd_evaluations_scored_total[1d]))", ("scored", "已评")),
        ),
    ),
)

_RESULTS_ROW = Row(
    ("Results, second looks, disputes", "结果、复检、申诉"),
    (
        series(
            ("Share passed of the sample, of the last 7 days", "近 7 天概率样本合格率"),
            Query(
                f'sum(increase({_RESULTS}, result="passed"}}[7d])) / (sum(increase({_RESULTS}}}[7d])) > 0)',
                ("passed", "合格"),
            ),
            unit="percentunit",
            most=1,
            absent=_NONE_RELEASED,
            about=(
                "Not weighted by chances; the figures of a month are those of the assessment.",
                "未按抽中概率加权；月度成绩以考核为准。",
            ),
        ),
        _shares(
            ("Released in the time shown", "所选时段发布"),
            "ccd_evaluations_released_total",
            "sample",
            "result",
        ),
        _shares(("Held for a second look", "留待复检"), "ccd_evaluations_held_total", "why"),
        _shares(("Second looks", "复检结果"), "ccd_evaluations_reexamined_total", "outcome"),
        series(
            ("Disputes and decisions, a day", "每日申诉与裁定"),
            Query("sum(increase(ccd_evaluations_disputed_total[1d]))", ("disputed", "申诉")),
            Query(
                "sum by (outcome) (increase(ccd_evaluations_resolved_total[1d]))",
                ("{{outcome}}", "{{outcome}}"),
            ),
        ),
        series(
            ("The oldest open dispute", "最久的未决申诉"),
            Query("ccd_evaluation_dispute_oldest_seconds", ("open for", "已等待")),
            unit="s",
        ),
        _shares(("Months assessed", "月度考核结论"), "ccd_assessments_total", "verdict"),
        bars(
            ("Retraining cases that are open", "未结的再培训"),
            Query("sum by (state) (ccd_assessment_cases)", ("{{state}}", "{{state}}")),
        ),
    ),
)

_CALIBRATION = Row(
    ("Calibration", "校准"),
    (
        number(
            ("Agreement (alpha)", "一致性（alpha）"),
            "ccd_calibration_alpha",
            width=6,
            least=None,
            most=1,
            decimals=2,
            steps=((None, "red"), (0.667, "orange"), (0.8, "green")),
            absent="no calibration has had a figure yet",
        ),
        number(
            ("Furthest off the expert, in points", "与标准分最大偏差（分）"),
            "abs(ccd_calibration_deviation_points)",
            width=6,
            decimals=1,
            absent="nobody has been in enough calibrations yet",
        ),
        number(("Analysts who drift", "漂移的质检员"), "ccd_calibration_drifting", width=6, steps=_WARN),
        number(("Open calibrations", "进行中的校准"), "ccd_calibrations_open", width=6),
    ),
)

_RECORDINGS = Row(
    ("Recordings", "录音"),
    (
        series(
            ("What they take", "占用"),
            Query(f"ccd_recordings_used_bytes{{{_P}}}", ("{{pbx}}: recordings", "{{pbx}} 录音")),
            Query(f"ccd_recordings_disk_free_bytes{{{_P}}}", ("{{pbx}}: free", "{{pbx}} 剩余")),
            Query("ccd_recordings_held_bytes", ("copies held", "封存副本")),
            unit="bytes",
        ),
        bars(
            ("Days until the disk is full", "磁盘写满前天数"),
            Query(f"ccd_recordings_disk_full_seconds{{{_P}}} / 86400", ("{{pbx}}", "{{pbx}}")),
            unit="d",
            steps=((None, "red"), (14, "orange"), (60, "green")),
            absent=_NOT_LOOKED,
        ),
        bars(
            ("Findings that stand", "未结的异常"),
            Query(f"ccd_recordings_findings{{{_P}}} > 0", ("{{pbx}} {{what}}", "{{pbx}} {{what}}")),
            absent="nothing is amiss",
        ),
        series(
            ("Files that no recording names", "无主文件"),
            Query(f"ccd_recordings_orphans{{{_P}}}", ("{{pbx}}", "{{pbx}}")),
            absent=_NOT_LOOKED,
        ),
        number(("Recordings with a legal hold", "封存的录音"), "ccd_recordings_held", width=6),
        number(
            ("Picks that cannot be heard, of the last day", "近一日无法收听的抽中录音"),
            "sum(increase(ccd_picks_unheard_total[1d]))",
            width=6,
            decimals=0,
            steps=_WARN,
        ),
        number(
            ("Given out in the last day", "近一日调听"),
            "increase(ccd_recordings_served_total[1d])",
            width=6,
            decimals=0,
        ),
        number(
            ("Recorded a day", "每日录音量"),
            f"sum(ccd_recordings_added_bytes_per_day{{{_P}}})",
            width=6,
            unit="bytes",
            absent=_NOT_LOOKED,
        ),
    ),
)

_LISTENING = Row(
    ("Live listening", "监听"),
    (
        _shares(("Listenings of the time shown", "所选时段监听"), "ccd_listenings_total", "how", "outcome"),
        series(
            ("Minutes listened to, an hour", "每小时监听分钟"),
            Query("increase(ccd_listening_seconds_total[1h]) / 60", ("minutes", "分钟")),
        ),
    ),
)

QUALITY = Board(
    uid="ccd-quality",
    title=("Quality", "质检"),
    about=(
        "Sampling, scoring, calibration, recordings and live listening. Nobody is named here.",
        "抽样、评分、校准、录音与监听；不显示姓名。",
    ),
    rows=(_NOW, _SAMPLING, _WORK, _RESULTS_ROW, _CALIBRATION, _RECORDINGS, _LISTENING),
    since="now-7d",
)
