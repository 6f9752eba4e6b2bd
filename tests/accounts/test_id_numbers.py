from datetime import date

import pytest

from accounts import id_numbers


@pytest.mark.parametrize(
    "number",
    [
        # The two examples of GB 11643-1999.
        pytest.param("11010519491231002X", id="an X"),
        pytest.param("440524188001010014", id="a digit"),
    ],
)
def test_the_examples_of_the_standard_are_right(number):
    assert id_numbers.is_checked(number)
    assert id_numbers.has_known_region(number)


@pytest.mark.parametrize(
    "number",
    [
        pytest.param("110105194912310020", id="another check digit"),
        pytest.param("11010519491231003X", id="another digit"),
        pytest.param("11010519491213002X", id="two digits changed places"),
        pytest.param("11010519491231002x", id="a small x"),
        pytest.param("110105491231002", id="fifteen digits"),
        pytest.param("١١٠١٠٥١٩٤٩١٢٣١٠٠٢X", id="digits of another script"),
        pytest.param("", id="nothing"),
    ],
)
def test_a_number_with_a_wrong_sign_is_found_out(number):
    assert not id_numbers.is_checked(number)


def test_a_number_says_when_one_was_born_and_whether_a_man_or_a_woman():
    assert id_numbers.born_on("11010519491231002X") == date(1949, 12, 31)
    assert id_numbers.sex("11010519491231002X") == "f"
    assert id_numbers.sex("440524188001010014") == "m"


def test_a_number_with_no_such_day_says_none():
    assert id_numbers.born_on("110105194902300023") is None


def test_fifteen_digits_become_eighteen_with_their_check_sign():
    assert id_numbers.lengthened("110105491231002") == "11010519491231002X"


def test_a_region_that_never_was_is_not_known():
    assert not id_numbers.has_known_region("990105194912310029")
