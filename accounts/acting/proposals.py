"""One person asks another to study on one device: asked, agreed, declined, taken back.

A proposal goes to a person one knows here already, or to a telephone number, of which
nobody is told whose it is.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task

from accounts import queries, services, sms
from accounts.acting import households
from accounts.errors import HouseholdRefused
from accounts.models import Household, HouseholdProposal, Person, User, Way

Answer = HouseholdProposal.Answer

MOST_OPEN = 5
# Each proposal sends a message.
MOST_A_DAY = 10
# Who has not answered by then was not reached.
LASTS = timedelta(days=14)


@dataclass(frozen=True)
class Received:
    """A proposal, and for whom the reader would answer it."""

    proposal: HouseholdProposal
    person: Person
    # Who else the person would study with, beside the proposer.
    others: list[Person]


def open_proposals(*, now: datetime | None = None) -> QuerySet[HouseholdProposal]:
    now = now or timezone.now()
    found = HouseholdProposal.objects.filter(answer="", proposed_at__gt=now - LASTS)
    return found.filter(proposer__frozen_at=None, proposer__erased_at=None)


def proposals_of(person: Person, *, now: datetime | None = None) -> QuerySet[HouseholdProposal]:
    """What `person` proposed and nobody has answered yet."""
    return open_proposals(now=now).filter(proposer=person).select_related("person")


def proposals_for(user: User, *, now: datetime | None = None) -> list[Received]:
    """What `user` may answer: for themselves and for those they may act for."""
    own, others = queries.own_file(user), list(queries.persons_acted_for(user))
    by_phone = {person.phone: person for person in others if person.phone}
    if own and user.phone:
        by_phone[user.phone] = own
    by_pk = {person.pk: person for person in [*others, own] if person}
    found = open_proposals(now=now).filter(Q(person__in=by_pk) | Q(phone__in=by_phone))
    received = []
    for proposal in found.select_related("proposer"):
        person = by_pk.get(proposal.person_id) or by_phone[proposal.phone]
        if person.pk != proposal.proposer_id:
            companions = households.companions_of(proposal.proposer)
            with_them = [one for one in companions if one != person]
            received.append(Received(proposal, person, with_them))
    return received


def proposal_for(*, user: User, pk: int, now: datetime | None = None) -> Received:
    """The open proposal, if `user` may answer it. Raises Http404 for all others."""
    for received in proposals_for(user, now=now):
        if received.proposal.pk == pk:
            return received
    raise Http404


def proposal_made_by(*, person: Person, pk: int) -> HouseholdProposal:
    """The open proposal of `person`. Raises Http404 for all others."""
    if proposal := proposals_of(person).filter(pk=pk).first():
        return proposal
    raise Http404


def candidates(*, user: User, person: Person) -> list[Person]:
    """Whom `person`, by `user`, may ask by name: those who act for each other already.

    Of those who may act for `person` only who has done so: else a number typed as an agent's
    would tell whose it is.
    """
    known = Q(proxies__agent=user, proxies__revoked_at=None)
    known |= Q(login__acts_for__person=person) & Q(
        login__acts_for__revoked_at=None, login__acts_for__first_acted_at__isnull=False
    )
    if own := queries.own_file(user):
        known |= Q(pk=own.pk)
    found = Person.objects.kept().filter(known, frozen_at=None).exclude(pk=person.pk)
    with_them = households.companions_of(person).values("pk")
    return list(found.exclude(pk__in=with_them).distinct().order_by("pinyin", "pk"))


@transaction.atomic
def propose(
    *,
    proposer: Person,
    by: User,
    person: Person | None = None,
    phone: str = "",
    now: datetime | None = None,
) -> HouseholdProposal:
    """Ask `person`, or whoever has the number `phone`, to study on one device.

    Asking again is harmless: the open proposal is returned. They are told by SMS. The answer
    is the same whether or not anybody uses the number. Raises HouseholdRefused in words.
    """
    now = now or timezone.now()
    services.check_not_frozen(households.lock(proposer)[0])
    if person == proposer or (phone and phone in _numbers_of(proposer)):
        raise HouseholdRefused(
            _("这是%(name)s自己的号码。请填另一位的。") % {"name": proposer.name}
        )
    if households.companions_of(proposer).count() + 1 >= households.MOST_MEMBERS:
        raise HouseholdRefused(households.too_many())
    mine = HouseholdProposal.objects.filter(proposer=proposer)
    waiting = mine & open_proposals(now=now)
    if same := waiting.filter(person=person, phone=phone).first():
        return same
    if waiting.count() >= MOST_OPEN:
        raise HouseholdRefused(_("您已经请了几位，还没有答复。请先等一等，或收回一个。"))
    if mine.filter(proposed_at__gt=now - timedelta(days=1)).count() >= MOST_A_DAY:
        raise HouseholdRefused(_("今天请得太多了，请明天再来，或打电话给学校。"))
    proposal = HouseholdProposal.objects.create(
        proposer=proposer, person=person, phone=phone, proposed_at=now, proposed_by=by
    )
    transaction.on_commit(partial(tell_asked.enqueue, proposal.pk), robust=True)
    return proposal


@transaction.atomic
def agree(
    *,
    proposal: HouseholdProposal,
    person: Person,
    by: User,
    now: datetime | None = None,
) -> Household:
    """`person` agrees: from now on they and the proposer may study on one device.

    Twice is harmless. Raises HouseholdRefused where the proposal is gone, one of them
    belongs to another household, or there are too many, and FileFrozen.
    """
    now = now or timezone.now()
    proposer, person = households.lock(proposal.proposer, person)
    household = households.household_of(proposer)
    if household and households.membership_of(person) in household.members.filter(left_at=None):
        _settle(proposal, Answer.AGREED, person=person, by=by, now=now)
        return household
    if not open_proposals(now=now).filter(pk=proposal.pk).exists():
        raise HouseholdRefused(_("这个邀请已经收回或过时了，请再请一次。"))
    agreed = _settle(proposal, Answer.AGREED, person=person, by=by, now=now)
    asked = (proposer, agreed.proposed_by, _way(agreed.proposed_by, proposer))
    household = households.join([asked, (person, by, _way(by, person))], by=by, now=now)
    households.tell_the_others(household, person)
    return household


@transaction.atomic
def decline(
    *, proposal: HouseholdProposal, person: Person, by: User, now: datetime | None = None
) -> None:
    """`person` does not want to. Twice is harmless."""
    _settle(proposal, Answer.DECLINED, person=person, by=by, now=now or timezone.now())


@transaction.atomic
def take_back(*, proposal: HouseholdProposal, by: User, now: datetime | None = None) -> None:
    """The proposer thinks again. Twice is harmless."""
    _settle(proposal, Answer.TAKEN_BACK, person=None, by=by, now=now or timezone.now())


def forget_unanswered(*, now: datetime | None = None) -> int:
    """Forget proposals that nobody answered, and their numbers; return how many. Repeatable."""
    now = now or timezone.now()
    old = HouseholdProposal.objects.filter(answer="", proposed_at__lte=now - LASTS)
    forgotten, _kinds = old.delete()
    return forgotten


def _settle(proposal, answer, *, person, by, now) -> HouseholdProposal:
    HouseholdProposal.objects.filter(pk=proposal.pk, answer="").update(
        answer=answer,
        person=person or proposal.person,
        phone="",
        answered_at=now,
        answered_by=by,
    )
    return HouseholdProposal.objects.get(pk=proposal.pk)


def _numbers_of(person: Person) -> set[str]:
    logins = User.objects.filter(person=person, phone__isnull=False)
    return {person.phone, *logins.values_list("phone", flat=True)} - {""}


def _way(by: User | None, person: Person) -> str:
    return Way.ONLINE if by and queries.own_file(by) == person else Way.PROXY


@task()
def tell_asked(proposal_pk: int) -> int:
    """Tell who is asked to study on one device; return how many messages went out."""
    proposal = HouseholdProposal.objects.select_related("proposer", "person").get(pk=proposal_pk)
    if proposal.answer:
        return 0
    phones = queries.phones_of(proposal.person) if proposal.person else [proposal.phone]
    text = _(
        "%(person)s想和您在同一台设备上一起上课，两个人都算到课。愿意的话，"
        "请登录%(school)s %(url)s，在“我的档案”里按“同意”。不认识的话不用理会。"
    ) % {
        "person": proposal.proposer.name,
        "school": settings.SCHOOL["name"],
        "url": settings.PUBLIC_URL,
    }
    return sum(sms.send(phone=phone, text=text) for phone in phones)
