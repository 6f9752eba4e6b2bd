"""My learning and the evidence say with whom somebody studied, and who acted for them."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts import services as accounts
from branches import ledger
from branches.models import StudyEntry
from live import services as live
from tests.branches import school

pytestmark = pytest.mark.django_db

TABLET = uuid.UUID(int=7)


@pytest.fixture
def daughter(city, wang):
    """何雅琴, who acts for 王秀兰."""
    login = school.login(school.person("何雅琴", at=city))
    accounts.allow_proxy(person=wang, agent=login, relation="child")
    return login


@pytest.fixture
def taught(wang, li, session, daughter):
    """王秀兰 and 李国强 on one tablet, which 何雅琴 brought into the room for 王秀兰."""
    for person in (wang, li):
        school.seat_once(person, session)
    for minute in range(91):
        live.enter(
            classroom=session.classroom,
            persons=[wang, li],
            device=TABLET,
            by=daughter,
            now=session.starts_at + timedelta(minutes=minute),
        )
    live.close(classroom=session.classroom)
    ledger.post_session(session=session)
    return session


def said(client, address, *arguments):
    return client.get(reverse(address, args=arguments)).content.decode()


def test_both_of_a_couple_on_one_device_have_a_line_and_my_learning_says_with_whom(
    client, taught, wang, li
):
    lines = StudyEntry.objects.values_list("person", "minutes", "mode")
    assert set(lines) == {(wang.pk, 90, "live"), (li.pk, 90, "live")}
    client.force_login(school.login(li))

    page = said(client, "branches:my_learning")

    assert "和王秀兰同机" in page
    assert "由何雅琴代办进教室" in page


def test_the_evidence_of_a_line_names_companion_and_agent_to_its_person(client, taught, wang):
    client.force_login(school.login(wang))

    page = said(client, "branches:my_entry", StudyEntry.objects.get(person=wang).pk)

    assert "和李国强同机" in page
    assert "由何雅琴代办进教室" in page


def test_the_secretary_reads_who_acted_and_no_name_of_a_companion(
    client, taught, wang, branch, secretary
):
    client.force_login(secretary)

    entry = StudyEntry.objects.get(person=wang)
    page = said(client, "branches:entry", branch.pk, entry.pk)

    assert "和家人同机" in page
    assert "李国强" not in page
    assert "由何雅琴代办进教室" in page
