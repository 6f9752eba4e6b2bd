"""Which file a row is about, and the verdict on it: by ID number, or else name and birth.

Sets of rows are looked up at once: four or five queries for each thousand of them.  Nothing
here writes.  A file outside of the chosen organisation is never told of; its row goes to
somebody who can see both.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Q
from django.utils.translation import gettext_noop

from accounts.models import Consent, Notice, Organisation, Person, Relative, User
from accounts.models.persons import ID_NUMBER
from accounts.roster import lookups
from accounts.roster.entries import RELATIVE, RELATIVE_PHONE, Change, Entry, Verdict
from accounts.roster.places import Places
from accounts.roster.rows import Field, Note, Problem, Values, Weight
from common import masks
from common.sealed import blind_index

AT_ONCE = 1000


def _doubt(field: Field | str, code: str, text: str, /, **parts: str | int) -> Problem:
    column = field.value if field else ""
    return Problem(column, Note(text, tuple(parts.items())), Weight.REVIEW, code)


ELSEWHERE = _doubt("", "elsewhere", gettext_noop("别的机构可能已有这个人的档案，请上级教务核对。"))
ID_OTHER_NAME = _doubt(
    Field.ID_NUMBER, "id_other_name", gettext_noop("这个身份证号的档案是另一个名字，请核对。")
)
OTHER_ID = _doubt(
    Field.ID_NUMBER,
    "other_id",
    gettext_noop("已有同名同生日的档案，身份证号不同，请核对是不是同一人。"),
)
OTHER_SEX = _doubt(
    Field.SEX, "other_sex", gettext_noop("已有同名同生日的档案，性别不同，请核对。")
)
MONTH_ONLY = _doubt(
    Field.BORN,
    "month_only",
    gettext_noop("已有同名、同年同月出生的档案，只凭年月还不能认定是同一人，请核对。"),
)
SAME_PHONE = _doubt(
    Field.BORN,
    "same_phone",
    gettext_noop("已有同名、同手机号的档案，出生日期不同，请核对是不是同一人。"),
)
PHONE_TAKEN = _doubt(
    Field.PHONE,
    "phone_taken",
    gettext_noop("这个手机号在另一个人的档案里，请核对是不是家人共用。"),
)
SEVERAL = gettext_noop("有 %(count)s 份档案都对得上，请选是哪一份。")
TWICE = gettext_noop("和第 %(row)s 行是同一份档案。")
FROZEN = Problem("", Note(gettext_noop("档案已冻结，不再写入。")), Weight.REFUSED, "frozen")
INCOMPLETE = _doubt(Field.BORN, "incomplete", gettext_noop("没有出生日期，不能新建档案。"))
STALE = _doubt("", "stale", gettext_noop("预览以后档案有变动，请再看一遍。"))

# Doubts about a value that is plausible once it stands in the file.
SETTLED_BY_FILE = ("age_unusual", "phone_crowded")
# Facts that a row may fill or change, as accounts.models.Person calls them.
PLAIN_FACTS = ("sex", "other_phone", "kind", "residence", "lives_away", "moves_badly")


class File(NamedTuple):
    """What matching must know of a person's file."""

    pk: int
    name: str
    sex: str
    born_on: date
    born_day_known: bool
    phone: str
    other_phone: str
    phone_note: str
    id_index: str
    health_note: str
    organisation: int
    path: str
    kind: str
    residence: str
    lives_away: bool
    moves_badly: bool
    frozen_at: Any


COLUMNS = (
    "pk",
    "name",
    "sex",
    "born_on",
    "born_day_known",
    "phone",
    "other_phone",
    "phone_note",
    "id_index",
    "health_note",
    "organisation_id",
    "organisation__path",
    "kind",
    "residence",
    "lives_away",
    "moves_badly",
    "frozen_at",
)


class Judge:
    """Finds the files that rows are about and passes the verdicts, batch by batch.

    ID numbers and health remarks become facts of a file only `with_consent`; without it a
    number is only looked up.
    """

    def __init__(self, places: Places, *, with_consent: bool):
        self.places, self.with_consent = places, with_consent
        # Files that rows before were about.
        self._taken: dict[int, int] = {}
        # By ID number, for the batch.
        self._indexes: dict[str, str] = {}

    def judge(self, entries: Sequence[Entry], *, again: bool = False) -> None:
        """Pass the verdict on each of `entries`, which are changed in place.

        `again`: just before writing, when what was written meanwhile counts, but no longer
        whose telephone numbers these are; a couple of one roster may share theirs.
        """
        for begin in range(0, len(entries), AT_ONCE):
            batch = entries[begin : begin + AT_ONCE]
            for entry in batch:
                entry.verdict, entry.person = Verdict.REFUSED.value, None
                entry.changes, entry.candidates, entry.doubts = [], [], []
            sound = [entry for entry in batch if entry.row.weight != Weight.REFUSED]
            root, values = self.places.root, [entry.row.values for entry in sound]
            self._indexes = _indexes(values)
            wanted = _wanted(values, self._indexes, root, with_phones=not again)
            files = _Files(root, wanted)
            for entry in sound:
                entry.verdict = self._verdict(entry, files, again).value

    def changes(self, pairs: Sequence[tuple[Entry, int]]) -> list[list[Change]]:
        """What each row would change in the file that goes with it, wherever that is."""
        files = _Files(self.places.root, [Q(pk__in={pk for _, pk in pairs})], everywhere=True)
        return [list(self._changes(entry, files.by_pk[pk], files)) for entry, pk in pairs]

    def _verdict(self, entry: Entry, files: "_Files", again: bool) -> Verdict:
        doubts, values = entry.doubts, entry.row.values
        file = self._file_of(entry, files)
        if file and file.frozen_at:
            doubts[:] = [FROZEN]
            return Verdict.REFUSED
        if file:
            entry.person = file.pk
            entry.changes = list(self._changes(entry, file, files))
            row = self._taken.setdefault(file.pk, entry.row.number)
            if row != entry.row.number:
                doubts.append(_doubt("", "twice", TWICE, row=row))
        is_new_phone = not file or any(change.field == "phone" for change in entry.changes)
        if is_new_phone and not again:
            _ask_about_phone(entry, file, files)
        if not file and not values.born_on and not _is_said(entry, Field.BORN):
            doubts.append(INCOMPLETE)
        if doubts or entry.unplaced or _is_doubtful(entry, file):
            return Verdict.REVIEW
        if not file:
            return Verdict.NEW
        return Verdict.CHANGED if entry.changes else Verdict.SAME

    # Whose file

    def _file_of(self, entry: Entry, files: "_Files") -> File | None:
        """The file that `entry` is surely about; else doubts and candidates are written."""
        values = entry.row.values
        index = self._indexes.get(values.id_number, "")
        if index and (file := files.by_index.get(index)):
            if not files.is_here(file):
                return _leave(entry, ELSEWHERE, file)
            if file.name != values.name:
                return _leave(entry, ID_OTHER_NAME, file)
            return file
        if not values.born_on:
            return None
        named = [file for file in files.by_name[values.name] if _is_same_birth(file, values)]
        here = [file for file in named if files.is_here(file)]
        if not here:
            return _look_elsewhere(entry, named)
        alike = [file for file in here if not (index and file.id_index)]
        if not alike:
            return _leave(entry, OTHER_ID, *here)
        same_sex = [file for file in alike if _may_be_equal(file.sex, values.sex)]
        if not same_sex:
            return _leave(entry, OTHER_SEX, *alike)
        return _surest(entry, same_sex)

    # What would change there

    def _changes(self, entry: Entry, file: File, files: "_Files") -> Iterator[Change]:
        """Empty fields are filled and plain facts corrected; an empty cell changes nothing."""
        values = entry.row.values
        for name in PLAIN_FACTS:
            old, new = getattr(file, name), getattr(values, name)
            if new not in ("", None) and new != old:
                yield Change(name, _shown(name, old), _shown(name, new))
        yield from _changed_birth(values, file)
        # The number that somebody logs in by they know better than any office.
        is_proved = (file.pk, file.phone) in files.proved
        if values.phone and values.phone != file.phone and not is_proved:
            yield Change("phone", masks.phone(file.phone), masks.phone(values.phone))
        if values.phone_note and values.phone_note not in file.phone_note:
            yield Change("phone_note")
        if self.with_consent and file.pk not in files.unwilling:
            if not file.id_index and has_sound_id(entry):
                yield Change("id_number", "", masks.id_number(values.id_number))
            if values.health_note and values.health_note not in file.health_note:
                yield Change("health_note")
        yield from self._changed_place(entry, file)
        yield from _changed_relatives(values, files.relatives[file.pk])

    def _changed_place(self, entry: Entry, file: File) -> Iterator[Change]:
        values, wanted = entry.row.values, entry.organisation
        if not (values.unit or values.unit_code) or wanted is None:
            return
        # A roster of the county says less than a file of one of its communities.
        if not self.places.contains(upper=wanted, path=file.path):
            names = self.places.name_of(file.organisation), self.places.name_of(wanted)
            yield Change("organisation", *names)


class _Files:
    """The files that some rows may be about, and what else is known of these people."""

    def __init__(self, root: Organisation, wanted: Iterable[Q], *, everywhere: bool = False):
        self.root = root
        self.by_pk: dict[int, File] = {}
        for one in wanted:
            found = Person.objects.kept().filter(one).values_list(*COLUMNS)
            self.by_pk |= {file[0]: File(*file) for file in found}
        files = [self.by_pk[pk] for pk in sorted(self.by_pk)]
        self.by_index = {file.id_index: file for file in files if file.id_index}
        self.by_name: dict[str, list[File]] = defaultdict(list)
        self.by_phone: dict[str, list[File]] = defaultdict(list)
        for file in files:
            self.by_name[file.name].append(file)
            self.by_phone[file.phone].append(file)
        # (file, number) of those who proved it, and who took back their consent to
        # sensitive items.
        self.proved: set[tuple[int, str]] = set()
        self.unwilling: set[int] = set()
        self.relatives: dict[int, list[Relative]] = defaultdict(list)
        if known := [file.pk for file in files if everywhere or self.is_here(file)]:
            self._fetch_more(known)

    def is_here(self, file: File) -> bool:
        return file.path.startswith(self.root.path)

    def _fetch_more(self, pks: list[int]) -> None:
        proved = User.objects.filter(person__in=pks, phone_proved_at__isnull=False)
        self.proved = set(proved.values_list("person_id", "phone"))
        for relative in Relative.objects.filter(person__in=pks).order_by("pk"):
            self.relatives[relative.person_id].append(relative)
        asked = Consent.objects.filter(person__in=pks, notice__kind=Notice.Kind.SENSITIVE)
        given = set(asked.filter(withdrawn_at=None).values_list("person_id", flat=True))
        self.unwilling = set(asked.values_list("person_id", flat=True)) - given


def has_sound_id(entry: Entry) -> bool:
    """Whether there is an ID number that nothing speaks against; only such are kept."""
    return bool(entry.row.values.id_number) and not _is_said(entry, Field.ID_NUMBER)


def _is_said(entry: Entry, field: Field) -> bool:
    return any(problem.column == field for problem in entry.row.problems)


def relative_name(values: Values) -> str:
    """Whom the number belongs to, if only by the relation."""
    return values.relative_name or values.relative_relation or "家属"


def _is_doubtful(entry: Entry, file: File | None) -> bool:
    """Whether something in the row is odd; not what stands in the file already, for
    somebody has looked at it then."""
    changed = {change.field for change in entry.changes}
    return any(
        file is None or problem.code not in SETTLED_BY_FILE or problem.column in changed
        for problem in entry.row.problems
    )


def _surest(entry: Entry, files: list[File]) -> File | None:
    values = entry.row.values
    sure = [file for file in files if _is_sure(entry, file)]
    by_phone = [file for file in sure if values.phone and file.phone == values.phone]
    by_place = [file for file in sure if file.organisation == entry.organisation]
    for found in (sure, by_phone, by_place):
        if len(found) == 1:
            return found[0]
    if sure:
        return _leave(entry, _doubt("", "several", SEVERAL, count=len(sure)), *sure)
    return _leave(entry, MONTH_ONLY, *files)


def _is_sure(entry: Entry, file: File) -> bool:
    """Same name and same day; where only the month is known something else must agree."""
    values = entry.row.values
    if values.born_day_known and file.born_day_known:
        return True
    return _has_same_phone(file, values) or file.organisation == entry.organisation


def _look_elsewhere(entry: Entry, named: list[File]) -> None:
    """Somebody of the same name and day may have moved here; the month alone is too little."""
    values = entry.row.values
    for file in named:
        is_near = (values.born_day_known and file.born_day_known) or _has_same_phone(file, values)
        is_other = file.id_index and values.id_number
        if is_near and not is_other and _may_be_equal(file.sex, values.sex):
            _leave(entry, ELSEWHERE, file)
            break


def _ask_about_phone(entry: Entry, own: File | None, files: _Files) -> None:
    """Doubt a number that is new to the file and stands in another's."""
    values = entry.row.values
    if not values.phone or entry.doubts:
        return
    for file in files.by_phone[values.phone]:
        is_explained = own and file.name == own.name
        if file.name == values.name and not is_explained:
            _leave(entry, SAME_PHONE if files.is_here(file) else ELSEWHERE, file)
            break
        # The phone of a son or of a husband who has died may well be in his own file.
        is_explained = is_explained or file.name == values.relative_name or file.frozen_at
        if files.is_here(file) and not is_explained and file.born_on != values.born_on:
            _leave(entry, PHONE_TAKEN)
            break


def _leave(entry: Entry, doubt: Problem, *files: File) -> None:
    """Leave it to a person."""
    entry.doubts.append(doubt)
    entry.candidates = [file.pk for file in files]


def _changed_birth(values: Values, file: File) -> Iterator[Change]:
    if not values.born_on or (not values.born_day_known and _is_same_month(file, values)):
        return
    if (values.born_on, values.born_day_known) != (file.born_on, file.born_day_known):
        old = _birth(file.born_on, file.born_day_known)
        yield Change("born_on", old, _birth(values.born_on, values.born_day_known))


def _changed_relatives(values: Values, known: list[Relative]) -> Iterator[Change]:
    if not values.relative_phone:
        return
    if any(relative.phone == values.relative_phone for relative in known):
        return
    new = masks.phone(values.relative_phone)
    for relative in known:
        if relative.name == values.relative_name:
            yield Change(RELATIVE_PHONE, masks.phone(relative.phone), new)
            return
    yield Change(RELATIVE, "", f"{relative_name(values)} {new}")


def _wanted(
    rows: list[Values], indexes: dict[str, str], root: Organisation, *, with_phones: bool
) -> Iterator[Q]:
    """What the files are found by: ID numbers, name and birth, telephone."""
    if indexes:
        yield lookups.among("id_index", indexes.values())
    people = [row for row in rows if row.name and row.born_on]
    if pairs := {
        pair
        for row in people
        # A file that knows the month only has its first day.
        for pair in ((row.name, row.born_on), (row.name, row.born_on.replace(day=1)))
    }:
        yield lookups.named_and_born(sorted(pairs))
    if months := [row for row in people if not row.born_day_known]:
        yield Q(
            lookups.among("name", {row.name for row in months}),
            organisation__path__startswith=root.path,
            born_on__gte=min(row.born_on for row in months),
            born_on__lt=_next_month(max(row.born_on for row in months)),
        )
    phones = {row.phone for row in rows if row.phone}
    if phones and with_phones:
        yield lookups.among("phone", phones)


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _indexes(rows: list[Values]) -> dict[str, str]:
    """The key by which the file of each ID number is found."""
    numbers = {row.id_number for row in rows if row.id_number}
    return {number: blind_index(number, use=ID_NUMBER) for number in numbers}


def _has_same_phone(file: File, values: Values) -> bool:
    return bool(values.phone) and file.phone == values.phone


def _is_same_month(file: File, values: Values) -> bool:
    born_on = values.born_on
    return (file.born_on.year, file.born_on.month) == (born_on.year, born_on.month)


def _is_same_birth(file: File, values: Values) -> bool:
    if values.born_day_known and file.born_day_known:
        return file.born_on == values.born_on
    return _is_same_month(file, values)


def _may_be_equal(one: str, other: str) -> bool:
    return one == other or not one or not other


def _birth(day: date, day_known: bool) -> str:
    return day.isoformat() if day_known else day.isoformat()[:7]


def _shown(name: str, value: Any) -> str:
    if name == "other_phone":
        return masks.phone(value)
    return value if isinstance(value, str) else str(value).lower()
