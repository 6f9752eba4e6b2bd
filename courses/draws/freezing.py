"""The end of a round that is drawn: its list is written down and published with its hash.

From here on nothing that is added, changed or said decides anything but the public number.
"""

import secrets
from collections import Counter, defaultdict
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Consent, Notice, User
from courses.draws import arithmetic
from courses.errors import NotDrawn
from courses.models import (
    Application,
    ClassGroup,
    Draw,
    Enrolment,
    RegistrationRound,
    SeatPool,
    WaitingEntry,
    Wish,
)
from courses.registration import seats


@transaction.atomic
def freeze(
    *,
    round: RegistrationRound,
    number_source: str,
    by: User | None = None,
    now: datetime | None = None,
) -> Draw:
    """Freeze the wishes of a round and promise a seed; its free seats are kept for the draw.

    `number_source` says which public number will be used, before anybody can know it. Twice
    is harmless: the first list stands. Raises NotDrawn in words while the round is open, or
    when it is not drawn or some of its seats are in another draw.
    """
    now = now or timezone.now()
    # Under the lock under which wishes are written: none is written after this.
    rounds = RegistrationRound.objects.select_for_update(no_key=True, of=("self",))
    round = rounds.select_related("term").get(pk=round.pk)
    if found := Draw.objects.filter(round=round).first():
        return found
    if not round.is_draw:
        raise NotDrawn(_("这一批是先报先得，不用抽签。"))
    if now < round.closes_at:
        raise NotDrawn(_("报名还没有截止，现在不能定名单。"))
    if not number_source.strip():
        raise NotDrawn(_("请写清楚用哪个公开的数，比如哪一期彩票的开奖号码。"))
    if Draw.objects.filter(round__term=round.term_id, drawn_at=None).exists():
        # What somebody may get in this one is known when the other is drawn.
        raise NotDrawn(_("这个学期还有一次抽签没有抽。请先抽完那一次，再定这一次的名单。"))
    pools = seats.lock_pools(pools_of(round).values_list("pk", flat=True))
    if not pools:
        raise NotDrawn(_("这一批里没有班可以抽。"))
    if any(pool.held_for_draw for pool in pools.values()):
        raise NotDrawn(_("这一批里有的班正在另一次抽签里，请先把那一次抽完。"))
    SeatPool.objects.filter(pk__in=pools).update(held_for_draw=True)
    seed = secrets.token_hex(32)
    source = number_source.strip()
    listed = _listed(round, pools) | {
        "number_source": source,
        "seed_sha256": arithmetic.sha256(seed),
    }
    text = arithmetic.text_of(listed)
    return Draw.objects.create(
        round=round,
        number_source=source,
        frozen_at=now,
        frozen_by=by,
        list_text=text,
        list_sha256=arithmetic.sha256(text),
        seed=seed,
        seed_sha256=listed["seed_sha256"],
    )


def pools_of(round: RegistrationRound):
    """The seats that are given in the round, those of cancelled classes left out."""
    classes = round.classes.all() if round.classes.exists() else round.term.class_groups.all()
    return SeatPool.objects.filter(
        class_group__in=classes.filter(cancelled_at=None).order_by().values("pk")
    )


def code_of(pool: SeatPool) -> str:
    """The name of a pool in the published files: XS-1/common, XS-1/point-3."""
    kind = f"point-{pool.teaching_point_id}" if pool.teaching_point_id else pool.kind
    return f"{pool.class_group.code}/{kind}"


def _listed(round: RegistrationRound, pools: dict[int, SeatPool]) -> dict:
    return {
        "method": arithmetic.METHOD,
        "round": {"id": round.pk, "name": str(round), "most": round.max_classes},
        "pools": {code_of(pool): _pool(pool) for pool in pools.values()},
        "applications": _applications(round, pools),
    }


def _pool(pool: SeatPool) -> dict:
    group = pool.class_group
    return {
        "pool": pool.pk,
        "class": group.code,
        "name": group.name if pool.kind == SeatPool.Kind.COMMON else f"{group.name} · {pool}",
        "seats": pool.seats_left,
        "last_waiting_number": pool.last_waiting_number,
        "weekday": group.weekday,
        "from": _clock(group),
        "to": _clock(group, after=group.minutes),
    }


def _clock(group: ClassGroup, *, after: int = 0) -> str:
    # Past midnight it is 24:30, so that every class ends after it began.
    hours, minutes = divmod(
        group.starts_at_time.hour * 60 + group.starts_at_time.minute + after, 60
    )
    return f"{hours:02d}:{minutes:02d}"


def _applications(round: RegistrationRound, pools: dict[int, SeatPool]) -> list[dict]:
    """Numbers, wishes and how many classes each may still get; no names.

    Left out are wishes that came true in another way, or whose class is cancelled by now.
    """
    live = {one.pk: one for one in round.applications.filter(withdrawn_at=None)}
    wished = _wishes(round)
    held, counted = _held(round)
    silent = _silent(round)
    codes = {pk: code_of(pool) for pk, pool in pools.items()}
    classes = {pk: pool.class_group_id for pk, pool in pools.items()}
    listed = []
    for one in sorted(live.values(), key=lambda application: application.number):
        partner = live.get(one.partner_id)
        persons = [one.person_id] + ([partner.person_id] if partner else [])
        most = min(
            0 if person in silent else round.max_classes - counted[person] for person in persons
        )
        wishes = [
            codes[pk]
            for pk in wished[one.pk]
            if pk in codes and not any((person, classes[pk]) in held for person in persons)
        ]
        listed.append(
            {
                "number": one.number,
                "partner": partner.number if partner else None,
                "most": max(most, 0),
                "wishes": wishes,
            }
        )
    return listed


def _wishes(round: RegistrationRound) -> dict[int, list[int]]:
    """The pools wished for, by the application's key, the dearest first."""
    found = defaultdict(list)
    wishes = Wish.objects.filter(application__round=round).order_by("application", "rank")
    for application, pool in wishes.values_list("application", "pool").iterator():
        found[application].append(pool)
    return found


def _held(round: RegistrationRound) -> tuple[set[tuple[int, int]], Counter]:
    """Who has a place in which class of the term, and how many seats each person has.

    A number in a line is no class yet: whoever waits may still get as many as others.
    """
    here = {"class_group__term": round.term_id, "class_group__cancelled_at": None}
    sitting = Enrolment.objects.filter(withdrawn_at=None, **here).order_by()
    waiting = WaitingEntry.objects.filter(left_at=None, **here).order_by()
    seated = set(sitting.values_list("person", "class_group"))
    places = seated | set(waiting.values_list("person", "class_group"))
    return places, Counter(person for person, _group in seated)


def _silent(round: RegistrationRound) -> set[int]:
    """Who took back, since they applied, that the school may use their data."""
    asked = Application.objects.filter(round=round).values("person")
    given = Consent.objects.filter(person__in=asked, notice__kind=Notice.Kind.BASIC)
    still = set(given.filter(withdrawn_at=None).values_list("person", flat=True))
    return set(given.values_list("person", flat=True)) - still
