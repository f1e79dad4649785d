"""What the command line says about adherence; ``words`` takes it into its catalogue.

Each entry is (English, Chinese).
"""

from __future__ import annotations

__all__ = ["ADHERENCE_WORDS"]

ADHERENCE_WORDS: dict[str, tuple[str, str]] = {
    "adh_day": ("adherence of {day}", "{day} 排班遵循度"),
    "adh_month": ("adherence of {month}", "{month} 排班遵循度"),
    "adh_none": (
        "no shift has been judged; one is when it is over and its record has settled",
        "尚无结果；班次结束、记录完整后才计算",
    ),
    "adh_no_month": ("{text!r} is no month; write 2026-01", "{text!r} 不是月份；请写成 2026-01"),
    "adh_head_person": ("code", "工号"),
    "adh_head_name": ("name", "姓名"),
    "adh_head_team": ("team", "班组"),
    "adh_head_adherence": ("adherence", "遵循度"),
    "adh_head_conformance": ("conform.", "符合度"),
    "adh_head_out": ("out", "偏离"),
    "adh_head_ignored": ("ignored", "不计"),
    "adh_head_unknown": ("unknown", "未知"),
    "adh_head_unscheduled": ("extra", "班外"),
    "adh_below_target": ("below the target", "低于目标"),
    "adh_below_floor": ("BELOW THE FLOOR", "低于下限"),
    "adh_conformance_outside": ("conformance out of range", "符合度超出范围"),
    "adh_person": ("{person} {name} ({team}) on {day}", "{person} {name}（{team}）{day}"),
    "adh_no_shift": ("no shift that has begun", "没有已开始的班次"),
    "adh_shift": (
        "{shift}  {begin} to {end}  adherence {adherence}  conformance {conformance}",
        "{shift}  {begin} 至 {end}  遵循度 {adherence}  符合度 {conformance}",
    ),
    "adh_sums": (
        "  in {adherent}  out {out}  ignored {ignored}  unknown {unknown}  extra {unscheduled}",
        "  遵循 {adherent}  偏离 {out}  不计 {ignored}  未知 {unknown}  班外 {unscheduled}",
    ),
    "adh_legend": (
        "  = in   x out   + extra   ~ ignored   ? unknown; a mark is a minute",
        "  = 遵循   x 偏离   + 班外   ~ 不计   ? 未知；每格一分钟",
    ),
    "adh_forgiven": ("forgiven: shorter than the threshold", "未达门槛，不计"),
    "adh_state_in": ("in", "遵循"),
    "adh_state_out": ("out", "偏离"),
    "adh_state_unscheduled": ("extra", "班外"),
    "adh_state_ignored": ("ignored", "不计"),
    "adh_state_unknown": ("unknown", "未知"),
    "adh_did_working": ("at work", "工作"),
    "adh_did_paused": ("paused: {reason}", "小休：{reason}"),
    "adh_did_unavailable": ("phone not reachable", "话机不可用"),
    "adh_did_logged_off": ("logged off", "未登录"),
    "adh_did_absent": ("not signed in", "未签到"),
    "adh_did_unknown": ("not known", "未知"),
    "adh_exception": (
        "  {exception}  {begin} to {end}  {kind}: {reason}  (by {actor})",
        "  {exception}  {begin} 至 {end}  {kind}：{reason}（{actor} 决定）",
    ),
    "adh_exception_removed": (
        "; taken back by {actor}: {reason}",
        "；已由 {actor} 撤销：{reason}",
    ),
}
