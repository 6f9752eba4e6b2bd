"""Watching a class once more: where each person stopped, and how much they have really seen.

A page says now and then which stretch of the recording it has shown since it last said so.
Stretches are united in the recording's own time, so skipping, seeing something twice and two
tabs at once give nothing twice; the server's clock bounds what a page may claim.
"""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import Person, User
from courses.models import ClassSession
from live import library, media_time, services
from live.attendance import GONE_AFTER
from live.models import Replay, ReplayStudy, StudyMode, Visit
from live.signals import replay_watched

SLOWEST_PERCENT, FASTEST_PERCENT = 75, round(media_time.FASTEST * 100)


@dataclass(frozen=True)
class Shown:
    """What a page says it has shown: [start, end) of the recording, and where it is now."""

    start: float
    end: float
    position: float
    speed_percent: int = 100


@transaction.atomic
def watch(
    *,
    replay: Replay,
    persons: Iterable[Person],
    device: uuid.UUID,
    shown: Shown,
    by: User | None = None,
    now: datetime | None = None,
) -> list[ReplayStudy]:
    """These persons have seen `shown` together on this device; their studies, in that order.

    A page's first word after a silence counts nothing: it says from where on it plays.
    Harmless to repeat: what was seen already stays seen once.
    """
    now = now or timezone.now()
    persons = list(persons)
    classroom = replay.classroom
    heard = _last_heard(classroom, persons, device, now)
    services.enter(
        classroom=classroom,
        persons=persons,
        device=device,
        by=by,
        mode=StudyMode.REPLAY,
        now=now,
    )
    for person in persons:
        ReplayStudy.objects.get_or_create(
            classroom=classroom, person=person, defaults={"seen_at": now}
        )
    studies = _locked(persons)
    for person in persons:
        mine = [study for study in studies if study.person_id == person.pk]
        study = next(one for one in mine if one.classroom_id == classroom.pk)
        counted = [one.counted_until for one in mine if one.counted_until]
        _count(study, replay, shown, since=heard.get(person.pk), counted=counted, now=now)
    by_person = {s.person_id: s for s in studies if s.classroom_id == classroom.pk}
    return [by_person[person.pk] for person in persons]


def tell_watched(*, now: datetime | None = None) -> int:
    """Tell the apps above who has made up a class by its replay; how many. Repeatable.

    Told once they have stopped watching, so that one evening is one line of study.
    """
    now = now or timezone.now()
    studies = list(library.studies_to_tell(now=now))
    for study in studies:
        tell(study=study)
    return len(studies)


@transaction.atomic
def tell(*, study: ReplayStudy) -> None:
    """Send the news of one study; whatever was lost is repaired by repeating."""
    ReplayStudy.objects.filter(pk=study.pk).update(told_seconds=study.seconds)
    transaction.on_commit(
        lambda: replay_watched.send_robust(ClassSession, study=study), robust=True
    )


def _last_heard(classroom, persons, device, now) -> dict[int, datetime]:
    """When this page was last heard of, by person; nobody who was silent too long."""
    alive = Visit.objects.filter(
        classroom=classroom,
        device=device,
        mode=StudyMode.REPLAY,
        person__in=persons,
        is_over=False,
        last_seen_at__gte=now - GONE_AFTER,
    )
    return dict(alive.order_by("last_seen_at").values_list("person_id", "last_seen_at"))


def _locked(persons: list[Person]) -> list[ReplayStudy]:
    # All of a person's, not only this room's: two replays at once are one pair of eyes.
    rows = ReplayStudy.objects.select_for_update(of=("self",)).filter(person__in=persons)
    return list(rows.order_by("pk"))


def _count(
    study: ReplayStudy,
    replay: Replay,
    shown: Shown,
    *,
    since: datetime | None,
    counted: list[datetime],
    now: datetime,
) -> None:
    if since is not None:
        since = max([since, *counted])
        stretch = media_time.credible(
            (shown.start, shown.end), passed=(now - since).total_seconds()
        )
        if stretch:
            _add(study, stretch)
        study.counted_until = max([now, *counted])
    _measure(study, replay, now)
    study.position = min(max(shown.position, 0.0), replay.whole_seconds)
    study.speed_percent = min(max(shown.speed_percent, SLOWEST_PERCENT), FASTEST_PERCENT)
    study.seen_at = now
    study.save()


def _add(study: ReplayStudy, stretch: media_time.Stretch) -> None:
    rounded = (round(stretch[0], 1), round(stretch[1], 1))
    study.spans = [list(span) for span in media_time.unite([*study.spans, rounded])]


def _measure(study: ReplayStudy, replay: Replay, now: datetime) -> None:
    """What of it was seen, within what is left to see; enough stays enough."""
    visible = media_time.within(study.spans, start=replay.cut_start, end=replay.ends)
    study.seconds = max(int(media_time.length(visible)), study.seconds)
    study.replay_seconds = round(replay.seconds)
    percent = study.classroom.session.class_group.term.present_from_percent
    is_enough = study.seconds > 0 and study.seconds * 100 >= replay.seconds * percent
    if is_enough and study.enough_at is None:
        study.enough_at = now
