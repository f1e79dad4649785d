"""What the command line says about scoring forms; ``words`` takes it into its catalogue.

Each entry is (English, Chinese).
"""

from __future__ import annotations

__all__ = ["FORMS_WORDS"]

FORMS_WORDS: dict[str, tuple[str, str]] = {
    "form_good": (
        "{file}: good: form {form}, version {version}, {count} question(s)",
        "{file}：正确：评分表 {form}，版本 {version}，共 {count} 项",
    ),
    "form_row": (
        "{form} {version}  {title}: {count} question(s), {passing} passes",
        "{form} {version}  {title}：共 {count} 项，{passing} 分及格",
    ),
    "form_unknown": (
        "there is no form {form}; there are: {forms}",
        "没有评分表 {form}；现有：{forms}",
    ),
    "form_critical_form": ("critical: a no fails the call", "关键项：答“否”则整通不合格"),
    "form_critical_section": ("critical: a no makes the section 0", "关键项：答“否”则本部分为 0 分"),
}
