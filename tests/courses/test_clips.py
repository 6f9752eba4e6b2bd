import pytest

from courses.clips import PIECE_BYTES, span_asked

SIZE = 3 * PIECE_BYTES


@pytest.mark.parametrize(
    ("header", "span"),
    [
        pytest.param("", None, id="nothing asked"),
        pytest.param("bytes=0-1", (0, 2), id="what an iPhone asks first"),
        pytest.param("bytes=0-", (0, PIECE_BYTES), id="all: a piece"),
        pytest.param("bytes=100-199", (100, 200), id="a span"),
        pytest.param(f"bytes={SIZE - 5}-", (SIZE - 5, SIZE), id="the end"),
        pytest.param("bytes=-5", (SIZE - 5, SIZE), id="the last bytes"),
        pytest.param(f"bytes=-{SIZE * 2}", (0, PIECE_BYTES), id="more than there is"),
        pytest.param(f"bytes=0-{SIZE * 2}", (0, PIECE_BYTES), id="beyond the end"),
        pytest.param(f"bytes={SIZE}-", (SIZE, SIZE), id="behind the end"),
        pytest.param("bytes=9-3", (SIZE, SIZE), id="backwards"),
        pytest.param("bytes=-0", (SIZE, SIZE), id="the last nothing"),
        pytest.param("bytes=-", None, id="no number"),
        pytest.param("bytes=0-1,5-6", None, id="several"),
        pytest.param("lines=0-1", None, id="other units"),
    ],
)
def test_a_range_is_understood_or_ignored(header, span):
    assert span_asked(header, SIZE) == span
