"""The packs of a round as one PDF: street by street, each on sheets of its own, its keeper's."""

from datetime import timedelta

import pypdfium2
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from branches.home_study import delivering, orders, printing
from branches.models import PackPrint, StudyOrder
from tests.branches import home, school

pytestmark = pytest.mark.django_db

State = PackPrint.State


def said(response) -> str:
    return " ".join(response.content.decode().split())


def text_of(data: bytes) -> list[str]:
    pdf = pypdfium2.PdfDocument(data)
    try:
        return ["".join(page.get_textpage().get_text_bounded().split()) for page in pdf]
    finally:
        pdf.close()


@pytest.fixture
def round_of_visits(city, branch, wang, secretary):
    """Three packs; entered in another order than that of the streets."""
    lesson = home.lesson(at=city)
    now = timezone.now()
    people = [wang]
    for name in ("王𠮷", "赵敏·艾力"):
        people.append(school.person(name, at=city))
        school.member(people[-1], branch)
    streets = ("中山路", "安宁街", "解放路")
    return [
        home.pack(person, lesson, by=secretary, now=now, street=street)
        for person, street in zip(people, streets, strict=True)
    ]


def asked(secretary, packs=None):
    found = printing.packs_printed_by(secretary)
    return printing.ask(packs=found if packs is None else packs, by=secretary)


def test_all_packs_are_one_file_in_the_order_of_the_list(
    client, round_of_visits, secretary, django_capture_on_commit_callbacks
):
    client.force_login(secretary)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/home-study/deliveries/printing/")
    assert "一共 3 本" in said(client.get(answer.url))
    assert "读本和回执，3 本" in said(client.get("/home-study/deliveries/"))
    pages = text_of(client.get(f"{answer.url}pdf/").content)
    covers = [place for place, words in enumerate(pages) if words.startswith("送学读本")]
    assert [pages[place][4:6] for place in covers] == ["王𠮷", "赵敏", "王秀"]
    # Nobody's booklet begins on the back of somebody else's slip, and each counts its own pages.
    assert all(place % 2 == 0 for place in covers)
    slips = [words for words in pages if words.startswith("送学回执")]
    codes = [pack.code for pack in (*round_of_visits[1:], round_of_visits[0])]
    assert [code in words for code, words in zip(codes, slips, strict=True)] == [True] * 3
    assert all(words.endswith("3/3") for words in slips)


def test_what_the_list_was_filtered_for_is_printed_and_nothing_else(
    client, round_of_visits, wang, secretary
):
    delivering.send(deliveries=round_of_visits[:1], visitor=wang, planned_on=None)
    client.force_login(secretary)
    client.post("/home-study/deliveries/printing/", {"visitor_pk": wang.pk})
    made = PackPrint.objects.get()
    assert made.packs == [round_of_visits[0].pk]
    # Asked once more it is the same print, and after it failed the same packs.
    again = client.post("/home-study/deliveries/printing/", {"visitor_pk": wang.pk})
    assert again.url == f"/home-study/prints/{made.pk}/"
    PackPrint.objects.update(state=State.FAILED)
    client.post("/home-study/deliveries/printing/", {"again": made.pk})
    assert PackPrint.objects.first().packs == made.packs
    nothing = client.post("/home-study/deliveries/printing/", {"q": "没有这条路"}, follow=True)
    assert "没有要打印的" in said(nothing)
    assert PackPrint.objects.count() == 2


def test_what_was_given_up_meanwhile_is_not_printed(round_of_visits, secretary):
    made = asked(secretary)
    order = round_of_visits[0].order
    orders.cancel(order=order, by=secretary, reason="不要了")
    printing.make(pk=made.pk)
    made.refresh_from_db()
    assert (made.state, made.done, made.total) == (State.DONE, 2, 2)
    with made.file.open() as file:
        assert order.person.name not in "".join(text_of(file.read()))


def test_a_print_is_closed_with_the_office_and_when_somebody_was_erased(
    client, round_of_visits, branch, wang, secretary
):
    made = asked(secretary)
    page = f"/home-study/prints/{made.pk}/"
    client.force_login(secretary)
    assert "一共 3 份" in said(client.get(page))
    sun = school.person("孙玉梅", at=branch.organisation)
    school.office(sun, branch, office="deputy")
    client.force_login(school.login(sun))
    assert client.get(page).status_code == 404
    client.force_login(secretary)
    type(wang).objects.filter(pk=wang.pk).update(erased_at=timezone.now())
    assert client.get(page).status_code == 404
    type(wang).objects.filter(pk=wang.pk).update(erased_at=None)
    assert client.get(page).status_code == 200
    branch.offices.filter(person=secretary.person).update(ends_on=timezone.localdate())
    assert client.get(page).status_code == 404


def test_it_is_cancelled_woken_and_forgotten_like_every_print(client, round_of_visits, secretary):
    made = asked(secretary)
    now = timezone.now()
    PackPrint.objects.update(worked_at=now - timedelta(minutes=16))
    assert printing.wake(now=now) == 1
    client.force_login(secretary)
    client.post(f"/home-study/prints/{made.pk}/cancel/")
    printing.make(pk=made.pk)
    made.refresh_from_db()
    assert (made.state, made.file.name) == (State.CANCELLED, "")
    assert client.get(f"/home-study/prints/{made.pk}/pdf/").status_code == 404
    assert printing.forget_old(now=now + timedelta(days=8)) == 1


def test_asking_takes_the_same_queries_however_many_packs(client, round_of_visits, secretary):
    client.force_login(secretary)
    counts = []
    for _more in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.post("/home-study/deliveries/printing/")
        counts.append(len(queries))
        PackPrint.objects.update(state=State.CANCELLED)
        for order in StudyOrder.objects.all():
            page = order.readings.get().page
            home.pack(order.person, page, by=secretary, now=timezone.now())
    assert [made.total for made in PackPrint.objects.all()] == [6, 3]
    assert counts[0] == counts[1]
