"""The file of somebody who has died: everything held ends, everything learnt stays."""

from datetime import date, timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts import audit, queries, services
from accounts.errors import DeathRefused, FileFrozen
from accounts.models import AuditLine, Person, User
from accounts.rights import freezing
from branches import queries as branches
from branches.models import BranchMembership, BranchOffice, StudyEntry
from courses import queries as courses
from courses import registration
from courses.errors import FileClosed
from courses.models import Enrolment, SeatPool
from live.models import Attendance
from tests import factories

TODAY = timezone.localdate()
DIED = TODAY - timedelta(days=5)


def freeze(her, deceased_on=DIED):
    return freezing.freeze_file(person=her.person, deceased_on=deceased_on, by=her.registrar)


def test_the_file_keeps_what_a_roster_would_find_it_by(her):
    index = her.person.id_index

    frozen = freeze(her)

    kept = Person.objects.get(pk=frozen.pk)
    assert (kept.name, kept.born_on, kept.id_index) == ("何彩兰", date(1954, 5, 6), index)
    assert kept.deceased_on == DIED
    assert kept.is_frozen


def test_the_login_is_closed_and_its_sessions_end(her, django_capture_on_commit_callbacks):
    session = SessionStore()
    session["_auth_user_id"] = str(her.login.pk)
    session.create()
    others = SessionStore()
    others["_auth_user_id"] = str(her.registrar.pk)
    others.create()

    with django_capture_on_commit_callbacks(execute=True):
        freeze(her)

    her.login.refresh_from_db()
    assert not her.login.is_active
    keys = set(Session.objects.values_list("session_key", flat=True))
    assert keys & {session.session_key, others.session_key} == {others.session_key}


def test_a_widow_who_shares_the_telephone_can_log_in(her):
    widow = factories.person("李国强", organisation=her.unit, phone="13700000001")

    freeze(her)

    login = services.login_of(phone="13700000001")
    assert login != her.login
    assert list(queries.files_to_take(login)) == [widow]


def test_seats_are_offered_to_who_waits(her):
    SeatPool.objects.filter(class_group=her.group).update(capacity=2)
    waiting = factories.person("赵建国")
    factories.seat(her.group, waiting)

    freeze(her)

    assert not Enrolment.objects.filter(person=her.person, withdrawn_at=None).exists()
    assert not her.person.waiting.filter(left_at=None).exists()
    assert [offer.entry.person for offer in courses.offers_open_to(waiting)] == [waiting]


def test_there_is_no_new_seat(her):
    page_opened_before = Person.objects.get(pk=her.person.pk)
    freeze(her)

    with pytest.raises(FileClosed):
        registration.register(person=page_opened_before, class_group=her.group)

    assert not Enrolment.objects.filter(person=her.person, withdrawn_at=None).exists()


def test_roles_cards_proxies_and_household_end(her):
    freeze(her)

    assert not her.person.roles.filter(ended_at=None).exists()
    assert not her.person.cards.filter(revoked_at=None).exists()
    assert not her.person.proxies.filter(revoked_at=None).exists()
    assert not her.login.acts_for.filter(revoked_at=None).exists()
    assert not her.person.households.filter(left_at=None).exists()
    assert her.person.proxies.exists()


def test_membership_and_office_end_with_the_day_of_death(her):
    freeze(her)

    ends = {
        *BranchMembership.objects.filter(person=her.person).values_list("ends_on", flat=True),
        *BranchOffice.objects.filter(person=her.person).values_list("ends_on", flat=True),
    }
    assert ends == {DIED + timedelta(days=1)}
    assert her.person in branches.members_on(her.branch, DIED)
    assert her.person not in branches.members_on(her.branch, DIED + timedelta(days=1))


def test_a_membership_entered_after_the_death_keeps_its_first_day(her):
    BranchMembership.objects.filter(person=her.person).update(starts_on=TODAY)

    freeze(her)

    membership = BranchMembership.objects.get(person=her.person)
    assert membership.ends_on == TODAY + timedelta(days=1)


def test_what_was_learnt_stays(her):
    lines = list(StudyEntry.objects.values_list("pk", "credit_hours"))
    attendances = list(Attendance.objects.values_list("pk", "seconds"))

    freeze(her)

    assert list(StudyEntry.objects.values_list("pk", "credit_hours")) == lines
    assert list(Attendance.objects.values_list("pk", "seconds")) == attendances


def test_nobody_changes_the_file_or_acts_for_it_any_more(her):
    frozen = freeze(her)
    frozen.residence = "别处"

    with pytest.raises(FileFrozen):
        services.save_file(person=frozen, by=her.registrar)
    with pytest.raises(FileFrozen):
        services.allow_proxy(person=frozen, agent=her.registrar, relation="staff")


@pytest.mark.parametrize(
    ("day", "reason"),
    [(TODAY + timedelta(days=1), "还没有到"), (date(1954, 5, 5), "早于出生")],
    ids=["tomorrow", "before birth"],
)
def test_a_day_that_cannot_be_is_refused(her, day, reason):
    with pytest.raises(DeathRefused, match=reason):
        freeze(her, day)

    her.person.refresh_from_db()
    assert not her.person.is_frozen
    assert her.person.enrolments.filter(withdrawn_at=None).exists()


def test_the_same_day_again_is_harmless_and_another_is_refused(her):
    freeze(her)
    lines = AuditLine.objects.count()

    freeze(her)
    with pytest.raises(FileFrozen):
        freeze(her, TODAY)

    assert AuditLine.objects.count() == lines


def test_the_log_says_who_froze_and_thawed_the_file(her):
    frozen = freeze(her)
    freezing.thaw_file(person=frozen, by=her.registrar)

    said = list(AuditLine.objects.values_list("action", "actor")[:2])
    assert said == [
        (audit.Action.FILE_THAWED, her.registrar.pk),
        (audit.Action.FILE_FROZEN, her.registrar.pk),
    ]


# It was a mistake


def test_a_thawed_file_and_its_login_work_again(her):
    freezing.thaw_file(person=freeze(her), by=her.registrar)

    her.login.refresh_from_db()
    assert (her.login.is_active, her.login.phone) == (True, None)
    her.person.refresh_from_db()
    assert queries.own_file(her.login) == her.person
    assert (her.person.deceased_on, her.person.frozen_at) == (None, None)


def test_the_number_comes_back_also_from_who_tried_to_log_in_meanwhile(her):
    services.prove_phone(user=her.login, phone="13700000001")
    frozen = freeze(her)
    newcomer = services.login_of(phone="13700000001")

    freezing.thaw_file(person=frozen, by=her.registrar)

    her.login.refresh_from_db()
    newcomer.refresh_from_db()
    assert her.login.phone == "13700000001"
    assert (newcomer.phone, newcomer.is_active) == (None, False)


def test_the_number_stays_with_who_has_a_file_by_now(her):
    services.prove_phone(user=her.login, phone="13700000001")
    frozen = freeze(her)
    widow = services.login_of(phone="13700000001")
    User.objects.filter(pk=widow.pk).update(person=factories.person("李国强"))

    freezing.thaw_file(person=frozen, by=her.registrar)

    her.login.refresh_from_db()
    widow.refresh_from_db()
    assert (her.login.phone, widow.phone) == (None, "13700000001")


def test_thawing_twice_is_harmless(her):
    frozen = freeze(her)
    freezing.thaw_file(person=frozen, by=her.registrar)
    lines = AuditLine.objects.count()

    freezing.thaw_file(person=frozen, by=her.registrar)

    assert AuditLine.objects.count() == lines
