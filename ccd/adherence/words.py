"""What the rules of adherence say to people. Each entry is (English, Chinese)."""

from __future__ import annotations

__all__ = ["WORDS"]

WORDS: dict[str, tuple[str, str]] = {
    "adherence_severe_absent": (
        "{person} {name} is on duty and not signed in anywhere, since {since} ({minutes} min)",
        "{person} {name} 当班但未签到，自 {since} 起已 {minutes} 分钟",
    ),
    "adherence_severe_paused": (
        "{person} {name} has been paused ({reason}) against the schedule since {since} ({minutes} min)",
        "{person} {name} 小休（{reason}）超出安排，自 {since} 起已 {minutes} 分钟",
    ),
    "adherence_severe_phone": (
        "{person} {name}: the phone at seat {seat} takes no calls since {since} ({minutes} min)",
        "{person} {name}：机台 {seat} 的话机自 {since} 起无法接听，已 {minutes} 分钟",
    ),
    "adherence_excepted": (
        "{exception}: this time of {person} is not held against them",
        "{exception}：{person} 的这段时间不计入遵循度",
    ),
    "adherence_unexcepted": (
        "{exception} of {person} is taken back; it stays on record",
        "{person} 的 {exception} 已撤销，记录保留",
    ),
    "adherence_no_exception": (
        "no exception {exception} holds; `ccd adherence person PERSON DAY` lists them",
        "没有有效的例外 {exception}；用 `ccd adherence person 工号 日期` 查看",
    ),
    "adherence_oneself": (
        "{person} cannot decide about themselves; another lead may",
        "{person} 不能为自己作决定；请由其他班长办理",
    ),
    "adherence_not_a_lead": (
        "{actor} does not lead {person}; a lead of the team, a duty lead or a manager decides",
        "{actor} 无权为 {person} 决定；应由本班班长、值班领导或经理决定",
    ),
    "adherence_no_time": (
        "from when until when? write both as 2026-01-31T08:00+08:00",
        "请写明起止时间，例如 2026-01-31T08:00+08:00",
    ),
    "adherence_no_span": (
        "the end must come after the start, at most {days} days later; correct either",
        "结束须晚于开始，且最多相隔 {days} 天；请改正",
    ),
    "adherence_too_far": (
        "a time may be excepted up to {days} days back and {ahead} days ahead",
        "只能处理过去 {days} 天到未来 {ahead} 天之内的时间",
    ),
    "adherence_no_kind": (
        "{kind} is no kind; there are: {kinds}",
        "没有 {kind} 这一类；可用：{kinds}",
    ),
}
