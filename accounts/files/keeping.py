"""People's files as staff keep them: opening, correcting, relatives, photo, showing in full.

Who may do it, the doors say (accounts.queries.file_led_by); the rows are written by
accounts.services. Here stands what holds for staff beside that: sensitive items only with
the person's consent, nobody's change lost under another's, and whatever was shown in full
or changed is written down.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import audit, consents, services
from accounts.errors import ConsentMissing, FileChanged, NumberTaken
from accounts.files import photos
from accounts.models import Notice, Organisation, Person, Relative, User, Way
from accounts.models.persons import ID_NUMBER
from common.sealed import blind_index

SENSITIVE = consents.SENSITIVE_FACTS
# What staff write; the rest follows from it or has services of its own.
FACTS = (
    "name",
    "sex",
    "born_on",
    "born_day_known",
    "kind",
    "organisation",
    "phone",
    "other_phone",
    "phone_note",
    "id_number",
    "health_note",
    "residence",
    "lives_away",
    "moves_badly",
    "wants_class_sms",
)
RELATIVE_FACTS = ("name", "relation", "phone", "note")
# What every page masks, and shows to whoever asks for it, with a line in the audit log.
MASKED = ("phone", "other_phone", "phone_note", "id_number", "health_note")


# Opening and correcting


@transaction.atomic
def open_file(*, facts: dict, by: User, paper: str = "", now: datetime | None = None) -> Person:
    """A new file with `facts` (names of FACTS); `paper` is where the consent to sensitive
    items lies that was signed for it.

    Raises ConsentMissing for sensitive facts without one, NumberTaken for an ID number that
    another file has.
    """
    if not paper and any(facts.get(name) for name in SENSITIVE):
        raise _consent_missing()
    _check_number(facts.get("id_number", ""))
    person = _saved(lambda: services.open_file(**facts, by=by, now=now))
    if paper:
        _write_consent(person, paper, by, now)
    return person


@transaction.atomic
def correct(
    *,
    person: Person,
    facts: dict,
    seen: str,
    by: User,
    paper: str = "",
    now: datetime | None = None,
) -> list[str]:
    """Write `facts` into the file; return the names of what changed.

    `seen` is the `state_of` the file that was corrected: FileChanged is raised, and nothing
    written, when the file says something else by now. Raises ConsentMissing, NumberTaken and
    FileFrozen as well.
    """
    before = _locked(person)
    services.check_not_frozen(before)
    _check_state(before, FACTS, seen)
    new = {name for name in SENSITIVE if facts.get(name) and facts[name] != getattr(before, name)}
    if paper:
        _write_consent(before, paper, by, now)
    elif new and not may_keep_sensitive(before):
        raise _consent_missing()
    if "id_number" in new:
        _check_number(facts["id_number"], but=before)
    for name, value in facts.items():
        setattr(before, name, value)
    return _saved(lambda: services.save_file(person=before, by=by, now=now))


def may_keep_sensitive(person: Person) -> bool:
    """Whether the person agreed that ID number, health remarks and photo are kept."""
    return consents.has_consented(person, Notice.Kind.SENSITIVE)


def _check_number(number: str, *, but: Person | None = None) -> None:
    if not number:
        return
    same = Person.objects.filter(
        id_index=blind_index(number, use=ID_NUMBER), merged_into=None
    ).exclude(pk=but and but.pk)
    if same.exists():
        raise _number_taken()


def _saved(save):
    """What `save` returns; two who write one ID number at once meet in the database."""
    try:
        with transaction.atomic():
            return save()
    except IntegrityError as error:
        if "id_index" in str(error) or "an_id_number_stands_in_one_file" in str(error):
            raise _number_taken() from error
        raise


def _write_consent(person: Person, paper: str, by: User, now: datetime | None) -> None:
    consents.give(
        person=person, kind=Notice.Kind.SENSITIVE, way=Way.PAPER, paper=paper, by=by, now=now
    )


def _consent_missing() -> ConsentMissing:
    return ConsentMissing(
        _(
            "身份证号、健康说明和照片，本人同意了才能存。请让本人在《敏感信息告知书》上签字，"
            "再勾上“本人已签纸面同意”，写上纸的编号；没有签字，就把这几项空着。"
        )
    )


def _number_taken() -> NumberTaken:
    return NumberTaken(
        _("这个身份证号已经在另一份档案里。请先按身份证号找一找；要是同一个人，请合并两份档案。")
    )


# Two people at one file


def state_of(row: Person | Relative, names: Iterable[str]) -> str:
    """What a form carries along so that a change of somebody else's is noticed: a key for
    each fact, from which the fact cannot be read."""
    return " ".join(f"{name}:{_key(row, name)}" for name in names)


def _check_state(row: Person | Relative, names: Iterable[str], seen: str) -> None:
    known = dict(part.split(":", 1) for part in seen.split() if ":" in part)
    changed = [name for name in names if known.get(name) != _key(row, name)]
    if changed:
        words = _("、").join(str(row._meta.get_field(name).verbose_name) for name in changed)
        raise FileChanged(
            _("您打开这一页以后，有人改过：%(fields)s。请核对下面的内容，再保存一次。")
            % {"fields": words},
            changed,
        )


def _key(row: Person | Relative, name: str) -> str:
    value = getattr(row, row._meta.get_field(name).attname)
    return blind_index(f"{row.pk}.{name}.{value}", use="form.state")[:12]


# Relatives


@transaction.atomic
def add_relative(
    *, person: Person, facts: dict, by: User, now: datetime | None = None
) -> Relative:
    """Somebody to call for `person`. Raises FileFrozen."""
    services.check_not_frozen(_locked(person))
    relative = Relative.objects.create(person=person, **facts)
    _record_relatives(person, by, now)
    return relative


@transaction.atomic
def correct_relative(
    *, relative: Relative, facts: dict, seen: str, by: User, now: datetime | None = None
) -> bool:
    """Correct what is known of a relative; True if anything changed.

    Raises FileChanged, as `correct` does, and FileFrozen.
    """
    services.check_not_frozen(_locked(relative.person))
    before = Relative.objects.get(pk=relative.pk)
    _check_state(before, RELATIVE_FACTS, seen)
    changed = [name for name, value in facts.items() if getattr(before, name) != value]
    for name in changed:
        setattr(before, name, facts[name])
    if changed:
        before.save(update_fields=changed)
        _record_relatives(before.person, by, now)
    return bool(changed)


@transaction.atomic
def remove_relative(*, relative: Relative, by: User, now: datetime | None = None) -> None:
    """Forget a relative. Twice is harmless. Raises FileFrozen."""
    services.check_not_frozen(_locked(relative.person))
    removed, _kinds = Relative.objects.filter(pk=relative.pk).delete()
    if removed:
        _record_relatives(relative.person, by, now)


def _record_relatives(person: Person, by: User, now: datetime | None) -> None:
    audit.record(audit.Action.FILE_CHANGED, by=by, person=person, now=now, fields=["relatives"])


# Photo


@transaction.atomic
def keep_photo(
    *, person: Person, data: bytes, by: User, paper: str = "", now: datetime | None = None
) -> None:
    """Keep the photo handed in as `data`, drawn again and small; the one before goes.

    Raises NotAPicture, ConsentMissing and FileFrozen.
    """
    jpeg = photos.jpeg_of(data)
    before = _locked(person)
    services.check_not_frozen(before)
    if paper:
        _write_consent(before, paper, by, now)
    elif not may_keep_sensitive(before):
        raise _consent_missing()
    old = {before.photo.name} - {""}
    before.photo.save(f"{secrets.token_hex(16)}.jpg", ContentFile(jpeg), save=False)
    try:
        services.save_file(person=before, by=by, now=now)
    except BaseException:
        before.photo.storage.delete(before.photo.name)
        raise
    services.forget_photos(old)


@transaction.atomic
def remove_photo(*, person: Person, by: User, now: datetime | None = None) -> None:
    """Forget the photo. Twice is harmless. Raises FileFrozen."""
    before = _locked(person)
    services.check_not_frozen(before)
    old = {before.photo.name} - {""}
    before.photo = ""
    services.save_file(person=before, by=by, now=now)
    services.forget_photos(old)


# Who looked


def note_seen(*, person: Person, by: User, now: datetime | None = None) -> None:
    """Somebody opened the file; each time is a line."""
    audit.record(audit.Action.FILE_SEEN, by=by, person=person, now=now)


def reveal(*, person: Person, names: Iterable[str], by: User, now: datetime | None = None) -> None:
    """Write down that `names` (of MASKED, "relatives") were shown in full to `by`."""
    audit.record(audit.Action.REVEALED, by=by, person=person, now=now, fields=sorted(names))


def note_photo_seen(*, person: Person, by: User, now: datetime | None = None) -> None:
    audit.record(audit.Action.PHOTO_SEEN, by=by, person=person, now=now)


def note_list_kept(
    *, organisation: Organisation | None, by: User, count: int, filters: Iterable[str]
) -> None:
    """A list of `count` files of `organisation` and beneath left as a workbook, chosen by
    these fields of the filter."""
    audit.record(
        audit.Action.FILES_EXPORTED,
        by=by,
        organisation=organisation,
        count=count,
        filters=sorted(filters),
    )


def _locked(person: Person) -> Person:
    # PostgreSQL makes the second of two wait; SQLite's transactions do so by themselves.
    return Person.objects.select_for_update(no_key=True).get(pk=person.pk)
