"""What this policy says to people: rule -> (English, Chinese)."""

from __future__ import annotations

__all__ = ["WORDS"]

WORDS: dict[str, tuple[str, str]] = {
    # --- to managers, leads and trainers ------------------------------------------------------------------
    "assessment_month_made": (
        (
            "The month {month} is assessed: {passed} passed, {failed} did not, {insufficient} insufficient. "
            "{open} evaluations of it are not released yet; it may change until day {final}."
        ),
        (
            "{month} 月度考核已完成：合格 {passed} 人，不合格 {failed} 人，数据不足 {insufficient} 人。"
            "尚有 {open} 条评分未发布；{final} 日前可能变动。"
        ),
    ),
    "assessment_under_60": (
        "{person} {name}: under {limit} ({points}). Proposed: retraining, examination: {case}.",
        "{person} {name}：考核低于 {limit} 分（{points}）。提议再培训并补考：{case}。由经理决定。",
    ),
    "assessment_two_under_80": (
        (
            "{person} {name}: under {limit} in two consecutive months ({points}). "
            "Retraining and an examination are proposed: {case}. A manager decides."
        ),
        "{person} {name}：连续两个月考核低于 {limit} 分（{points}）。提议再培训并补考：{case}。由经理决定。",
    ),
    "assessment_listed": (
        "{person} {name} has failed again: case {case}, {points}. A manager decides.",
        "{person} {name} 再次不合格：{case}，{points}。由经理决定。",
    ),
    "assessment_common_fault": (
        "{fault}: {count} people ({share} of those scored) had it in {month}. Proposed: training {training}.",
        "{fault}：{month} 有 {count} 人出现（占被评分人数 {share}）。提议培训：{training}。",
    ),
    "assessment_repeated_course": (
        "{person} had {fault} {times} times in {month}: the nearest course is {course}.",
        "{person} 在 {month} 出现 {fault} {times} 次：就近课程为 {course}。",
    ),
    "assessment_repeated_coaching": (
        (
            "{person} had {fault} {times} times in {month}, and no course is planned for it: "
            "coaching is proposed."
        ),
        "{person} 在 {month} 出现 {fault} {times} 次，暂无相应课程：提议个别辅导。",
    ),
    "assessment_collides_now": (
        "The plan has changed: the course {training} ({title}) now collides with {collisions}.",
        "排班已变动：培训 {training}（{title}）与以下安排冲突：{collisions}。",
    ),
    "assessment_retake_overdue": (
        "The days for the retake of {training} are over, and {people} have not been examined again.",
        "{training} 的补考期限已过，{people} 仍未补考。",
    ),
    "assessment_complaint": (
        "A complaint about {person} ({about}) was found to be at fault: {fault}, noted by {actor}.",
        "对 {person} 的投诉（{about}）已认定，责任：{fault}，由 {actor} 登记。",
    ),
    # --- to the person concerned --------------------------------------------------------------------------
    "assessment_you_pass": (
        "Your assessment of {month}: passed. It may change until day {final}.",
        "您 {month} 的月度考核：合格。{final} 日前可能变动。",
    ),
    "assessment_you_fail": (
        "Your assessment of {month}: not passed. It may change until day {final}.",
        "您 {month} 的月度考核：不合格。{final} 日前可能变动。",
    ),
    "assessment_you_insufficient": (
        "Your assessment of {month}: there is too little to assess. It may change until day {final}.",
        "您 {month} 的月度考核：数据不足，暂不评定。{final} 日前可能变动。",
    ),
    "assessment_you_were_decided": (
        "Case {case} of {person} {name}: {outcome}, decided by {actor}: {reason}",
        "{person} {name} 的 {case}：{outcome}，由 {actor} 决定：{reason}",
    ),
    "assessment_you_are_planned": (
        "Training {training}: {title}, {begins} to {ends}, {place}, with {trainer}.",
        "培训 {training}：{title}，{begins} 至 {ends}，地点 {place}，培训师 {trainer}。",
    ),
    "assessment_you_are_free": (
        "The training {training} ({title}) is cancelled: {reason}",
        "培训 {training}（{title}）已取消：{reason}",
    ),
    "assessment_you_passed_exam": (
        "Examination {exam} ({training}): passed.",
        "考试 {exam}（{training}）：合格。",
    ),
    "assessment_you_failed_exam": (
        "Examination {exam} ({training}): not passed.",
        "考试 {exam}（{training}）：不合格。",
    ),
    "assessment_you_retake": (
        "Examination {exam} ({training}): not passed. Study it by yourself; the retake is by {until}.",
        "考试 {exam}（{training}）：不合格。请自学，并于 {until} 前补考。",
    ),
    # --- done ---------------------------------------------------------------------------------------------
    "assessment_decided": ("{case}: {outcome}", "{case}：{outcome}"),
    "assessment_planned": (
        "{training} is planned for {count} people: {title}, {begins} to {ends}, {place}, with {trainer}",
        "{training} 已安排 {count} 人：{title}，{begins} 至 {ends}，地点 {place}，培训师 {trainer}",
    ),
    "assessment_held": (
        "{training}: {count} people, {minutes} min",
        "{training}：{count} 人，{minutes} 分钟",
    ),
    "assessment_cancelled": ("{training} is cancelled", "{training} 已取消"),
    "assessment_exam": (
        "{training}: {failed} of {count} failed",
        "{training}：{count} 人中 {failed} 人不合格",
    ),
    "assessment_exam_retake": (
        "{training}: {failed} of {count} failed; they retake it by {until}",
        "{training}：{count} 人中 {failed} 人不合格；须于 {until} 前补考",
    ),
    "assessment_exam_again": (
        "{training}: {failed} of {count} failed, half or more: plan and train again",
        "{training}：{count} 人中 {failed} 人不合格，达到半数：须重新计划并培训",
    ),
    "assessment_imported": ("{rows} rows, {new} of them new", "共 {rows} 行，其中新增 {new} 行"),
    "assessment_noted": ("noted of {person}, {month}", "已登记：{person}，{month}"),
    # --- refused ------------------------------------------------------------------------------------------
    "assessment_not_about_oneself": (
        "{actor} may not decide or enter what is about themselves",
        "{actor} 不得决定或登记与本人有关的事项",
    ),
    "assessment_not_allowed": (
        "{actor} may not do this; it takes {who}",
        "{actor} 无权办理；须由 {who} 办理",
    ),
    "assessment_no_value": ("{name}: {value} cannot be; write {like}", "{name}：{value} 无效；请写成 {like}"),
    "assessment_no_case": ("there is no open case {case}", "没有未结的 {case}"),
    "assessment_no_case_here": (
        "{case} is no case that waits for retraining of anybody on this course",
        "{case} 不是本课程人员待再培训的事项",
    ),
    "assessment_not_dispatched": (
        "{person} is not dispatched by an agency (`ccd staff show`): only dispatched staff are returned",
        "{person} 不是派遣人员（见 `ccd staff show`）：只有派遣人员可退回派工单位",
    ),
    "assessment_no_training": ("there is no course {training}", "没有培训 {training}"),
    "assessment_was_held": ("{training} was held already; plan a new one", "{training} 已举办；请另行安排"),
    "assessment_not_planned": ("{training} is not planned any more", "{training} 不在计划中"),
    "assessment_not_yet": (
        "{training} is cancelled, or has not begun yet",
        "{training} 已取消或尚未开始",
    ),
    "assessment_nobody": ("nobody in the roster has {person}", "名册中没有 {person}"),
    "assessment_no_span": (
        "from {begins} to {ends} cannot be: a course begins after now and takes 24 hours at most",
        "{begins} 至 {ends} 无效：培训须晚于现在开始，且不超过 24 小时",
    ),
    "assessment_collides": ("the course collides with {collisions}", "培训与以下安排冲突：{collisions}"),
    "assessment_not_examined": (
        "{person} is not to be examined in {training}: not there, or not failed before",
        "{person} 不在 {training} 的应考名单中：未参加，或此前并未不合格",
    ),
    "assessment_no_rows": ("the rows cannot be read: {error}", "无法读取各行：{error}"),
    "assessment_import_faults": ("nothing was imported: {faults}", "未导入任何内容：{faults}"),
    "assessment_is_final": (
        "{month} is final since the end of day {day} of the next month; nothing of it changes any more",
        "{month} 已于次月 {day} 日结束后定稿，不再变动",
    ),
}
