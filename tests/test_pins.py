"""PINs: which may be used, and that only the hash knows them."""

from __future__ import annotations

import pytest
from argon2 import extract_parameters

from ccd import pins
from ccd.pins import PinError, hash_pin, pin_fault, verify_pin


@pytest.mark.parametrize("pin", ["4829", "90417", "135790", "20481632", "0807"])
def test_a_pin_without_a_pattern_is_good(pin: str) -> None:
    assert pin_fault(pin, "1001") == ""


@pytest.mark.parametrize(
    ("pin", "what"),
    [
        ("", "4 to 8 digits"),
        ("482", "4 to 8 digits"),
        ("482915037", "4 to 8 digits"),
        ("48a9", "4 to 8 digits"),
        ("４８２９", "half-width"),
        ("4829\n", "4 to 8 digits"),
        ("0000", "the same"),
        ("77777777", "the same"),
        ("1234", "count up or down"),
        ("4321", "count up or down"),
        ("0123", "count up or down"),
        ("7890", "count up or down"),
        ("98765432", "count up or down"),
        ("1212", "repeated"),
        ("484848", "repeated"),
        ("1001", "the personal code"),
        ("001001", "the personal code"),
        ("100100", "the personal code"),
    ],
)
def test_a_pin_that_is_guessed_first_is_refused(pin: str, what: str) -> None:
    assert what in pin_fault(pin, "1001")


@pytest.mark.parametrize("pin", ["6204", "5937", "62045937"])
def test_a_pin_is_no_part_of_a_long_code(pin: str) -> None:
    assert "the personal code" in pin_fault(pin, "62045937")


def test_a_refused_pin_is_not_hashed_and_not_quoted() -> None:
    with pytest.raises(PinError) as caught:
        hash_pin("48291503799", code="1001")
    assert "48291503799" not in str(caught.value)


def test_the_right_pin_is_told_from_the_wrong_one() -> None:
    stored = hash_pin("4829", code="1001")
    assert verify_pin(stored, "4829")
    assert not verify_pin(stored, "4828")
    assert not verify_pin(stored, "")


def test_the_same_pin_twice_gives_two_hashes_of_argon2id() -> None:
    one, other = hash_pin("4829", code="1001"), hash_pin("4829", code="1002")
    assert one != other
    assert one.startswith("$argon2id$")


@pytest.mark.parametrize("guess", ["4829", "", "nobody", "张三", "\ud800"])
def test_nobody_has_no_pin(guess: str) -> None:
    assert not verify_pin(None, guess)


def test_a_code_that_nobody_has_costs_as_much_as_one_that_somebody_has(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stored = hash_pin("4829", code="1001")
    checked: list[str] = []

    class Watched:
        def verify(self, against: str, pin: bytes) -> bool:
            checked.append(against)
            return True

    decoy = pins._decoy()
    monkeypatch.setattr(pins, "_hasher", Watched())
    assert not verify_pin(None, "4829")
    assert checked == [decoy]
    assert extract_parameters(decoy) == extract_parameters(stored)


@pytest.mark.parametrize("damaged", ["", "x", "张", "$argon2id$v=19$m=19456,t=2,p=1$abc"])
def test_a_damaged_hash_is_an_error_with_its_mend(damaged: str) -> None:
    with pytest.raises(PinError, match="set the PIN anew"):
        verify_pin(damaged, "4829")
