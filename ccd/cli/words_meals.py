"""What the command line says about meals; ``words`` takes it into its catalogue.

Each entry is (English, Chinese).
"""

from __future__ import annotations

__all__ = ["MEALS_WORDS"]

MEALS_WORDS: dict[str, tuple[str, str]] = {
    "meal_no_team": ("nobody is signed in", "无人签到"),
    "meal_team": (
        "team {team}: {taken} of at most {limit} at meals, {present} there",
        "班组 {team}：用餐 {taken} 人，上限 {limit} 人，在岗 {present} 人",
    ),
    "meal_window": ("window {window}, {begin} to {end}", "用餐时段 {window}，{begin} 至 {end}"),
    "meal_group": ("group {group}: {begin} to {end}", "用餐组 {group}：{begin} 至 {end}"),
    "meal_eating": ("at a meal since {begin}, until {end}", "{begin} 起用餐，至 {end}"),
    "meal_over": ("{minutes} min over", "超时 {minutes} 分钟"),
    "meal_not_asked": ("not asked for", "未申请"),
    "meal_on_call": ("still on a call", "仍在通话"),
    "meal_let": ("may go until {until}", "可在 {until} 前用餐"),
    "meal_turn": ("their turn, kept until {until}", "轮到用餐，名额保留至 {until}"),
    "meal_waiting": ("waits as number {position} since {since}", "等候第 {position} 位，自 {since}"),
    "meal_not_eaten": ("has not eaten; {window} ends at {end}", "尚未用餐；{window} 于 {end} 结束"),
    "meal_log": ("meals of {day}", "{day} 用餐记录"),
    "meal_level_ok": ("in time", "正常"),
    "meal_level_late": ("LATE", "迟到"),
    "meal_level_violation": ("VIOLATION", "违纪"),
    "meal_level_unknown": ("not known: out of sight", "未知：失去联系"),
    "meal_excused": ("excused: {reason}", "已免计：{reason}"),
    "meal_open": ("at a meal since {begin}", "{begin} 起用餐"),
    "meal_refused": ("{time} refused: {rule}", "{time} 被拒：{rule}"),
    "meal_would_be_refused": ("{time} let, against {rule}", "{time} 放行，不符 {rule}"),
    "meal_totals": (
        "{meals} meals, {minutes} min; {not_asked} not asked for, {refused} refused",
        "用餐 {meals} 次，{minutes} 分钟；未申请 {not_asked}，被拒 {refused}",
    ),
    "meal_totals_against": (
        "{late} late, {violation} violations, {unknown} not known, {excused} excused",
        "迟到 {late}，违纪 {violation}，未知 {unknown}，免计 {excused}",
    ),
}
