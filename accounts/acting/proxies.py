"""Acting for somebody (代办): how it is granted, told and begun.

The person grants it to a telephone number, or staff write it down from a signed paper.
Whether anybody uses that number yet is neither asked nor told.
"""

from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from accounts import audit, queries, services, sms
from accounts.errors import ProxyRefused
from accounts.models import Person, Proxy, User, Way
from common import masks

# What a person can say themselves; that staff may act for them stands on a paper.
FAMILY = (
    Proxy.Relation.CHILD,
    Proxy.Relation.SPOUSE,
    Proxy.Relation.RELATIVE,
    Proxy.Relation.MONITOR,
)
# Each grant sends a message to a number that somebody typed.
MOST_A_DAY = 10
# With more than this a list of names gets a search field.
MANY = 8


@transaction.atomic
def grant(
    *, person: Person, phone: str, relation: str, by: User, now: datetime | None = None
) -> Proxy:
    """Let whoever has the number `phone` act for `person`, who says so themselves.

    The agent is told by SMS; granting what holds already is harmless and tells nobody.
    Raises ProxyRefused for one's own number, beyond services.MOST_AGENTS or MOST_A_DAY, and
    FileFrozen.
    """
    now = now or timezone.now()
    if queries.own_file(by) != person:
        raise ProxyRefused(_("请谁代办，要本人自己来定。"))
    lately = Proxy.objects.filter(person=person, granted_at__gt=now - timedelta(days=1))
    if lately.count() >= MOST_A_DAY:
        raise ProxyRefused(_("今天改得太多了，请明天再来，或打电话给学校。"))
    return _allow(person=person, phone=phone, relation=relation, by=by, now=now)


@transaction.atomic
def record_paper(
    *,
    person: Person,
    phone: str,
    relation: str,
    paper: str,
    by: User,
    now: datetime | None = None,
) -> Proxy:
    """Write down from a signed paper that whoever has `phone` may act for `person`.

    Both are told by SMS, so that nobody learns later of a paper they never signed. Twice is
    harmless. Raises ProxyRefused and FileFrozen as `grant` does, and without a paper.
    """
    if not paper.strip():
        raise ProxyRefused(_("请写明签字的纸放在哪里，或它的编号。"))
    return _allow(
        person=person,
        phone=phone,
        relation=relation,
        way=Way.PAPER,
        paper=paper.strip(),
        by=by,
        now=now or timezone.now(),
    )


@transaction.atomic
def begin(*, user: User, person: Person, now: datetime | None = None) -> None:
    """Write down that `user` acts for `person` from now on.

    Whether they may is asked of queries.person_acted_for, here and at every request.
    """
    now = now or timezone.now()
    Proxy.objects.filter(agent=user, person=person, revoked_at=None, first_acted_at=None).update(
        first_acted_at=now
    )
    audit.record(audit.Action.ACTED_FOR, by=user, person=person, on_behalf_of=person, now=now)


def end_all(*, person: Person, by: User | None = None, now: datetime | None = None) -> int:
    """End every proxy of `person`, and, with their login, all they hold; return how many."""
    about = Proxy.objects.filter(Q(person=person) | Q(agent__person=person), revoked_at=None)
    ending = list(about.select_related("person"))
    for proxy in ending:
        services.revoke_proxy(proxy=proxy, by=by, now=now)
    return len(ending)


def held_by(user: User, *, words: str = "") -> QuerySet[Proxy]:
    """For whom `user` may act now; those whose name or pinyin has `words`, by name."""
    held = queries.proxies_held_by(user).order_by("person__pinyin", "person_id")
    if words := "".join(words.split()).lower():
        held = held.filter(
            Q(person__name__icontains=words)
            | Q(person__pinyin_letters__startswith=words)
            | Q(person__pinyin_initials__startswith=words)
        )
    return held


def proxies_for_staff(*, user: User, person: Person) -> list[Proxy]:
    """Who may act for `person`, each with `shown`: a name only where `user` sees that file."""
    proxies = list(queries.proxies_of(person).select_related("granted_by__person"))
    agents = [proxy.agent.person_id for proxy in proxies]
    seen = set(queries.files_seen_by(user).filter(pk__in=agents).values_list("pk", flat=True))
    for proxy in proxies:
        known = proxy.first_acted_at or proxy.agent.person_id in seen
        proxy.shown = str(proxy.agent) if known else masks.phone(proxy.agent.phone or "")
    return proxies


def _allow(*, person: Person, phone: str, by: User, **facts) -> Proxy:
    agent = services.login_of(phone=phone)
    held = queries.live_proxy(user=agent, person=person)
    proxy = services.allow_proxy(person=person, agent=agent, by=by, **facts)
    if held is None:
        transaction.on_commit(partial(tell.enqueue, proxy.pk), robust=True)
    return proxy


@task()
def tell(proxy_pk: int) -> int:
    """Tell the agent of a proxy, and the person where staff wrote it down; return how many."""
    proxy = Proxy.objects.select_related("person", "agent").get(pk=proxy_pk)
    if proxy.revoked_at:
        return 0
    words = {
        "person": proxy.person.name,
        "agent": masks.phone(proxy.agent.phone),
        "school": settings.SCHOOL["name"],
        "phone": settings.SCHOOL["phone"],
        "url": settings.PUBLIC_URL,
    }
    text = _(
        "%(person)s请您代办%(school)s的事。用这个手机号登录 %(url)s，"
        "就能替%(person)s报名、进教室上课。不认识的话不用理会，有疑问请打 %(phone)s。"
    )
    sent = sms.send(phone=proxy.agent.phone, text=text % words)
    if proxy.way == Way.PAPER and proxy.person.phone:
        text = _(
            "%(school)s按您签的字，登记了 %(agent)s 可以替您办理。不是您的意思，请打 %(phone)s。"
        )
        sent += sms.send(phone=proxy.person.phone, text=text % words)
    return int(sent)
