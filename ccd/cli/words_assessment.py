"""What the command line says about assessment; ``words`` takes it into its catalogue.

Each entry is (English, Chinese).
"""

from __future__ import annotations

from ccd.cli.words_promotion import PROMOTION_WORDS

__all__ = ["ASSESSMENT_WORDS"]

ASSESSMENT_WORDS: dict[str, tuple[str, str]] = {
    "assess_month": (
        "{person} {name} {month}: {verdict}, {points} ({edition})",
        "{person} {name} {month}：{verdict}，{points} 分（{edition}）",
    ),
    "assess_edition": ("edition {edition}", "第 {edition} 版"),
    "assess_preview": ("preview, not made yet", "预览，尚未考核"),
    "assess_part": ("{part}: {points}, weight {weight} %", "{part}：{points} 分，权重 {weight} %"),
    "assess_part_missing": ("{part}: nothing there", "{part}：无数据"),
    "assess_interval": (
        "QA score of {n} calls: with 95 % confidence from {low} to {high}",
        "质检分基于 {n} 通通话：95 % 置信区间 {low} 至 {high}",
    ),
    "assess_too_few": (
        "{n} scored calls; with fewer than {least} there is no number",
        "已评分通话 {n} 通；不足 {least} 通不出分",
    ),
    "assess_none": ("nobody is assessed", "没有被考核的人员"),
    "assess_no_cases": ("no case is open", "没有未结的再培训事项"),
    "assess_case": (
        "{case} {person} {name}: {state}, since {since}; {points}",
        "{case} {person} {name}：{state}，自 {since}；{points}",
    ),
    "act_assess_person": ("person", "工号"),
    "act_assess_name": ("name", "姓名"),
    "act_assess_team": ("team", "班组"),
    "act_assess_month": ("month", "月份"),
    "act_assess_verdict": ("verdict", "结论"),
    "act_assess_points": ("points", "得分"),
    "act_assess_n": ("calls", "评分通话"),
    "act_assess_low": ("low 95 %", "95 % 下限"),
    "act_assess_high": ("high 95 %", "95 % 上限"),
    "act_assess_grade": ("grade", "等级"),
    "act_assess_edition": ("edition", "版次"),
    "act_assess_level": ("level", "职级"),
    "act_assess_step": ("step", "档次"),
    "act_assess_steps": ("steps up", "可升档数"),
    "act_assess_to_level": ("to level", "升至职级"),
    "act_assess_to_step": ("to step", "升至档次"),
    "act_assess_why": ("what stands against it", "不符合的条件"),
    "act_assess_grounds": ("rests on", "依据"),
    "state_month_pass": ("passed", "合格"),
    "state_month_fail": ("not passed", "不合格"),
    "state_month_insufficient": ("insufficient", "数据不足"),
    "state_case_proposed": ("waits for a decision", "待决定"),
    "state_case_retraining": ("in retraining", "再培训中"),
    "state_case_listed": ("failed again, waits for the manager", "再次不合格，待经理决定"),
    "state_case_closed": ("closed", "已结"),
    "state_training_proposed": ("proposed", "提议"),
    "state_training_planned": ("planned", "已安排"),
    "state_training_held": ("held", "已举办"),
    "state_training_cancelled": ("cancelled", "已取消"),
    "state_exam_passed": ("passed", "合格"),
    "state_exam_failed": ("not passed", "不合格"),
    "training_none": ("no course is known", "没有培训"),
    "training_line": (
        "{training} {state}: {title}, {when}, {place}; {people}",
        "{training} {state}：{title}，{when}，{place}；{people}",
    ),
    "safety_enough": ("{person} {name}: {hours} h", "{person} {name}：{hours} 小时"),
    "safety_short": ("{person} {name}: {hours} h, too few", "{person} {name}：{hours} 小时，不足"),
    "staff_none": (
        "the personnel file is empty; import one: ccd staff import FILE",
        "人事资料为空；请导入：ccd staff import FILE",
    ),
    "staff_unknown": (
        "the personnel file says nothing of {person}; import it: ccd staff import FILE",
        "人事资料中没有 {person}；请导入：ccd staff import FILE",
    ),
    **PROMOTION_WORDS,
}
