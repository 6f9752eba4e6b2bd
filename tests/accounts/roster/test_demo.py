import pytest
from django.utils import timezone

from accounts.demo import rosters
from accounts.models import Organisation, RosterImport

pytestmark = pytest.mark.django_db


def test_the_demo_roster_waits_with_something_of_everything_and_is_made_once():
    Organisation.add_root(name="青岚市老年大学", code=rosters.ORGANISATION, kind="university")
    for _ in range(2):
        rosters.create(now=timezone.now())

    roster = RosterImport.objects.get()
    assert roster.state == "previewed"
    assert {verdict: count for verdict, count in roster.counts.items() if count} == {
        "new": 3,
        "review": 4,
        "refused": 1,
    }
