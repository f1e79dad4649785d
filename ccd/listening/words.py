"""What this policy says to people: rule -> (English, Chinese)."""

from __future__ import annotations

__all__ = ["WORDS"]

WORDS: dict[str, tuple[str, str]] = {
    # who may
    "listening_off": (
        "listening is switched off ([policies.listening])",
        "监听已关闭（[policies.listening]）",
    ),
    "listening_oneself": ("nobody listens to themselves", "不能监听自己"),
    "listening_may_not": (
        "{actor} may not listen to {name}: leads listen to their team, analysts to every team but their own",
        "{actor} 无权监听 {name}：班长监听本班组，质检员监听本班组以外的班组",
    ),
    "listening_no_whisper": (
        "{actor} may listen to {name}, and not whisper",
        "{actor} 可以监听 {name}，但不能密语",
    ),
    "listening_no_barge": (
        "{actor} may listen to {name}, and not barge in",
        "{actor} 可以监听 {name}，但不能强插",
    ),
    "listening_emergency_whisper": (
        "an emergency is on at the call of {name}: you may listen, and not whisper",
        "{name} 的通话正在处置突发事件：可以监听，不能密语",
    ),
    "listening_emergency_barge": (
        "an emergency is on at the call of {name}: only a duty lead or a manager may barge in",
        "{name} 的通话正在处置突发事件：只有值班领导或经理可以强插",
    ),
    "listening_emergency_why": (
        "an emergency is on at the call of {name}: say why you barge in (--reason)",
        "{name} 的通话正在处置突发事件：强插须说明原因（--reason）",
    ),
    # is there a call
    "listening_not_here": ("{name} is signed in nowhere", "{name} 没有签到"),
    "listening_out_of_sight": (
        "{name}: the PBX {pbx} cannot be reached now, so nobody knows whether there is a call",
        "{name}：现在无法连接交换机 {pbx}，不知道是否在通话",
    ),
    "listening_is_ready": ("{name} is on no call now: waiting for one", "{name} 现在没有通话：就绪等待中"),
    "listening_is_ringing": ("{name} is on no call yet: the phone rings", "{name} 还没有接通：正在振铃"),
    "listening_is_dialling": ("{name} talks to nobody yet: still dialling", "{name} 还没有接通：正在拨号"),
    "listening_is_in_wrap_up": ("{name} is on no call now: in wrap-up", "{name} 现在没有通话：话后处理中"),
    "listening_is_paused": (
        "{name} is on no call now: paused ({reason})",
        "{name} 现在没有通话：小休中（{reason}）",
    ),
    "listening_is_unavailable": (
        "{name} is on no call now: the phone is not there",
        "{name} 现在没有通话：话机离线",
    ),
    "listening_is_logged_off": (
        "{name} is on no call now: logged in to no queue",
        "{name} 现在没有通话：未登录队列",
    ),
    "listening_is_listening": (
        "{name} is on no call of their own: listening to somebody",
        "{name} 没有自己的通话：正在监听他人",
    ),
    # how many, and where
    "listening_already": (
        "you are listening to {name} already; stop that first (`ccd listen stop`)",
        "您正在监听 {name}；请先停止（`ccd listen stop`）",
    ),
    "listening_at_once": (
        "{limit} listenings are under way, and no more are let at once",
        "已有 {limit} 路监听，同时不能更多",
    ),
    "listening_per_call": (
        "{limit} listen to this call already, and no more are let",
        "已有 {limit} 人监听该通话，不能更多",
    ),
    "listening_no_phone": (
        "{actor} is signed in at no phone of {pbx}: sign in, or name a phone of the roster (--phone)",
        "{actor} 没有在 {pbx} 的话机签到：请先签到，或指定花名册中的话机（--phone）",
    ),
    "listening_phone_unknown": (
        "{phone} is no phone of the roster at {pbx}: only those may listen, never an outside number",
        "{phone} 不是花名册中 {pbx} 的话机：只能用花名册中的话机，不能用外线",
    ),
    "listening_phone_of_another": (
        "{phone} is another's phone now; listen at a phone where nobody else is signed in",
        "{phone} 现在是别人的话机；请用没有他人签到的话机",
    ),
    "listening_phone_unseen": (
        "{phone} cannot be seen now; is its PBX {pbx} connected?",
        "现在看不到 {phone}；交换机 {pbx} 是否已连接？",
    ),
    "listening_phone_busy": (
        "{phone} is on a call, or rings; hang up first",
        "{phone} 正在通话或振铃；请先挂机",
    ),
    "listening_phone_protected": (
        "an emergency is on at {phone}; use another phone",
        "{phone} 正在处置突发事件；请用其他话机",
    ),
    # what is done
    "listening_listen": (
        "{phone} rings: pick up to listen to {name} (4 listen, 5 whisper, 6 barge in, * leave)",
        "{phone} 正在振铃：接听后监听 {name}（4 监听，5 密语，6 强插，* 退出）",
    ),
    "listening_whisper": (
        "{phone} rings: pick up and {name} alone hears you (4 listen, 5 whisper, 6 barge in, * leave)",
        "{phone} 正在振铃：接听后只有 {name} 能听到您（4 监听，5 密语，6 强插，* 退出）",
    ),
    "listening_barge": (
        "{phone} rings: pick up; {name} and the caller hear you (4 listen, 5 whisper, 6 barge in, * leave)",
        "{phone} 正在振铃：接听后 {name} 和客户都能听到您（4 监听，5 密语，6 强插，* 退出）",
    ),
    "listening_turned_listen": ("from now on you only hear {name}", "现在起只监听 {name}"),
    "listening_turned_whisper": ("from now on {name} alone hears you", "现在起只有 {name} 能听到您"),
    "listening_turned_barge": (
        "from now on both {name} and the caller hear you",
        "现在起 {name} 和客户都能听到您",
    ),
    "listening_stopped": ("the listening to {name} is ended", "对 {name} 的监听已结束"),
    "listening_noted": ("noted about {name}", "已记录对 {name} 的监听意见"),
    # what was asked of it
    "listening_none": ("{actor} listens to nobody now", "{actor} 现在没有监听"),
    "listening_none_yet": (
        "{actor} has listened to nobody in the last two days",
        "{actor} 最近两天没有监听过",
    ),
    "listening_no_such": (
        "there is no such listening: {listening}; `ccd listen list` has those that are",
        "没有这个监听：{listening}；`ccd listen list` 可查看",
    ),
    "listening_no_such_how": ("{how} is none of: {hows}", "{how} 不在其中：{hows}"),
    "listening_not_yours": (
        "{actor} may not end another's listening; a duty lead, the QA manager or a manager may",
        "{actor} 不能停止他人的监听；值班领导、质培经理或经理可以",
    ),
    "listening_note_not_yours": (
        "{actor} did not listen there; whoever did writes the note",
        "不是 {actor} 的监听；由监听人填写意见",
    ),
    "listening_nothing_heard": (
        "nothing was heard in {listening}, so there is nothing to note",
        "{listening} 没有听到通话，无需填写意见",
    ),
    "listening_note_empty": (
        "the note says nothing: give answers or a comment",
        "意见为空：请填写答案或说明",
    ),
}
