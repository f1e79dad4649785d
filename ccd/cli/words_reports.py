"""What the command line says about reports; ``words`` takes it into its catalogue.

Each entry is (English, Chinese).
"""

from __future__ import annotations

__all__ = ["REPORTS_WORDS"]

REPORTS_WORDS: dict[str, tuple[str, str]] = {
    "report_no_period": (
        "{text!r} is no such period; write a day as 2026-03-02, a week as 2026-W10, a month as 2026-03",
        "{text!r} 不是这样的期间；日写作 2026-03-02，周写作 2026-W10，月写作 2026-03",
    ),
    "report_made": (
        "{period}: made, revision {revision}; kept in {folder}:",
        "{period}：已生成，修订 {revision}；保存在 {folder}：",
    ),
    "report_none": ("no report was made yet", "尚未生成报表"),
    "report_row": ("{period}  made {at}, {gaps} gap(s)", "{period}  生成于 {at}，缺口 {gaps} 处"),
    "report_row_revised": (
        "{period}  made {at}, {gaps} gap(s), revision {revision}",
        "{period}  生成于 {at}，缺口 {gaps} 处，修订 {revision}",
    ),
    "report_sent": ("sent", "已发送"),
    "report_waits": ("waits to be sent", "待发送"),
    "report_failed": ("not delivered: {error}", "未送达：{error}"),
    "report_posted": (
        "{period}: on its way to {people}; `ccd report list` shows what arrived",
        "{period}：正在发送给 {people}；用 `ccd report list` 查看结果",
    ),
    "report_no_address": (
        "no e-mail address in the roster: {codes}",
        "花名册中没有电子邮件地址：{codes}",
    ),
    "report_progress": ("day {done} of {total}", "第 {done} 天，共 {total} 天"),
    "report_file_gone": (
        "{period}: the file of the report is gone or damaged; the figures are those of now",
        "{period}：报表文件已丢失或损坏；以下为当前数字",
    ),
}
