"""What this policy says to people: rule -> (English, Chinese). Of wrong answers: ``ccd.quality.words``."""

from __future__ import annotations

__all__ = ["WORDS"]

_WHO: dict[str, tuple[str, str]] = {
    "scoring_off": ("scoring is off (policies.scoring)", "评分已关闭（policies.scoring）"),
    "scoring_unknown_act": ("scoring has no act {act}", "评分没有操作 {act}"),
    "scoring_unknown": (
        "there is no open evaluation {evaluation}; `ccd qa list` shows yours",
        "没有进行中的评分 {evaluation}；用 `ccd qa list` 查看您的列表",
    ),
    "scoring_own": (
        "{evaluation} is about yourself: somebody else does this",
        "{evaluation} 涉及您本人，须由他人处理",
    ),
    "scoring_own_plan": (
        "nobody plans their own day of scoring",
        "不能安排自己的评分任务",
    ),
    "scoring_not_decider": (
        "{actor} is no QA manager: the QA manager decides this",
        "{actor} 不是质培经理；此事由质培经理决定",
    ),
    "scoring_not_yours": (
        "{evaluation} is on the list of {analyst}; the QA manager can give it to you",
        "{evaluation} 已分配给 {analyst}；可由质培经理改派",
    ),
    "scoring_may_not_score": (
        "{actor} may not score {evaluation}: no analyst, of the same team, gave it back, or scored it before",
        "{actor} 不能评 {evaluation}：非质检员、同一班组、已退回或已评过",
    ),
    "scoring_may_not_follow": (
        "{actor} may not follow the calls of {person}",
        "{actor} 无权查看 {person} 的通话",
    ),
    "scoring_not_your_dispute": (
        "{evaluation} is disputed by its agent or a lead of theirs, not by {actor}",
        "{evaluation} 只能由本人或其班长申诉，{actor} 不可以",
    ),
    "scoring_part_of_dispute": (
        "{actor} scored, examined or disputed {evaluation}: somebody else resolves it",
        "{actor} 是 {evaluation} 的评分人、复检人或申诉人，须由他人处理",
    ),
    "scoring_has_arbiter": (
        "the dispute about {evaluation} is in the hands of {arbiter}",
        "{evaluation} 的申诉正由 {arbiter} 处理",
    ),
    "scoring_no_arbiter": (
        "the dispute about {evaluation} is in nobody's hands",
        "{evaluation} 的申诉尚无人处理",
    ),
    "scoring_no_analyst": ("{person} is no QA analyst", "{person} 不是质检员"),
}

_WHEN: dict[str, tuple[str, str]] = {
    "scoring_claimed_by": (
        "{analyst} is scoring {evaluation} now: there is no second scorer",
        "{analyst} 正在评 {evaluation}，不能有第二个评分人",
    ),
    "scoring_scored_already": (
        "{evaluation} was scored by {analyst}: there is no second scorer",
        "{evaluation} 已由 {analyst} 评分，不能有第二个评分人",
    ),
    "scoring_is_void": ("{evaluation} is void: {why}", "{evaluation} 已作废：{why}"),
    "scoring_not_claimed": (
        "claim {evaluation} first (or again: the claim is over); nothing was kept",
        "请先领取 {evaluation}（或领取已过期，须重新领取）；本次未保存",
    ),
    "scoring_no_form": (
        "there is no form {form} for {evaluation}; `ccd qa form list` shows the forms in force",
        "没有用于 {evaluation} 的评分表 {form}；用 `ccd qa form list` 查看现行评分表",
    ),
    "scoring_not_editable": (
        "{evaluation} is {state}: a score is edited after it is made and before it is released",
        "{evaluation} 的状态为 {state}：只能在评分后、发布前修改",
    ),
    "scoring_examined": (
        "{evaluation} was examined again: it is not edited any more",
        "{evaluation} 已复检，不能再修改",
    ),
    "scoring_not_to_hold": (
        "{evaluation} is {state}: only what is scored, not released and not examined yet is held",
        "{evaluation} 的状态为 {state}：只有已评分、未发布、未复检的才能复检",
    ),
    "scoring_not_to_release": (
        "{evaluation} is {state}: only what is scored and not released yet is released",
        "{evaluation} 的状态为 {state}：只有已评分、未发布的才能发布",
    ),
    "scoring_held_own_score": (
        "{actor} scored {evaluation}: whether its second look is given up is for somebody else to say",
        "{actor} 是 {evaluation} 的评分人，是否免于复检须由他人决定",
    ),
    "scoring_held_needs_reason": (
        "{evaluation} is held for a second look; to release it without one give a reason",
        "{evaluation} 正在复检；不复检而发布须说明理由",
    ),
    "scoring_not_released": ("{evaluation} is not released", "{evaluation} 尚未发布"),
    "scoring_no_disputes": (
        "{evaluation} cannot be disputed: there are no disputes here (dispute_days)",
        "{evaluation} 不可申诉：未开放申诉（dispute_days）",
    ),
    "scoring_disputed_before": (
        "{evaluation} was disputed already, by {person}: once is all",
        "{evaluation} 已由 {person} 申诉过，只能申诉一次",
    ),
    "scoring_dispute_late": (
        "too late: {evaluation} could be disputed until {until}",
        "已超过期限：{evaluation} 的申诉截止时间为 {until}",
    ),
    "scoring_not_disputed": ("{evaluation} is not disputed", "{evaluation} 没有申诉"),
    "scoring_resolved_before": (
        "the dispute about {evaluation} was resolved by {arbiter} already",
        "{evaluation} 的申诉已由 {arbiter} 处理完毕",
    ),
    "scoring_has_it": ("{analyst} has {evaluation} already", "{evaluation} 已在 {analyst} 的列表中"),
    "scoring_no_room": (
        "{analyst} has {given} of at most {cap} today, or is away",
        "{analyst} 今日已有 {given} 个（上限 {cap}），或不在岗",
    ),
}

_INPUT: dict[str, tuple[str, str]] = {
    "scoring_missing": ("{act} needs a value for {name}", "{act} 缺少 {name}"),
    "scoring_out_of_range": (
        "the score {score} is out of range; give 0 to 100",
        "分数 {score} 超出范围；请给 0 到 100",
    ),
    "scoring_outcome": (
        "{outcome} is no outcome; give upheld or amended",
        "{outcome} 不是处理结果；请给 upheld（维持）或 amended（更改）",
    ),
    "scoring_amended_needs": (
        "amended needs either new answers or a score, and not both ({evaluation})",
        "更改须给出新答案或分数，二者择一（{evaluation}）",
    ),
    "scoring_upheld_as_it_is": (
        "upheld leaves {evaluation} as it is: give neither answers nor a score, or say amended",
        "维持原分时 {evaluation} 不变：不要给答案或分数，否则请用 amended",
    ),
    "scoring_plan_cap": (
        "cap {cap}: give a whole number of evaluations from 0 to 9999, or away = yes",
        "上限 {cap}：请给 0 到 9999 的整数，或 away = yes",
    ),
    "scoring_no_day": ("{text} is no day; write it as 2026-01-31", "{text} 不是日期；请写成 2026-01-31"),
    "scoring_plan_day": (
        "{day} cannot be planned: today up to {most} days ahead can",
        "{day} 不能安排：只能安排今天起 {most} 天内",
    ),
}

_DONE: dict[str, tuple[str, str]] = {
    "scoring_claimed": ("{evaluation} is yours until {until}", "{evaluation} 已领取，保留至 {until}"),
    "scoring_returned": (
        "{evaluation} is given back; it is on the list of {analyst}",
        "{evaluation} 已退回；现在 {analyst} 的列表中",
    ),
    "scoring_scored": ("{evaluation} is scored: {score}", "{evaluation} 已评分：{score}"),
    "scoring_held": (
        "{evaluation} is held; {analyst} looks at it again",
        "{evaluation} 暂不发布；由 {analyst} 复检",
    ),
    "scoring_released": ("{evaluation} is released", "{evaluation} 已发布"),
    "scoring_disputed": (
        "{evaluation} is disputed; to be resolved by {due}",
        "{evaluation} 已申诉；须在 {due} 前处理",
    ),
    "scoring_dispute_taken": (
        "the dispute about {evaluation} is in your hands",
        "{evaluation} 的申诉由您处理",
    ),
    "scoring_dispute_let_go": (
        "the dispute about {evaluation} is in nobody's hands again",
        "{evaluation} 的申诉已放回，等待处理",
    ),
    "scoring_resolved": (
        "the dispute about {evaluation} is resolved; its score is {score}",
        "{evaluation} 的申诉已处理；分数为 {score}",
    ),
    "scoring_reassigned": ("{evaluation} is given to {analyst}", "{evaluation} 已改派给 {analyst}"),
    "scoring_reassigned_over": (
        "{evaluation} is given to {analyst}, who is over their cap or away today",
        "{evaluation} 已改派给 {analyst}（已超上限或今日不在岗）",
    ),
    "scoring_planned": (
        "{person}: at most {cap} evaluations on {day}",
        "{person}：{day} 最多 {cap} 个评分",
    ),
    "scoring_void": ("{evaluation} is void", "{evaluation} 已作废"),
    "scoring_coached": ("{evaluation}: the coaching is noted", "{evaluation}：已登记辅导"),
}

_PAGES: dict[str, tuple[str, str]] = {
    "scoring_nobody": (
        "nobody can score {evaluation} (agent {person}): all are away, of that team, or at their cap",
        "无人可评 {evaluation}（客服 {person}）：均不在岗、同班组或已达上限",
    ),
    "scoring_second_look": (
        "{evaluation} is to be scored again without sight of the first score",
        "{evaluation} 需要复检（看不到原分）",
    ),
    "scoring_voided": (
        "{evaluation} (agent {person}) is void: its recording is {why}",
        "{evaluation}（客服 {person}）已作废：录音状态 {why}",
    ),
    "scoring_overdue": (
        "{evaluation} was to be scored by {due}; it is on the list of {analyst}",
        "{evaluation} 应于 {due} 前评分；在 {analyst} 的列表中",
    ),
    "scoring_dispute_made": (
        "{person} disputes {evaluation}; to be resolved by {due}",
        "{person} 对 {evaluation} 提出申诉；须在 {due} 前处理",
    ),
    "scoring_dispute_overdue": (
        "the dispute about {evaluation} was to be resolved by {due}; in the hands of {analyst}",
        "{evaluation} 的申诉应于 {due} 前处理；处理人 {analyst}",
    ),
    "scoring_you_passed": (
        "your conversation of {day} ({evaluation}) was scored: passed. It can be disputed until {until}",
        "您 {day} 的通话（{evaluation}）质检结果：合格。申诉截止 {until}",
    ),
    "scoring_you_failed": (
        "your conversation of {day} ({evaluation}) was scored: not passed. It can be disputed until {until}",
        "您 {day} 的通话（{evaluation}）质检结果：不合格。申诉截止 {until}",
    ),
    "scoring_was_upheld": (
        "the dispute about {evaluation} is resolved: the score stands",
        "{evaluation} 的申诉结果：维持原分",
    ),
    "scoring_was_amended": (
        "the dispute about {evaluation} is resolved: the score was changed",
        "{evaluation} 的申诉结果：已更改",
    ),
}

WORDS: dict[str, tuple[str, str]] = {**_WHO, **_WHEN, **_INPUT, **_DONE, **_PAGES}
