"""What the command line says about sampling; ``words`` takes it into its catalogue.

Each entry is (English, Chinese).
"""

from __future__ import annotations

__all__ = ["SAMPLING_WORDS"]

SAMPLING_WORDS: dict[str, tuple[str, str]] = {
    "sampling_no_name": (
        "{which} is neither a unit nor a call, such as 1795336199.571; `ccd qa population today` lists both",
        "{which} 既不是抽检单元也不是通话编号（如 1795336199.571）；`ccd qa population today` 列有二者",
    ),
    "sampling_no_period": (
        "{text} is no period; write today, yesterday, 2026-11-22, 2026-W47 or 2026-11",
        "“{text}”不是期间；请写 today、yesterday、2026-11-22、2026-W47 或 2026-11",
    ),
    "sampling_future": ("{text} has not begun yet", "{text} 尚未开始"),
    "sampling_none": ("nothing was picked on {day}", "{day} 没有抽中的通话"),
    "sampling_not_heard": ("cannot be heard: {state}", "无法收听：{state}"),
    "sampling_evaluation": ("{name} {state}", "评分 {name}：{state}"),
    # plan
    "sampling_no_plan": ("there is no plan of the draw of {day}", "{day} 没有抽样方案"),
    "sampling_plan": (
        "{day}, fixed {at}: by {strata}, at least {minimum} of each; aims at {target} an agent a month",
        "{day}（{at} 定）：按{strata}分层，每层至少 {minimum} 通，每人每月目标 {target} 通",
    ),
    "sampling_plan_late": (
        "  fixed only when the day had begun",
        "  当日开始后才定下",
    ),
    "sampling_others": ("(all others)", "（其余）"),
    "state_strata_agent": ("agent", "坐席"),
    "state_strata_agent_queue": ("agent and queue", "坐席和队列"),
    "state_strata_queue": ("queue", "队列"),
    "state_strata_team": ("team", "班组"),
    # seeds
    "sampling_no_seed": ("  no seed was committed to", "  未公布种子摘要"),
    "sampling_digest": ("digest of the seed, published {at}: {digest}", "种子摘要（{at} 公布）：{digest}"),
    "sampling_late": ("(after the day had begun)", "（当日开始后）"),
    "sampling_seed": ("seed: {seed}", "种子：{seed}"),
    "sampling_secret": (
        "the seed is secret until the day is closed",
        "种子在当日抽样截止前保密",
    ),
    # population, files
    "sampling_written": (
        "{count} conversations written to {path}; digest {digest}",
        "已将 {count} 通写入 {path}；摘要 {digest}",
    ),
    "sampling_bad_file": ("{path}: {error}", "{path}：文件有误：{error}"),
    "sampling_no_hex": (
        "--seed: 64 hex digits in small letters, as `ccd qa seed` shows them",
        "--seed：应为 64 位小写十六进制，见 `ccd qa seed`",
    ),
    "sampling_twice": (
        "{unit} is told in two ways by these files; it is not known which is true",
        "{unit} 在这些文件中的记载互相矛盾，无法确定哪个属实",
    ),
    "sampling_drawn": (
        "{picked} of {eligible} eligible conversations, {population} in all; digest {digest}",
        "共 {population} 通，可抽 {eligible} 通，抽中 {picked} 通；摘要 {digest}",
    ),
    # verify
    "sampling_verifying": ("drawing {day} again ({number} of {count})", "正在复核 {day}（{number}/{count}）"),
    "sampling_verify_nothing": ("{day}: nothing was drawn", "{day}：没有抽样"),
    "sampling_verify_secret": (
        "{day}: its seed is still secret, and only the daemon can draw it again; start it (ccd run)",
        "{day}：种子仍保密，只有守护进程能复核；请先启动（ccd run）",
    ),
    "sampling_verify_closed": (
        "{day}: {population} conversations, {picked} drawn: {found}",
        "{day}：共 {population} 通，抽中 {picked} 通：{found}",
    ),
    "sampling_verify_open": (
        "{day}, not closed yet: {population} conversations, {picked} drawn: {found}",
        "{day}（未截止）：共 {population} 通，抽中 {picked} 通：{found}",
    ),
    "sampling_same": ("drawn again, the same", "复核一致"),
    "sampling_differs": ("drawn again, {count} differences", "复核有 {count} 处不符"),
    "sampling_more": ("and {count} more", "另有 {count} 处"),
    "sampling_differs_seed": (
        "the seed is not the one that was committed to: published {told}, it has {redrawn}",
        "种子与公布的摘要不符：公布 {told}，实为 {redrawn}",
    ),
    "sampling_differs_commitment": (
        "no digest of the seed was published",
        "未曾公布种子摘要",
    ),
    "sampling_differs_member": (
        "{unit}: picked, and not in the population, or there twice",
        "{unit}：已抽中但不在总体中，或重复",
    ),
    "sampling_differs_rank": (
        "{unit}: its rank is told as {told}, and is {redrawn}",
        "{unit}：序值记为 {told}，实为 {redrawn}",
    ),
    "sampling_differs_digest": (
        "the population was changed: its digest was {told}, and is {redrawn}",
        "总体有改动：摘要原为 {told}，现为 {redrawn}",
    ),
    "sampling_differs_population": (
        "{told} conversations were told of, there are {redrawn}",
        "公布总数 {told} 通，实有 {redrawn} 通",
    ),
    "sampling_differs_eligible": (
        "{told} eligible ones were told of, there are {redrawn}",
        "公布可抽 {told} 通，实有 {redrawn} 通",
    ),
    "sampling_differs_picked": (
        "{told} drawn ones were told of, {redrawn} are to be drawn",
        "公布抽中 {told} 通，应抽中 {redrawn} 通",
    ),
    "sampling_differs_stratum": (
        "stratum {unit}: told as {told} (all/eligible/drawn), is {redrawn}",
        "分层 {unit}：公布为 {told}（总数/可抽/抽中），实为 {redrawn}",
    ),
    "sampling_differs_chance": (
        "stratum {unit}: its chance was told as {told}, and is {redrawn}",
        "分层 {unit}：入选概率公布为 {told}，实为 {redrawn}",
    ),
    "sampling_differs_not_drawn": (
        "{unit}: picked ({told}), and is not to be drawn",
        "{unit}：已抽中（{told}），但不应抽中",
    ),
    "sampling_differs_not_picked": (
        "{unit}: is to be drawn ({redrawn}), and was not picked",
        "{unit}：应抽中（{redrawn}），但未抽",
    ),
    "sampling_differs_reason": (
        "{unit}: picked as {told}, drawn again as {redrawn}",
        "{unit}：抽中原因记为 {told}，复核为 {redrawn}",
    ),
    "sampling_differs_too_late": (
        "{unit}: came too late, and is told as {told}",
        "{unit}：逾时才到，却记为 {told}",
    ),
    "sampling_differs_plan": (
        "there are conversations, and no plan of how to draw them",
        "有通话，却没有抽样方案",
    ),
    "sampling_differs_other": (
        "{kind} {unit}: {told}, drawn again {redrawn}",
        "{kind} {unit}：{told}，复核为 {redrawn}",
    ),
    # why
    "sampling_unknown": (
        "no conversation has the unit or call {text}; it joins the population some seconds after its end",
        "没有编号为 {text} 的通话；通话结束数秒后才计入总体",
    ),
    "sampling_why": (
        "{unit}, {since} to {until}: {person}, queue {queue}, call {call}",
        "{unit}，{since} 至 {until}：{person}，队列 {queue}，通话 {call}",
    ),
    "sampling_why_picked": ("picked: {reason}", "已抽中：{reason}"),
    "sampling_why_not_eligible": ("not picked, and cannot be: {why}", "未抽中，且不可抽：{why}"),
    "sampling_why_not_yet": (
        "not picked so far; the day's closing may draw it to have enough of its stratum",
        "暂未抽中；当日截止时若该层不足仍可能抽中",
    ),
    "sampling_why_not_drawn": ("not picked: its rank is too high", "未抽中：序值不够靠前"),
    "sampling_why_rank": (
        "rank {rank}: {share} of all ranks are lower; at once under {threshold} (stratum {stratum})",
        "序值 {rank}：更靠前的占 {share}；占比低于 {threshold} 即时抽中（分层 {stratum}）",
    ),
    "sampling_why_stratum": (
        "its stratum: {of_stratum}, {eligible_of_stratum} eligible, {drawn_of_stratum} drawn, min. {minimum}",
        "该层 {of_stratum} 通，可抽 {eligible_of_stratum} 通，抽中 {drawn_of_stratum} 通，至少 {minimum} 通",
    ),
    "sampling_why_chance": ("its chance of being drawn: {chance}", "入选概率：{chance}"),
    "sampling_why_unheard": (
        "its recording cannot be heard; another stepped in, where there was one",
        "录音无法收听；已由下一顺位递补（如有）",
    ),
    # reasons
    "state_pick_threshold": ("drawn at once", "即时抽中"),
    "state_pick_minimum": ("topped up", "补足抽中"),
    "state_pick_substitute": ("stepped in", "递补"),
    "state_pick_new_agent": ("new agent", "新员工"),
    "state_pick_retraining": ("retraining", "再培训"),
    "state_pick_long": ("long", "超长通话"),
    "state_pick_short": ("short", "过短通话"),
    "state_pick_transferred": ("transferred", "转接"),
    "state_pick_called_back": ("called back", "放弃后回拨"),
    "state_pick_complaint": ("complaint", "投诉"),
    "state_pick_threat": ("threat call", "要挾电话"),
    "state_pick_asked": ("asked for", "指定抽检"),
    "state_eligible_too_late": ("found when its day was closed already", "当日截止后才发现"),
    "state_eligible_unseen": ("nobody saw all of it", "其间失去联系，未能全程掌握"),
    "state_eligible_nobody": ("not clear who had it", "无法确定是谁接听"),
    "state_eligible_not_scored": ("whoever had it is of no post that is scored", "所在岗位不参加评分"),
    "state_eligible_excluded": ("whoever had it is excluded", "该员工已暂停抽检"),
    "state_eligible_too_short": ("too short", "时长过短"),
    "state_eligible_too_long": ("too long", "时长过长"),
    "state_eligible_not_recorded": ("no recording covers it", "没有完整录音"),
    "state_eligible_not_final": ("its recording is not measured", "录音尚未就绪"),
    "state_eligible_missing": ("the recording is missing", "录音文件缺失"),
    "state_eligible_empty": ("the recording is empty", "录音为空"),
    "state_eligible_outside": ("the recording lies outside its folder", "录音不在录音目录内"),
    "state_eligible_unreadable": ("the recording cannot be read", "录音无法读取"),
    "state_eligible_paused": ("paused for card data", "因卡号等信息暂停过录音"),
    "state_eligible_held": ("held for law or a dispute", "录音已依法或因争议封存"),
}
