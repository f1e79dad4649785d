"""The questions of the checklists, as data. The rules are in ``ccd.incidents.checklist``.

Which facts are asked for was chosen from the bomb-threat checklists that police forces and civil-defence
offices publish for whoever answers a telephone; what people saw, heard and did is asked for the other
ladders. Ids never change their meaning: answers are kept under them.
"""

from __future__ import annotations

from typing import Literal

import msgspec

__all__ = ["GENERIC", "THREAT", "Option", "Question", "Section"]


class Option(msgspec.Struct, frozen=True):
    code: str
    zh: str
    en: str


class Question(msgspec.Struct, frozen=True):
    """``weight`` is its share of completeness; ``low`` and ``high`` bound a number."""

    id: str
    zh: str
    en: str
    kind: Literal["choice", "several", "number", "text"] = "text"
    weight: int = 1
    options: tuple[Option, ...] = ()
    low: float = 0
    high: float = 0


class Section(msgspec.Struct, frozen=True):
    id: str
    zh: str
    en: str
    questions: tuple[Question, ...]


def _options(*of: tuple[str, str, str]) -> tuple[Option, ...]:
    return (*(Option(*each) for each in of), Option("unknown", "不清楚", "not known"))


_YES_NO = _options(("yes", "是", "yes"), ("no", "否", "no"))

_GENDER = _options(("male", "男", "male"), ("female", "女", "female"))

_AGE = _options(
    ("child", "儿童", "child"),
    ("teenager", "少年", "teenager"),
    ("twenties", "二十多岁", "twenties"),
    ("thirties", "三十多岁", "thirties"),
    ("forties", "四十多岁", "forties"),
    ("fifties", "五十多岁", "fifties"),
    ("old", "六十岁以上", "sixty or older"),
)

_VOICE = _options(
    ("loud", "响亮", "loud"),
    ("soft", "轻声", "soft"),
    ("deep", "低沉", "deep"),
    ("high", "尖细", "high"),
    ("hoarse", "沙哑", "hoarse"),
    ("nasal", "鼻音", "nasal"),
    ("whispering", "耳语", "whispering"),
    ("trembling", "颤抖", "trembling"),
    ("disguised", "伪装", "disguised"),
    ("synthetic", "变声或合成", "altered or synthetic"),
    ("recorded", "录音播放", "a recording"),
    ("familiar", "似曾听过", "familiar"),
)

_MANNER = _options(
    ("calm", "冷静", "calm"),
    ("angry", "愤怒", "angry"),
    ("excited", "激动", "excited"),
    ("nervous", "紧张", "nervous"),
    ("crying", "哭泣", "crying"),
    ("laughing", "发笑", "laughing"),
    ("joking", "开玩笑", "joking"),
    ("drunk", "像喝了酒", "as if drunk"),
    ("determined", "坚决", "determined"),
    ("hesitant", "犹豫", "hesitant"),
    ("polite", "礼貌", "polite"),
)

_SPEECH = _options(
    ("fast", "快", "fast"),
    ("slow", "慢", "slow"),
    ("clear", "清楚", "clear"),
    ("slurred", "含糊", "slurred"),
    ("stuttering", "结巴", "stuttering"),
    ("lisping", "咬舌", "lisping"),
    ("breathless", "喘气", "breathless"),
    ("coughing", "咳嗽或清嗓", "coughing or clearing the throat"),
)

_LANGUAGE = _options(
    ("educated", "有文化", "educated"),
    ("simple", "简单", "simple"),
    ("vulgar", "粗俗", "vulgar"),
    ("incoherent", "语无伦次", "incoherent"),
    ("read_out", "像在念稿", "read from a paper"),
    ("technical", "有专业用语", "technical terms"),
    ("local", "了解本单位", "knows this company"),
)

_BACKGROUND = _options(
    ("quiet", "安静", "quiet"),
    ("traffic", "车辆", "traffic"),
    ("railway", "火车或地铁", "railway"),
    ("aircraft", "飞机", "aircraft"),
    ("ship", "船或港口", "ships or a port"),
    ("voices", "人声", "voices"),
    ("children", "儿童", "children"),
    ("animals", "动物", "animals"),
    ("music", "音乐", "music"),
    ("television", "电视或广播", "television or radio"),
    ("loudspeaker", "扩音广播", "a public-address system"),
    ("office", "办公室", "an office"),
    ("factory", "工厂机器", "factory machines"),
    ("building_site", "工地", "a building site"),
    ("kitchen", "餐馆或厨房", "a restaurant or kitchen"),
    ("household", "家居", "a household"),
    ("street", "街道", "a street"),
    ("wind", "风雨", "wind or rain"),
    ("line_noise", "线路杂音", "noise on the line"),
    ("echo", "回声", "echo"),
)

_THREAT_KIND = _options(
    ("bomb", "爆炸物", "bomb"),
    ("fire", "纵火", "arson"),
    ("weapon", "枪械或刀具", "gun or knife"),
    ("poison", "投毒或化学品", "poison or chemicals"),
    ("kidnapping", "绑架", "kidnapping"),
    ("violence", "伤害他人", "harm to somebody"),
    ("suicide", "自杀", "suicide"),
    ("data", "泄露资料或攻击系统", "leak of data or attack on systems"),
    ("money", "勒索钱财", "extortion"),
    ("other", "其他", "other"),
)

_EVIDENCE = _options(
    ("recording", "录音", "recording"),
    ("email", "电子邮件", "e-mail"),
    ("fax", "传真", "fax"),
    ("letter", "信件或包裹", "letter or parcel"),
    ("message", "短信或聊天记录", "text or chat messages"),
    ("screenshot", "截屏", "screenshot"),
    ("camera", "监控录像", "camera footage"),
    ("none", "没有", "none"),
)

THREAT: tuple[Section, ...] = (
    Section(
        "call",
        "来电",
        "The call",
        (
            Question("call.time", "来电时间", "Time of the call", weight=2),
            Question("call.number_shown", "来电显示号码", "Number shown", weight=2),
            Question("call.line", "打入的号码或线路", "Number or line it came in on"),
            Question("call.minutes", "通话多少分钟", "How long it lasted, in minutes", "number", high=1440),
        ),
    ),
    Section(
        "words",
        "原话",
        "What was said",
        (
            Question("words.exact", "对方的原话", "Exact words of the threat", weight=5),
            Question("words.kind", "要挟的内容", "What is threatened", "several", 3, _THREAT_KIND),
            Question("words.demand", "对方的要求", "What the caller demands", weight=3),
        ),
    ),
    Section(
        "ask",
        "询问对方",
        "Ask the caller",
        (
            Question("ask.when", "什么时候发生？", "When will it happen?", weight=4),
            Question("ask.where", "现在在哪里？", "Where is it right now?", weight=4),
            Question("ask.what", "是什么东西？", "What kind of thing is it?", weight=3),
            Question("ask.looks", "是什么样子？", "What does it look like?", weight=2),
            Question("ask.trigger", "怎样会引发？", "What will set it off?", weight=3),
            Question("ask.placed", "是你放的吗？", "Did you put it there yourself?", "choice", 1, _YES_NO),
            Question("ask.why", "为什么？", "Why?", weight=3),
            Question("ask.who", "你是谁？叫什么名字？", "Who are you? What is your name?", weight=3),
            Question("ask.from_where", "你在哪里打电话？", "Where are you calling from?", weight=2),
        ),
    ),
    Section(
        "caller",
        "来电人",
        "The caller",
        (
            Question("caller.gender", "性别", "Gender", "choice", 3, _GENDER),
            Question("caller.age", "听起来的年龄", "Apparent age", "choice", 2, _AGE),
            Question("caller.voice", "嗓音", "Voice", "several", 2, _VOICE),
            Question("caller.manner", "态度", "Manner", "several", 2, _MANNER),
            Question("caller.accent", "口音或方言", "Accent or dialect", weight=2),
            Question("caller.speech", "说话方式", "Speech", "several", 1, _SPEECH),
            Question("caller.language", "用语", "Choice of words", "several", 1, _LANGUAGE),
            Question("caller.tongue", "所说的语言", "Language spoken"),
            Question("caller.sounds_like", "听起来像谁", "Whose voice it resembles"),
        ),
    ),
    Section(
        "background",
        "背景声音",
        "Background sounds",
        (
            Question("background.sounds", "听到的声音", "Sounds heard", "several", 2, _BACKGROUND),
            Question("background.details", "声音的细节", "More about the sounds"),
        ),
    ),
    Section(
        "customer",
        "客户情况",
        "The customer",
        (
            Question("customer.known", "是否为已知客户", "A known customer?", "choice", 1, _YES_NO),
            Question(
                "customer.facts", "客户姓名、账号、往来情况", "Name, account, dealings so far", weight=2
            ),
            Question("customer.complaint", "是否有投诉或纠纷", "Complaint or dispute before this"),
        ),
    ),
    Section(
        "more",
        "特殊情况与证据",
        "Circumstances and evidence",
        (
            Question("more.circumstances", "特殊情况", "Special circumstances", weight=2),
            Question("more.evidence", "已有的证据", "Evidence at hand", "several", 2, _EVIDENCE),
            Question("more.evidence_where", "证据在哪里", "Where the evidence is"),
            Question("more.heard_by", "还有谁听到", "Who else heard it"),
        ),
    ),
)

GENERIC: tuple[Section, ...] = (
    Section(
        "event",
        "情况",
        "What happened",
        (
            Question("event.what", "发生了什么", "What is happening", weight=4),
            Question("event.where", "在哪里", "Where", weight=4),
            Question("event.since", "从什么时候开始", "Since when", weight=2),
            Question("event.danger", "是否有人处于危险", "Is anybody in danger?", "choice", 3, _YES_NO),
            Question("event.hurt", "受伤人数", "How many people are hurt", "number", 3, high=100_000),
            Question("event.who", "在场的人", "Who is there", weight=2),
            Question("event.measures", "已采取的措施", "Measures taken so far", weight=2),
        ),
    ),
)
