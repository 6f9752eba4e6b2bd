"""What follows from news of seats."""

from django.dispatch import receiver
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.signals import (
    PersonFact,
    erasure_objections_asked_for,
    facts_asked_for,
    file_freezing,
    merge_objections_asked_for,
    personal_tables_asked_for,
    powers_asked_for,
    readers_asked_for,
    work_asked_for,
)
from common.doors import WorkDoor, doors_asked_for
from courses import fees, office, queries, registration
from courses.fees import charging
from courses.letters import news
from courses.models import ClassGroup, ClassSession
from courses.personal import OF_COURSES
from courses.planning import teaching
from courses.signals import (
    class_cancelled,
    draw_made,
    meetings_changed,
    place_left,
    seat_given,
    seat_offered,
)


@receiver(seat_offered)
def tell_who_waited(sender, offer, **kwargs):
    news.tell_offered.enqueue(offer.pk)


@receiver(seat_given)
def tell_who_was_seated(sender, enrolment, **kwargs):
    if news.is_told_of(enrolment):
        news.tell_seated.enqueue(enrolment.pk)


@receiver(draw_made)
def tell_who_took_part(sender, draw, **kwargs):
    news.tell_drawn.enqueue(draw.pk)


@receiver(class_cancelled)
def tell_whose_class_is_cancelled(sender, class_group, **kwargs):
    news.tell_cancelled.enqueue(class_group.pk)


@receiver(meetings_changed)
def tell_who_meets_otherwise(sender, class_group, sessions, **kwargs):
    keys = [session.pk for session in sessions]
    news.tell_meetings_changed.enqueue(class_group.pk, keys, timezone.now().isoformat())


@receiver(seat_given)
def charge(sender, enrolment, **kwargs):
    fees.settle(enrolment=enrolment)


@receiver(draw_made)
def charge_who_was_drawn(sender, draw, **kwargs):
    charging.settle_drawn.enqueue(draw.pk)


@receiver(place_left)
def drop_what_is_owed(sender, enrolment=None, **kwargs):
    if enrolment:
        fees.settle(enrolment=enrolment)


@receiver(class_cancelled)
def money_to_give_back(sender, class_group, **kwargs):
    charging.settle_class(class_group=class_group)


@receiver(doors_asked_for)
def door_to_the_registrars_office(sender, user, roles, **kwargs):
    if user.is_superuser or not office.links(user, held=roles):
        return []
    note = _("报名、候补、班级、收费")
    return [WorkDoor(reverse("courses:desk_start"), "enrol", _("教务"), note)]


@receiver(merge_objections_asked_for)
def two_places_in_one_class(sender, kept, dropped, **kwargs):
    """One human being with two seats took one from somebody else: give one up first."""
    theirs = queries.places_by_class(dropped)
    return [
        _("两份档案在“%(class)s”都有座位或候补，请先退掉一个。") % {"class": place.class_group}
        for class_pk, place in queries.places_by_class(kept).items()
        if class_pk in theirs
    ]


@receiver(merge_objections_asked_for)
def two_applications_in_one_draw(sender, kept, dropped, **kwargs):
    """One human being with two numbers in a draw would have two chances; once the list is
    frozen the second gets nothing (courses.draws.drawing)."""
    open_rounds = {"withdrawn_at": None, "round__draw": None}
    theirs = dropped.applications.filter(**open_rounds).values("round")
    mine = kept.applications.filter(withdrawn_at=None, round__in=theirs)
    return [
        _("两份档案都参加了“%(round)s”的抽签，请先取消一份。") % {"round": one.round}
        for one in mine.select_related("round__term")
    ]


@receiver(personal_tables_asked_for)
def personal_tables(sender, **kwargs):
    return OF_COURSES


@receiver(erasure_objections_asked_for)
def still_teaches(sender, person, **kwargs):
    """Learners want to know who teaches them: another teacher first."""
    return [
        _("%(name)s还在教“%(class)s”，请先换老师。") % {"name": person.name, "class": group}
        for group in queries.taught_now(person, now=timezone.now())
    ]


@receiver(file_freezing)
def give_up_places(sender, person, by, now, **kwargs):
    registration.leave_everything(person=person, by=by, now=now)


@receiver(facts_asked_for)
def classes_of_the_term(sender, person, user, **kwargs):
    now = timezone.now()
    terms = queries.terms_not_over(now)
    groups = [
        *((_("在读的班"), seat.class_group) for seat in _of(terms, queries.seats_of(person))),
        *((_("候补的班"), entry.class_group) for entry in _of(terms, queries.waiting_of(person))),
        *((_("任教的班"), group) for group in queries.taught_now(person, now=now)),
    ]
    return [
        PersonFact(title, str(group), reverse("courses:class", args=[group.pk]))
        for title, group in groups
    ]


@receiver(readers_asked_for)
def teachers_of_the_term(sender, person, **kwargs):
    terms = queries.terms_not_over(timezone.now())
    groups = [seat.class_group for seat in _of(terms, queries.seats_of(person))]
    return [
        PersonFact(group.teacher.name, _("“%(class)s”的教师") % {"class": group})
        for group in groups
    ]


def _of(terms, places):
    return places.filter(class_group__term__in=terms)


@receiver(powers_asked_for)
def classes_given(sender, person, **kwargs):
    return teaching.teaches_since(person, now=timezone.now())


@receiver(work_asked_for)
def teaches_a_class(sender, user, **kwargs):
    if not user.person_id:
        return False
    taught = ClassGroup.objects.filter(teacher=user.person_id)
    return taught.exists() or ClassSession.objects.filter(substitute=user.person_id).exists()
