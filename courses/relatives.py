"""A relative's word, given online, that somebody past a class's age may learn.

A relative who acts for the person gives it on the class's page; any other is asked by SMS.
"""

from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from accounts import queries as accounts
from accounts import sms
from accounts.models import Person, Proxy, User
from courses import errors, signed
from courses.desk import relatives as desk
from courses.models import RelativeConsent, RelativeRequest, Term
from courses.registration import rules, seats

# A monitor or staff may act for somebody; they are not their family.
FAMILY = (Proxy.Relation.CHILD, Proxy.Relation.SPOUSE, Proxy.Relation.RELATIVE)
# Each question sends a message to a number that somebody typed.
MOST_A_DAY = 3
# Who has not answered by then was not reached.
LASTS = timedelta(days=14)

_KIND = "relative"


def kinship(*, user: User, person: Person) -> Proxy | None:
    """By what `user` acts for `person` as family: then their word is heard here."""
    proxy = accounts.live_proxy(user=user, person=person)
    return proxy if proxy and proxy.relation in FAMILY else None


def last_request(*, person: Person, term: Term) -> RelativeRequest | None:
    return RelativeRequest.objects.filter(person=person, term=term).first()


def request_of_link(token: str) -> RelativeRequest:
    """The question, answered or not. The only door to it. Raises Http404."""
    found = RelativeRequest.objects.select_related("person", "term")
    if request := found.filter(pk=signed.read(_KIND, token)).first():
        return request
    raise Http404


def token_of(request: RelativeRequest) -> str:
    return signed.make(_KIND, request.pk)


def agree(*, person: Person, term: Term, by: User, now: datetime | None = None) -> RelativeConsent:
    """Write down that `by`, who acts for `person` as family, agrees. Twice is harmless.

    Raises RelativeNeeded for anybody else.
    """
    proxy = kinship(user=by, person=person)
    if proxy is None:
        raise errors.RelativeNeeded(_("这要家属自己来同意。请填家属的手机号，我们发短信问。"))
    return desk.record(
        person=person,
        term=term,
        relative=str(by),
        relation=proxy.get_relation_display(),
        phone=by.phone or "",
        how=RelativeConsent.How.ONLINE,
        by=by,
        now=now,
    )


@transaction.atomic
def ask(
    *,
    person: Person,
    term: Term,
    relative: str,
    relation: str,
    phone: str,
    by: User,
    now: datetime | None = None,
) -> RelativeRequest:
    """Ask whoever has the number `phone`, by SMS with a link that answers.

    Asking the same number again is harmless while it has not answered: no second message.
    Raises RelativeNeeded for one's own number and beyond MOST_A_DAY, FileClosed for a file
    that is not used any more.
    """
    now = now or timezone.now()
    person = seats.lock_persons([person])[person.pk]
    if no := rules.unusable(person):
        raise no
    if phone in {person.phone, by.phone}:
        raise errors.RelativeNeeded(_("这里要填家属的手机号，不是办理人自己的。"))
    asked = RelativeRequest.objects.filter(asked_at__gt=now - LASTS, phone=phone)
    if waiting := asked.filter(person=person, term=term, answered_at=None).first():
        return waiting
    today = RelativeRequest.objects.filter(asked_at__gt=now - timedelta(days=1))
    for many in (today.filter(person=person), today.filter(phone=phone)):
        if many.count() >= MOST_A_DAY:
            raise errors.RelativeNeeded(_("今天问得太多了，请明天再来，或打学校电话。"))
    request = RelativeRequest.objects.create(
        person=person,
        term=term,
        relative=relative.strip(),
        relation=relation,
        phone=phone,
        asked_at=now,
        asked_by=by,
    )
    transaction.on_commit(partial(tell.enqueue, request.pk), robust=True)
    return request


def is_over(request: RelativeRequest, *, now: datetime) -> bool:
    return request.answered_at is None and now >= request.asked_at + LASTS


@transaction.atomic
def answer(*, request: RelativeRequest, agrees: bool, now: datetime | None = None) -> None:
    """Write down what the relative says. Twice is harmless.

    Raises RelativeNeeded when they said otherwise before, or too late.
    """
    now = now or timezone.now()
    if is_over(request, now=now):
        raise errors.RelativeNeeded(_("这条短信过期了，请本人再问一次，或打学校电话。"))
    heard = RelativeRequest.objects.filter(pk=request.pk, answered_at=None).update(
        answered_at=now, agrees=agrees
    )
    if not heard:
        request.refresh_from_db()
        if request.agrees != agrees:
            raise errors.RelativeNeeded(_("您已经答复过了。要改，请打学校电话。"))
    elif agrees:
        desk.record(
            person=request.person,
            term=request.term,
            relative=request.relative,
            relation=request.relation,
            phone=request.phone,
            how=RelativeConsent.How.ONLINE,
            now=now,
        )


@task()
def tell(request_pk: int) -> bool:
    """Send the question; whether it went out."""
    request = RelativeRequest.objects.select_related("person").get(pk=request_pk)
    text = _(
        "%(person)s想在%(school)s上课，年纪大了，要家属同意。请您看一看，"
        "同意不同意都答复一下：%(url)s 。不认识的话不用理会，有疑问请打 %(phone)s。"
    ) % {
        "person": request.person.name,
        "school": settings.SCHOOL["name"],
        "url": settings.PUBLIC_URL + reverse("courses:relative_link", args=[token_of(request)]),
        "phone": settings.SCHOOL["phone"],
    }
    return sms.send(phone=request.phone, text=text)
