"""Standing in at one meeting (代课) by a link: made, taken by somebody who logs in, revoked.

The address is signed with the school's key; what it may is asked of the database each time,
so a revoked one opens nothing. It leads to that meeting alone.
"""

from datetime import datetime

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person, User
from accounts.queries import own_file
from courses import queries
from courses.errors import PlanRefused
from courses.models import ClassSession, SubstituteLink
from courses.planning import meetings

_SIGNER = Signer(salt="courses.standing_in")


def meeting_of(*, user: User, pk: int) -> ClassSession:
    """The meeting `pk`, if `user` may ask somebody to stand in: the teacher of the class, or
    the office. Who stands in already passes it on to nobody. Raises Http404."""
    found = ClassSession.objects.select_related(
        "class_group__teacher", "class_group__organisation", "substitute"
    )
    meeting = found.filter(pk=pk).first()
    if meeting and queries.may_teach(user=user, class_group=meeting.class_group):
        return meeting
    raise Http404


def working_link(session: ClassSession) -> SubstituteLink | None:
    links = session.substitute_links.filter(revoked_at=None)
    return links.select_related("taken_by").first()


def address_of(link: SubstituteLink) -> str:
    return settings.PUBLIC_URL + reverse("courses:stand_in", args=[_SIGNER.sign(str(link.pk))])


@transaction.atomic
def make(*, session: ClassSession, by: User, now: datetime | None = None) -> SubstituteLink:
    """The working link of a meeting; the same one while there is one. Raises PlanRefused."""
    now = now or timezone.now()
    locked = ClassSession.objects.select_for_update(no_key=True, of=("self",)).get(pk=session.pk)
    if link := working_link(locked):
        return link
    if locked.ends_at <= now:
        raise PlanRefused(_("这次课已经上过，不能再改。"))
    return SubstituteLink.objects.create(session=locked, made_at=now, made_by=by)


def read(token: str, *, now: datetime) -> SubstituteLink:
    """What a link opens now. Raises PlanRefused in words."""
    try:
        pk = int(_SIGNER.unsign(token))
    except (BadSignature, ValueError):
        raise PlanRefused(_("这个链接不完整。请回到消息里，再按一次那个链接。")) from None
    link = (
        SubstituteLink.objects.select_related(
            "session__class_group__teacher", "session__class_group__course", "taken_by"
        )
        .filter(pk=pk)
        .first()
    )
    if link is None or link.revoked_at:
        raise PlanRefused(_("这个代课链接已经收回了。要代课，请再问问老师或教务。"))
    if link.session.ends_at <= now:
        raise PlanRefused(_("这次课已经上过了，代课链接不能再用。"))
    return link


@transaction.atomic
def take(*, link: SubstituteLink, by: User, now: datetime | None = None) -> Person:
    """`by` stands in at the meeting; again is harmless. Returns who stands in.

    Raises PlanRefused for the teacher of the class, a login without a file of its own, and
    once somebody else has taken it.
    """
    now = now or timezone.now()
    person = own_file(by)
    if person is None or by.is_limited:
        raise PlanRefused(_("请先用自己的手机号登录、认领自己的档案，再来代课。"))
    link = (
        SubstituteLink.objects.select_for_update(of=("self",), no_key=True)
        .select_related("session__class_group")
        .get(pk=link.pk)
    )
    if link.revoked_at:
        raise PlanRefused(_("这个代课链接已经收回了。要代课，请再问问老师或教务。"))
    if link.taken_by_id == person.pk:
        return person
    if link.taken_by_id:
        raise PlanRefused(_("已经有别的老师用这个链接代课了。要换人，请教务或老师重新做一个。"))
    if person.pk == link.session.class_group.teacher_id:
        raise PlanRefused(_("您就是这个班的老师，不用代课，直接去讲课就行。"))
    _set(link.session, person, getattr(person, "login", None), now)
    link.taken_at, link.taken_by = now, person
    link.save(update_fields=["taken_at", "taken_by"])
    return person


@transaction.atomic
def revoke(*, session: ClassSession, by: User, now: datetime | None = None) -> None:
    """The working link opens nothing any more, and who took it stands in no more. Again is
    harmless. Raises PlanRefused once the meeting is over and was taught by them."""
    now = now or timezone.now()
    locked = SubstituteLink.objects.select_for_update(of=("self",), no_key=True)
    link = locked.filter(session=session, revoked_at=None).first()
    if link is None:
        return
    session = ClassSession.objects.select_related("class_group").get(pk=session.pk)
    if link.taken_by_id and session.substitute_id == link.taken_by_id:
        _set(session, None, by, now)
    link.revoked_at, link.revoked_by = now, by
    link.save(update_fields=["revoked_at", "revoked_by"])


def _set(session: ClassSession, person: Person | None, by: User | None, now: datetime) -> None:
    minutes = round((session.ends_at - session.starts_at).total_seconds() / 60)
    meetings.change_meeting(
        session=session,
        starts_at=session.starts_at,
        minutes=minutes,
        substitute=person,
        by=by,
        now=now,
    )
