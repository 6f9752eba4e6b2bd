"""Who may ask for a place in a class, when, and why not: said before the button, and again
by whatever gives the place."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from accounts.consents import has_withdrawn
from accounts.models import Notice, Person
from common import dates
from courses import errors, queries
from courses.models import (
    ClassGroup,
    Enrolment,
    Offer,
    RegistrationRound,
    RelativeConsent,
    SeatPool,
    Term,
    WaitingEntry,
)
from courses.registration import holding


def refusal(
    *,
    person: Person,
    class_group: ClassGroup,
    now: datetime,
    rounds: list[RegistrationRound] | None = None,
) -> errors.RegistrationRefused | None:
    """Why `person` may not ask for a place in the class now, in words; None if they may.

    Who has looked at the class's `rounds` already brings them along, here and below.
    """
    rounds = rounds_of(class_group) if rounds is None else rounds
    if no := unfit(person=person, class_group=class_group, now=now, rounds=rounds):
        return no
    opened = open_round(class_group, now, person=person, rounds=rounds)
    held = holding.held_by(person=person, term=class_group.term)
    return full_up(person=person, held=held, opened=opened)


def unfit(
    *,
    person: Person,
    class_group: ClassGroup,
    now: datetime,
    rounds: list[RegistrationRound],
) -> errors.RegistrationRefused | None:
    """Why `person` may not ask for a place in the class now, whatever they hold already."""
    about = {"person": person, "class_group": class_group}
    return (
        unusable(person)
        or closed(now=now, rounds=rounds, **about)
        or ineligible(**about)
        or withheld(person)
    )


def full_up(
    *, person: Person, held: holding.Held, opened: RegistrationRound
) -> errors.RegistrationRefused | None:
    """Why who has `held` of the term gets no more in the round that is open."""
    if held.is_being_drawn and not opened.is_draw:
        return errors.DrawPending(
            _(
                "%(name)s参加的抽签名单已经定了，还没有抽。抽完看了结果，"
                "再报别的班，免得抽中了又超过几个班的限制。"
            )
            % {"name": person.name}
        )
    if held.classes >= opened.max_classes:
        return errors.LimitReached(
            _(
                "%(name)s这学期已经报满 %(limit)s 个班（候补也算）。"
                "要报这个班，请先在“我的班”里退掉一个。"
            )
            % {"name": person.name, "limit": opened.max_classes}
        )
    return None


def unusable(person: Person) -> errors.RegistrationRefused | None:
    """Whether the file cannot be given anything any more."""
    if person.frozen_at or person.erased_at or person.merged_into_id:
        return errors.FileClosed(_("这份档案已经冻结或者不用了，不能报名。有疑问请打学校电话。"))
    return None


def withheld(person: Person) -> errors.RegistrationRefused | None:
    """Whether the person took back that the school may use their data."""
    if has_withdrawn(person, Notice.Kind.BASIC):
        return errors.ConsentWithdrawn(
            _(
                "%(name)s撤回了对《个人信息告知书》的同意，不能再安排新的座位。"
                "要报名，请先在“我的档案”里打开“同意与权利”，重新同意。"
            )
            % {"name": person.name}
        )
    return None


def ineligible(*, person: Person, class_group: ClassGroup) -> errors.RegistrationRefused | None:
    """Why the class is not for `person`, whenever they ask; None if it is."""
    if no := _wrong_age(person, class_group):
        return no
    if class_group.returning_only and not is_returning(person, class_group.term):
        return errors.NotReturning(
            _("这个班只收在这里上过课的老学员。请看看别的班，或打学校电话问一问。")
        )
    wanted = class_group.for_organisation
    if wanted and not _belongs(person, wanted):
        return errors.WrongOrganisation(
            _("这个班只收%(organisation)s的人。单位写错了，请打学校电话更正。")
            % {"organisation": wanted}
        )
    if class_group.after_course_id and not has_completed(person, class_group.after_course_id):
        return errors.CourseMissing(
            _("这个班要先学完“%(course)s”。在别处学过的，请打学校电话或到窗口说明，我们来登记。")
            % {"course": class_group.after_course.title}
        )
    return None


def conditions(class_group: ClassGroup) -> list[str]:
    """Who may register, a sentence a line, for everybody to read before the button."""
    ages = {"min": class_group.min_age, "max": class_group.max_age}
    lines = [_("开学时 %(min)s 到 %(max)s 岁") % ages]
    if class_group.older_with_consent:
        lines.append(_("超过 %(max)s 岁的，家属同意就可以报") % ages)
    if class_group.returning_only:
        lines.append(_("只收在这里上过课的老学员"))
    if class_group.for_organisation_id:
        lines.append(
            _("只收%(organisation)s的人") % {"organisation": class_group.for_organisation}
        )
    if class_group.after_course_id:
        lines.append(_("要先学完“%(course)s”") % {"course": class_group.after_course.title})
    return lines


def closed(
    *,
    class_group: ClassGroup,
    now: datetime,
    person: Person | None = None,
    rounds: list[RegistrationRound] | None = None,
) -> errors.RegistrationRefused | None:
    """Why no place in the class may be asked for now, by anybody or by `person`; None if open."""
    if class_group.cancelled_at:
        return errors.ClassCancelled(_("这个班停开了，请看看别的班。"))
    rounds = rounds_of(class_group) if rounds is None else rounds
    if class_group.term.ends_on < timezone.localdate(now):
        return errors.RegistrationClosed(_over(class_group, rounds, now))
    opened = [one for one in rounds if one.is_open_at(now)]
    if any(admits(one, person) for one in opened):
        return None
    if any(one.is_draw and one.closes_at <= now and not _is_drawn(one) for one in rounds):
        return errors.DrawPending(
            _("这个班正在抽签，现在不能报名。抽签结果出来以后，还有座位的会再开放。")
        )
    coming = [one for one in rounds if one.opens_at > now and admits(one, person)]
    if opened:
        words = _("现在是“%(round)s”，%(who)s可以报。") % {
            "round": opened[0].name,
            "who": who(opened[0]),
        }
        if coming:
            words += _("您可以从%(when)s开始报。") % {"when": _when(coming[0].opens_at)}
        else:
            words += _("您想报，请打学校电话问一问。")
        return errors.NotYourRound(words)
    if coming:
        return errors.NotOpenYet(
            _("%(when)s开始报名，请到时候再来。") % {"when": _when(coming[0].opens_at)}
        )
    if of_others := next((one for one in rounds if one.opens_at > now), None):
        return errors.NotYourRound(
            _("“%(round)s”%(when)s开始，%(who)s可以报。您想报，请打学校电话问一问。")
            % {
                "round": of_others.name,
                "when": _when(of_others.opens_at),
                "who": who(of_others),
            }
        )
    return errors.RegistrationClosed(_over(class_group, rounds, now))


def promised(
    *,
    person: Person,
    class_group: ClassGroup,
    now: datetime,
    rounds: list[RegistrationRound] | None = None,
) -> errors.RegistrationRefused | None:
    """Why nobody may change to a free seat yet: others will ask for it in a round that is to
    come, or draw for it. None for whom a first come round is open."""
    rounds = rounds_of(class_group) if rounds is None else rounds
    opened = open_round(class_group, now, person=person, rounds=rounds)
    if opened and not opened.is_draw:
        return None
    if any(one.is_draw and one.opens_at <= now and not _is_drawn(one) for one in rounds):
        return errors.DrawPending(_("这个班的座位要抽签，抽签结果出来以后，还有空位再办。"))
    if coming := [one for one in rounds if one.opens_at > now]:
        return errors.NotOpenYet(
            _("这个班%(when)s开始报名，座位要留给那时候来报的人。")
            % {"when": _when(coming[0].opens_at)}
        )
    return None


def open_round(
    class_group: ClassGroup,
    now: datetime,
    *,
    person: Person | None = None,
    rounds: list[RegistrationRound] | None = None,
) -> RegistrationRound | None:
    """The round in which a place may be asked for now; a draw before first come, then the
    one that stays open longest."""
    rounds = rounds_of(class_group) if rounds is None else rounds
    fitting = [one for one in rounds if one.is_open_at(now) and admits(one, person)]
    return max(fitting, key=lambda one: (one.is_draw, one.closes_at), default=None)


def rounds_of(class_group: ClassGroup) -> list[RegistrationRound]:
    """The rounds in which places of the class are given, in the order of their opening."""
    rounds = class_group.term.rounds.with_draw()
    # One row a round: it names no class, or this one once.
    named = Q(classes=None) | Q(classes=class_group.pk)
    return list(rounds.filter(named).order_by("opens_at", "pk"))


def who(opened: RegistrationRound) -> str:
    """Whom a round is for, in the words of its page."""
    if opened.who == RegistrationRound.Who.ORGANISATION:
        return _("%(organisation)s的人") % {"organisation": opened.organisation}
    return str(opened.get_who_display())


def is_returning(person: Person, term: Term) -> bool:
    """Whether `person` kept a seat in an earlier term of the same school."""
    return Enrolment.objects.filter(
        person=person,
        withdrawn_at=None,
        class_group__cancelled_at=None,
        class_group__term__organisation=term.organisation_id,
        class_group__term__starts_on__lt=term.starts_on,
    ).exists()


def has_completed(person: Person, course_pk: int) -> bool:
    return Enrolment.objects.filter(
        person=person, class_group__course=course_pk, completed_on__isnull=False
    ).exists()


def has_relatives_consent(person: Person, term: Term) -> bool:
    return RelativeConsent.objects.filter(person=person, term=term).exists()


def places_left(*, person: Person, class_group: ClassGroup, now: datetime) -> int:
    """How many classes of the term the open round lets `person` still ask for."""
    opened = open_round(class_group, now, person=person)
    taken = holding.held_by(person=person, term=class_group.term).classes
    return max(opened.max_classes - taken, 0) if opened else 0


def line(pool: SeatPool) -> QuerySet[WaitingEntry]:
    """Who waits for a seat of the pool and may be offered one, first come first.

    Left out are those whose age does not fit any more, who have an offer already, and who
    hold as many seats of the term as the round they asked in allows: they keep their number.
    """
    group = pool.class_group
    offered = Offer.objects.filter(
        Q(entry=OuterRef("pk")) | Q(entry=OuterRef("partner"), seats=2), answer=""
    )
    fits = Q(person__born_on__range=group.born_between())
    if group.older_with_consent:
        fits |= Q(
            Exists(RelativeConsent.objects.filter(person=OuterRef("person"), term=group.term_id)),
            person__born_on__lt=group.born_between()[0],
        )
    held = (
        Enrolment.objects.filter(
            person=OuterRef("person"),
            withdrawn_at=None,
            class_group__term=group.term_id,
            class_group__cancelled_at=None,
        )
        .order_by()
        .values("person")
        .annotate(count=Count("pk"))
        .values("count")
    )
    return (
        pool.waiting.filter(fits, left_at=None)
        .exclude(Exists(offered))
        .annotate(seats_held=Coalesce(Subquery(held), Value(0)))
        .filter(Q(round=None) | Q(seats_held__lt=F("round__max_classes")))
        .select_related("person", "partner")
        .order_by("number")
    )


def limit_reached(persons: Iterable[Person], entry: WaitingEntry) -> Person | None:
    """Who of `persons` has as many seats as the round of `entry` allows; None if nobody has."""
    if entry.round_id is None:
        return None
    for person in persons:
        seats = queries.seats_of(person).filter(
            class_group__term=entry.class_group.term_id, class_group__cancelled_at=None
        )
        if seats.count() >= entry.round.max_classes:
            return person
    return None


def _over(class_group: ClassGroup, rounds: list[RegistrationRound], now: datetime) -> str:
    """That no round is open or planned: since when, whether seats are free, what to do."""
    if class_group.term.ends_on < timezone.localdate(now):
        return _("这个学期已经结束了。请看看新学期的班。")
    if not rounds:
        return _("这个班哪天开始报名还没有定，定了就写在这里。着急的，请打学校电话问一问。")
    closed_at = max(one.closes_at for one in rounds)
    words = _("报名已经结束，是%(when)s截止的。") % {"when": _when(closed_at)}
    if left := class_group.seats_left:
        return words + ngettext(
            "还有 %(left)s 个座位，想插班，请打学校电话或到窗口，我们来办。",
            "还有 %(left)s 个座位，想插班，请打学校电话或到窗口，我们来办。",
            left,
        ) % {"left": left}
    return words + _("座位也满了。请看看别的班，或打学校电话问一问。")


def _wrong_age(person, class_group) -> errors.RegistrationRefused | None:
    first, last = class_group.born_between()
    if first <= person.born_on <= last:
        return None
    facts = {
        "min": class_group.min_age,
        "max": class_group.max_age,
        "name": person.name,
        "age": person.age_on(class_group.term.starts_on),
    }
    if person.born_on < first and class_group.older_with_consent:
        if has_relatives_consent(person, class_group.term):
            return None
        return errors.RelativeNeeded(
            _(
                "%(name)s开学时 %(age)s 岁，超过了 %(max)s 岁，要家属同意才能报。"
                "请家属在这里同意，或打学校电话、到窗口办。"
            )
            % facts
        )
    return errors.WrongAge(
        _(
            "这个班收 %(min)s 到 %(max)s 岁的学员，%(name)s开学时 %(age)s 岁。"
            "请看看别的班，或打学校电话商量。"
        )
        % facts
    )


def admits(opened: RegistrationRound, person: Person | None) -> bool:
    """Whether the round is for `person`; every round is for somebody."""
    if person is None or opened.who == RegistrationRound.Who.EVERYONE:
        return True
    if opened.who == RegistrationRound.Who.RETURNING:
        return is_returning(person, opened.term)
    return _belongs(person, opened.organisation)


def _belongs(person: Person, organisation) -> bool:
    return person.organisation.path.startswith(organisation.path)


def _is_drawn(opened: RegistrationRound) -> bool:
    return hasattr(opened, "draw") and opened.draw.drawn_at is not None


def _when(moment: datetime) -> str:
    return dates.day_clock(timezone.localtime(moment), get_language() or "zh-hans")
