import pytest

from live import services
from live.errors import RoomClosed
from live.models import RoomEvent, SlideDeck
from live.slides import decks


@pytest.fixture
def deck(school):
    services.begin(classroom=school.room)
    return SlideDeck.objects.create(
        classroom=school.room,
        name="行书.pdf",
        pages=3,
        titles=["起笔", "", "收笔"],
        added_at=school.now,
    )


def slides_told(school):
    return [event.body for event in RoomEvent.objects.filter(kind="slide")]


def test_the_room_is_told_deck_page_and_title(school, deck):
    decks.show(classroom=school.room, deck=deck, page=3)

    told = {"deck": deck.key.hex, "page": 3, "of": 3, "title": "收笔"}
    assert slides_told(school) == [told]
    assert decks.slide_shown(school.room.pk) == told


def test_what_is_shown_already_is_not_told_again(school, deck):
    decks.show(classroom=school.room, deck=deck, page=2)

    assert decks.show(classroom=school.room, deck=deck, page=2) is None
    assert len(slides_told(school)) == 1


def test_slides_are_put_away(school, deck):
    assert decks.slide_shown(school.room.pk) == decks.PUT_AWAY
    decks.show(classroom=school.room, deck=deck)

    decks.show(classroom=school.room, deck=None)

    assert [body["page"] for body in slides_told(school)] == [1, 0]
    assert decks.slide_shown(school.room.pk) == decks.PUT_AWAY


@pytest.mark.parametrize("page", [0, 4])
def test_a_page_that_the_deck_has_not_is_refused_in_words(school, deck, page):
    with pytest.raises(RoomClosed, match="没有这一页"):
        decks.show(classroom=school.room, deck=deck, page=page)

    assert slides_told(school) == []


def test_nothing_is_shown_before_the_class(school):
    deck = SlideDeck.objects.create(
        classroom=school.room, name="行书", pages=1, added_at=school.now
    )

    with pytest.raises(RoomClosed, match="还没有开始"):
        decks.show(classroom=school.room, deck=deck)


def test_nothing_is_shown_after_the_end(school, deck):
    services.end(classroom=school.room)

    with pytest.raises(RoomClosed, match="已经下课"):
        decks.show(classroom=school.room, deck=deck)
