"""What the command line says about scoring; ``words`` takes it into its catalogue.

Each entry is (English, Chinese).
"""

from __future__ import annotations

__all__ = ["SCORING_WORDS"]

SCORING_WORDS: dict[str, tuple[str, str]] = {
    "scoring_who": (
        "who looks? give your own code: --by CODE (or --mine CODE)",
        "谁在查看？请给出本人工号：--by 工号（或 --mine 工号）",
    ),
    "scoring_nobody": (
        "nobody in the roster has {code}; `ccd roster show` lists them",
        "花名册中没有 {code}；请用 `ccd roster show` 查看",
    ),
    "scoring_no_state": (
        "there is no state {state}; there are: {states}",
        "没有状态 {state}；现有：{states}",
    ),
    "scoring_none": ("there are none that you may see", "没有您可以查看的评分"),
    "scoring_no_evaluation": (
        "there is no evaluation {evaluation} that you may see; `ccd qa list` shows them",
        "没有您可以查看的评分 {evaluation}；请用 `ccd qa list` 查看",
    ),
    "scoring_no_version": (
        "version {version} of the form {form} is not in the store; ask whoever keeps the forms",
        "数据库中没有评分表 {form} 的版本 {version}；请询问评分表的维护人",
    ),
    "scoring_passed": ("passed", "合格"),
    "scoring_failed": ("failed", "不合格"),
    "scoring_analyst": ("analyst: {analyst}", "质检员：{analyst}"),
    "scoring_dispute_until": ("may be disputed until {until}", "申诉截止：{until}"),
    "scoring_was_disputed": ("{at}  disputed by {actor}: {reason}", "{at}  {actor} 提出申诉：{reason}"),
    "scoring_was_resolved": (
        "{at}  {outcome} by {actor}: {reason}",
        "{at}  {actor} 处理为“{outcome}”：{reason}",
    ),
    "scoring_was_noted": ("{at}  talked over by {actor}: {note}", "{at}  {actor} 辅导记录：{note}"),
    "scoring_outcome_upheld": ("upheld", "维持"),
    "scoring_outcome_amended": ("amended", "改判"),
    "scoring_keys": (
        "yes, no, na or points, then @mm:ss and a comment if you like; < goes back, . gives up",
        "答 yes/是、no/否、na/不适用 或分值，可再写 @分:秒 和评语；< 返回上一项，. 放弃",
    ),
    "scoring_given_up": (
        "nothing was kept; {evaluation} stays claimed until its time is over",
        "未保存；{evaluation} 在领取到期前仍由您领取",
    ),
    "scoring_bench": (
        "{analyst}: given {given} of {cap} today, {open} to score",
        "{analyst}：今日已分配 {given}/{cap}，待评 {open}",
    ),
    "scoring_bench_away": (
        "{analyst}: away; given {given} today, {open} to score",
        "{analyst}：不在岗；今日已分配 {given}，待评 {open}",
    ),
    "scoring_waits": (
        "unassigned {unassigned}, late {overdue}, held {held}, to release {to_release}, disputed {disputes}",
        "未分配 {unassigned}，超期 {overdue}，复检中 {held}，待发布 {to_release}，申诉 {disputes}",
    ),
    # states
    "phase_scoring_assigned": ("assigned", "已分配"),
    "phase_scoring_claimed": ("claimed", "已领取"),
    "phase_scoring_scored": ("scored", "已评分"),
    "phase_scoring_held": ("held", "复检中"),
    "phase_scoring_released": ("released", "已发布"),
    "phase_scoring_disputed": ("disputed", "申诉中"),
    "phase_scoring_resolved": ("resolved", "已处理"),
    "phase_scoring_void": ("void", "已作废"),
}
