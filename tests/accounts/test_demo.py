import pytest
from django.core import serializers
from django.utils import timezone

from accounts import consents, id_numbers
from accounts.demo import files, people
from accounts.demo.logins import LOGINS, SHARED_PHONE
from accounts.models import AuditLine, Organisation, Person, Proxy, RoleGrant, TeachingPoint, User

pytestmark = pytest.mark.django_db

MODELS = [Organisation, TeachingPoint, Person, User, Proxy, RoleGrant]


def everything():
    return {
        model.__name__: serializers.serialize("json", model.objects.order_by("pk"))
        for model in MODELS
    }


def test_making_the_demo_people_twice_changes_nothing():
    people.create(now=timezone.now())
    before = everything()
    people.create(now=timezone.now())
    assert everything() == before


def test_a_proxy_that_was_revoked_stays_revoked():
    people.create(now=timezone.now())
    Proxy.objects.update(revoked_at=timezone.now())
    people.create(now=timezone.now())
    assert not Proxy.objects.filter(revoked_at=None).exists()


def test_everybody_who_may_log_in_has_a_file_apart_from_the_couple():
    assert people.who() == []
    people.create(now=timezone.now())
    assert [row["phone"] for row in people.who()] == [login.phone for login in LOGINS]
    without = User.objects.filter(person=None).values_list("phone", flat=True)
    assert set(without) == {SHARED_PHONE}
    assert {person.name for person in Person.objects.filter(phone=SHARED_PHONE)} == {
        "陈志明",
        "刘淑英",
    }


def test_the_demo_people_are_of_the_age_of_such_a_school():
    people.create(now=timezone.now())
    years = {person.born_on.year for person in people.learners().exclude(name="何雅琴")}
    assert min(years) == 1938
    assert max(years) <= 1971
    assert 40 <= people.learners().count() <= 60
    assert 8 <= people.learners().filter(phone="").count() <= 20


def test_filling_in_the_demo_files_twice_changes_nothing():
    people.create(now=timezone.now())
    files.create(now=timezone.now())
    before = everything() | {"lines": AuditLine.objects.count()}
    files.create(now=timezone.now())
    assert everything() | {"lines": AuditLine.objects.count()} == before
    qin = people.person("秦守义")
    assert id_numbers.is_checked(qin.id_number)
    assert id_numbers.born_on(qin.id_number) == qin.born_on
    assert [str(relative) for relative in qin.relatives.all()] == ["秦学军（儿子）"]


def test_a_frozen_demo_file_is_left_alone():
    people.create(now=timezone.now())
    Person.objects.filter(name="秦守义").update(
        id_number="", id_index="", frozen_at=timezone.now()
    )
    files.create(now=timezone.now())
    assert people.person("秦守义").id_number == ""


def test_what_a_demo_person_took_back_stays_away():
    people.create(now=timezone.now())
    files.create(now=timezone.now())
    qin = people.person("秦守义")
    consents.withdraw(person=qin, kind="sensitive", way="online", by=None)
    files.create(now=timezone.now())
    assert people.person("秦守义").id_number == ""
