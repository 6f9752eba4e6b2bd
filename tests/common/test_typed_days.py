from datetime import date

import pytest
from django import forms
from django.core.exceptions import ValidationError

from common import typed_days


@pytest.mark.parametrize(
    "typed",
    [
        "2026-3-8",
        "2026.03.08",
        "2026/3/8",
        "20260308",
        "2026年3月8日",
        "２０２６－０３－０８",
        " 2026-03-08 ",
    ],
)
def test_a_day_is_read_however_it_was_typed(typed):
    assert typed_days.parse(typed) == date(2026, 3, 8)


@pytest.mark.parametrize("typed", ["3-8", "昨天", "2026-3", "26-3-8", "2026-3-8-1", "=1+1"])
def test_what_is_no_day_says_how_to_write_one(typed):
    with pytest.raises(ValidationError, match="2026-11-22"):
        typed_days.parse(typed)


@pytest.mark.parametrize("typed", ["2026-2-30", "20261301", "2026-0-1", "0000-01-01"])
def test_a_day_that_does_not_exist_is_refused(typed):
    with pytest.raises(ValidationError, match="没有这一天"):
        typed_days.parse(typed)


def test_a_form_shows_a_day_as_it_is_typed():
    class Form(forms.Form):
        on = typed_days.DayField(required=False)

    assert 'value="2026-03-08"' in str(Form(initial={"on": date(2026, 3, 8)})["on"])
    assert Form({"on": ""}).is_valid()
