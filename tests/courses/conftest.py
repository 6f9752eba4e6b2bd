import pytest

from accounts.models import InboxMessage
from courses import signals


@pytest.fixture
def heard():
    """What was told of seats, in order: (signal, pk of the seat or name)."""
    news = []

    def left(sender, person, **kwargs):
        news.append(("place_left", person.name))

    def given(sender, enrolment, **kwargs):
        news.append(("seat_given", enrolment.pk))

    def offered(sender, offer, **kwargs):
        news.append(("seat_offered", offer.entry.person.name))

    signals.place_left.connect(left)
    signals.seat_given.connect(given)
    signals.seat_offered.connect(offered)
    yield news
    signals.place_left.disconnect(left)
    signals.seat_given.disconnect(given)
    signals.seat_offered.disconnect(offered)


@pytest.fixture
def messages_sent(settings):
    """Ask what was sent by SMS so far."""
    settings.DEMO = True
    settings.SMS_BACKEND = "accounts.sms.InboxBackend"
    return lambda: list(InboxMessage.objects.order_by("pk"))
