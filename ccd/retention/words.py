"""What the rules of keeping recordings say to people. Each entry is (English, Chinese)."""

from __future__ import annotations

__all__ = ["WORDS"]

WORDS: dict[str, tuple[str, str]] = {
    "retention_may_not": (
        "{name} may not do this ({act}): the QA manager or a manager may; a duty lead may put a hold on",
        "{name} 无权执行此操作（{act}）：须由质培经理或经理执行；值班领导可以封存",
    ),
    "retention_release_managers": (
        "{name} may not end a legal hold: only a manager may",
        "{name} 无权解除封存：只有经理可以解除",
    ),
    "retention_which_pbx": ("say which PBX: {names}", "请指明 PBX：{names}"),
    "retention_name_one": ("name either a recording or a call", "请指明一个录音或一个通话"),
    "retention_unknown": (
        "the store has no such recording; `ccd recording list` shows what there is",
        "没有这个录音；`ccd recording list` 可列出全部录音",
    ),
    "retention_gone": (
        "its file has been deleted already, by the rule of its class",
        "录音文件已按保留规定删除",
    ),
    "retention_held": (
        "{count} recording(s) held, and being copied: {reason}",
        "已封存 {count} 个录音并开始复制：{reason}",
    ),
    "retention_no_hold": (
        "no hold is called {hold}; `ccd recording holds` lists them",
        "没有名为 {hold} 的封存；`ccd recording holds` 可列出全部封存",
    ),
    "retention_released": ("hold {hold} on {recording} is ended", "录音 {recording} 的封存 {hold} 已解除"),
    "retention_not_changed": ("{recording} is not found changed", "录音 {recording} 没有被改动的记录"),
    "retention_explained": (
        "{recording}: its file may be as it is now; any later change is a finding again",
        "录音 {recording}：已确认其现有内容；以后再有改动将重新报告",
    ),
    "retention_looking": ("the folder is being looked through", "正在核对录音文件夹"),
    "retention_no_orphan": (
        "{path} is no file found without a recording; `ccd recording orphans` lists them",
        "{path} 不是无主文件；`ccd recording orphans` 可列出全部无主文件",
    ),
    "retention_adopted": (
        "{path} is a recording of no call from now on, kept as the default class is",
        "{path} 已收为无通话的录音，按默认类别保留",
    ),
    "retention_removed": ("{path} is being deleted", "正在删除 {path}"),
    "retention_orphan_held": ("{path} is the file of a recording that is held", "{path} 属于已封存的录音"),
    # told
    "retention_amiss": (
        "recordings of {pbx}: {found}; the first: {first}; `ccd recording list --amiss`",
        "{pbx} 的录音核对异常：{found}；首个：{first}；`ccd recording list --amiss`",
    ),
    "retention_held_changed": (
        "{recording} on {pbx} is held, and its file was changed; the copy made before is kept",
        "{pbx} 上已封存的录音 {recording} 的文件被改动；此前的副本仍保留",
    ),
    "retention_uncopied": (
        "{recording} is held, and no copy of it could be made",
        "录音 {recording} 已封存，但无法复制",
    ),
    "retention_over": (
        "{count} recordings ({bytes} bytes) are past their time; nothing is deleted in this mode",
        "{count} 个录音（{bytes} 字节）已超过保留期；当前模式不删除",
    ),
}
