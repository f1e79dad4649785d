"""ccd itself: how far what it shows can be trusted, and how it is doing."""

from __future__ import annotations

from dashboards.board import Board, Query, Row, bars, number, series, table

_P = 'pbx=~"$pbx"'
_PBX = ("{{pbx}}", "{{pbx}}")
_BAD = ((None, "green"), (1, "red"))
_GOOD = ((None, "red"), (1, "green"))

DAEMON = Board(
    uid="ccd-daemon",
    title=("The daemon itself", "守护进程"),
    about=("How far to trust what is shown, and how ccd is doing.", "数据可信程度与 ccd 自身运行状况。"),
    since="now-6h",
    rows=(
        Row(
            ("Trust", "可信程度"),
            (
                number(("PBXs logged in", "已登录交换机"), f"sum(ccd_ami_connected{{{_P}}})"),
                number(
                    ("PBXs in sync", "已同步"),
                    f"avg(ccd_pbx_synced{{{_P}}})",
                    unit="percentunit",
                    steps=_GOOD,
                ),
                number(
                    ("Unseen, of the time shown", "所选时段不可见时长"),
                    f"sum(increase(ccd_pbx_blind_seconds_total{{{_P}}}[$__range]))",
                    unit="s",
                    steps=((None, "green"), (60, "orange")),
                ),
                number(("Database", "数据库"), "min(ccd_store_healthy)", steps=_GOOD),
                number(("Nowhere but in memory", "仅在内存"), "sum(ccd_unsaved)", steps=_BAD),
                number(
                    ("Wall clock ahead by", "系统时钟偏差"),
                    "max(abs(ccd_clock_off_seconds))",
                    unit="s",
                    steps=((None, "green"), (2, "orange")),
                ),
            ),
        ),
        Row(
            ("PBXs", "交换机"),
            (
                series(
                    ("Seconds since the last byte", "距上次收到数据"),
                    Query(f"ccd_ami_silence_seconds{{{_P}}}", _PBX),
                    unit="s",
                ),
                series(
                    ("Messages a second", "每秒消息"),
                    Query(f"rate(ccd_ami_messages_total{{{_P}}}[$__rate_interval])", _PBX),
                ),
                table(
                    ("Cuts of the time shown", "所选时段断线"),
                    Query(
                        f"sum by (pbx, reason) (increase(ccd_ami_cuts_total{{{_P}}}[$__range]))",
                        ("cuts", "次数"),
                    ),
                    absent="no connection was cut",
                ),
                table(
                    ("Versions", "版本"),
                    Query(f"ccd_pbx_info{{{_P}}}", ("is", "有")),
                ),
            ),
        ),
        Row(
            ("Speed", "速度"),
            (
                series(
                    ("From receipt to work done", "从收到到处理完"),
                    *(
                        Query(
                            f"histogram_quantile({share},"
                            " sum by (le) (rate(ccd_input_lag_seconds_bucket[$__rate_interval])))",
                            name,
                        )
                        for share, name in ((0.5, ("half", "中位数")), (0.99, ("99 of 100", "P99")))
                    ),
                    unit="s",
                ),
                series(
                    ("How late the loop came back", "事件循环延迟"),
                    Query(
                        "histogram_quantile(0.99,"
                        " sum by (le) (rate(ccd_loop_stall_seconds_bucket[$__rate_interval])))",
                        ("99 of 100", "P99"),
                    ),
                    Query("ccd_loop_stall_max_seconds", ("the longest since the start", "启动以来最长")),
                    unit="s",
                ),
                series(
                    ("Inputs that wait", "待处理输入"),
                    Query("ccd_inbox_length", ("waiting", "等待")),
                ),
                series(
                    ("Facts to be written", "待写入记录"),
                    Query("ccd_store_queue_length", ("waiting", "等待")),
                ),
                series(
                    ("Age of the oldest of them; the latest transaction", "最久待写时间；最近事务用时"),
                    Query("ccd_store_lag_seconds", ("oldest", "最久")),
                    Query("ccd_store_commit_seconds", ("transaction", "事务")),
                    unit="s",
                ),
                series(
                    ("Processor", "处理器"),
                    Query('rate(process_cpu_seconds_total{job="ccd"}[$__rate_interval])', ("cores", "核")),
                    unit="percentunit",
                ),
                series(
                    ("Memory", "内存"),
                    Query('process_resident_memory_bytes{job="ccd"}', ("resident", "常驻")),
                    unit="bytes",
                ),
                series(
                    ("Deadlines: how late they came", "时限延迟"),
                    Query("ccd_deadline_late_max_seconds", ("the latest since the start", "启动以来最大")),
                    unit="s",
                ),
            ),
        ),
        Row(
            ("Errors", "错误"),
            (
                bars(
                    ("Lost to defects of ours, since the start", "自启动以来的内部错误"),
                    Query("ccd_step_errors_total", ("inputs", "输入")),
                    Query("ccd_effects_unperformed_total", ("effects", "动作")),
                    Query("ccd_metrics_errors_total", ("figures", "指标")),
                    Query("sum(ccd_ami_handler_errors_total)", ("messages", "消息")),
                    Query("ccd_store_rows_refused_total", ("rows", "记录")),
                    steps=_BAD,
                ),
                bars(
                    ("Deliveries given up, of the time shown", "所选时段未能送达"),
                    Query(
                        "sum by (means) (increase(ccd_notify_given_up_total[$__range]))",
                        ("{{means}}", "{{means}}"),
                    ),
                    Query(
                        "sum by (means) (increase(ccd_page_given_up_total[$__range]))",
                        ("{{means}} (notice)", "{{means}}（通知）"),
                    ),
                    absent="nothing was ever sent",
                ),
                series(
                    ("Series in Prometheus", "Prometheus 序列数"),
                    Query('scrape_samples_scraped{job="ccd"}', ("series", "序列")),
                ),
                bars(
                    ("Asked by phone, of the time shown", "所选时段话机请求"),
                    Query(
                        "sum by (result) (increase(ccd_agi_requests_total[$__range]))",
                        ("{{result}}", "{{result}}"),
                    ),
                    absent="nobody has dialled a code",
                ),
            ),
        ),
    ),
)
