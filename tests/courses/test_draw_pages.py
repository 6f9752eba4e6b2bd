"""The pages of a draw: wishes, the public page, the office's."""

import io
import json
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts import services as accounts
from accounts.models import AuditLine, RoleGrant
from courses.draws import applying, arithmetic, drawing, freezing
from courses.models import (
    Application,
    ClassGroup,
    Draw,
    Enrolment,
    RegistrationRound,
    RelativeConsent,
)
from courses.registration import admit
from tests import factories
from tests.courses import lots

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def drawn(now):
    return lots.draw_round(
        term=factories.term(now=now, open_round=False),
        opens_at=now - timedelta(days=5),
        closes_at=now + timedelta(days=5),
    )


@pytest.fixture
def brush(drawn):
    return lots.pool(term=drawn.term, capacity=1)


@pytest.fixture
def song(drawn):
    return lots.pool("合唱", term=drawn.term, weekday=4)


@pytest.fixture
def learner(client):
    person = factories.person()
    client.force_login(factories.login(person))
    return person


@pytest.fixture
def registrar(client):
    person = factories.person("周敏")
    accounts.grant_role(
        person=person, role=RoleGrant.Role.REGISTRAR, organisation=person.organisation
    )
    client.force_login(factories.login(person))
    return person


def close(round, now) -> Draw:
    RegistrationRound.objects.filter(pk=round.pk).update(closes_at=now)
    return freezing.freeze(round=round, number_source="体彩 26100 期", now=now)


def finish(round, now) -> Draw:
    made = drawing.draw(
        draw=close(round, now), public_number="12345", witnesses="周敏、吴德山", now=now
    )
    return Draw.objects.get(pk=made.pk)


def fields(person, *pools, **more):
    wishes = {f"wish_{rank}": pool.pk for rank, pool in enumerate(pools, start=1)}
    return {"person": person.pk, "key": uuid.uuid4()} | wishes | more


def page(client, name, pk, data=None, **facts):
    response = client.get(reverse(f"courses:{name}", args=[pk]), data or {}, **facts)
    assert response.status_code == 200
    return response.content.decode()


# Wishes


def test_wishes_are_handed_in_and_the_slip_says_them(client, learner, drawn, brush, song):
    answer = client.post(
        reverse("courses:apply", args=[drawn.pk]), fields(learner, song, brush), follow=True
    )
    words = answer.content.decode()
    assert lots.wishes_of(Application.objects.get()) == [song.pk, brush.pk]
    assert answer.redirect_chain[-1][0] == Application.objects.get().get_absolute_url()
    assert "志愿交上了" in words
    assert words.index("合唱") < words.index("行书入门")


def test_a_wish_is_moved_without_being_handed_in(client, learner, drawn, brush, song):
    data = fields(learner, brush, song, move="up-2")
    words = client.post(reverse("courses:apply", args=[drawn.pk]), data).content.decode()
    assert not Application.objects.exists()
    first, second = words.split('name="wish_1"')[1].split('name="wish_2"')
    assert f'value="{song.pk}" selected' in first
    assert f'value="{brush.pk}" selected' in second.split('name="wish_3"')[0]


def test_what_was_typed_is_kept_when_a_wish_is_refused(client, learner, drawn, brush, song):
    data = fields(learner, brush, brush, song)
    answer = client.post(reverse("courses:apply", args=[drawn.pk]), data)
    words = answer.content.decode()
    assert answer.status_code == 422
    assert "有两个志愿是一样的" in words
    assert f'value="{song.pk}" selected' in words.split('name="wish_3"')[1]


def test_a_page_opened_for_somebody_else_hands_in_nothing(client, learner, drawn, brush):
    other = factories.person("李国强")
    answer = client.post(reverse("courses:apply", args=[drawn.pk]), fields(other, brush))
    assert answer.status_code == 422
    assert "换了人办理" in answer.content.decode()
    assert not Application.objects.exists()


def test_classes_that_do_not_fit_are_not_offered(client, learner, drawn, brush):
    factories.class_group(term=drawn.term, name="少年班", max_age=55)
    words = page(client, "apply", drawn.pk)
    assert "行书入门 ·" in words
    assert "少年班" not in words


def test_past_the_age_classes_that_want_a_relatives_word_are_shown_as_links(
    client, learner, drawn, brush, now
):
    group = brush.class_group
    ClassGroup.objects.update(max_age=55, older_with_consent=True)
    words = page(client, "apply", drawn.pk)
    assert "要家属同意才能报" in words
    assert f'href="{group.get_absolute_url()}"' in words
    assert "没有合您条件的班" not in words
    assert 'name="wish_1"' not in words
    RelativeConsent.objects.create(
        person=learner, term=drawn.term, relative="李强", how="paper", given_at=now
    )
    words = page(client, "apply", drawn.pk)
    assert "要家属同意才能报" not in words
    assert f'<option value="{brush.pk}"' in words


def test_seats_one_has_count_in_what_a_draw_promises(client, learner, drawn, brush, song):
    assert "最多 2 个班" in page(client, "apply", drawn.pk)
    admit(person=learner, pool=song, because="照顾")
    assert "最多 1 个班" in page(client, "apply", drawn.pk)


def test_the_class_whose_page_led_here_is_chosen(client, learner, drawn, brush, song):
    words = page(client, "apply", drawn.pk, {"class": song.class_group_id})
    assert f'value="{song.pk}" selected' in words.split('name="wish_2"')[0]


def test_wishes_written_down_are_shown_to_be_changed(client, learner, drawn, brush, song):
    mine = applying.apply(person=learner, round=drawn, pools=[song])
    words = page(client, "apply", drawn.pk)
    assert f"已经报名，{mine.number} 号" in words
    assert f'value="{song.pk}" selected' in words.split('name="wish_2"')[0]


def test_only_companions_and_those_one_acts_for_may_be_tied(client, learner, drawn, brush):
    mother, stranger = factories.person("何彩兰"), factories.person("马文远")
    accounts.allow_proxy(person=mother, agent=learner.login, relation="child")
    url = reverse("courses:apply", args=[drawn.pk])
    words = page(client, "apply", drawn.pk)
    assert "何彩兰" in words
    assert "马文远" not in words
    refused = client.post(url, fields(learner, brush, partner=stranger.pk))
    assert refused.status_code == 422
    client.post(url, fields(learner, brush, partner=mother.pk))
    assert Application.objects.get(person=learner).partner.person == mother


def test_a_closed_round_says_so_and_takes_nothing(client, learner, drawn, brush, now):
    close(drawn, now)
    words = page(client, "apply", drawn.pk)
    assert "现在不能填" in words
    assert 'name="wish_1"' not in words
    answer = client.post(reverse("courses:apply", args=[drawn.pk]), fields(learner, brush))
    assert answer.status_code == 422
    assert not Application.objects.exists()


def test_an_application_is_taken_back(client, learner, drawn, brush, now):
    mine = applying.apply(person=learner, round=drawn, pools=[brush])
    assert "不参加了" in page(client, "application", mine.pk)
    client.post(reverse("courses:withdraw_application", args=[mine.pk]))
    words = page(client, "application", mine.pk)
    assert "抽签报名取消了" in words
    assert "不参加了" not in words


def test_the_slip_says_what_the_draw_gave(client, learner, drawn, brush, now):
    mine = applying.apply(person=learner, round=drawn, pools=[brush])
    other = lots.wish(drawn, brush, now=now)
    finish(drawn, now)
    won = Enrolment.objects.get().person == learner
    assert ("抽中了" if won else "没有抽中，排上了候补") in page(client, "application", mine.pk)
    assert client.get(other.get_absolute_url()).status_code == 404


# The public draw


def test_a_frozen_draw_shows_its_hashes_and_not_its_seed(client, drawn, brush, now):
    lots.wish(drawn, brush, now=now)
    draw = close(drawn, now)
    words = page(client, "draw", draw.pk)
    assert draw.list_sha256 in words
    assert draw.seed_sha256 in words
    assert "体彩 26100 期" in words
    assert draw.seed not in words
    assert "查结果" not in words
    for name in ("draw_result_file", "draw_numbers"):
        assert client.get(reverse(f"courses:{name}", args=[draw.pk])).status_code == 404
    assert client.post(reverse("courses:draw_check", args=[draw.pk])).status_code == 404


def test_a_number_is_looked_up_with_its_place_and_key(client, drawn, brush, now):
    mine = [lots.wish(drawn, brush, now=now) for _ in range(2)]
    draw = finish(drawn, now)
    places = {number: key for key, number in json.loads(draw.result_text)["order"]}
    for place, number in enumerate(places, start=1):
        words = page(client, "draw", draw.pk, {"number": number})
        assert f"第 {place} 位" in words
        assert places[number] in words
        assert ("抽中了" in words) == (place == 1)
    assert {one.number for one in mine} == set(places)
    assert "名单里没有这个号" in page(client, "draw", draw.pk, {"number": 99})
    assert page(client, "draw", draw.pk, {"number": "x"})


def test_a_couple_counts_as_two_people_and_one_lot(client, drawn, brush, now):
    lots.wish(drawn, brush, partner=factories.person("何彩兰"), now=now)
    lots.wish(drawn, brush, now=now)
    assert "3 人报名，一共 2 支签" in page(client, "draw", finish(drawn, now).pk)


def test_who_applied_finds_their_number_typed_and_a_way_back(client, learner, drawn, brush, now):
    lots.wish(drawn, brush, now=now)
    mine = applying.apply(person=learner, round=drawn, pools=[brush])
    draw = finish(drawn, now)
    words = page(client, "draw", draw.pk)
    assert f'value="{mine.number}"' in words
    assert 'class="back" href="/my/classes/"' in words
    client.logout()
    words = page(client, "draw", draw.pk)
    assert f'value="{mine.number}"' not in words
    assert 'class="back" href="/"' in words


def test_the_files_are_the_bytes_that_were_hashed(client, drawn, brush, now):
    lots.wish(drawn, brush, now=now)
    draw = finish(drawn, now)
    files = {
        name: client.get(reverse(f"courses:{name}", args=[draw.pk])).content.decode()
        for name in ("draw_list_file", "draw_result_file")
    }
    assert arithmetic.sha256(files["draw_list_file"]) == draw.list_sha256
    assert arithmetic.sha256(files["draw_result_file"]) == draw.result_sha256
    assert arithmetic.check(*files.values()) == []
    script = client.get(reverse("courses:draw_script"))
    assert b"def check(list_text, result_text)" in script.content


def test_anybody_may_have_it_computed_again(client, drawn, brush, now):
    lots.wish(drawn, brush, now=now)
    draw = finish(drawn, now)
    url = reverse("courses:draw_check", args=[draw.pk])
    assert "完全一样" in client.post(url).content.decode()
    assert client.get(url).headers["Location"] == draw.get_absolute_url()


def test_a_draw_changed_afterwards_is_told(client, drawn, brush, now):
    lots.wish(drawn, brush, now=now)
    draw = finish(drawn, now)
    Enrolment.objects.update(person=factories.person("外人"))
    words = client.post(reverse("courses:draw_check", args=[draw.pk])).content.decode()
    assert "学校登记的座位和结果对不上" in words


def test_the_notice_board_has_numbers_and_no_names(client, drawn, brush, now):
    for name in ("欧阳兰", "司马远"):
        lots.wish(drawn, brush, person=factories.person(name), now=now)
    words = page(client, "draw_numbers", finish(drawn, now).pk)
    assert "抽中 1 个" in words
    assert "候补 1 个" in words
    assert "欧阳" not in words
    assert "司马" not in words


# The office


def test_the_office_freezes_looks_twice_and_draws(
    client, registrar, drawn, brush, now, django_capture_on_commit_callbacks
):
    lots.wish(drawn, brush, now=now)
    RegistrationRound.objects.update(closes_at=now)
    url = reverse("courses:freeze_draw", args=[drawn.pk])
    assert client.post(url, {"number_source": ""}).status_code == 422
    client.post(url, {"number_source": "体彩 26100 期"})
    make = reverse("courses:make_draw", args=[drawn.pk])
    typed = {"public_number": " １２３", "witnesses": "吴德山"}
    assert client.post(make, {"public_number": "1"}).status_code == 422
    words = client.post(make, typed).content.decode()
    assert "再看一遍" in words
    client.post(make, typed | {"checked": "124"})
    assert Draw.objects.get().drawn_at is None
    client.post(make, typed | {"checked": "123", "again": "1"})
    assert Draw.objects.get().drawn_at is None
    with django_capture_on_commit_callbacks(execute=True):
        words = client.post(make, typed | {"checked": "123"}, follow=True).content.decode()
        assert "正在抽，公开的数是 123" in words
        assert client.get(make).status_code == 302
    answer = client.get(reverse("courses:draw_results", args=[drawn.pk]))
    assert "抽中 1 个，候补 0 个" in answer.content.decode()
    assert Draw.objects.get().public_number == "123"
    assert client.get(make).status_code == 302


def test_a_round_still_open_is_not_frozen(client, registrar, drawn, brush):
    answer = client.post(
        reverse("courses:freeze_draw", args=[drawn.pk]), {"number_source": "彩票"}
    )
    assert answer.status_code == 422
    assert not Draw.objects.exists()


def test_the_office_sees_how_much_each_class_is_wished_for(
    client, registrar, drawn, brush, song, now
):
    lots.wish(drawn, brush, song, now=now)
    lots.wish(drawn, song, now=now)
    rows = client.get(reverse("courses:draw_round", args=[drawn.pk])).context["rows"]
    assert {row.pool.pk: (row.first, row.all) for row in rows} == {
        brush.pk: (1, 1),
        song.pk: (1, 2),
    }
    found = client.get(reverse("courses:draw_round", args=[drawn.pk]), {"sort": "-all"})
    assert [row.pool for row in found.context["rows"]] == [song, brush]


def test_the_address_of_freezing_leads_to_its_round(client, registrar, drawn):
    answer = client.get(reverse("courses:freeze_draw", args=[drawn.pk]))
    assert answer.headers["Location"] == reverse("courses:draw_round", args=[drawn.pk])


def test_a_drawn_round_shows_the_seats_that_were_drawn(client, registrar, drawn, brush, now):
    for _ in range(2):
        lots.wish(drawn, brush, now=now)
    finish(drawn, now)
    answer = client.get(reverse("courses:draw_round", args=[drawn.pk]))
    assert answer.context["totals"]["seats"] == 1
    assert answer.context["rows"][0].for_a_seat == 2
    assert "没有座位" not in answer.content.decode()


def test_applications_are_found_by_number_and_by_name(client, registrar, drawn, brush, now):
    mine = lots.wish(drawn, brush, person=factories.person("欧阳兰"), now=now)
    other = lots.wish(drawn, brush, person=factories.person("司马远"), now=now)
    for text in (str(mine.number), "欧阳"):
        found = client.get(reverse("courses:draw_applications", args=[drawn.pk]), {"q": text})
        assert list(found.context["page"]) == [mine]
    found = client.get(reverse("courses:draw_applications", args=[drawn.pk]))
    assert list(found.context["page"]) == [mine, other]


@pytest.mark.parametrize(
    ("name", "is_audited"),
    [
        ("draw_round_excel", False),
        ("draw_applications_excel", True),
        ("draw_results_excel", True),
    ],
)
def test_lists_are_kept_as_workbooks_and_names_leave_a_line(
    client, registrar, drawn, brush, now, name, is_audited
):
    lots.wish(drawn, brush, person=factories.person("=1+1"), now=now)
    finish(drawn, now)
    before = AuditLine.objects.count()
    answer = client.get(reverse(f"courses:{name}", args=[drawn.pk]))
    sheet = load_workbook(io.BytesIO(answer.content)).active
    values = [cell for row in sheet.iter_rows() for cell in row if cell.value]
    assert "行书入门" in " ".join(str(cell.value) for cell in values)
    assert all(cell.data_type != "f" for cell in values)
    assert AuditLine.objects.count() - before == is_audited


def many(drawn, now, count):
    pools = [
        lots.pool(f"班{number}", term=drawn.term, weekday=number % 7) for number in range(count)
    ]
    for number in range(count):
        lots.wish(drawn, pools[number], person=factories.person(f"人{number}"), now=now)


@pytest.mark.parametrize(
    "name", ["draw_list", "draw_round", "draw_applications", "draw_results", "apply", "draw"]
)
def test_pages_ask_as_much_for_three_as_for_one(client, registrar, now, name):
    def asked(count):
        round = lots.draw_round(
            term=factories.term(now=now, open_round=False),
            opens_at=now - timedelta(days=5),
            closes_at=now + timedelta(days=5),
        )
        many(round, now, count)
        pk = round.pk
        if name in {"draw", "draw_results"}:
            draw = finish(round, now)
            pk = draw.pk if name == "draw" else pk
        url = reverse(f"courses:{name}", args=[] if name == "draw_list" else [pk])
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    assert asked(1) == asked(3)


@pytest.mark.parametrize("name", ["my_classes", "draw_list", "draw_round"])
def test_pages_that_everybody_opens_do_not_read_the_published_files(
    client, registrar, drawn, brush, now, name
):
    """Of 50,000 applications they are megabytes."""
    lots.wish(drawn, brush, person=registrar, now=now)
    finish(drawn, now)
    keys = {"draw_round": [drawn.pk]}
    url = reverse(f"courses:{name}", args=keys.get(name))
    client.get(url)

    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200

    read = "\n".join(query["sql"] for query in queries)
    assert '"drawn_at"' in read
    assert '"list_text"' not in read
    assert '"result_text"' not in read
