"""Parts of a file, by RFC 9110 section 14."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccd.web.ranges import RangeError, part_of

SIZE = 1000
ALL = None


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-0", (0, 1)),
        ("bytes=0-99", (0, 100)),
        ("bytes=100-", (100, SIZE)),
        ("bytes=-100", (SIZE - 100, SIZE)),
        (f"bytes=-{SIZE * 2}", (0, SIZE)),
        (f"bytes={SIZE - 1}-", (SIZE - 1, SIZE)),
        (f"bytes=10-{SIZE * 9}", (10, SIZE)),
        ("BYTES=0-9", (0, 10)),
        ("bytes= 0-9 ", (0, 10)),
        ("bytes=0-9,", (0, 10)),
        ("", ALL),
        ("bytes=9-0", ALL),
        ("bytes=a-b", ALL),
        ("bytes=", ALL),
        ("bytes=-", ALL),
        ("bytes=--5", ALL),
        ("lines=0-9", ALL),
        ("bytes=0-9,x", ALL),
        ("bytes=" + "9" * 30 + "-", ALL),
    ],
)
def test_one_part_is_given_and_what_is_no_range_is_passed_over(
    asked: str, part: tuple[int, int] | None
) -> None:
    assert part_of(asked, SIZE) == part


@pytest.mark.parametrize(
    "asked", [f"bytes={SIZE}-", "bytes=5000-6000", "bytes=-0", "bytes=0-9,20-29", "bytes=0-,0-,0-"]
)
def test_what_is_not_there_and_several_parts_are_refused(asked: str) -> None:
    with pytest.raises(RangeError):
        part_of(asked, SIZE)


def test_of_an_empty_file_there_is_no_part() -> None:
    for asked in ("bytes=0-", "bytes=-1"):
        with pytest.raises(RangeError):
            part_of(asked, 0)


@given(st.text(alphabet="bytes=0123456789-, ", max_size=40), st.integers(0, 2000))
def test_no_range_leads_out_of_the_file(asked: str, size: int) -> None:
    try:
        part = part_of("bytes=" + asked, size)
    except RangeError:
        return
    assert part is None or 0 <= part.first < part.end <= size
