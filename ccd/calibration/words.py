"""What this policy says to people: rule -> (English, Chinese)."""

from __future__ import annotations

__all__ = ["WORDS"]

WORDS: dict[str, tuple[str, str]] = {
    # refusals
    "calibration_off": ("calibration is switched off in the settings", "校准已在设置中关闭"),
    "calibration_not_yours": (
        "only the QA manager opens and closes a calibration; {actor} is none",
        "只有质培经理可以发起和结束校准；{actor} 不是",
    ),
    "calibration_no_call": (
        "name the call by evaluation, or by unit: one of them",
        "请用评分编号或通话编号指明通话，二者选一",
    ),
    "calibration_unknown_call": (
        "there is no such conversation: {call}; of one without an evaluation the day is needed, too",
        "没有这通通话：{call}；没有评分的通话还需给出日期",
    ),
    "calibration_no_recording": (
        "{call} has no recording, so nobody can score it; choose another",
        "{call} 没有录音，无法评分；请另选",
    ),
    "calibration_not_read": (
        "the store did not say which call that is; ask again",
        "数据库没有给出该通话；请重试",
    ),
    "calibration_unknown_form": (
        "there is no form {form}; there are: {forms}",
        "没有评分表 {form}；现有：{forms}",
    ),
    "calibration_few": (
        "name two analysts or more, {most} at most, each once, the expert not among them",
        "请指定两名或以上质检员（最多 {most} 名），不重复，且不含专家",
    ),
    "calibration_no_analyst": (
        "{person} is neither an analyst nor the QA manager, and scores nothing",
        "{person} 既不是质检员也不是质培经理，不能评分",
    ),
    "calibration_own_team": (
        "{person} is of the agent's own team; name somebody else",
        "{person} 与该客服人员同组；请另选",
    ),
    "calibration_no_day": (
        "{text}: must be a day such as 2026-03-02, today or later, 60 days ahead at most",
        "{text}：必须是日期（例如 2026-03-02），今天或以后，最多 60 天",
    ),
    "calibration_unknown": ("there is no calibration {session}", "没有校准 {session}"),
    "calibration_closed_already": (
        "calibration {session} is closed; nothing was changed",
        "校准 {session} 已结束；未作更改",
    ),
    "calibration_not_asked": (
        "{actor} is not asked to score calibration {session}",
        "校准 {session} 未指派给 {actor}",
    ),
    "calibration_scored_already": (
        "{actor} has scored calibration {session} already; nothing was changed",
        "{actor} 已为校准 {session} 评分；未作更改",
    ),
    "calibration_waits": (
        "calibration {session} waits for {missing} until {due}; close it after that",
        "校准 {session} 尚待 {missing} 评分，截止 {due}；请届时再结束",
    ),
    # done
    "calibration_opened": (
        "calibration {session} is open until {due}: {analysts}, expert {expert}",
        "校准 {session} 已发起，截止 {due}：{analysts}，专家 {expert}",
    ),
    "calibration_scored": (
        "scored for calibration {session}; who else has scored what is told when it closes",
        "已为校准 {session} 评分；他人的评分在结束后公布",
    ),
    "calibration_closed": (
        "calibration {session} is closed: alpha {alpha}, deviations from the expert: {deviations}",
        "校准 {session} 已结束：alpha {alpha}，与专家的偏差：{deviations}",
    ),
    # notices
    "calibration_asked": (
        "please score call {call} for calibration {session} by {due} (form {form}), each for themselves",
        "请于 {due} 前为校准 {session} 独立评分通话 {call}（评分表 {form}）",
    ),
    "calibration_result": (
        "calibration {session}: your score differed from the expert's by {deviation} points; alpha {alpha}",
        "校准 {session}：您的评分与专家相差 {deviation} 分；alpha {alpha}",
    ),
    "calibration_low": (
        "calibration {session}: alpha {alpha} is below {least}; talk the questions over: {questions}",
        "校准 {session}：alpha {alpha} 低于 {least}；请讨论以下项目：{questions}",
    ),
    "calibration_missing": (
        "calibration {session} closed without {missing}",
        "校准 {session} 已结束，{missing} 未评分",
    ),
    "calibration_drift": (
        "{person} scored {mean} points off the expert on average over {sessions} calibrations; limit {limit}",
        "{person} 最近 {sessions} 次校准平均偏离专家 {mean} 分；上限 {limit}",
    ),
}
