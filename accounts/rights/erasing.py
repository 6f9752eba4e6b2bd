"""A file erased: whoever it was about can no longer be told from it, and every total stays.

Rows stay under a pseudonym where figures are made of them; the rest is deleted or emptied, as
the apps declare it (accounts.personal). Other apps empty what needs more than that on
`file_erasing`.
"""

import json
from collections.abc import Iterator
from datetime import date, datetime

from django.apps import apps
from django.core.files.storage import Storage
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts import audit, queries, services
from accounts.errors import ErasureRefused
from accounts.files import merging
from accounts.models import (
    Consent,
    HouseholdProposal,
    InboxMessage,
    Merge,
    Person,
    RightsRequest,
    User,
)
from accounts.personal import Table
from accounts.rights import closing, exporting
from accounts.roster import forgetting
from accounts.signals import erasure_objections_asked_for, file_erasing

# Written into the file instead of a name, with the file's number; in the school's language,
# whoever's page asked for it.
ERASED = "已注销"

# Diaries of packages that repeat what a row was called: (model, its words, values over them).
DIARIES = (
    ("admin.LogEntry", "object_repr", {"change_message": ""}),
    ("wagtailcore.ModelLogEntry", "label", {"data": {}}),
)


def objections(person: Person, *, by: User | None = None) -> list[str]:
    """Sentences why `by` cannot erase the file yet; each says what to do first."""
    found = []
    if why := closing.objection(person, by=by):
        found.append(why)
    answers = erasure_objections_asked_for.send(sender=Person, person=person)
    for _receiver, sentences in answers:
        found.extend(sentences or ())
    return found


@transaction.atomic
def erase(*, person: Person, by: User | None, now: datetime | None = None) -> None:
    """Erase the file and every one that was merged into it; this cannot be taken back.

    The login closes, everything held or granted ends, and names, numbers, notes, photo and
    what was said in class go. What stays is a number with unit, year of birth and sex, so
    that counts of people, attendances and hours are as before. Twice is harmless. Raises
    ErasureRefused with every objection, and FileFrozen for the file of somebody who died.
    """
    now = now or timezone.now()
    person = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if person.erased_at:
        return
    services.check_not_frozen(person)
    if found := objections(person, by=by):
        raise ErasureRefused(" ".join(found))
    files = queries.files_of(person)
    known = _words_of(files)
    photos = {file.photo.name for file in files} | _photos_of_merges(files)
    # Before the first line of the log: who writes a roster holds its rows and waits for it.
    forgetting.forget(files)
    closing.close(person=person, by=by, now=now)
    _end_rights(files, now)
    _forget_in_diaries(files, known)
    _forget_messages(files, known)
    for table in exporting.tables():
        _forget_rows(table, files)
    for file in files:
        file_erasing.send(sender=Person, person=file)
    _forget_logins(files)
    services.forget_photos(photos - {""})
    for file in files:
        _forget_facts(file, now)
    audit.record(audit.Action.FILE_ERASED, by=by, person=person, now=now)


def _photos_of_merges(files: list[Person]) -> set[str]:
    merges = Merge.objects.filter(Q(kept__in=files) | Q(dropped__in=files))
    return set().union(*(merging.photos_in(merge) for merge in merges))


def _end_rights(files: list[Person], now: datetime) -> None:
    """Consents that hold, what is still asked, and what they may read of a dead relative."""
    for consent in Consent.objects.filter(person__in=files, withdrawn_at=None):
        consent.withdrawn_at = max(now, consent.given_at)
        consent.save(update_fields=["withdrawn_at"])
    theirs = RightsRequest.objects.filter(
        Q(person__in=files) | Q(asked_by__person__in=files), state=RightsRequest.State.OPEN
    )
    theirs.update(state=RightsRequest.State.WITHDRAWN, decided_at=now)
    RightsRequest.objects.filter(asked_by__person__in=files, until__gt=now).update(until=now)


def _forget_rows(table: Table, files: list[Person]) -> None:
    rows = exporting.rows_of(table, files)
    if table.deleted:
        for storage, name in _stored(rows):
            transaction.on_commit(lambda s=storage, n=name: s.delete(n), robust=True)
        rows.delete()
    elif table.forgotten:
        rows.update(**table.forgotten)


def _stored(rows: models.QuerySet) -> Iterator[tuple[Storage, str]]:
    """The files that these rows are about to let go of."""
    fields = [f for f in rows.model._meta.local_fields if isinstance(f, models.FileField)]
    for row in rows if fields else ():
        for field in fields:
            if file := getattr(row, field.name):
                yield file.storage, file.name


def _forget_logins(files: list[Person]) -> None:
    User.objects.filter(person__in=files).update(
        password="!",
        phone_proved_at=None,
        last_login=None,
        first_name="",
        last_name="",
        email="",
        is_staff=False,
        text_step=User.Step.STANDARD,
        theme=User.Theme.LIGHT,
    )


def _forget_facts(file: Person, now: datetime) -> None:
    file.name = f"{ERASED}{file.pk}"
    file.born_on, file.born_day_known = date(file.born_on.year, 1, 1), False
    for name in ("phone", "other_phone", "phone_note", "id_number", "health_note", "residence"):
        setattr(file, name, "")
    file.photo = ""
    file.lives_away = file.moves_badly = file.wants_class_sms = False
    file.erased_at = now
    services.prepare_file(file)
    file.save()


def _forget_in_diaries(files: list[Person], known: set[str]) -> None:
    """Django's and the editors' diaries, of every row that belongs to the person."""
    content_type = apps.get_model("contenttypes.ContentType")
    for label, words, emptied in DIARIES:
        diary = apps.get_model(label)._base_manager
        naming = Q(pk__in=[])
        for word in known:
            naming |= Q(**{f"{words}__contains": word})
        for table in exporting.tables():
            kind = content_type.objects.get_for_model(exporting.model_of(table))
            pks = [str(pk) for pk in exporting.rows_of(table, files).values_list("pk", flat=True)]
            lines = diary.filter(naming, content_type=kind, object_id__in=pks)
            lines.update(**{words: ERASED}, **emptied)


def _forget_messages(files: list[Person], known: set[str]) -> None:
    """Messages of the demo inbox, invitations to a number, and jobs that carried either."""
    messages = Q(phone__in=[file.phone for file in files if file.phone])
    for word in known:
        messages |= Q(text__contains=word)
    InboxMessage.objects.filter(messages).delete()
    HouseholdProposal.objects.filter(person=None, phone__in=known).delete()
    jobs = DBTaskResult.objects.filter(finished_at__isnull=False)
    spoken = [
        job.pk
        for job in jobs.only("pk", "args_kwargs").iterator()
        if any(word in json.dumps(job.args_kwargs, ensure_ascii=False) for word in known)
    ]
    jobs.filter(pk__in=spoken).delete()


def _words_of(files: list[Person]) -> set[str]:
    """By what a person is known in other people's texts."""
    logins = User.objects.filter(person__in=files)
    phones = {file.phone for file in files} | set(logins.values_list("phone", flat=True))
    return ({file.name for file in files} | phones) - {"", None}
