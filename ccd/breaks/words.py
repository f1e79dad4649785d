"""What the rules of breaks say to people. Each entry is (English, Chinese)."""

from __future__ import annotations

__all__ = ["WORDS"]

WORDS: dict[str, tuple[str, str]] = {
    # may they
    "breaks_accepted": ("{name}: {reason}, {limit}", "{name}：{reason}，{limit}"),
    "breaks_freed": (
        "{name}: {reason}; nothing is refused while an emergency is on",
        "{name}：{reason}；突发事件处置期间不作限制",
    ),
    "breaks_whose": (
        "several people are signed in at {seat} ({names}): say whose break it is, by their code",
        "机台 {seat} 有多人签到（{names}）：请输入小休人员的工号",
    ),
    "breaks_already": ("{name} is paused for {reason} already", "{name} 已因“{reason}”小休中"),
    "breaks_unnamed": (
        "{name}: a pause without a reason; choose one of: {reasons}",
        "{name}：小休未选原因；请选择：{reasons}",
    ),
    "breaks_unknown_reason": (
        "{name}: there is no reason {reason}; there are: {reasons}",
        "{name}：没有“{reason}”这个小休原因；现有：{reasons}",
    ),
    "breaks_role": (
        "{name}: {reason} is not for the post {role}; it is for: {roles}",
        "{name}：岗位 {role} 不能使用“{reason}”；适用岗位：{roles}",
    ),
    "breaks_needs_lead": (
        "{name}: {reason} is to be granted by a lead first; ask {leads}",
        "{name}：“{reason}”须先经班长批准；请联系 {leads}",
    ),
    "breaks_near_start": (
        "{name}: no {reason} in the first {minutes} minutes of a shift; from {time} on",
        "{name}：上班后 {minutes} 分钟内不能“{reason}”；{time} 起可以",
    ),
    "breaks_near_end": (
        "{name}: no {reason} in the last {minutes} minutes of a shift, which ends at {time}",
        "{name}：下班前 {minutes} 分钟内不能“{reason}”；本班 {time} 结束",
    ),
    "breaks_times": (
        "{name}: {reason} was taken {taken} times this shift; {allowed} are allowed",
        "{name}：本班“{reason}”已用 {taken} 次，限 {allowed} 次",
    ),
    "breaks_minutes": (
        "{name}: {reason} has lasted {taken} minutes this shift; {allowed} are allowed",
        "{name}：本班“{reason}”已用 {taken} 分钟，限 {allowed} 分钟",
    ),
    "breaks_cap": (
        "{name}: {away} of team {team} are away for {reason} now; {allowed} at once are allowed",
        "{name}：{team} 现有 {away} 人因“{reason}”离开，同时限 {allowed} 人",
    ),
    "breaks_not_in_queue": (
        "{name}: the phone at {seat} is in no queue, so there is nothing to pause; log in with *85",
        "{name}：机台 {seat} 未登录任何队列，无需小休；可拨 *85 登录",
    ),
    "breaks_out_of_sight": (
        "{name}: the PBX {pbx} cannot be reached now; dial *83 at the phone",
        "{name}：现在无法连接交换机 {pbx}；请在话机上拨 *83",
    ),
    "breaks_protected": (
        "{name}: an emergency is on at {seat}, and ccd does not touch its phone; dial *83 there",
        "{name}：机台 {seat} 正在处置突发事件，系统不操作该话机；可在话机上拨 *83",
    ),
    # what is told
    "breaks_ill": (
        "{name} at {seat} is not well; see to them, and to who takes their place",
        "{name} 在 {seat} 身体不适；请前往查看并安排替班",
    ),
    "breaks_over": (
        "{name}: the time of {reason} is up ({minutes} minutes, since {since}); please come back",
        "{name}：“{reason}”时间已到（{minutes} 分钟，自 {since}）；请回座",
    ),
    "breaks_late": (
        "{name} at {seat} is late from {reason}: {over} minutes past its {minutes}, since {since}",
        "{name}（{seat}）“{reason}”超时：自 {since}，限 {minutes} 分钟，已超 {over} 分钟",
    ),
    "breaks_violation": (
        "{name} at {seat} is {over} minutes past the {minutes} of {reason}, since {since}: a violation",
        "{name}（{seat}）“{reason}”自 {since}，限 {minutes} 分钟，已超 {over} 分钟：违纪",
    ),
    "breaks_absence_signed_out": (
        "{name} left {seat} during {reason} (since {since}), the shift going on: absence? You decide",
        "{name} 在“{reason}”期间（自 {since}）签离 {seat}，而班次未结束：是否算离岗？请您决定",
    ),
    "breaks_absence_too_long": (
        "{name} at {seat} is paused for {reason} for {length} minutes, since {since}: absence? You decide",
        "{name}（{seat}）“{reason}”自 {since} 已 {length} 分钟：是否算离岗？请您决定",
    ),
    "breaks_absence_unavailable": (
        "the phone of {name} at {seat} is gone during {reason} (since {since}): absence? You decide",
        "{name}（{seat}）在“{reason}”期间（自 {since}）话机离线：是否算离岗？请您决定",
    ),
    # what leads do
    "breaks_not_yours": (
        "nobody decides about themselves; ask another lead",
        "不能为自己批准；请联系其他班长",
    ),
    "breaks_may_not": (
        "{actor} may not decide for {name} of team {team} now",
        "{actor} 现在无权为 {team} 的 {name} 作决定",
    ),
    "breaks_no_such_reason": (
        "there is no reason {reason}; there are: {reasons}",
        "没有“{reason}”这个小休原因；现有：{reasons}",
    ),
    "breaks_no_minutes": (
        "{minutes} is no number of minutes from 1 to 480",
        "{minutes} 不是 1 至 480 之间的分钟数",
    ),
    "breaks_none_on": ("{name} is on no break", "{name} 现在没有小休"),
    "breaks_no_limit": ("{name}: {reason} has no limit to extend", "{name}：“{reason}”没有时限，无需延长"),
    "breaks_nothing_over": (
        "{name} has no overstay that is not waived, in the last 4 days",
        "{name} 最近 4 天没有未豁免的超时",
    ),
    "breaks_granted": (
        "{name} may take {reason} once more this shift, granted by {actor}: {why}",
        "{name} 本班可再“{reason}”一次，由 {actor} 批准：{why}",
    ),
    "breaks_extended": (
        "{name}: {reason} goes on until {time}, extended by {actor}: {why}",
        "{name}：“{reason}”延长至 {time}，由 {actor} 批准：{why}",
    ),
    "breaks_waived": (
        "{name}: the overstay of {reason} from {since} ({level}) is waived by {actor}: {why}",
        "{name}：{since} 的“{reason}”超时（{level}）由 {actor} 豁免：{why}",
    ),
}
