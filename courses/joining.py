"""One meeting offered by an organisation and joined by others beneath it (联训).

The office of the meeting offers it, the office of the invited says with which of its classes
it comes: both have to want it. Whoever has a seat in a class that joins has one at that
meeting, in the same room.
"""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from accounts.queries import organisations_led_by
from courses.errors import JoiningRefused
from courses.models import ClassGroup, ClassSession, JoinedClass
from courses.queries import LEADS_CLASSES, classes_led_by


def meeting_led_by(*, user: User, pk: int) -> ClassSession:
    """The meeting `pk` of a class that `user` leads. Raises Http404."""
    found = ClassSession.objects.filter(pk=pk, class_group__in=classes_led_by(user))
    if meeting := found.select_related("class_group__organisation", "substitute").first():
        return meeting
    raise Http404


def joined_led_by(*, user: User, pk: int) -> JoinedClass:
    """An invitation to which `user` leads either side. Raises Http404."""
    led = organisations_led_by(user, *LEADS_CLASSES)
    found = JoinedClass.objects.filter(
        Q(organisation__in=led) | Q(session__class_group__organisation__in=led), pk=pk
    )
    if joined := found.select_related(*_WITH).first():
        return joined
    raise Http404


_WITH = (
    "organisation",
    "class_group",
    "session__class_group__organisation",
    "session__class_group__teacher",
    "session__substitute",
)


def of_meeting(session: ClassSession) -> QuerySet[JoinedClass]:
    """Who is invited to a meeting or comes, the first invited first."""
    return session.joined.filter(ended_at=None).select_related("organisation", "class_group")


def offered_to(user: User, *, now: datetime) -> QuerySet[JoinedClass]:
    """Invitations to organisations that `user` leads, of meetings that are not over."""
    led = organisations_led_by(user, *LEADS_CLASSES)
    found = JoinedClass.objects.filter(
        organisation__in=led, ended_at=None, session__ends_at__gt=now
    )
    return found.select_related(*_WITH).order_by("session__starts_at", "pk")


def may_be_invited(session: ClassSession) -> QuerySet[Organisation]:
    """The organisations beneath the one of the meeting that are not invited yet."""
    home = session.class_group.organisation
    asked = of_meeting(session).filter(class_group=None).values("organisation")
    beneath = Organisation.objects.filter(path__startswith=home.path, ended_on=None)
    return beneath.exclude(pk=home.pk).exclude(pk__in=asked).order_by("path")


def classes_to_come(joined: JoinedClass, *, user: User) -> QuerySet[ClassGroup]:
    """The classes of the invited organisation and beneath with which it may come."""
    there = joined.session.joined.filter(ended_at=None, class_group__isnull=False)
    found = classes_led_by(user).filter(
        organisation__path__startswith=joined.organisation.path, cancelled_at=None
    )
    current = found.filter(term__ends_on__gte=timezone.localdate(joined.session.starts_at))
    return current.exclude(pk=joined.session.class_group_id).exclude(
        pk__in=there.values("class_group")
    )


@transaction.atomic
def offer(
    *, session: ClassSession, organisation: Organisation, by: User, now: datetime | None = None
) -> JoinedClass:
    """Invite an organisation beneath to a meeting; again is the same invitation.

    Raises JoiningRefused for a meeting that is over and for who is not beneath.
    """
    now = now or timezone.now()
    _check_not_over(session, now)
    ClassSession.objects.select_for_update(no_key=True).get(pk=session.pk)
    if same := of_meeting(session).filter(organisation=organisation, class_group=None).first():
        return same
    if not may_be_invited(session).filter(pk=organisation.pk).exists():
        raise JoiningRefused(_("只能请下级的机构一起上课。"))
    return JoinedClass.objects.create(
        session=session, organisation=organisation, offered_at=now, offered_by=by
    )


@transaction.atomic
def accept(
    *, joined: JoinedClass, class_group: ClassGroup, by: User, now: datetime | None = None
) -> JoinedClass:
    """Come with `class_group`; again is harmless. Raises JoiningRefused."""
    now = now or timezone.now()
    joined = _locked(joined)
    if joined.class_group_id == class_group.pk:
        return joined
    if joined.ended_at:
        raise JoiningRefused(_("这个邀请已经收回了。"))
    if joined.class_group_id:
        raise JoiningRefused(_("已经答应带另一个班来了。要换，请先取消。"))
    _check_not_over(joined.session, now)
    if not classes_to_come(joined, user=by).filter(pk=class_group.pk).exists():
        raise JoiningRefused(_("这个班不能一起上这次课，请另选一个。"))
    joined.class_group, joined.accepted_at, joined.accepted_by = class_group, now, by
    try:
        with transaction.atomic():
            joined.save(update_fields=["class_group", "accepted_at", "accepted_by"])
    except IntegrityError:
        raise JoiningRefused(_("这个班已经在一起上了。")) from None
    return joined


@transaction.atomic
def end(*, joined: JoinedClass, by: User, now: datetime | None = None) -> None:
    """Take an invitation back, or stay away after all; again is harmless.

    Raises JoiningRefused once the meeting is over: who was there has been there.
    """
    now = now or timezone.now()
    joined = _locked(joined)
    if joined.ended_at:
        return
    _check_not_over(joined.session, now)
    joined.ended_at, joined.ended_by = now, by
    joined.save(update_fields=["ended_at", "ended_by"])


def _check_not_over(session: ClassSession, now: datetime) -> None:
    if session.ends_at <= now:
        raise JoiningRefused(_("这次课已经上过了，不能再改。"))


def _locked(joined: JoinedClass) -> JoinedClass:
    return (
        JoinedClass.objects.select_for_update(of=("self",), no_key=True)
        .select_related(*_WITH[:1], "session__class_group__organisation")
        .get(pk=joined.pk)
    )
