"""What the command line says about tokens, and about fetching recordings with them; ``words`` takes it into
its catalogue.

Each entry is (English, Chinese).
"""

from __future__ import annotations

__all__ = ["TOKENS_WORDS"]

TOKENS_WORDS: dict[str, tuple[str, str]] = {
    "token_made": (
        "token {token} of {person}, good until {until}; its secret is not shown again",
        "{person} 的令牌 {token}，有效至 {until}；密钥不再显示",
    ),
    "token_none": (
        "no token is good now; `ccd token new` makes one",
        "目前没有有效的令牌；用 `ccd token new` 生成",
    ),
    "token_unused": ("never used", "从未使用"),
    "token_revoked_at": ("revoked {at}", "已于 {at} 吊销"),
    "token_revoked": ("token {token} of {person} is revoked", "{person} 的令牌 {token} 已吊销"),
    # fetching
    "pull_whose": (
        "whose list? give --mine, --analyst CODE, --day DAY or --id ID",
        "取谁的清单？请给出 --mine、--analyst 工号、--day 日期或 --id 编号",
    ),
    "pull_who": (
        "who are you? give --by CODE, or --url with a token ($CCD_TOKEN or --token-file)",
        "您是谁？请给出 --by 工号，或 --url 并提供令牌（$CCD_TOKEN 或 --token-file）",
    ),
    "pull_no_token": (
        "no token: set CCD_TOKEN or give --token-file FILE; `ccd token new` makes one, beside the daemon",
        "没有令牌：请设置 CCD_TOKEN 或给出 --token-file 文件；在守护进程所在机器上用 `ccd token new` 生成",
    ),
    "pull_nothing": ("nothing is on that list", "清单为空"),
    "pull_sum": (
        "{fetched} fetched, {kept} here already, {failed} not; {folder}",
        "已下载 {fetched}，已存在 {kept}，失败 {failed}；{folder}",
    ),
    "pull_failed": ("{name}: {text}", "{name}：{text}"),
    "pull_unheard": ("there is no recording that you may have", "没有您可获取的录音"),
    "pull_tampered": (
        "what came is not what was announced (SHA-256); it was thrown away: run it again",
        "收到的内容与声明不符（SHA-256），已丢弃；请重新运行",
    ),
    "pull_away": (
        "{url} does not answer ({error}); run it again, it goes on where it stopped",
        "{url} 没有应答（{error}）；请重新运行，将从中断处继续",
    ),
    "recording_link": ("good until {until}, for you alone", "有效至 {until}，仅限本人使用"),
}
