"""The teacher's slides: brought, shown, put away."""

import uuid

from django.http import Http404
from django.views.decorators.http import require_POST

from live import queries, services
from live.slides import decks
from live.views.doors import refusals, uuid_sent


@require_POST
def slides(request, pk):
    """Bring a PDF or pictures; answers what was made of them."""
    with refusals() as answer:
        session = queries.room_taught_by(user=request.user, pk=pk)
        deck = decks.add(
            classroom=services.open_room(session=session),
            files=request.FILES.getlist("files"),
            key=uuid_sent(request, "client_id"),
        )
        answer.content = {"deck": deck_as_dict(deck)}
    return answer.response


@require_POST
def slide(request, pk):
    """Show a page of a deck to the room; without a deck, put the slides away."""
    with refusals() as answer:
        session = queries.room_taught_by(user=request.user, pk=pk)
        classroom = services.open_room(session=session)
        page = request.POST.get("page", "1")
        decks.show(
            classroom=classroom,
            deck=_deck_of(classroom, request.POST.get("deck", "")),
            page=int(page) if page.isascii() and page.isdecimal() and len(page) < 5 else 0,
        )
    return answer.response


def deck_as_dict(deck):
    return {"key": deck.key.hex, "name": deck.name, "pages": deck.pages}


def _deck_of(classroom, key):
    if not key:
        return None
    try:
        wanted = uuid.UUID(key)
    except ValueError:
        raise Http404 from None
    if deck := classroom.decks.filter(key=wanted).first():
        return deck
    raise Http404
