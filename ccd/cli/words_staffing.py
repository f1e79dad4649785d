"""What the command line says about staffing; ``words`` takes it into its catalogue.

Each entry is (English, Chinese).
"""

from __future__ import annotations

__all__ = ["STAFFING_WORDS"]

STAFFING_WORDS: dict[str, tuple[str, str]] = {
    "staffing_none": (
        "no forecast is named; set staffing.forecast_file, or make one by `ccd staffing from-history`",
        "没有话务预测；请设置 staffing.forecast_file，或用 `ccd staffing from-history` 生成",
    ),
    "staffing_no_day": ("nothing is forecast for {day}", "{day} 没有话务预测"),
    "staffing_no_team": (
        "no team {team} in the forecast; there are: {teams}",
        "预测中没有班组 {team}；现有：{teams}",
    ),
    "staffing_title": (
        "{team}, {day}: {level} within {seconds} s, at most {occupancy} busy, shrinkage {shrinkage}",
        "{team}，{day}：{seconds} 秒内接起 {level}，占用率不超过 {occupancy}，损耗率 {shrinkage}",
    ),
    "staffing_time": ("time", "时间"),
    "staffing_calls": ("calls", "来电"),
    "staffing_aht": ("handled s", "处理秒"),
    "staffing_required": ("at phones", "需在岗"),
    "staffing_to_plan": ("to plan", "需排班"),
    "staffing_planned": ("planned", "已排班"),
    "staffing_gap": ("gap", "差额"),
    "staffing_short": ("SHORT", "不足"),
    "staffing_weeks": ("--weeks is 1 to 104", "--weeks 须为 1 至 104"),
    "staffing_no_calls": (
        "no calls to a team's seats in these {weeks} weeks; nothing was written",
        "这 {weeks} 周没有各班组的来电；未写入文件",
    ),
    "staffing_written": (
        "{rows} rows of {teams} teams from {days} ordinary days; name the file in staffing.forecast_file",
        "已由 {days} 个平常日写出 {teams} 个班组的 {rows} 行；请在 staffing.forecast_file 中指定该文件",
    ),
}
