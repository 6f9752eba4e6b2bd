import pytest
from django.core.exceptions import ValidationError

from accounts.phones import clean


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("13800000001", id="plain"),
        pytest.param(" 138 0000 0001 ", id="spaces"),
        pytest.param("138-0000-0001", id="dashes"),
        pytest.param("１３８０００００００１", id="full width"),
        pytest.param("+86 13800000001", id="+86"),
        pytest.param("008613800000001", id="0086"),
        pytest.param("8613800000001", id="86"),
    ],
)
def test_a_number_is_understood_however_it_was_typed(typed):
    assert clean(typed) == "13800000001"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        pytest.param("1380000000", "少了 1 位", id="one short"),
        pytest.param("138000000012", "多了 1 位", id="one more"),
        pytest.param("12800000001", "不像手机号", id="no mobile number"),
        pytest.param("1380000000a", "只能是数字", id="a letter"),
        pytest.param("1380000٠٠٠1", "只能是数字", id="digits of another script"),
    ],
)
def test_a_wrong_number_is_told_what_is_wrong_with_it(typed, told):
    with pytest.raises(ValidationError) as caught:
        clean(typed)
    assert told in caught.value.messages[0]
