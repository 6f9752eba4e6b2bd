import pytest
from django.core import serializers
from django.utils import timezone

from accounts import demo
from accounts.demo_logins import LOGINS, SHARED_PHONE
from accounts.models import Organisation, Person, Proxy, RoleGrant, TeachingPoint, User

pytestmark = pytest.mark.django_db

MODELS = [Organisation, TeachingPoint, Person, User, Proxy, RoleGrant]


def everything():
    return {
        model.__name__: serializers.serialize("json", model.objects.order_by("pk"))
        for model in MODELS
    }


def test_making_the_demo_people_twice_changes_nothing():
    demo.create(now=timezone.now())
    before = everything()
    demo.create(now=timezone.now())
    assert everything() == before


def test_a_proxy_that_was_revoked_stays_revoked():
    demo.create(now=timezone.now())
    Proxy.objects.update(revoked_at=timezone.now())
    demo.create(now=timezone.now())
    assert not Proxy.objects.filter(revoked_at=None).exists()


def test_everybody_who_may_log_in_has_a_file_apart_from_the_couple():
    assert demo.who() == []
    demo.create(now=timezone.now())
    assert [row["phone"] for row in demo.who()] == [login.phone for login in LOGINS]
    without = User.objects.filter(person=None).values_list("phone", flat=True)
    assert set(without) == {SHARED_PHONE}
    assert {person.name for person in Person.objects.filter(phone=SHARED_PHONE)} == {
        "陈志明",
        "刘淑英",
    }


def test_the_demo_people_are_of_the_age_of_such_a_school():
    demo.create(now=timezone.now())
    years = {person.born_on.year for person in demo.learners().exclude(name="何雅琴")}
    assert min(years) == 1938
    assert max(years) <= 1971
    assert 40 <= demo.learners().count() <= 60
    assert 8 <= demo.learners().filter(phone="").count() <= 20
