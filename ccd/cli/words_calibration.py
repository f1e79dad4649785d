"""What the command line says about calibration; ``words`` takes it into its catalogue.

Each entry is (English, Chinese).
"""

from __future__ import annotations

__all__ = ["CALIBRATION_WORDS"]

CALIBRATION_WORDS: dict[str, tuple[str, str]] = {
    "calibration_none": ("there is no calibration", "没有校准"),
    "calibration_no_session": (
        "there is no calibration {name}; `ccd qa calibration list` shows them",
        "没有校准 {name}；请用 `ccd qa calibration list` 查看",
    ),
    "calibration_given_up": ("nothing was kept", "未保存"),
    "calibration_open": (
        "{name}: open until {due}, {missing} to score",
        "{name}：截止 {due}，{missing} 人未评",
    ),
    "calibration_closed": (
        "{name}: closed, alpha {alpha}, at most {most} points off the expert",
        "{name}：已结束，alpha {alpha}，与专家最多相差 {most} 分",
    ),
    "calibration_call": (
        "call {call}, form {form} {version}",
        "通话 {call}，评分表 {form} {version}",
    ),
    "calibration_waits": (
        "waits for {missing}; scores are told when it closes",
        "尚待 {missing} 评分；结束后公布分数",
    ),
    "calibration_score": ("  {person}: {score} {deviation}", "  {person}：{score} 分 {deviation}"),
    "calibration_alphas": (
        "alpha of yes/no questions {words}, of questions with points {points}",
        "是否类项目 alpha {words}，分值类项目 alpha {points}",
    ),
    "calibration_disputed": ("answered differently: {questions}", "答案不一致的项目：{questions}"),
    "calibration_mean": (
        "{analyst}: {mean} points off the expert on average of {sessions} session(s)",
        "{analyst}：最近 {sessions} 次平均偏离专家 {mean} 分",
    ),
    "calibration_drifts": (
        "{analyst}: {mean} points off the expert on average of {sessions} session(s): drift, limit {limit}",
        "{analyst}：最近 {sessions} 次平均偏离专家 {mean} 分：漂移，上限 {limit}",
    ),
}
