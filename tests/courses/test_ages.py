from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Person
from courses.ages import born_between

DAYS = st.dates(min_value=date(1990, 1, 1), max_value=date(2060, 12, 31))


@pytest.mark.parametrize(
    ("on", "first", "last"),
    [
        pytest.param(date(2026, 9, 1), date(1945, 9, 2), date(1976, 9, 1), id="a common day"),
        pytest.param(date(2028, 2, 29), date(1947, 3, 1), date(1978, 2, 28), id="29 February"),
    ],
)
def test_dates_of_birth_frame_the_ages_that_may_come(on, first, last):
    assert born_between(on=on, min_age=50, max_age=80) == (first, last)


@given(on=DAYS, days=st.integers(-3, 3), age=st.sampled_from([50, 81]))
def test_around_a_birthday_the_frame_agrees_with_the_age_in_full_years(on, days, age):
    first, last = born_between(on=on, min_age=50, max_age=80)
    birthday = (first if age == 81 else last) + timedelta(days=days)
    assert (first <= birthday <= last) == (50 <= Person(born_on=birthday).age_on(on) <= 80)
