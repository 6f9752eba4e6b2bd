from datetime import date, datetime, time

import pytest
from django.utils import timezone

from accounts.models import Organisation
from courses import signals
from courses.models import Term
from tests import factories

# A Monday in the weeks before the term.
NOW = datetime(2026, 8, 17, 9, tzinfo=timezone.get_default_timezone())


@pytest.fixture
def term(db):
    return Term.objects.create(
        organisation=Organisation.objects.first() or factories.organisation(),
        name="2026年秋季学期",
        starts_on=date(2026, 9, 1),
        ends_on=date(2027, 1, 15),
    )


@pytest.fixture
def class_group(term):
    # A Wednesday; the term begins on a Tuesday.
    return factories.class_group(term=term, weekday=2, starts_at_time=time(9), capacity=3)


@pytest.fixture
def told():
    """What everybody was told: (signal, names)."""
    news = []

    def cancelled(sender, class_group, persons, **kwargs):
        into = class_group.merged_into
        news.append(("cancelled", [one.name for one in persons], into and into.name))

    def changed(sender, class_group, sessions, **kwargs):
        news.append(("changed", class_group.name, [one.number for one in sessions]))

    signals.class_cancelled.connect(cancelled)
    signals.meetings_changed.connect(changed)
    yield news
    signals.class_cancelled.disconnect(cancelled)
    signals.meetings_changed.disconnect(changed)
