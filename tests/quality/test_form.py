"""A form is read whole or refused, every fault named with its file, its place and the mend."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccd.adapters.forms import PACKAGED, packaged_forms, read_form
from ccd.quality.form import to_json
from ccd.quality.form_parse import MAX_QUESTIONS, FormError, from_json, parse
from tests.quality.forms import HEAD, SMALL, form_of, question, section

FORMS = Path(__file__).parents[2] / "config/forms"


def faults_of(text: str) -> list[tuple[str, str]]:
    with pytest.raises(FormError) as raised:
        parse(text.encode(), "small.toml")
    assert all(fault.place == "small.toml" for fault in raised.value.faults)
    for fault in raised.value.faults:
        assert fault.text("en").startswith("small.toml: ")
        assert fault.text("zh_CN") != fault.text("en")
    return [(fault.key, fault.code) for fault in raised.value.faults]


@pytest.mark.parametrize(
    ("weights", "good"),
    [
        ((100,), True),
        ((99.9,), False),
        ((60, 40), True),
        ((60, 39.9), False),
        ((60, 40.1), False),
        ((33.3, 33.3, 33.4), True),
        ((33.3, 33.3, 33.3), False),
        ((10,) * 10, True),
        ((0.1, 99.9), True),
    ],
)
def test_weights_add_up_to_100_to_the_tenth(weights: tuple[float, ...], good: bool) -> None:
    text = HEAD + "".join(section(f"s{number}", weight) for number, weight in enumerate(weights))
    if good:
        assert [one.weight for one in parse(text.encode(), "f").sections] == list(weights)
    else:
        assert faults_of(text) == [("section", "form_weights")]


@pytest.mark.parametrize("weight", ["0", "-1", "100.1", "50.05", "nan", "inf", "true", '"50"'])
def test_a_weight_is_told_alone_where_it_is_none(weight: str) -> None:
    assert faults_of(HEAD + section("a", weight) + section("b", 50)) == [
        ("section 1 (a), weight", "form_percent")
    ]


FAULTS = [
    (HEAD, [("section", "form_none")]),
    (SMALL.replace('name = "small"', 'name = "Small"'), [("name", "form_name")]),
    (SMALL.replace('"Small"', '""'), [("title.en", "form_words")]),
    (SMALL.replace(', zh = "小"', ""), [("title", "form_text")]),
    (SMALL.replace('en = "Small"', 'en = "a\\u202eb"'), [("title.en", "form_words")]),
    (SMALL.replace('en = "Small"', f'en = "{"x" * 81}"'), [("title.en", "form_words")]),
    ("colour = 1\n" + SMALL, [("colour", "form_unknown_key")]),
    ("passing = 100.1\n" + SMALL, [("passing", "form_percent")]),
    (
        SMALL.replace('"tone"', '"greeted"'),
        [("section 1 (manner), question 2 (greeted), name", "form_twice")],
    ),
    (SMALL.replace('"substance"', '"manner"'), [("section 2 (manner), name", "form_twice")]),
    (
        SMALL.replace("points = 1", "points = 0"),
        [("section 1 (manner), question 1 (greeted), points", "form_points")],
    ),
    (
        SMALL.replace("points = 1", "points = 1.5"),
        [("section 1 (manner), question 1 (greeted), points", "form_points")],
    ),
    (
        SMALL.replace("points = 1", "points = 101"),
        [("section 1 (manner), question 1 (greeted), points", "form_points")],
    ),
    (
        SMALL.replace('kind = "points"\npoints = 3', 'kind = "points"'),
        [("section 1 (manner), question 2 (tone), points", "form_points")],
    ),
    (
        SMALL.replace("points = 3", 'points = 3\ncritical = "form"'),
        [("section 1 (manner), question 2 (tone), critical", "form_critical")],
    ),
    (
        SMALL.replace('"section"\nna', '"call"\nna'),
        [("section 2 (substance), question 1 (secret), critical", "one_of")],
    ),
    (
        SMALL.replace('kind = "points"', 'kind = "stars"'),
        [("section 1 (manner), question 2 (tone), kind", "one_of")],
    ),
    (
        SMALL.replace("points = 1", "points = 1\noptions = [0, 1]"),
        [("section 1 (manner), question 1 (greeted), options", "form_no_options")],
    ),
    (
        SMALL.replace("points = 1\nna = true", 'points = 1\nna = "yes"'),
        [("section 1 (manner), question 1 (greeted), na", "yes_or_no")],
    ),
]


@pytest.mark.parametrize(("text", "expected"), FAULTS)
def test_each_fault_is_named_with_its_place(text: str, expected: list[tuple[str, str]]) -> None:
    assert faults_of(text) == expected


@pytest.mark.parametrize(
    ("options", "good"),
    [
        ("[0, 3]", True),
        ("[1, 2, 3]", True),
        ("[0, 1, 2, 3]", True),
        ("[3]", False),
        ("[]", False),
        ("[0, 2]", False),
        ("[0, 4]", False),
        ("[3, 0]", False),
        ("[0, 0, 3]", False),
        ("[-1, 3]", False),
        ("[0, 1.5, 3]", False),
        ("[false, 3]", False),
        ('"0..3"', False),
    ],
)
def test_options_go_up_from_0_to_the_points(options: str, good: bool) -> None:
    text = SMALL.replace("points = 3", f"points = 3\noptions = {options}")
    if good:
        assert parse(text.encode(), "f").questions["tone"].options[-1] == 3
    else:
        assert faults_of(text) == [("section 1 (manner), question 2 (tone), options", "form_options")]


def test_without_options_every_whole_number_up_to_the_points_may_be_given() -> None:
    assert parse(SMALL.encode(), "f").questions["tone"].options == (0, 1, 2, 3)


def test_all_faults_are_told_at_once() -> None:
    text = "colour = 1\n" + SMALL.replace("points = 1", "points = 0").replace("weight = 40", "weight = 41")
    assert {code for _, code in faults_of(text)} == {"form_unknown_key", "form_points", "form_weights"}


def many(questions: int, sections: int = 10) -> str:
    """So many questions, spread over so many sections."""
    spread = [range(number, questions, sections) for number in range(sections)]
    return HEAD + "".join(
        section(f"s{number}", 100 / sections, *(question(f"q{each}") for each in numbers))
        for number, numbers in enumerate(spread)
    )


def test_a_form_has_130_questions_in_10_sections_at_most() -> None:
    assert len(parse(many(MAX_QUESTIONS).encode(), "f").questions) == 130
    assert faults_of(many(MAX_QUESTIONS + 1)) == [("", "form_too_many")]
    eleven = HEAD + "".join(section(f"s{number}", 9) for number in range(11))
    assert faults_of(eleven) == [("section", "form_too_many")]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xff\xfe", "not_utf8"),
        (b"name = ", "not_toml"),
        (b"name = " + b"9" * 5000, "not_toml"),
        (b"[" * 100_000, "not_toml"),
        (b"#" * (256 * 1024 + 1), "too_big"),
    ],
)
def test_what_is_no_toml_at_all_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(FormError) as raised:
        parse(data, "form.toml")
    assert [fault.code for fault in raised.value.faults] == [code]


@given(st.binary(max_size=200))
def test_no_bytes_bring_it_down(data: bytes) -> None:
    with pytest.raises(FormError):
        parse(data, "form.toml")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["name", "title", "section", "question", "weight", "en", "points", "options", "kind", "x"]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=30,
)


@given(JSON)
def test_no_table_of_odd_values_brings_it_down(table: object) -> None:
    with pytest.raises(FormError):
        from_json(json.dumps(table))


# --- versions ---------------------------------------------------------------------------------------------


def test_a_form_comes_back_from_json_as_it_was() -> None:
    form = parse(SMALL.encode(), "small.toml")
    assert from_json(to_json(form)) == form
    assert to_json(from_json(to_json(form))) == to_json(form)


def test_a_comment_in_the_file_makes_no_other_version_and_any_other_word_does() -> None:
    version = form_of(SMALL.removeprefix(HEAD)).version
    assert len(version) == 12
    assert parse(("# 说明\n" + SMALL).encode(), "other.toml").version == version
    for old, new in (
        ("greeted？", "greeted!"),
        ("weight = 60", "weight = 60.0"),
        ("points = 3", "points = 4"),
    ):
        changed = parse(SMALL.replace(old, new).encode(), "f").version
        assert (changed == version) is (new == "weight = 60.0")


# --- the forms that ccd brings ----------------------------------------------------------------------------


def test_the_packaged_forms_are_those_that_config_shows() -> None:
    shown = {path.name: path.read_bytes() for path in FORMS.glob("*.toml")}
    assert shown == {path.name: path.read_bytes() for path in PACKAGED.glob("*.toml")}
    assert set(packaged_forms()) == {"service", "listening"}


def test_the_default_form_fails_a_call_without_verification_and_one_that_was_rude() -> None:
    service = read_form(FORMS / "service.toml")
    assert {name for name, known in service.questions.items() if known.critical == "form"} == {
        "identity_verified",
        "not_rude",
    }
    assert service.passing == 60  # manual.md, "Quality"
    assert [one.name for one in service.sections] == [
        *("greeting", "identity", "listening", "manner"),
        *("accuracy", "complaint", "closing", "registration"),
    ]
