"""What the command line says about promotion and the quarter's ranking; ``words_assessment`` takes it in.

Each entry is (English, Chinese). ``state_why_RULE``: reasons and figures of ``ccd.assessment.promotion``,
``posts`` and ``ranking``.
"""

from __future__ import annotations

__all__ = ["PROMOTION_WORDS"]

PROMOTION_WORDS: dict[str, tuple[str, str]] = {
    "assess_no_review": (
        "--at {text}: reviews are in January and July; write it as 2026-01 or 2026-07",
        "--at {text}：评定在 1 月和 7 月；请写成 2026-01 或 2026-07",
    ),
    "assess_promoted": (
        "{person} {name}, {level}: {steps} step(s) up to {to}, {how}",
        "{person} {name}，{level}：可升 {steps} 档至 {to}，{how}",
    ),
    "assess_by_panel": ("by the review panel", "由评审小组决定"),
    "assess_by_rule": ("by the rules; a manager decides", "符合规定，由经理决定"),
    "assess_not_promoted": (
        "{person} {name}, {level}: not eligible: {why}",
        "{person} {name}，{level}：不符合条件：{why}",
    ),
    "assess_panel": ("review panel: {points}; {grounds}", "评审小组：{points} 分；{grounds}"),
    "assess_no_panel": ("review panel: no score yet; {grounds}", "评审小组：尚无评分；{grounds}"),
    "assess_may_try": ("{post}: may be tried ({grounds})", "{post}：可试岗（{grounds}）"),
    "assess_may_not_try": ("{post}: not yet: {why} ({grounds})", "{post}：暂不可试岗：{why}（{grounds}）"),
    "assess_may_confirm": (
        "{post}, on trial: may be confirmed ({grounds})",
        "{post}（试岗）：可转正（{grounds}）",
    ),
    "assess_may_not_confirm": (
        "{post}, on trial: not to be confirmed yet: {why} ({grounds})",
        "{post}（试岗）：暂不可转正：{why}（{grounds}）",
    ),
    # --- reasons ------------------------------------------------------------------------------------------
    "state_why_month": (
        "reviews are in January and July, of leads in January",
        "评定在 1 月和 7 月，班组长仅在 1 月",
    ),
    "state_why_level": ("level and step are not in the personnel file", "人事资料中没有职级和档次"),
    "state_why_confirmed": ("not a confirmed employee", "未转正"),
    "state_why_rated": (
        "rated on {day}, less than {months} months ago",
        "上次评定为 {day}，未满 {months} 个月",
    ),
    "state_why_bad_grade": ("{grade} in {month}", "{month} 等级为 {grade}"),
    "state_why_own_fault": ("complaint at own fault: {complaint}", "自身责任投诉：{complaint}"),
    "state_why_grades": ("the grades do not reach", "绩效等级未达标"),
    "state_why_top": ("the highest step is reached", "已是最高档"),
    "state_why_post": ("is {post}", "现任岗位为{post}"),
    "state_why_months_in_post": ("less than {months} months in post", "任职未满 {months} 个月"),
    "state_why_points": ("{part} under {least}, or unknown", "{part}未达 {least} 分或缺失"),
    "state_why_trial": ("less than {months} months on trial", "试岗未满 {months} 个月"),
    # --- figures ------------------------------------------------------------------------------------------
    "state_why_grade_given": ("{month} {grade} ({origin})", "{month} {grade}（{origin}）"),
    "state_why_no_grade": ("{month} no grade", "{month} 无等级"),
    "state_why_complaint": ("complaint {complaint}", "投诉 {complaint}"),
    "state_why_post_since": ("in post since {day}", "任职自 {day}"),
    "state_why_no_post_since": ("in post since: unknown", "任职日期不详"),
    "state_why_trial_since": ("on trial since {day}", "试岗自 {day}"),
    "state_why_no_trial_since": ("on trial since: unknown", "试岗日期不详"),
    "state_why_figure": ("{part} {points} (imported, {month})", "{part} {points} 分（导入，{month}）"),
    "state_why_no_figure": ("{part} unknown", "{part}缺失"),
    "state_why_panel_figure": (
        "{panel} {points}, weight {weight} % (imported, {month})",
        "{panel} {points} 分，权重 {weight} %（导入，{month}）",
    ),
    "state_why_no_panel_figure": ("{panel} unknown", "{panel}缺失"),
    # --- what a C means, and on-site staff ----------------------------------------------------------------
    "state_why_improvement_plan": ("C in {month}: improvement plan", "{month} 等级 C：制定改进计划"),
    "state_why_level_down": (
        "C in {month} for a proven complaint about attitude: one level down in {then}, to {level} {step}",
        "{month} 因服务态度被投诉属实得 C：{then} 降一级至{level}{step}",
    ),
    "state_why_promotion_undone": (
        "C in {month}, within 3 months of the promotion of {day}: it is undone",
        "{month} 等级 C，距 {day} 晋升未满 3 个月：撤销晋升",
    ),
    "state_why_moved": (
        "on site, {month} not passed ({points}): moved",
        "驻场，{month} 不合格（{points}）：调离",
    ),
    "state_why_rotated": ("on site, since {day}: over a year, rotated", "驻场，自 {day} 起超过一年：轮岗"),
    # --- codes --------------------------------------------------------------------------------------------
    "state_level_trainee": ("trainee", "见习"),
    "state_level_junior": ("junior", "初级"),
    "state_level_intermediate_1": ("intermediate 1", "中级一"),
    "state_level_intermediate_2": ("intermediate 2", "中级二"),
    "state_level_senior": ("senior", "高级"),
    "state_level_principal": ("principal", "资深"),
    "state_level_unknown": ("a level that is not known", "（职级不详）"),
    "state_step_fair": ("fair", "合格"),
    "state_step_good": ("good", "良好"),
    "state_step_excellent": ("excellent", "优秀"),
    "state_post_agent": ("agent", "客服人员"),
    "state_post_lead": ("lead", "班组长"),
    "state_post_supervisor": ("supervisor", "主管"),
    "state_post_other": ("another post", "其他岗位"),
    "state_origin_imported": ("imported", "导入"),
    "state_origin_bands": ("by the bands", "按分数段"),
    "state_part_qa": ("QA", "质检"),
    "state_part_examinations": ("examinations", "考试"),
    "state_part_kpi": ("KPI", "业绩指标"),
    "state_part_attendance": ("attendance", "考勤"),
    "state_part_daily": ("daily checks", "日常检查"),
    "state_part_peer": ("peer score", "同级评分"),
    "state_part_competency": ("competency", "胜任力"),
    "state_part_review_360": ("360-degree score", "360 度评分"),
    "state_panel_superior": ("superior", "直接上级"),
    "state_panel_department_head": ("department head", "部门负责人"),
    "state_panel_related_department": ("related department", "相关部门"),
    "state_panel_hr": ("HR", "人力资源"),
    # --- the quarter's ranking ----------------------------------------------------------------------------
    "assess_no_quarter": (
        "--quarter {text}: no quarter that has begun; write it as 2026-Q4",
        "--quarter {text}：不是已开始的季度；请写成 2026-Q4",
    ),
    "assess_ranking": (
        "{quarter}: {ranked} of {people} people have a number",
        "{quarter} 季度排名：{people} 人中 {ranked} 人有得分",
    ),
    "assess_ranked": (
        "{rank}. {person} {name}, {team} ({team_rank}): {average}; {months}",
        "第 {rank} 名 {person} {name}，{team}（班组内第 {team_rank}）：平均 {average} 分；{months}",
    ),
    "assess_unranked": (
        "-  {person} {name}, {team}: no number; {months}",
        "-  {person} {name}，{team}：无得分；{months}",
    ),
    "assess_ranked_month": ("{month} {points} ({origin})", "{month} {points} 分（{origin}）"),
    "assess_on_site": (
        "on-site staff by rank; rotation is for a manager to decide:",
        "驻场人员排名；是否轮岗由经理决定：",
    ),
    "assess_site_ranked": (
        "{rank} of {ranked}: {person} {name}: {average}",
        "第 {rank} 名（共 {ranked} 名）：{person} {name}：平均 {average} 分",
    ),
    "assess_site_unranked": ("-  {person} {name}: no number", "-  {person} {name}：无得分"),
    "act_assess_rank": ("rank", "名次"),
    "act_assess_team_rank": ("rank in the team", "班组内名次"),
    "act_assess_site_rank": ("rank on site", "驻场名次"),
    "act_assess_average": ("average", "平均分"),
    "act_assess_origin": ("origin", "来源"),
    "act_assess_posted": ("on site", "驻场"),
    "act_assess_site": ("on-site staff", "驻场处理"),
    "act_assess_panel": ("review panel", "评审小组"),
    "act_assess_posts": ("other post", "岗位晋升"),
    "act_assess_notes": ("notes", "说明"),
    "state_yes": ("yes", "是"),
}
