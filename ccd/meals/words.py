"""What the rules of meals say to people. Each entry is (English, Chinese)."""

from __future__ import annotations

__all__ = ["WORDS"]

WORDS: dict[str, tuple[str, str]] = {
    # asking
    "meals_let": ("{name} may go to their meal: {minutes} minutes", "{name} 可以用餐：{minutes} 分钟"),
    "meals_at_meal": ("{name} is at a meal already", "{name} 已在用餐"),
    "meals_nobody": (
        "nobody is signed in at {seat}: sign in first, a meal is a person's",
        "{seat} 无人签到：请先签到，用餐按人计",
    ),
    "meals_whose": (
        "{count} people are signed in at {seat} (handover): say whose meal it is, `ccd meal ask CODE`",
        "{seat} 有 {count} 人签到（交接班）：请说明何人用餐，`ccd meal ask 工号`",
    ),
    "meals_not_here": ("{name} is not signed in at {seat}", "{name} 未在 {seat} 签到"),
    "meals_no_phone": (
        "{seat} has no phone that could be paused; correct the roster",
        "{seat} 没有可置为小休的话机；请更正花名册",
    ),
    "meals_off_duty": (
        "{name} has no shift in the plan now, so no meal; a lead may grant it",
        "{name} 此时没有排班，不能用餐；班长可以批准",
    ),
    "meals_outside_window": (
        "{name}: no meal window is open; the next is {next}; a lead may grant it",
        "{name}：现在不是用餐时段；下一时段 {next}；班长可以批准",
    ),
    "meals_taken": (
        "{name} has had {count} meal(s) in window {window} already; a lead may grant another",
        "{name} 在用餐时段 {window} 已用餐 {count} 次；班长可以批准加餐",
    ),
    "meals_not_your_turn": (
        "{name}: meal group {group} goes from {since} to {until}; a lead may grant another time",
        "{name}：用餐组 {group} 的轮换时间为 {since} 至 {until}；班长可以批准其他时间",
    ),
    "meals_queued": (
        "{name} waits for a meal as number {position}: {away} of {present} are away, at most {limit} may be",
        "{name} 等候用餐，排第 {position} 位：在岗 {present} 人，用餐 {away} 人，上限 {limit} 人",
    ),
    "meals_full": (
        "{name}: {away} of {present} are at meals, at most {limit} may be; a lead may grant it",
        "{name}：在岗 {present} 人，用餐 {away} 人，上限 {limit} 人；班长可以批准",
    ),
    # turns
    "meals_your_turn": (
        "{name}: your turn for the meal; your place is kept until {until}",
        "{name}：轮到您用餐；名额保留至 {until}",
    ),
    "meals_turn_passed": (
        "{name}: your turn for the meal has passed to the next; ask again if you want to go",
        "{name}：您的用餐名额已转给下一位；如需用餐请重新申请",
    ),
    "meals_closed": (
        "{name}: the meal window {window} is over before a place was free; ask your lead",
        "{name}：用餐时段 {window} 已结束，未能轮到；请联系班长",
    ),
    # staying too long
    "meals_warned": (
        "{name}: your meal ends at {ends}",
        "{name}：您的用餐将于 {ends} 结束",
    ),
    "meals_told": (
        "{name}: your meal is over since {ends}; please come back to {seat}",
        "{name}：您的用餐已于 {ends} 结束；请返回 {seat}",
    ),
    "meals_late": (
        "{name} is late from their meal: away since {began}, due back at {ends}",
        "{name} 用餐迟到：{began} 离岗，应于 {ends} 返岗",
    ),
    "meals_violation": (
        "{name}: {minutes} minutes over at their meal, a violation: away since {began}, due back at {ends}",
        "{name} 用餐超时 {minutes} 分钟，属违纪：{began} 离岗，应于 {ends} 返岗",
    ),
    "meals_not_asked": (
        "{name} went to a meal without asking: their phone at {seat} was paused past the codes",
        "{name} 未经申请用餐：{seat} 的话机未按代码置为小休",
    ),
    "meals_unclear": (
        "a phone was paused for a meal with several people signed in ({names}): whose meal is not known",
        "话机置为用餐时有多人签到（{names}）：无法确定何人用餐",
    ),
    "meals_not_paused": (
        "{name}: the PBX did not pause the phone at {seat} for the meal: {error}",
        "{name}：交换机未能将 {seat} 的话机置为用餐：{error}",
    ),
    # acts
    "meals_granted": (
        "{name} may go to their meal until {until}, granted by {actor}: {reason}",
        "{name} 可在 {until} 前用餐，{actor} 批准：{reason}",
    ),
    "meals_extended": (
        "{name}: {minutes} minutes more for the meal, given by {actor}: {reason}",
        "{name}：用餐延长 {minutes} 分钟，{actor} 批准：{reason}",
    ),
    "meals_excused": (
        "{name}: the meal of {began} counts no more, by {actor}: {reason}",
        "{name}：{began} 的用餐不再计为违规，{actor} 决定：{reason}",
    ),
    "meals_cancelled": ("{name} does not wait for a meal any more", "{name} 已取消用餐申请"),
    "meals_off": ("meals are switched off in the settings", "设置中已关闭用餐管理"),
    "meals_unknown_person": ("nobody in the roster has the code {person}", "花名册中没有工号 {person}"),
    "meals_may_not": (
        "{actor} may not decide about meals of team {team}; its lead, a duty lead or a manager may",
        "{actor} 无权决定 {team} 的用餐；应由班长、值班领导或经理决定",
    ),
    "meals_not_yourself": ("nobody decides about their own meal", "不能为自己作决定"),
    "meals_no_meal": ("{name} is at no meal now", "{name} 现在不在用餐"),
    "meals_no_place": ("{name} has no place to cancel", "{name} 没有可取消的用餐申请"),
    "meals_nothing_to_excuse": (
        "{name} has no meal of the last two days that counts against them",
        "{name} 最近两天没有计为违规的用餐",
    ),
    "meals_bad_minutes": (
        "minutes: {minutes} is no whole number from 1 to 240",
        "minutes：{minutes} 不是 1 至 240 的整数",
    ),
}
