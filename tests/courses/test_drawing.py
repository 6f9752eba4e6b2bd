"""Freezing a list, drawing it, checking it."""

import json
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.errors import MergeRefused
from accounts.files import merging
from accounts.models import Consent, Notice
from courses import errors, fees, planning
from courses.draws import arithmetic, checking, drawing, freezing, writing
from courses.models import (
    ClassGroup,
    Draw,
    Enrolment,
    FeeLine,
    Offer,
    RegistrationRound,
    SeatPool,
    Source,
    Term,
    WaitingEntry,
)
from courses.registration import admit, fill_free_seats, offering, register, withdraw
from courses.signals import draw_made
from tests import factories
from tests.courses import lots
from tests.courses.lots import CLOSED, NOW, pool, wish

pytestmark = pytest.mark.django_db

DRAWN = CLOSED + timedelta(days=1)


@pytest.fixture
def drawn():
    return lots.draw_round()


def freeze(round, **facts) -> Draw:
    return freezing.freeze(
        **({"round": round, "number_source": "体彩 26100 期", "now": CLOSED} | facts)
    )


def make(draw, number="12345", **facts) -> Draw:
    facts = {"public_number": number, "witnesses": "周敏、吴德山", "now": DRAWN} | facts
    return drawing.draw(draw=draw, **facts)


def freeze_and_make(round, **facts) -> Draw:
    return make(freeze(round), **facts)


def seated(pool) -> set[int]:
    return set(pool.enrolments.filter(withdrawn_at=None).values_list("person", flat=True))


def in_line(pool) -> list[tuple[int, int]]:
    return list(pool.waiting.filter(left_at=None).values_list("number", "person"))


def applicants(round, pools, count) -> list:
    return [wish(round, *pools, person=factories.person(f"人{number}")) for number in range(count)]


# Freezing


def test_a_frozen_list_says_who_wishes_what_and_no_names(drawn):
    brush = pool(capacity=3, minutes=90)
    mine = wish(drawn, brush, person=factories.person("欧阳兰"))
    draw = freeze(drawn)
    listed = json.loads(draw.list_text)
    code = f"{brush.class_group.code}/common"
    assert listed["applications"] == [
        {"number": mine.number, "partner": None, "most": 2, "wishes": [code]}
    ]
    assert listed["pools"][code] == {
        "pool": brush.pk,
        "class": brush.class_group.code,
        "name": "行书入门",
        "seats": 3,
        "last_waiting_number": 0,
        "weekday": 2,
        "from": "09:00",
        "to": "10:30",
    }
    assert listed["number_source"] == "体彩 26100 期"
    assert draw.list_sha256 == arithmetic.sha256(draw.list_text)
    assert draw.seed_sha256 == listed["seed_sha256"] == arithmetic.sha256(draw.seed)
    assert "欧阳" not in draw.list_text
    assert draw.seed not in draw.list_text


def test_freezing_twice_keeps_the_first_list_and_seed(drawn):
    wish(drawn, pool())
    first = freeze(drawn)
    again = freeze(drawn, number_source="别的", now=CLOSED + timedelta(hours=1))
    assert (again.pk, again.seed, again.number_source) == (first.pk, first.seed, "体彩 26100 期")


@pytest.mark.parametrize(
    "facts",
    [{"now": CLOSED - timedelta(seconds=1)}, {"number_source": " "}],
    ids=["while it is open", "without the source of the number"],
)
def test_a_list_is_not_frozen(drawn, facts):
    brush = pool()
    with pytest.raises(errors.NotDrawn):
        freeze(drawn, **facts)
    brush.refresh_from_db()
    assert not brush.held_for_draw


def test_a_round_of_first_come_is_not_frozen():
    pool()
    with pytest.raises(errors.NotDrawn):
        freeze(lots.draw_round(method="first"))


def test_classes_of_two_draws_at_once_are_refused(drawn):
    pool()
    freeze(drawn)
    with pytest.raises(errors.NotDrawn):
        freeze(lots.draw_round(name="又一批"))


def test_nobody_gets_a_seat_otherwise_between_freezing_and_draw(drawn):
    brush = pool()
    draw = freeze(drawn)
    other = factories.person("甲")
    with pytest.raises(errors.DrawPending):
        admit(person=other, pool=brush, because="插班", now=CLOSED)
    lots.draw_round(method="first", name="先报", opens_at=CLOSED, closes_at=DRAWN)
    with pytest.raises(errors.DrawPending):
        register(person=other, class_group=brush.class_group, now=CLOSED)
    make(draw)
    assert isinstance(admit(person=other, pool=brush, because="插班", now=DRAWN), Enrolment)


def test_wishes_that_came_true_otherwise_are_left_out_and_count(drawn):
    brush, song, person = pool(), pool("合唱"), factories.person()
    wish(drawn, brush, song, person=person)
    admit(person=person, pool=brush, because="照顾", now=NOW)
    listed = json.loads(freeze(drawn).list_text)["applications"]
    assert [(one["most"], one["wishes"]) for one in listed] == [(1, [freezing.code_of(song)])]


def test_who_waits_since_the_first_draw_may_win_as_much_as_others_in_the_second(drawn):
    brush, song = pool(capacity=1), pool("合唱")
    drawn.classes.set([brush.class_group])
    first, second = applicants(drawn, [brush], 2)
    freeze_and_make(drawn)
    (number, waits), *_ = in_line(brush)
    other = lots.draw_round(
        term=drawn.term, max_classes=1, opens_at=DRAWN, closes_at=DRAWN + timedelta(days=2)
    )
    wisher = {first.person_id: first, second.person_id: second}[waits].person
    wish(other, song, person=wisher, now=DRAWN)
    draw = freeze(other, now=other.closes_at)
    assert [one["most"] for one in json.loads(draw.list_text)["applications"]] == [1]
    make(draw, now=other.closes_at)
    assert seated(song) == {waits}
    assert in_line(brush) == [(number, waits)]


def test_whoever_waits_for_a_class_is_not_given_it_by_a_draw_as_well(drawn):
    brush, song, person = pool(), pool("合唱"), factories.person()
    wish(drawn, brush, song, person=person)
    WaitingEntry.objects.create(
        class_group=brush.class_group, pool=brush, person=person, number=1, asked_at=NOW
    )
    listed = json.loads(freeze(drawn).list_text)["applications"]
    assert [(one["most"], one["wishes"]) for one in listed] == [(2, [freezing.code_of(song)])]


def test_of_a_couple_both_lose_a_wish_that_one_has(drawn):
    brush, song = pool(), pool("合唱")
    he, she = factories.person("甲"), factories.person("乙")
    wish(drawn, brush, song, person=he, partner=she)
    admit(person=she, pool=brush, because="照顾", now=NOW)
    listed = json.loads(freeze(drawn).list_text)["applications"]
    assert [(one["most"], one["wishes"]) for one in listed] == [(1, [freezing.code_of(song)])] * 2


def test_whoever_took_back_their_consent_gets_nothing(drawn):
    brush, person = pool(), factories.person()
    wish(drawn, brush, person=person)
    Consent.objects.filter(person=person).delete()
    notice = Notice.objects.filter(kind=Notice.Kind.BASIC).first()
    notice = notice or Notice.objects.create(kind=Notice.Kind.BASIC, version="1", text="…")
    Consent.objects.create(
        person=person, notice=notice, way="paper", given_at=NOW, withdrawn_at=NOW
    )
    freeze_and_make(drawn)
    assert (seated(brush), in_line(brush)) == (set(), [])


def test_cancelled_classes_are_not_in_the_list(drawn):
    brush, song = pool(), pool("合唱")
    wish(drawn, brush, song)
    ClassGroup.objects.filter(pk=brush.class_group_id).update(cancelled_at=NOW)
    listed = json.loads(freeze(drawn).list_text)
    assert set(listed["pools"]) == {freezing.code_of(song)}
    assert listed["applications"][0]["wishes"] == [freezing.code_of(song)]


# Drawing


def test_seats_go_by_lot_and_the_others_wait_in_order(drawn):
    brush = pool(capacity=2)
    mine = applicants(drawn, [brush], 5)
    draw = freeze_and_make(drawn)
    by_number = {one.number: one.person_id for one in mine}
    order = [by_number[number] for _key, number in json.loads(draw.result_text)["order"]]
    assert seated(brush) == set(order[:2])
    assert in_line(brush) == list(enumerate(order[2:], start=1))
    brush.refresh_from_db()
    assert (brush.seats_taken, brush.last_waiting_number, brush.held_for_draw) == (2, 3, False)
    given = brush.enrolments.first()
    assert (given.source, given.round, given.seated_at) == (Source.DRAW, drawn, DRAWN)


def test_the_draw_is_told_once_it_stands(drawn, django_capture_on_commit_callbacks):
    wish(drawn, pool())
    draw, told = freeze(drawn), []

    def hear(sender, draw, **kwargs):
        told.append(draw.pk)

    draw_made.connect(hear)
    with django_capture_on_commit_callbacks(execute=True):
        make(draw)
        make(draw)
    assert told == [draw.pk]


def test_drawing_twice_changes_nothing_and_another_number_is_refused(drawn):
    brush = pool(capacity=2)
    applicants(drawn, [brush], 4)
    draw = freeze(drawn)
    first = make(draw, "１２３ ")
    again = make(draw, "123", now=DRAWN + timedelta(days=1))
    assert (first.public_number, again.drawn_at) == ("123", DRAWN)
    with pytest.raises(errors.NotDrawn):
        make(draw, "124")
    assert Enrolment.objects.count() == 2


def test_a_draw_that_was_asked_for_takes_no_other_number(drawn):
    wish(drawn, pool())
    draw = freeze(drawn)
    begin = {"witnesses": "吴德山", "now": DRAWN}
    drawing.begin(draw=draw, public_number="１２３", **begin)
    drawing.begin(draw=draw, public_number="123", **begin)
    with pytest.raises(errors.NotDrawn, match="不能再换"):
        drawing.begin(draw=draw, public_number="124", **begin)
    with pytest.raises(errors.NotDrawn, match="不能再换"):
        make(draw, "124")


def test_a_draw_whose_worker_was_killed_is_made_later_and_once(drawn):
    brush = pool(capacity=1)
    applicants(drawn, [brush], 3)
    draw = freeze(drawn)
    drawing.begin(draw=draw, public_number="123", witnesses="吴德山", now=DRAWN)
    assert drawing.make_lost(DRAWN + timedelta(minutes=4)) == 0
    assert drawing.make_lost(DRAWN + timedelta(minutes=6)) == 1
    assert drawing.make_lost(DRAWN + timedelta(minutes=7)) == 0
    assert Draw.objects.get().public_number == "123"
    assert (Enrolment.objects.count(), WaitingEntry.objects.count()) == (1, 2)


@contextmanager
def killed_at(part):
    """The worker ends while it writes this part (the first is 0)."""
    seen = []

    def wrapper(execute, sql, *rest):
        if 'UPDATE "courses_draw" SET "written"' in sql:
            seen.append(sql)
            if len(seen) > part:
                raise InterruptedError
        return execute(sql, *rest)

    with connection.execute_wrapper(wrapper), pytest.raises(InterruptedError):
        yield


@pytest.mark.parametrize("part", range(4))
def test_a_draw_killed_in_the_middle_goes_on_and_gives_each_place_once(drawn, monkeypatch, part):
    monkeypatch.setattr(writing, "BATCH", 2)
    brush, song = pool(capacity=3), pool("合唱", capacity=2, weekday=3)
    applicants(drawn, [brush, song], 6)
    wish(drawn, song, brush, person=factories.person("甲"), partner=factories.person("乙"))
    draw = freeze(drawn)
    with killed_at(part):
        make(draw)
    draw.refresh_from_db()
    assert (draw.drawn_at, draw.written, draw.result_text) == (None, part, "")
    assert draw.to_write > part
    assert 0 <= draw.percent < 100
    with pytest.raises(errors.PlanRefused, match="过一会儿再停开"), transaction.atomic():
        planning.cancel_class(class_group=brush.class_group, now=DRAWN)
    with pytest.raises(errors.NotDrawn):
        make(draw, "another")
    make(draw)
    draw.refresh_from_db()
    assert (draw.percent, draw.decided_text) == (100, "")
    assert checking.check(draw) == []
    for one in (brush, song):
        one.refresh_from_db()
        assert one.seats_taken == len(seated(one))
        assert one.last_waiting_number == len(in_line(one))
        assert not one.held_for_draw
    assert all(one.partner.partner == one for one in Enrolment.objects.exclude(partner=None))


def test_no_part_of_a_draw_holds_others_longer_than_its_places(drawn, monkeypatch):
    """Each part is a transaction of its own: between two of them others write."""
    monkeypatch.setattr(writing, "BATCH", 1)
    brush = pool(capacity=2)
    applicants(drawn, [brush], 5)
    begun = []

    def wrapper(execute, sql, *rest):
        begun.append(sql) if sql.startswith("SAVEPOINT") else None
        return execute(sql, *rest)

    draw = freeze(drawn)
    with connection.execute_wrapper(wrapper):
        make(draw)
    draw.refresh_from_db()
    assert draw.to_write == draw.written == 5
    assert len(begun) >= draw.to_write + 2


@pytest.mark.parametrize(
    "facts",
    [{"public_number": " "}, {"witnesses": ""}, {"public_number": "1" * 201}],
    ids=["without a number", "without witnesses", "with a number too long"],
)
def test_it_is_not_drawn(drawn, facts):
    brush = pool()
    wish(drawn, brush)
    with pytest.raises(errors.NotDrawn):
        make(freeze(drawn), **facts)
    brush.refresh_from_db()
    assert brush.held_for_draw


def test_couples_sit_together_or_wait_side_by_side(drawn):
    brush = pool(capacity=3)
    couples = [
        wish(drawn, brush, person=factories.person("甲"), partner=factories.person("乙"))
        for _ in range(2)
    ]
    freeze_and_make(drawn)
    seats = list(brush.enrolments.all())
    waits = list(brush.waiting.order_by("number"))
    assert [one.partner for one in seats] == seats[::-1]
    assert [one.partner for one in waits] == waits[::-1]
    assert [one.number for one in waits] == [1, 2]
    assert {one.person_id for one in seats + waits} == {
        person for one in couples for person in (one.person_id, one.partner.person_id)
    }


def test_a_class_cancelled_after_freezing_gives_no_seats_and_the_next_wish_counts(drawn):
    brush, song = pool(), pool("合唱", weekday=3)
    mine = wish(drawn, brush, song)
    draw = freeze(drawn)
    ClassGroup.objects.filter(pk=brush.class_group_id).update(cancelled_at=CLOSED)
    make(draw)
    draw.refresh_from_db()
    assert (seated(brush), in_line(brush), seated(song)) == (set(), [], {mine.person_id})
    assert json.loads(draw.result_text)["cancelled"] == [brush.class_group.code]
    assert checking.check(draw) == []


def test_the_seats_of_a_file_closed_meanwhile_are_offered_on_and_the_result_stays(drawn):
    brush = pool(capacity=1)
    mine = applicants(drawn, [brush], 3)
    draw = freeze(drawn)
    first = min(mine, key=lambda one: arithmetic.key(draw.seed, "12345", one.number)).person
    first.frozen_at = CLOSED
    first.save(update_fields=["frozen_at"])
    make(draw)
    make(draw)
    draw.refresh_from_db()
    assert seated(brush) == set()
    assert Offer.objects.get(answer="").entry.number == 1
    assert checking.check(draw) == []


def test_numbers_go_on_after_those_who_wait_already(drawn):
    brush = pool(capacity=1)
    SeatPool.objects.filter(pk=brush.pk).update(last_waiting_number=7)
    applicants(drawn, [brush], 3)
    freeze_and_make(drawn)
    assert [number for number, _person in in_line(brush)] == [8, 9]


def test_a_seat_given_up_while_the_list_is_frozen_is_offered_after_the_draw(drawn):
    brush = pool(capacity=2)
    early = admit(person=factories.person("早"), pool=brush, because="照顾", now=NOW)
    applicants(drawn, [brush], 3)
    draw = freeze(drawn)
    withdraw(enrolment=early, because="身体原因", now=CLOSED)
    assert not Offer.objects.exists()
    make(draw)
    brush.refresh_from_db()
    assert brush.seats_taken == 2
    assert Offer.objects.get().entry.number == 1


def test_who_was_put_back_in_line_meanwhile_keeps_the_earlier_number(drawn):
    Term.objects.update(offer_hours=48)
    earlier = lots.draw_round(
        method="first",
        name="先报",
        opens_at=NOW - timedelta(days=9),
        closes_at=NOW - timedelta(days=5),
    )
    brush = pool(capacity=1)
    asked = earlier.opens_at + timedelta(days=1)
    person = factories.person("甲")
    first = register(person=factories.person("乙"), class_group=brush.class_group, now=asked)
    entry = register(person=person, class_group=brush.class_group, now=asked)
    withdraw(enrolment=first, because="身体原因", now=asked + timedelta(hours=1))
    offering.expire_due(asked + timedelta(days=4))
    entry.refresh_from_db()
    assert entry.left_at
    register(person=factories.person("丙"), class_group=brush.class_group, now=asked)
    wish(drawn, brush, person=person)
    draw = freeze(drawn)
    offering.reinstate(entry=entry, now=CLOSED)
    make(draw)
    draw.refresh_from_db()
    assert in_line(brush) == [(1, person.pk)]
    assert checking.check(draw) == []


def test_the_seats_of_a_draw_are_charged_once(drawn, django_capture_on_commit_callbacks):
    brush = pool(capacity=2, fee=180)
    applicants(drawn, [brush], 3)
    draw = freeze(drawn)
    with django_capture_on_commit_callbacks(execute=True):
        make(draw)
    fees.settle_missed(DRAWN)
    lines = FeeLine.objects.values_list("kind", "amount")
    assert list(lines) == [("charge", 180)] * 2


# Checking


def test_a_draw_that_was_made_agrees_with_itself(drawn):
    brush, song = pool(capacity=2), pool("合唱", capacity=1, weekday=3)
    applicants(drawn, [brush, song], 4)
    wish(drawn, song, brush, person=factories.person("甲"), partner=factories.person("乙"))
    draw = freeze_and_make(drawn)
    assert checking.check(draw) == []
    call_command("verify_draw", str(draw.pk))


def test_seats_given_up_and_offers_accepted_later_do_not_disturb_the_check(drawn):
    brush = pool(capacity=1)
    applicants(drawn, [brush], 3)
    draw = freeze_and_make(drawn)
    withdraw(enrolment=brush.enrolments.get(), because="身体原因", now=DRAWN + timedelta(hours=1))
    offering.accept(offer=Offer.objects.get(), channel="phone", now=DRAWN + timedelta(hours=2))
    fill_free_seats(brush, now=DRAWN + timedelta(hours=3))
    assert checking.check(draw) == []


def test_files_merged_later_do_not_disturb_the_check(drawn):
    brush, song = pool(capacity=3), pool("合唱", weekday=4)
    kept, dropped = factories.person("王秀兰"), factories.person("王秀蓝")
    wish(drawn, brush, person=kept)
    wish(drawn, song, person=dropped)
    draw = freeze_and_make(drawn)
    merging.merge(kept=kept, dropped=dropped, by=None)
    assert {one.person_id for one in Enrolment.objects.all()} == {kept.pk}
    assert checking.check(Draw.objects.get(pk=draw.pk)) == []


def test_two_files_of_one_person_are_not_merged_while_both_may_be_drawn(drawn):
    brush = pool(capacity=2)
    kept, dropped = factories.person("王秀兰"), factories.person("王秀蓝")
    for one in (kept, dropped):
        wish(drawn, brush, person=one)
    with pytest.raises(MergeRefused):
        merging.merge(kept=kept, dropped=dropped, by=None)
    draw = freeze(drawn)
    merging.merge(kept=kept, dropped=dropped, by=None)
    make(draw)
    assert seated(brush) == {kept.pk}
    assert checking.check(Draw.objects.get(pk=draw.pk)) == []


TAMPERED = {
    "a seat moved to another person": (
        lambda draw, others: Enrolment.objects.update(person=others[0]),
        {"seats"},
    ),
    "a seat more": (
        lambda draw, others: Enrolment.objects.create(
            **{
                name: getattr(Enrolment.objects.first(), name)
                for name in ("class_group", "pool", "round", "source", "seated_at")
            },
            person=others[0],
        ),
        {"seats"},
    ),
    "a waiting number changed": (
        lambda draw, others: WaitingEntry.objects.filter(number=1).update(number=9),
        {"numbers"},
    ),
    "the list changed": (
        lambda draw, others: Draw.objects.update(
            list_text=draw.list_text.replace("09:00", "08:00")
        ),
        {"list_hash", "list"},
    ),
    "the number changed": (
        lambda draw, others: Draw.objects.update(
            result_text=draw.result_text.replace('"12345"', '"12346"')
        ),
        {"result_hash", "order"},
    ),
    "the file lost": (
        lambda draw, others: Draw.objects.update(result_text="{}"),
        {"result_hash", "unreadable"},
    ),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_what_was_changed_afterwards_is_named(drawn, name, capsys):
    brush = pool(capacity=1)
    applicants(drawn, [brush], 3)
    draw = freeze_and_make(drawn)
    change, expected = TAMPERED[name]
    change(draw, [factories.person("外人")])
    draw = Draw.objects.get()
    assert expected <= set(checking.check(draw))
    with pytest.raises(SystemExit, match="1"):
        call_command("verify_draw", str(draw.pk))
    printed = capsys.readouterr().out
    assert all(f"differs: {finding}:" in printed for finding in expected)


def test_a_draw_that_was_not_made_or_is_not_there_cannot_be_verified(drawn):
    pool()
    draw = freeze(drawn)
    for pk in (draw.pk, draw.pk + 1):
        with pytest.raises(CommandError):
            call_command("verify_draw", str(pk))


def test_no_second_list_of_a_term_is_frozen_before_the_first_is_drawn(drawn):
    wish(drawn, pool())
    other = lots.draw_round(term=drawn.term)
    draw = freeze(drawn)

    with pytest.raises(errors.NotDrawn, match="还有一次抽签没有抽"):
        freeze(other)

    make(draw)
    assert freeze(other).round == other


def test_who_is_on_a_frozen_list_asks_for_nothing_else_until_it_is_drawn(drawn):
    brush, song = pool(), pool()
    ours = wish(drawn, brush)
    drawn.classes.set([brush.class_group])
    RegistrationRound.objects.create(
        term=drawn.term, name="先报先得", opens_at=CLOSED, closes_at=DRAWN + timedelta(days=9)
    ).classes.set([song.class_group])
    draw = freeze(drawn)
    later = DRAWN + timedelta(hours=1)

    with pytest.raises(errors.DrawPending, match="还没有抽"):
        register(person=ours.person, class_group=song.class_group, now=later)

    make(draw)
    assert register(person=ours.person, class_group=song.class_group, now=later).pool == song


def test_asking_for_a_place_does_not_read_the_files_of_a_draw_in_the_term(drawn):
    """They are megabytes for 50,000 applications, and everybody asks at once."""
    song = pool()
    wish(drawn, song)
    make(freeze(drawn))
    RegistrationRound.objects.create(
        term=drawn.term, name="先报先得", opens_at=CLOSED, closes_at=DRAWN + timedelta(days=9)
    )

    with CaptureQueriesContext(connection) as asked:
        register(
            person=factories.person("周玉梅"),
            class_group=song.class_group,
            now=DRAWN + timedelta(hours=1),
        )

    read = "\n".join(query["sql"] for query in asked)
    assert '"drawn_at"' in read
    assert '"list_text"' not in read
    assert '"result_text"' not in read
