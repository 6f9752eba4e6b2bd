"""Wishes for a round that is drawn: made, changed, taken back until the list is frozen."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Person, User
from common import dates
from courses import errors, queries
from courses.models import Application, Draw, RegistrationRound, SeatPool, Source, Wish
from courses.registration import rules, seats


def apply(
    *,
    person: Person,
    round: RegistrationRound,
    pools: Sequence[SeatPool],
    partner: Person | None = None,
    by: User | None = None,
    source: str = Source.ONLINE,
    key: UUID | None = None,
    now: datetime | None = None,
) -> Application:
    """Write down what `person` wishes for, the dearest first, in place of what they wished before.

    The number stays the same as long as the application lives. With `partner` both have the
    same wishes and are drawn as one; who was tied to somebody else before is not any more,
    and the other keeps their wishes alone. A `key` that was answered before gets that answer
    again. Raises a RegistrationRefused in words when the round is not open to either or a
    wish cannot be granted; nothing has changed then.
    """
    asked = {
        "person": person,
        "round": round,
        "pools": pools,
        "partner": partner,
        "by": by,
        "source": source,
        "key": key,
        "now": now or timezone.now(),
    }
    try:
        return _apply(**asked)
    except IntegrityError:
        # A class was taken out between the look and the commit: the second look says which.
        return _apply(**asked)


@transaction.atomic
def _apply(
    *,
    person: Person,
    round: RegistrationRound,
    pools: Sequence[SeatPool],
    partner: Person | None,
    by: User | None,
    source: str,
    key: UUID | None,
    now: datetime,
) -> Application:
    asking = [person, partner] if partner else [person]
    if partner == person:
        raise errors.WishesUnclear(_("一起报名的要是另一个人。"))
    locked = seats.lock_persons(asking)
    asking = [locked[one.pk] for one in asking]
    if key and (answered := asking[0].applications.filter(key=key).first()):
        return answered
    wished = _wished(round, pools)
    for one in asking:
        _check(one, round, wished, now)
    round = _lock(round)
    if _is_frozen(round):
        raise errors.RegistrationClosed(_over(round))
    facts = {"source": source, "key": key, "asked_at": now, "asked_by": by}
    made = [_live(one, round, facts) for one in asking]
    _untie(made)
    if len(made) == 2:
        for one, other in (made, reversed(made)):
            Application.objects.filter(pk=one.pk).update(partner=other)
            one.partner = other
    Wish.objects.filter(application__in=made).delete()
    Wish.objects.bulk_create(
        Wish(application=one, pool=pool, rank=rank)
        for one in made
        for rank, pool in enumerate(wished, start=1)
    )
    return made[0]


@transaction.atomic
def withdraw_application(
    *, application: Application, by: User | None = None, now: datetime | None = None
) -> None:
    """Take the wishes back; the other of a couple keeps theirs. Twice is harmless.

    Raises RegistrationClosed once the list is frozen.
    """
    round = _lock(application.round)
    live = Application.objects.filter(pk=application.pk, withdrawn_at=None)
    if not live.exists():
        return
    if _is_frozen(round):
        raise errors.RegistrationClosed(
            _("名单已经定了，不能取消了。抽中了又不想要，可以退班，座位会给后面的人。")
        )
    _untie([application])
    live.update(withdrawn_at=now or timezone.now(), withdrawn_by=by)


def closed(
    *, round: RegistrationRound, person: Person | None = None, now: datetime
) -> errors.RegistrationRefused | None:
    """Why no wishes are taken in the round now, by anybody or of `person`; None if they are."""
    if now < round.opens_at:
        return errors.NotOpenYet(
            _("%(when)s开始报名，请到时候再来。") % {"when": _when(round.opens_at)}
        )
    if now >= round.closes_at or _is_frozen(round):
        return errors.RegistrationClosed(_over(round))
    if person and not rules.admits(round, person):
        return errors.NotYourRound(
            _("“%(round)s”是给%(who)s报的。您可以看看别的批次，或打学校电话问一问。")
            % {"round": round.name, "who": rules.who(round)}
        )
    return None


def refusal_of_wish(
    *, person: Person, pool: SeatPool, round: RegistrationRound, now: datetime
) -> errors.RegistrationRefused | None:
    """Why `person` cannot wish for this class, in words; None if they can."""
    group = pool.class_group
    if held := queries.place_held(person=person, class_group=group):
        return errors.PartnerHasPlace(
            _("%(name)s在“%(class)s”已经有座位或候补号了，不用再填。")
            % {"name": person.name, "class": held.class_group}
        )
    return rules.refusal(person=person, class_group=group, now=now)


def _wished(round: RegistrationRound, pools: Sequence[SeatPool]) -> list[SeatPool]:
    """The pools as they are now, in the order of the wishes; what is no list of wishes is
    refused."""
    if not pools:
        raise errors.WishesUnclear(_("请至少填一个志愿。"))
    if len(pools) > round.max_wishes:
        raise errors.WishesUnclear(
            _("最多填 %(most)s 个志愿，请去掉几个。") % {"most": round.max_wishes}
        )
    found = SeatPool.objects.select_related(
        "class_group__term", "class_group__for_organisation", "class_group__after_course"
    ).in_bulk([pool.pk for pool in pools])
    if len({pool.pk for pool in pools}) < len(pools):
        raise errors.WishesUnclear(_("有两个志愿是一样的，请去掉一个，或者换一个班。"))
    if len(found) < len(pools):
        raise errors.WishesUnclear(_("有个志愿的班已经没有了，请换一个班。"))
    wished = [found[pool.pk] for pool in pools]
    for pool in wished:
        if round not in rules.rounds_of(pool.class_group):
            raise errors.WishesUnclear(
                _("“%(class)s”不在这一批里，请换一个班。") % {"class": pool.class_group}
            )
    return wished


def _check(
    person: Person, round: RegistrationRound, wished: list[SeatPool], now: datetime
) -> None:
    if no := rules.unusable(person) or closed(round=round, person=person, now=now):
        raise no
    for rank, pool in enumerate(wished, start=1):
        if no := refusal_of_wish(person=person, pool=pool, round=round, now=now):
            raise type(no)(
                _("第 %(rank)s 志愿“%(class)s”：%(why)s")
                % {"rank": rank, "class": pool.class_group, "why": no}
            )


def _lock(round: RegistrationRound) -> RegistrationRound:
    """The round, one application at a time: the list is frozen under the same lock."""
    rounds = RegistrationRound.objects.select_for_update(no_key=True, of=("self",))
    found = rounds.select_related("term", "organisation").filter(pk=round.pk).first()
    if found is None:
        raise errors.RegistrationClosed(_("这一批报名刚刚撤掉了，没有记下来。请看看别的批次。"))
    return found


def _live(person: Person, round: RegistrationRound, facts: dict) -> Application:
    """The application of `person`, theirs from before or a new one with the next number."""
    if found := person.applications.filter(round=round, withdrawn_at=None).first():
        for name, value in facts.items():
            setattr(found, name, value)
        found.save(update_fields=list(facts))
        return found
    RegistrationRound.objects.filter(pk=round.pk).update(
        last_application_number=F("last_application_number") + 1
    )
    number = RegistrationRound.objects.values_list("last_application_number", flat=True)
    return Application.objects.create(
        round=round, person=person, number=number.get(pk=round.pk), **facts
    )


def _untie(applications: list[Application]) -> None:
    keys = [one.pk for one in applications]
    Application.objects.filter(partner__in=keys).update(partner=None)
    Application.objects.filter(pk__in=keys).update(partner=None)
    for one in applications:
        one.partner = None


def _is_frozen(round: RegistrationRound) -> bool:
    return Draw.objects.filter(round=round.pk).exists()


def _over(round: RegistrationRound) -> str:
    return _(
        "“%(round)s”的报名 %(when)s截止了，不能再填、再改。抽完还有座位的班会再开放，可以留意。"
    ) % {"round": round.name, "when": _when(round.closes_at)}


def _when(moment: datetime) -> str:
    return dates.day_clock(timezone.localtime(moment), get_language() or "zh-hans")
