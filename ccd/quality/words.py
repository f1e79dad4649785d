"""What is said of answers to a form: rule -> (English, Chinese)."""

from __future__ import annotations

__all__ = ["WORDS"]

WORDS: dict[str, tuple[str, str]] = {
    "form_unknown_question": (
        "{question}: the form {form} has no such question; remove the answer",
        "{question}：评分表 {form} 没有此项；请删除该答案",
    ),
    "form_unanswered": ("{question}: is not answered yet; answer it", "{question}：尚未作答；请作答"),
    "form_answered_twice": ("{question}: is answered twice; remove one", "{question}：答了两次；请删除一个"),
    "form_no_na": (
        "{question}: always applies; answer it without na",
        "{question}：此项必须评分，不能选“不适用”",
    ),
    "form_yes_or_no": ("{question}: answer it with yes or no", "{question}：请答 yes（是）或 no（否）"),
    "form_points_out_of_range": (
        "{question}: points out of range; give one of {options}",
        "{question}：分值超出范围；请给其中之一：{options}",
    ),
    "form_nothing_answered": (
        "every question is na: nothing can be scored; answer one, or have the evaluation voided",
        "所有项目均为“不适用”，无法评分；请至少评一项，或请质培经理作废",
    ),
    "form_answers_unreadable": (
        'the answers are no JSON object such as {{"greeted": "yes"}}; correct them',
        '答案不是 JSON 对象（例如 {{"greeted": "yes"}}）；请改正',
    ),
    "form_answer_keys": (
        "{question}: has answer, comment and at_s, of which answer must be there; correct it",
        "{question}：只能有 answer、comment、at_s，且必须有 answer；请改正",
    ),
    "form_answer_kind": (
        'the answer to {question} must be "yes", "no", "na" or whole points',
        '{question}：答案必须是 "yes"、"no"、"na" 或整数分值',
    ),
    "form_comment": (
        "{question}: the comment must be text, {most} characters at most, without control characters",
        "{question}：评语必须是文字，最多 {most} 个字符，不含控制字符",
    ),
    "form_time_mark": (
        "{question}: at_s must be seconds into the recording, from 0 to 86400",
        "{question}：at_s 必须是录音内的秒数，0 到 86400",
    ),
}
