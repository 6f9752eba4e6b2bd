"""Two files of one human being made one, and taken apart again within a day.

Every row of every app that points to the second file moves to the first one, found by
introspection, and is written into the merge's journal; the second file stays as an empty
cover. What is append-only, or computed from rows that move, is listed in `STAYS` with what
happens to it instead.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit, queries
from accounts.errors import MergeRefused
from accounts.models import HouseholdMember, Merge, NotSame, Person, Proxy, User
from accounts.services import check_not_frozen, forget_photos, prepare_file
from accounts.signals import files_merging, files_parting, merge_objections_asked_for
from common import masks

UNDO_WITHIN = timedelta(days=1)

# What a file says about somebody, in the order in which people compare.
FACTS = (
    "name",
    "sex",
    "born_on",
    "born_day_known",
    "id_number",
    "phone",
    "other_phone",
    "phone_note",
    "organisation",
    "kind",
    "residence",
    "lives_away",
    "moves_badly",
    "health_note",
    "photo",
    "wants_class_sms",
)
# Rows that keep pointing to the second file, and why.
STAYS = {
    "accounts.AuditLine.person": "append-only; tells about the file that was seen or changed",
    "accounts.AuditLine.on_behalf_of": "append-only",
    "accounts.Merge.kept": "the history of merges",
    "accounts.Merge.dropped": "the history of merges",
    "accounts.NotSame.one": "a judgement about that very file",
    "accounts.NotSame.other": "a judgement about that very file",
    "accounts.Person.merged_into": "leads on from cover to cover",
    "branches.StudyEntry.person": "append-only; branches reverses and posts anew",
    "live.Attendance.person": "one of a person in a session; live unites them",
    "live.ReplayStudy.person": "one of a person in a room; live unites them",
}


# What points to a person


def name_of(field: models.Field) -> str:
    """ "courses.Enrolment.person": how a relation is called in STAYS and in journals."""
    return f"{field.model._meta.label}.{field.name}"


def relations() -> list[models.Field]:
    """Every foreign key of every app that points to a person."""
    return [
        field
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model is Person
    ]


# Comparing


@dataclass(frozen=True)
class Fact:
    """One field of two files side by side, as a page may show it."""

    name: str
    label: str
    kept: str
    dropped: str

    @property
    def differs(self) -> bool:
        return self.kept != self.dropped


def compare(kept: Person, dropped: Person) -> list[Fact]:
    """What the two files say, masked; fields that are empty in both are left out."""
    facts = []
    # Whether the day of birth is known goes with the day.
    for name in (name for name in FACTS if name != "born_day_known"):
        label = str(Person._meta.get_field(name).verbose_name)
        fact = Fact(name, label, _shown(kept, name), _shown(dropped, name))
        if fact.kept or fact.dropped:
            facts.append(fact)
    return facts


def _shown(person: Person, name: str) -> str:
    value = getattr(person, name)
    if not value:
        return ""
    if name == "phone":
        return masks.phone(value)
    if name == "other_phone":
        return masks.phone(value)
    if name == "id_number":
        return masks.id_number(value)
    if name in ("phone_note", "health_note", "photo"):
        # That there is one; two different ones are not told apart without being read.
        return _("有")
    if isinstance(value, bool):
        return _("是")
    display = getattr(person, f"get_{name}_display", None)
    return str(display() if display else value)


def objections(kept: Person, dropped: Person) -> list[str]:
    """Sentences why the two cannot be merged yet; each says what to do first."""
    found = []
    if kept.pk == dropped.pk:
        return [_("这是同一份档案，不用合并。")]
    for person in (kept, dropped):
        if person.merged_into_id or person.erased_at:
            found.append(_("有一份档案已经不用了，不能合并。"))
        elif person.frozen_at:
            found.append(
                _("%(name)s的档案已经冻结。要合并，请先解除冻结。") % {"name": person.name}
            )
    if kept.id_number and dropped.id_number and kept.id_number != dropped.id_number:
        found.append(_("两份档案的身份证号不一样，像是两个人。请先核对、改正其中一个。"))
    found.extend(_roles_in_the_way(kept, dropped))
    if _act_for_each_other(kept, dropped):
        found.append(_("两份档案之间有代办，请先取消代办。"))
    if all(_household_of(person) for person in (kept, dropped)):
        found.append(_("两份档案都在同机家人里，请先退出一个。"))
    for _receiver, sentences in merge_objections_asked_for.send(
        sender=Person, kept=kept, dropped=dropped
    ):
        found.extend(sentences or ())
    return found


def _roles_in_the_way(kept: Person, dropped: Person) -> Iterator[str]:
    """A merge gives nobody a role: neither do roles move, nor does a login move to them."""
    if _works_here(dropped):
        yield _(
            "并进来的档案有角色、支部职务或者在教的班，不能随档案转过去。请对换左右，或者先收回、换老师。"
        )
    has_own_login = User.objects.filter(person=kept).exists()
    if _works_here(kept) and not has_own_login and User.objects.filter(person=dropped).exists():
        yield _(
            "留下的档案有角色、支部职务或者在教的班，还没有登录。请让他先登录认领自己的档案，再合并。"
        )


def _works_here(person: Person) -> bool:
    keys = Q(is_superuser=True) | Q(is_staff=True)
    return bool(queries.powers_since(person)) or (
        User.objects.filter(keys, person=person).exists()
    )


def _act_for_each_other(one: Person, other: Person) -> bool:
    return Proxy.objects.filter(
        Q(person=one, agent__person=other) | Q(person=other, agent__person=one), revoked_at=None
    ).exists()


def _household_of(person: Person) -> HouseholdMember | None:
    return HouseholdMember.objects.filter(person=person, left_at=None).first()


# Merging


@transaction.atomic
def merge(
    *,
    kept: Person,
    dropped: Person,
    taken: Iterable[str] = (),
    by: User | None,
    now: datetime | None = None,
) -> Merge:
    """Make one file of two: `kept` goes on, `dropped` becomes a cover that leads to it.

    Empty fields of `kept` are filled from `dropped`; the fields named in `taken` are taken
    from it too. Raises MergeRefused with every objection, and then nothing has changed.
    """
    now = now or timezone.now()
    kept, dropped = _locked(kept, dropped)
    if by and by.person_id in (kept.pk, dropped.pk):
        raise MergeRefused(_("自己的档案，请另一位同事来合并。"))
    if found := objections(kept, dropped):
        raise MergeRefused(" ".join(found))
    made = Merge(kept=kept, dropped=dropped, merged_at=now, merged_by=by)
    # First, so that one ID number may stand in both.
    dropped.merged_into = kept
    dropped.save(update_fields=["merged_into"])
    made.facts = json.dumps(_take_facts(kept, dropped, set(taken)), ensure_ascii=False)
    made.journal = {"rows": dict(_move_rows(dropped, kept))}
    files_merging.send(
        sender=Merge, kept=kept, dropped=dropped, by=by, now=now, journal=made.journal
    )
    made.save()
    for person, other in ((kept, dropped), (dropped, kept)):
        audit.record(audit.Action.FILES_MERGED, by=by, person=person, now=now, file=other.pk)
    return made


def _locked(*persons: Person) -> list[Person]:
    """The same files, locked in one order whoever asks."""
    pks = sorted({person.pk for person in persons})
    rows = Person.objects.select_for_update(no_key=True).filter(pk__in=pks).order_by("pk")
    found = {person.pk: person for person in rows}
    return [found[person.pk] for person in persons]


def _take_facts(kept: Person, dropped: Person, taken: set[str]) -> dict:
    """Bring the facts of both into `kept`; return what it held before and after."""
    before = {name: _plain(kept, name) for name in FACTS}
    for name in FACTS:
        theirs = getattr(dropped, name)
        if name == "born_day_known":
            kept.born_day_known |= kept.born_on == dropped.born_on and theirs
        elif theirs and (name in taken or not getattr(kept, name)):
            setattr(kept, name, theirs)
    if "born_on" in taken:
        kept.born_day_known = dropped.born_day_known
    prepare_file(kept)
    kept.save()
    return {"before": before, "after": {name: _plain(kept, name) for name in FACTS}}


def _plain(person: Person, name: str):
    """A field's value as JSON can hold it."""
    value = getattr(person, Person._meta.get_field(name).attname)
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, bool | int) else str(value)


def _move_rows(source: Person, target: Person) -> Iterator[tuple[str, list[int]]]:
    """Let everything that points to `source` point to `target`; yields what moved.

    A row that `target` has already (the same consent, the same role) stays where it is.
    """
    for field in relations():
        if name_of(field) in STAYS:
            continue
        rows = field.model._base_manager.filter(**{field.name: source})
        pks = list(rows.order_by("pk").values_list("pk", flat=True))
        if moved := [pk for pk in pks if _repoint(field, pk, source, target)]:
            yield name_of(field), moved


def _repoint(field: models.Field, pk: int, source: Person, target: Person) -> bool:
    row = field.model._base_manager.filter(pk=pk, **{field.name: source})
    try:
        with transaction.atomic():
            return bool(row.update(**{field.name: target}))
    except IntegrityError:
        return False


# Taking apart


def may_be_undone(merge: Merge, *, now: datetime) -> bool:
    return merge.undone_at is None and now < merge.merged_at + UNDO_WITHIN


@transaction.atomic
def undo(*, merge: Merge, by: User | None, now: datetime | None = None) -> None:
    """Take two files apart again: what moved goes back, what came later stays.

    A fact that somebody has corrected since stays corrected. Twice is harmless. Raises
    MergeRefused after a day, or if the kept file was merged, frozen or erased since.
    """
    now = now or timezone.now()
    merge = Merge.objects.select_for_update(of=("self",)).get(pk=merge.pk)
    if merge.undone_at:
        return
    if not may_be_undone(merge, now=now):
        raise MergeRefused(_("合并超过一天了，不能撤销。请按两个人分别建档。"))
    kept, dropped = _locked(merge.kept, merge.dropped)
    check_not_frozen(kept)
    try:
        with transaction.atomic():
            _give_back_facts(kept, json.loads(merge.facts))
            dropped.merged_into = None
            dropped.save(update_fields=["merged_into"])
    except IntegrityError as error:
        raise MergeRefused(
            _("原来的身份证号已经在另一份档案里，不能撤销。请先核对那一份。")
        ) from error
    by_name = {name_of(field): field for field in relations()}
    for name, pks in merge.journal["rows"].items():
        for pk in pks:
            _repoint(by_name[name], pk, kept, dropped)
    files_parting.send(
        sender=Merge, kept=kept, dropped=dropped, by=by, now=now, journal=merge.journal
    )
    merge.undone_at, merge.undone_by = now, by
    merge.save(update_fields=["undone_at", "undone_by"])
    for person, other in ((kept, dropped), (dropped, kept)):
        audit.record(audit.Action.FILES_PARTED, by=by, person=person, now=now, file=other.pk)


def _give_back_facts(kept: Person, facts: dict) -> None:
    for name in FACTS:
        before, after = facts["before"][name], facts["after"][name]
        if before != after and _plain(kept, name) == after:
            field = Person._meta.get_field(name)
            setattr(kept, field.attname, field.to_python(before))
    prepare_file(kept)
    kept.save()


def forget_facts(*, now: datetime | None = None) -> int:
    """Forget what merges kept for their undoing, once that is over; return how many.

    The cover is emptied, and a photo that nothing shows any more goes. Safe to repeat.
    """
    now = now or timezone.now()
    over = Q(undone_at__isnull=False) | Q(merged_at__lte=now - UNDO_WITHIN)
    forgotten = 0
    for merge in Merge.objects.filter(over).exclude(facts=""):
        with transaction.atomic():
            forget_photos(photos_in(merge))
            merge.facts = ""
            merge.save(update_fields=["facts"])
            if not merge.undone_at:
                _empty_cover(merge.dropped)
        forgotten += 1
    return forgotten


def photos_in(merge: Merge) -> set[str]:
    """The photos that taking `merge` back would need."""
    if not merge.facts:
        return set()
    facts = json.loads(merge.facts)
    return {facts[moment]["photo"] for moment in ("before", "after")} - {""}


def _empty_cover(person: Person) -> None:
    """What is in the kept file need not stand in the cover as well; the name leads there."""
    for name in ("phone", "other_phone", "phone_note", "id_number", "health_note", "residence"):
        setattr(person, name, "")
    person.photo = ""
    person.lives_away = person.moves_badly = person.wants_class_sms = False
    prepare_file(person)
    person.save()


# Telling apart


@transaction.atomic
def say_not_same(*, one: Person, other: Person, by: User | None) -> None:
    """Two people after all: they are not suggested again. Twice is harmless."""
    first, second = sorted((one, other), key=lambda person: person.pk)
    NotSame.objects.get_or_create(one=first, other=second, defaults={"said_by": by})
