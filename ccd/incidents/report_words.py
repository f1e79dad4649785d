"""The words and the look of the report page, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["CALL", "PHASES", "POLICE", "STYLE", "WORDS"]

STYLE = """
:root { color-scheme: light; }
body { font: 11pt/1.45 "Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif;
  color: #111; background: #fff; max-width: 190mm; margin: 8mm auto; padding: 0 4mm; }
h1 { font-size: 18pt; margin: 0 0 2mm; }
h2 { font-size: 13pt; margin: 7mm 0 2mm; border-bottom: 1px solid #999; }
h3 { font-size: 11pt; margin: 4mm 0 1mm; }
h2, h3 { break-after: avoid; }
table { border-collapse: collapse; width: 100%; } thead { display: table-header-group; }
th, td { border: 1px solid #bbb; padding: 1mm 2mm; text-align: left; vertical-align: top;
  overflow-wrap: anywhere; }
th { background: #f0f0f0; font-weight: 600; } tr { break-inside: avoid; }
th.label { width: 32%; } td.number, td.time { white-space: nowrap; overflow-wrap: normal; }
.text { white-space: pre-wrap; } .open { color: #777; } .was { color: #777; font-size: 9pt; }
code { font: 8.5pt/1.3 "DejaVu Sans Mono", "Noto Sans Mono", monospace; overflow-wrap: anywhere; }
.banner { border: 3px solid #b00; color: #b00; font-weight: 700; padding: 2mm 3mm; margin: 3mm 0; }
.drill { border-color: #06c; color: #06c; }
@page { size: A4; margin: 15mm; } @media print { body { margin: 0; max-width: none; padding: 0; } }
"""

# key → (English, Chinese)
WORDS: Mapping[str, tuple[str, str]] = {
    "title": ("Incident report", "事件报告"),
    "drill": ("THIS WAS A DRILL", "本次为演练"),
    "open": ("The incident is not closed yet", "事件尚未结束"),
    "problems": ("What is missing or not as it was kept", "缺失或与保存时不符之处"),
    "summary": ("Summary", "概要"),
    "incident": ("Incident", "事件编号"),
    "ladder": ("Kind", "类别"),
    "severity": ("Severity", "严重程度"),
    "reported": ("Reported", "报告时间"),
    "reporter": ("Reported by", "报告人"),
    "note": ("Note", "备注"),
    "phase": ("State", "状态"),
    "arrived": ("Arrival", "到场"),
    "police": ("Police", "报警"),
    "outcome": ("Outcome", "结果"),
    "closed": ("Closed", "结束时间"),
    "call": ("The call as it was frozen at the report", "报告时固定的通话信息"),
    "source": ("SIP source", "SIP 来源"),
    "checklist": ("Checklist", "检查单"),
    "complete": ("complete to", "完成度"),
    "replaced": ("before", "此前"),
    "from_pbx": ("from the PBX", "来自交换机"),
    "unanswered": ("not answered", "未填写"),
    "other": ("Other questions", "其他问题"),
    "evidence": ("Evidence", "证据"),
    "none": ("None.", "无。"),
    "file": ("File in this bundle", "证据包内文件"),
    "from": ("From", "来源"),
    "size": ("Size", "大小"),
    "timeline": ("Timeline", "经过"),
    "time": ("Time", "时间"),
    "what": ("What happened", "事项"),
    "verify": ("How to verify", "如何核验"),
    "verify_text": (
        "manifest.json and SHA256SUMS name every file of this bundle with its SHA-256.",
        "manifest.json 与 SHA256SUMS 列出证据包内每个文件及其 SHA-256。",
    ),
    "verify_how": (
        "Unpacked, 'sha256sum -c SHA256SUMS' finds any change.",
        "解压后执行“sha256sum -c SHA256SUMS”可发现任何改动。",
    ),
    "verify_chain": (
        "The record behind it is chained; when this bundle was made the chain ended with entry {seq}:",
        "原始记录以哈希链保存；制作本证据包时链尾为第 {seq} 条：",
    ),
}
PHASES: Mapping[str, tuple[str, str]] = {
    "live": ("live", "进行中"),
    "attended": ("attended", "已到场"),
    "police": ("police being called", "报警中"),
    "called": ("police called", "已报警"),
    "stood_down": ("stood down", "已取消报警"),
    "closed": ("closed", "已结束"),
}
POLICE: Mapping[str, tuple[str, str]] = {
    "": ("not called", "未报警"),
    "dialling": ("being dialled", "拨打中"),
    "answered": ("answered", "已接听"),
    "failed": ("not reached", "未接通"),
    "by_hand": ("called by a person", "由人员自行报警"),
}
CALL: Mapping[str, tuple[str, str]] = {
    "pbx": ("PBX", "交换机"),
    "call": ("Call id", "通话编号"),
    "uniqueid": ("Agent's channel id", "座席通道编号"),
    "channel": ("Agent's channel", "座席通道"),
    "interface": ("Agent's phone", "座席话机"),
    "seat": ("Seat", "机台"),
    "agent": ("Agent's code", "客服人员工号"),
    "agent_name": ("Agent", "客服人员"),
    "caller_uniqueid": ("Caller's channel id", "来电通道编号"),
    "caller_channel": ("Caller's channel", "来电通道"),
    "caller_number": ("Caller's number", "来电号码"),
    "caller_name": ("Caller's name as shown", "来电显示姓名"),
    "called_number": ("Number called", "被叫号码"),
    "queue": ("Queue", "队列"),
    "trunk": ("Trunk", "中继"),
    "started": ("Began", "来电时间"),
    "answered": ("Answered", "接听时间"),
    "ran_s": ("Had run", "已通话"),
    "recordings": ("Recordings running", "进行中的录音"),
    "customer": ("Customer", "客户"),
}
