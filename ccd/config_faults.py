"""What can be wrong with a setting, said in both languages: which file, which key, and the mend.

``WORDS`` has one entry per fault code: (English, Chinese). Codes that pydantic gives are mapped by ``CODES``.
A value is never repeated for a key that may hold a secret.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["CODES", "WORDS", "ConfigError", "Fault"]

WORDS: dict[str, tuple[str, str]] = {
    "no_file": (
        "no such file; give --config FILE, or unset CCD_CONFIG",
        "没有这个文件；请用 --config 指定文件，或取消 CCD_CONFIG",
    ),
    "unreadable": (
        "cannot be read: {error}; correct the path or its permissions",
        "无法读取：{error}；请改正路径或权限",
    ),
    "too_big": ("is larger than {limit} bytes; is this the right file?", "超过 {limit} 字节；文件是否选错？"),
    "not_utf8": (
        "byte {byte} is not UTF-8; save the file as UTF-8",
        "第 {byte} 个字节不是 UTF-8；请把文件存为 UTF-8",
    ),
    "not_toml": ("is not valid TOML: {error}; correct that line", "不是有效的 TOML：{error}；请改正该行"),
    "unknown_key": (
        "unknown key{near}; correct its name or remove it (config/ccd.toml lists all)",
        "没有这个设置项{near}；请改正名称或删除（config/ccd.toml 列有全部设置）",
    ),
    "not_a_section": (
        "is a section; write [{key}] and its keys below",
        "是一个小节；请写 [{key}]，设置项写在其下",
    ),
    "whole_number": ("must be a whole number", "必须是整数"),
    "number": ("must be a number", "必须是数字"),
    "yes_or_no": ("must be true or false", "必须是 true 或 false"),
    "text": ("must be text in quotes", "必须是带引号的文字"),
    "a_list": ('must be a list such as ["a", "b"]', '必须是列表，例如 ["a", "b"]'),
    "one_of": ("must be one of {expected}", "必须是其中之一：{expected}"),
    "at_least": ("must be {least} or more", "必须不小于 {least}"),
    "at_most": ("must be {most} or less", "必须不大于 {most}"),
    "more_than": ("must be more than {limit}", "必须大于 {limit}"),
    "less_than": ("must be less than {limit}", "必须小于 {limit}"),
    "section_name": (
        "is no name; use small letters, digits, - and _, a letter first, 32 characters at most",
        "不能作为名称；只能用小写字母、数字、- 和 _，以字母开头，最多 32 个字符",
    ),
    "ladder_name": (
        "is no name of a ladder; use small letters, digits and _, a letter first, 32 characters at most",
        "不能作为处置流程的名称；只能用小写字母、数字和 _，以字母开头，最多 32 个字符",
    ),
    "pause_reason": (
        "must be the reason of a pause: letters, digits, - and _, 64 characters at most",
        "必须是小休原因：字母、数字、- 和 _，最多 64 个字符",
    ),
    "never_listens": (
        "{key} names {role}, and agents never listen to calls; take it out",
        "{key} 中有 {role}，座席不能监听通话；请去掉",
    ),
    "web_address": (
        "must be an address that begins with https:// (or http://)",
        "必须是以 https://（或 http://）开头的地址",
    ),
    "topic_prefix": (
        "must be the beginning of a topic, without +, # and blanks, such as ccd",
        "必须是主题的开头，不含 +、# 和空格，例如 ccd",
    ),
    "characters": ("must have {max_length} characters at most", "最多 {max_length} 个字符"),
    "empty_list": (
        "is empty; write one entry or more, or leave the key out",
        "为空；请至少写一项，或删去该项",
    ),
    "a_day": ("must be a day such as 2026-01-31, or empty", "必须是日期，例如 2026-01-31，或留空"),
    "no_police_number": (
        'ladders.{name}: police = "unattended" needs police.number; set it, or police = "call"',
        'ladders.{name}：police = "unattended" 需要 police.number；请设置它，或改为 police = "call"',
    ),
    "no_zone": (
        "no time zone is called {zone}; use a name such as Asia/Shanghai",
        "没有名为 {zone} 的时区；请用 Asia/Shanghai 之类的名称",
    ),
    "no_clock": (
        'must be a time of day such as "08:00", on the minute',
        '必须是一天中的时刻，例如 "08:00"，精确到分',
    ),
    "mail_address": (
        "must be one e-mail address, such as lead@example.org",
        "必须是一个电子邮件地址，例如 lead@example.org",
    ),
    "no_weekdays": (
        "must be weekdays, each once: 1 is Monday, 7 is Sunday",
        "必须是星期几，每个只写一次：1 为星期一，7 为星期日",
    ),
    "no_country": (
        "no holidays are known of {country}; use a code such as CN or US-NY, or leave it empty",
        "没有 {country} 的节假日；请用 CN、US-NY 之类的代码，或留空",
    ),
    "label_taken": (
        "kinds.{other}: the label {label} stands for kinds.{one} already; choose another",
        "kinds.{other}：名称 {label} 已用于 kinds.{one}；请另选",
    ),
    "two_secrets": ("give secret or secret_file, not both", "secret 与 secret_file 只能设置一个"),
    "weights_not_100": (
        "the weights sum to {total}, and must sum to 100: {parts}",
        "权重合计 {total}，必须合计 100：{parts}",
    ),
    "bands_of_grades": (
        "must give the lowest points of S, A, B, C and D, each lower than the one before, D from 0; or none",
        "必须给出 S、A、B、C、D 各级的最低分，逐级降低，D 为 0；或留空",
    ),
    "part_name": (
        "is no name of a part; use small letters, digits and _, a letter first, 32 characters at most",
        "不能作为考核项的名称；只能用小写字母、数字和 _，以字母开头，最多 32 个字符",
    ),
    "not_in_order": (
        "{low} = {low_value} is more than {high} = {high_value}; lower the first or raise the second",
        "{low} = {low_value} 大于 {high} = {high_value}；请调低前者或调高后者",
    ),
    "no_secret": (
        "missing; set secret_file, or LoadCredential={credential} in the systemd unit",
        "缺少；请设置 secret_file，或在 systemd 单元中写 LoadCredential={credential}",
    ),
    "empty_secret": ("the secret is empty; write the AMI user's secret", "密码为空；请写入 AMI 用户的密码"),
    "odd_secret": (
        "the secret has a line break or control character inside; write it on one line",
        "密码中有换行或控制字符；请写成一行",
    ),
    "empty_secret_file": ("is empty; write the secret into it", "是空文件；请把密码写入其中"),
    "bad_webhook_secret": (
        "is no webhook secret; write whsec_ and 24 to 64 bytes in base64 (openssl rand -base64 32)",
        "不是 webhook 密钥；请写 whsec_ 加 24 至 64 字节的 base64（openssl rand -base64 32）",
    ),
    "no_sender": (
        "must be the e-mail address that messages come from, such as ccd@example.org",
        "必须是发件人的电子邮件地址，例如 ccd@example.org",
    ),
    "bad_json": (
        "is not a value that can be read; write a list as {example}",
        "的值无法读取；列表请写成 {example}",
    ),
    "no_section": (
        "names no section{near}; the sections are {sections}",
        "没有这个小节{near}；现有小节：{sections}",
    ),
    "no_readable_file": (
        "cannot be read here; correct the path or its permissions",
        "这里无法读取；请改正路径或权限",
    ),
    "no_folder": (
        "is no folder that may be written to; correct the path or its permissions",
        "不是可写的文件夹；请改正路径或权限",
    ),
    "too_long": (
        "the control socket's path would have {size} bytes, the system allows {limit}; choose a shorter path",
        "控制套接字的路径将有 {size} 字节，系统只允许 {limit}；请选较短的路径",
    ),
    "form_json": ("is not a form as JSON", "不是 JSON 格式的评分表"),
    "form_unknown_key": (
        "unknown key; correct its name or remove it; here may stand {known}",
        "没有这一项；请改正名称或删除；此处可用：{known}",
    ),
    "form_name": (
        "is missing or no name; use small letters, digits and _, a letter first, 32 characters at most",
        "缺少或不能作为名称；只能用小写字母、数字和 _，以字母开头，最多 32 个字符",
    ),
    "form_twice": (
        "{name} is there twice; answers are kept by name, so rename one",
        "{name} 出现了两次；答案按名称保存，请给其中一个改名",
    ),
    "form_text": (
        'is missing or in one language only; write {key} = {{ en = "...", zh = "..." }}',
        '缺少或只有一种语言；请写 {key} = {{ en = "...", zh = "..." }}',
    ),
    "form_words": (
        "must be text on one line, {most} characters at most, without control characters",
        "必须是一行文字，最多 {most} 个字符，不含控制字符",
    ),
    "form_percent": (
        "must be a number from {least} to 100, with one decimal at most",
        "必须是 {least} 到 100 之间的数，最多一位小数",
    ),
    "form_weights": (
        "the weights add up to {found}; change them so that they add up to 100",
        "各部分的权重合计为 {found}；请改为合计 100",
    ),
    "form_points": (
        "must be a whole number from 1 to {most}: a question without points decides nothing",
        "必须是 1 到 {most} 的整数：没有分值的项目不起作用",
    ),
    "form_options": (
        "must be whole numbers from 0 upwards, in order, each once, the last one {points}",
        "必须是从 0 起的整数，由小到大，不重复，最后一个为 {points}",
    ),
    "form_no_options": (
        'belongs to a question of kind = "points" only; remove it',
        '只用于 kind = "points" 的项目；请删除',
    ),
    "form_critical": (
        'is for questions of kind = "yes_no" only; remove it or change the kind',
        '只用于 kind = "yes_no" 的项目；请删除或更改 kind',
    ),
    "form_none": (
        "is missing; write one {what} or more",
        "缺少；请至少写一个 {what}",
    ),
    "form_too_many": (
        "has more than {most} {what}; make two forms of it",
        "{what} 超过 {most} 个；请分成两份评分表",
    ),
    "form_taken": (
        "the form {name} is in {other} already; rename one",
        "评分表 {name} 已在 {other} 中；请给其中一个改名",
    ),
    "no_form": (
        "there is no form {name}; there are: {forms}",
        "没有评分表 {name}；现有：{forms}",
    ),
    "other": ("{text}", "{text}"),
}

CODES: dict[str, str] = {
    "extra_forbidden": "unknown_key",
    "model_type": "not_a_section",
    "model_attributes_type": "not_a_section",
    "dict_type": "not_a_section",
    "int_parsing": "whole_number",
    "int_type": "whole_number",
    "int_from_float": "whole_number",
    "int_parsing_size": "whole_number",
    "float_parsing": "number",
    "float_type": "number",
    "finite_number": "number",
    "bool_parsing": "yes_or_no",
    "bool_type": "yes_or_no",
    "string_type": "text",
    "path_type": "text",
    "tuple_type": "a_list",
    "literal_error": "one_of",
    "enum": "one_of",
    "greater_than_equal": "at_least",
    "less_than_equal": "at_most",
    "greater_than": "more_than",
    "less_than": "less_than",
    "string_too_long": "characters",
    "date_type": "a_day",
    "date_parsing": "a_day",
    "date_from_datetime_parsing": "a_day",
    "date_from_datetime_inexact": "a_day",
}


@dataclass(frozen=True)
class Fault:
    """One fault. ``place`` is the file, ``$VARIABLE`` or empty; ``key`` is dotted, or empty."""

    place: str
    key: str
    code: str
    words: dict[str, Any] = field(default_factory=dict)
    given: str = ""
    """What stood there, where it is safe to repeat."""

    def text(self, language: str = "en") -> str:
        chinese = language == "zh_CN"
        sentence = WORDS[self.code][chinese].format_map(self.words)
        given = (f"（现为：{self.given}）" if chinese else f" (given: {self.given})") if self.given else ""
        where = ": ".join(part for part in (self.place, self.key) if part)
        return f"{where}: {sentence}{given}" if where else sentence + given


class ConfigError(Exception):
    """Settings that cannot be used: every fault found, each naming the file, the key and the mend."""

    def __init__(self, *faults: Fault | str) -> None:
        self.faults = tuple(
            fault if isinstance(fault, Fault) else Fault("", "", "other", {"text": fault}) for fault in faults
        )
        super().__init__("\n".join(fault.text() for fault in self.faults))
