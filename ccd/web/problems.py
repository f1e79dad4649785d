"""Errors as RFC 9457 has them: what is wrong and the mend, in the language that the asker reads.

Every kind has a name (``code``, the end of its ``type``), a status, and words in both languages.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

__all__ = ["KINDS", "Kind", "ProblemError", "language_of", "response_of"]

MEDIA_TYPE = "application/problem+json"


class Kind(NamedTuple):
    """``detail`` is (English, Chinese), with the same {placeholders}; so is ``title``."""

    status: int
    title: tuple[str, str]
    detail: tuple[str, str]


KINDS: dict[str, Kind] = {
    "no_token": Kind(
        401,
        ("Sign in", "请先登录"),
        (
            "send a token: Authorization: Bearer ccd_…; `ccd token new` makes one",
            "请带上令牌：Authorization: Bearer ccd_…；用 `ccd token new` 生成",
        ),
    ),
    "bad_token": Kind(
        401,
        ("This token is not good", "令牌无效"),
        (
            "it is unknown, expired or revoked; `ccd token list` shows those that are good",
            "令牌不存在、已过期或已吊销；`ccd token list` 列出有效的令牌",
        ),
    ),
    "not_in_roster": Kind(
        403,
        ("Nobody of the roster", "花名册中无此人"),
        (
            "{person} is not in the roster any more; import a roster that has them",
            "花名册中已没有 {person}；请导入包含此人的花名册",
        ),
    ),
    "scope": Kind(
        403,
        ("Not what this token is for", "令牌权限不足"),
        (
            "this needs the scope {scope}; `ccd token new {person} --scope {scope}` makes such a token",
            "需要权限 {scope}；可用 `ccd token new {person} --scope {scope}` 生成相应令牌",
        ),
    ),
    "not_yours": Kind(
        403,
        ("Not yours to see", "无权查看"),
        (
            "{person} may not see this: their post, team or setting does not allow it (docs/api.md, Rights)",
            "{person} 无权查看：岗位、班组或设置不允许（见 docs/api.md 的 Rights）",
        ),
    ),
    "marked": Kind(
        403,
        ("Part of it is not given out", "部分内容不得提供"),
        (
            "parts of this recording are marked as not to be kept; take the audio, in which they are silent",
            "录音中有标记为不得留存的片段；请使用已静音处理的 audio",
        ),
    ),
    "link_expired": Kind(
        403,
        ("The link has run out", "链接已过期"),
        ("ask for a new one where you found it", "请重新获取链接"),
    ),
    "link_bad": Kind(
        403,
        ("The link is not good", "链接无效"),
        (
            "it is for another recording, person or place, or was changed; ask for one of your own",
            "链接属于其他录音、人员或地址，或已被改动；请自行获取",
        ),
    ),
    "slow_down": Kind(
        429,
        ("Too many requests", "请求过多"),
        ("come again in {seconds} s", "请在 {seconds} 秒后重试"),
    ),
    "not_found": Kind(
        404,
        ("There is no such thing", "不存在"),
        (
            "nothing is at {path}; /api/v1/openapi.json lists what is",
            "{path} 不存在；/api/v1/openapi.json 列有全部接口",
        ),
    ),
    "no_recording": Kind(
        404,
        ("There is no such recording", "没有这个录音"),
        (
            "no recording has this id; take it from a list, and do not change it",
            "没有此编号的录音；请从列表中取得编号，不要改动",
        ),
    ),
    "no_evaluation": Kind(
        404,
        ("There is no such evaluation", "没有这个评分"),
        (
            "none is called {name}; /api/v1/qa/evaluations lists them",
            "没有 {name}；见 /api/v1/qa/evaluations",
        ),
    ),
    "no_policy": Kind(
        404,
        ("There is no such policy", "没有这个策略"),
        ("none is called {name}; there are: {names}", "没有 {name}；现有：{names}"),
    ),
    "method": Kind(
        405,
        ("Not done this way", "不支持的方法"),
        ("{method} is not for {path}; there is: {allowed}", "{path} 不支持 {method}；可用：{allowed}"),
    ),
    "too_big": Kind(
        413,
        ("Too much is sent", "内容过大"),
        ("a request has at most {limit} bytes; send less", "请求最多 {limit} 字节；请减少内容"),
    ),
    "too_slow": Kind(
        408,
        ("The request did not come", "请求超时"),
        ("send all of it within {seconds} s", "请在 {seconds} 秒内发完"),
    ),
    "invalid": Kind(
        422,
        ("The request is not well formed", "请求格式有误"),
        ("{faults}; /api/v1/openapi.json tells the form", "{faults}；格式见 /api/v1/openapi.json"),
    ),
    "refused": Kind(409, ("Refused", "被拒绝"), ("{text}", "{text}")),
    "not_final": Kind(
        409,
        ("Not finished yet", "录音尚未完成"),
        (
            "it is still recorded or was not looked at yet; come again in a minute",
            "录音仍在进行或尚未核对；请一分钟后再试",
        ),
    ),
    "unfit": Kind(
        409,
        ("There is nothing to hear", "没有可听的内容"),
        (
            "when the call was over the file was found {state}; `ccd recording` tells what became of it",
            "通话结束时录音文件的状态为 {state}；详情见 `ccd recording`",
        ),
    ),
    "gone": Kind(
        410,
        ("The recording is gone", "录音已不存在"),
        (
            "its file is not there any more: deleted as its time was over, or taken away (a finding)",
            "录音文件已不在：到期删除，或被移走（已记录）",
        ),
    ),
    "changed": Kind(
        409,
        ("The recording was changed", "录音已被改动"),
        (
            "the file is not what was measured after the call, and is not given out: tell the QA manager",
            "文件与通话结束时核对的不一致，不予提供；此事已记录，请告知质培经理",
        ),
    ),
    "undecodable": Kind(
        422,
        ("It can not be played", "无法播放"),
        (
            "{fault}; the file as it is: …/original",
            "无法解码（{fault}）；原始文件见 …/original",
        ),
    ),
    "unknown_audio": Kind(
        415,
        ("An unknown kind of audio", "未知的音频格式"),
        (
            "files that end in {suffix} are not decoded here; the file as it is: …/original",
            "不支持解码 {suffix} 文件；原始文件见 …/original",
        ),
    ),
    "unplaced": Kind(
        409,
        ("It can not be told what to silence", "无法确定应屏蔽的位置"),
        (
            "parts are marked as not to be kept, its beginning is not known; managers may have the original",
            "录音中有不得留存的片段，但其开始时间不详；主管可下载原始文件",
        ),
    ),
    "range": Kind(
        416,
        ("Not a part of it", "范围无效"),
        ("ask for one part within its {size} bytes", "请只请求一段，且在 {size} 字节之内"),
    ),
    "decoder": Kind(
        503,
        ("The decoder was stopped", "解码被中止"),
        ("{how}; come again, or take the original", "{how}；请重试或下载原始文件"),
    ),
    "busy": Kind(
        503,
        ("Too much at once", "服务繁忙"),
        ("come again in a few seconds", "请几秒后重试"),
    ),
    "store": Kind(
        503,
        ("The store does not answer", "存储无应答"),
        (
            "nothing is given out that cannot be written down; see `ccd status`, then come again",
            "无法留痕时不提供任何内容；请查看 `ccd status` 后重试",
        ),
    ),
    "defect": Kind(
        500,
        ("A defect of ccd", "程序错误"),
        ("the daemon's log has it; report it with the time", "守护进程日志中有记录；请连同时间报告"),
    ),
}


class ProblemError(Exception):
    """One of ``KINDS``; ``values`` fill its words."""

    def __init__(self, code: str, headers: dict[str, str] | None = None, /, **values: Any) -> None:
        super().__init__(code)
        self.code = code
        self.values = values
        self.headers = headers or {}


def language_of(request: Request, default: str) -> str:
    """zh_CN | en, by Accept-Language; ``default`` where it names neither."""
    best, best_weight = default, 0.0
    for part in request.headers.get("accept-language", "")[:500].split(","):
        name, _, rest = part.strip().partition(";")
        language = {"zh": "zh_CN", "en": "en"}.get(name.strip().lower().split("-")[0])
        weight = _weight(rest)
        if language is not None and weight > best_weight:
            best, best_weight = language, weight
    return best


def _weight(text: str) -> float:
    if not text.strip():
        return 1.0
    name, _, value = text.strip().partition("=")
    try:
        return min(max(float(value), 0.0), 1.0) if name.strip() == "q" else 0.0
    except ValueError:
        return 0.0


def response_of(request: Request, problem: ProblemError, default: str) -> Response:
    kind, language = KINDS[problem.code], language_of(request, default)
    which = 1 if language == "zh_CN" else 0
    values = {name: str(value)[:500] for name, value in problem.values.items()}
    body = {
        "type": f"/api/v1/problems#{problem.code}",
        "title": kind.title[which],
        "status": kind.status,
        "detail": kind.detail[which].format(**values),
        "code": problem.code,
        **{name: value for name, value in problem.values.items() if name in _TOLD},
    }
    headers = {
        "Cache-Control": "no-store",
        "Content-Language": "zh-CN" if which else "en",
        "Vary": "Accept-Language",
        **problem.headers,
    }
    return JSONResponse(body, kind.status, headers, MEDIA_TYPE)


_TOLD = frozenset({"scope", "state", "rule", "size", "limit", "seconds"})
"""What a program may want to read by itself."""
