"""What the command line says about listening; ``words`` takes it into its catalogue.

Each entry is (English, Chinese).
"""

from __future__ import annotations

__all__ = ["LISTENING_WORDS"]

LISTENING_WORDS: dict[str, tuple[str, str]] = {
    "listen_one_how": ("give --whisper or --barge, not both", "--whisper 与 --barge 只能选一个"),
    "listen_nobody": ("nobody listens to a call now", "现在没有人监听"),
    "listen_recent": ("ended:", "已结束："),
    "listen_listens": ("listens", "监听"),
    "listen_whispers": ("whispers", "密语"),
    "listen_barges": ("barges in", "强插"),
    "listen_since": ("since {time}", "自 {time}"),
    "listen_rings": ("rings since {time}", "自 {time} 振铃"),
    "listen_ended": ("{time}, {seconds} s, {why}", "{time}，{seconds} 秒，{why}"),
    "listen_noted": ("noted", "已填意见"),
    "listen_emergency": ("emergency", "突发事件"),
    "listen_not_sure": ("was out of sight meanwhile", "其间曾失去联系"),
    "listen_over": ("the call ended", "通话结束"),
    "listen_hung_up": ("hung up", "挂机"),
    "listen_stopped": ("stopped", "被停止"),
    "listen_longest": ("as long as is let", "达到最长时间"),
    "listen_no_answer": ("no answer", "未接听"),
    "listen_busy": ("busy", "占线"),
    "listen_failed": ("failed", "失败"),
    "listen_unknown": ("not known how", "结束情况未知"),
}
