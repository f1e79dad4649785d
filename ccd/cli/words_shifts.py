"""What the command line says about shifts and who is on duty; ``words`` takes it into its catalogue.

Each entry is (English, Chinese).
"""

from __future__ import annotations

__all__ = ["SHIFT_WORDS"]

SHIFT_WORDS: dict[str, tuple[str, str]] = {
    "no_day": (
        "{text!r} is no day; write 2026-01-31, or today",
        "{text!r} 不是日期；请写成 2026-01-31 或 today",
    ),
    "no_days": (
        "{text!r}: write the first and the last day, as 2026-03-01..2026-03-31",
        "{text!r}：请写首日和末日，例如 2026-03-01..2026-03-31",
    ),
    "plan_imported": (
        "{assignments} shifts of {people} people on {days} days; {removed} taken away; version {version}",
        "已导入 {people} 人、{days} 天、{assignments} 个班次；删去 {removed} 个；版本 {version}",
    ),
    "plan_good": (
        "{file}: good, {assignments} shifts of {people} people on {days} days, {removed} to go; not imported",
        "{file}：正确，{people} 人、{days} 天、{assignments} 个班次，将删去 {removed} 个；未导入",
    ),
    "plan_faults": ("nothing was imported", "未导入任何内容"),
    "plan_set": ("{person} works {shift} on {day}", "{person} 于 {day} 上 {shift}"),
    "plan_unset": ("nothing is planned for {person} on {day} any more", "{person} 于 {day} 已无排班"),
    "plan_day": ("{day} {weekday}, {kind}", "{day} {weekday}，{kind}"),
    "plan_none": ("nobody is planned that day", "当天没有排班"),
    "plan_version": ("plan of version {version}", "排班版本 {version}"),
    "plan_shift": ("{label}  {begin} to {end}  {count} people", "{label}  {begin} 至 {end}  {count} 人"),
    "plan_gone": (
        "{label}: no longer among [shifts.kinds]; {count} people",
        "{label}：已不在 [shifts.kinds] 中；{count} 人",
    ),
    "day_workday": ("workday", "工作日"),
    "day_weekend": ("weekend", "周末"),
    "day_holiday": ("holiday", "节假日"),
    "day_make_up": ("make-up workday", "调休上班日"),
    "warn_holidays": (
        "the holidays of {year} are not all known yet; update ccd, or fill in shifts.holidays_file",
        "{year} 年的节假日安排尚不完整；请更新 ccd，或填写 shifts.holidays_file",
    ),
    # who
    "who_at": ("on duty at {time}", "{time} 在班情况"),
    "who_signed_in": ("signed in at {time}", "{time} 已签到人员"),
    "who_future": (
        "that is still to come: who will be there is not known",
        "时间未到：届时谁在场尚不可知",
    ),
    "who_nobody": ("no shift runs then", "此时没有班次"),
    "who_unscheduled": ("there without a shift now", "未排班而在场"),
    "who_was_until": ("shift ended {time}", "班次已于 {time} 结束"),
    "who_leads": ("duty lead: {names}", "值班领导：{names}"),
    "who_standing_in": ("no duty lead is signed in; standing in: {names}", "值班领导未签到；代理：{names}"),
    "who_no_lead": ("nobody leads: no lead is signed in", "无人值班：没有班长签到"),
    "duty_here": ("here", "在岗"),
    "duty_elsewhere": ("at {seat}", "在 {seat}"),
    "duty_missing": ("MISSING", "缺席"),
    "duty_due": ("due", "未到时间"),
    "duty_planned": ("planned", "已排班"),
    "who_since": ("since {time}", "自 {time}"),
    # explain
    "explain_title": ("{person} {name} on {day}", "{person} {name} {day}"),
    "explain_shift": (
        "shift {shift}, {begin} to {end}, seat {seat}",
        "班次 {shift}，{begin} 至 {end}，机台 {seat}",
    ),
    "explain_no_shift": ("no shift planned", "没有排班"),
    "sign_arrived": ("signed in at {seat} ({how})", "在 {seat} 签到（{how}）"),
    "sign_left": ("signed out of {seat} ({how})", "从 {seat} 签退（{how}）"),
    "explain_refused": ("refused at {seat}: {why} ({how})", "在 {seat} 被拒：{why}（{how}）"),
    "explain_attended": ("proved to be there at {seat}", "在 {seat} 证明到场"),
    "explain_stay": (
        "at {seat} from {begin} to {end}: {calls} calls",
        "{begin} 至 {end} 在 {seat}：{calls} 个通话",
    ),
    "explain_pause": ("paused from {begin} to {end}: {reason}", "{begin} 至 {end} 小休：{reason}"),
    "explain_blind": (
        "{pbx} was out of sight from {begin} to {end}: what happened there is not known",
        "{begin} 至 {end} 与 {pbx} 失去联系：其间发生的一切均未知",
    ),
    "explain_source": ("from", "来源"),
    "explain_goes_on": ("now", "现在"),
    "explain_unknown": ("not known", "未知"),
}
