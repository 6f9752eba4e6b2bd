"""The demo school's consents and requests: believable, and made once."""

import pytest
from django.utils import timezone

from accounts import consents
from accounts.demo import people, rights
from accounts.models import AuditLine, Consent, Person, RightsRequest
from accounts.rights import asking

pytestmark = pytest.mark.django_db


def test_making_them_twice_changes_nothing():
    now = timezone.now()
    people.create(now=now)
    rights.create(now=now)
    before = [table.objects.count() for table in (AuditLine, Consent, Person, RightsRequest)]

    rights.create(now=now)

    after = [table.objects.count() for table in (AuditLine, Consent, Person, RightsRequest)]
    assert after == before


def test_the_office_finds_something_to_decide():
    now = timezone.now()
    people.create(now=now)

    rights.create(now=now)

    administrator = people.person("林静").login
    waiting = asking.chosen(asking.requests_led_by(administrator), asking.Choice())
    assert {(str(one.person), one.kind) for one in waiting} == {
        ("王秀兰", "correction"),
        ("韩玉珍", "relatives"),
    }
    assert Person.objects.get(name="韩玉珍").is_frozen
    assert consents.has_consented(people.person("王秀兰"), "basic")
