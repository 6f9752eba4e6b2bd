"""Which rounds give out the seats of a class."""

from datetime import timedelta

import pytest
from django.utils import timezone

from courses.models import RegistrationRound
from courses.registration import rules
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_round_is_of_all_classes_or_of_those_it_names_and_listed_once():
    term = factories.term(open_round=False)
    mine, second, third = (factories.class_group(term=term) for _ in range(3))
    now = timezone.now()

    def opened(name, *classes):
        made = RegistrationRound.objects.create(
            term=term, name=name, opens_at=now, closes_at=now + timedelta(days=1)
        )
        made.classes.set(classes)

    opened("all")
    opened("mine and others", mine, second, third)
    opened("others", second, third)
    opened("mine", mine)
    names = [each.name for each in rules.rounds_of(mine)]
    assert names == ["all", "mine and others", "mine"]
