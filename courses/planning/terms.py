"""Terms and their rounds: written, copied from another term with everything but people."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Count, ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.organisations import tree
from courses.errors import PlanRefused
from courses.models import (
    Application,
    ClassGroup,
    Draw,
    Enrolment,
    RegistrationRound,
    SeatPool,
    Term,
    WaitingEntry,
)
from courses.planning import meetings, noting
from courses.planning.noting import Action

# 27C, 26Q: what stands behind the code of a class to say of which term it is.
SUFFIX = re.compile(r"\d{2}[A-Z]{1,2}")
_OLD_SUFFIX = re.compile(r"-\d{2}[A-Z]{1,2}$")
_SETTINGS = ("present_from_percent", "offer_hours", "transfer_days")
_CODE_LENGTH = ClassGroup._meta.get_field("code").max_length
_ROUND_FACTS = (
    "name", "method", "who", "organisation_id", "max_classes", "max_wishes",
)  # fmt: skip
_TERM_FACTS = ("organisation_id", "name", "starts_on", "ends_on", *_SETTINGS)
_ROUND_WRITTEN = (*_ROUND_FACTS, "opens_at", "closes_at")
_CLASS_FACTS = (
    "name", "pinyin", "pinyin_initials", "teacher_id", "mode", "teaching_point_id", "room",
    "weekday", "starts_at_time", "minutes", "fee", "min_to_open", "min_age", "max_age",
    "older_with_consent", "returning_only", "for_organisation_id", "after_course_id",
)  # fmt: skip


class RoundPromised(PlanRefused):
    """A change that those who asked in the round must not suffer; `field` is what would change."""

    def __init__(self, message: str, *, field: str):
        super().__init__(message)
        self.field = field


@transaction.atomic
def save_term(*, term: Term, by: User | None = None) -> Term:
    """Write a new or a changed term.

    Raises PlanRefused when it would belong to another school than its classes.
    """
    groups = ClassGroup.objects.filter(term=term.pk) if term.pk else ClassGroup.objects.none()
    if groups.exclude(organisation__path__startswith=term.organisation.path).exists():
        raise PlanRefused(_("这个学期有别的单位的班，不能改成这个学校的。"))
    was = Term.objects.filter(pk=term.pk).first()
    term.save()
    noting.note(
        Action.TERM_PLANNED,
        by=by,
        organisation=term.organisation,
        is_new=was is None,
        fields=noting.changed(was, term, _TERM_FACTS),
        term=term.name,
    )
    return term


@transaction.atomic
def save_round(
    *, opened: RegistrationRound, classes: Sequence[ClassGroup], by: User | None = None
) -> RegistrationRound:
    """Write a new or a changed round; no `classes` means all of the term.

    Raises PlanRefused for a round whose list is frozen for the draw and for the name of
    another round of the term, and RoundPromised when it would close earlier, or give seats in
    another way, for those who have asked already.
    """
    # Two presses of one button wait for each other.
    Term.objects.select_for_update(no_key=True).get(pk=opened.term_id)
    _check_name(opened)
    was, named = None, set()
    if opened.pk:
        rounds = RegistrationRound.objects.select_for_update(no_key=True)
        was = rounds.filter(pk=opened.pk).first()
        if was is None:
            raise PlanRefused(_("这一批刚刚有人删去了，没有保存。"))
        _check_not_frozen(was)
        _check_promises(was, opened)
        named = {each.pk for each in was.classes.all()}
    if any(each.term_id != opened.term_id for each in classes):
        raise PlanRefused(_("只能选这个学期的班。"))
    if opened.who != RegistrationRound.Who.ORGANISATION:
        opened.organisation = None
    if opened.pk:
        # Registration counts receipts in the row meanwhile.
        names = [field.name for field in opened._meta.concrete_fields if field.name != "id"]
        opened.save(update_fields=[one for one in names if one != "last_application_number"])
    else:
        opened.save()
    opened.classes.set(classes)
    fields = noting.changed(was, opened, _ROUND_WRITTEN)
    if was and named != {each.pk for each in classes}:
        fields.append("classes")
    _note_round(opened, by, is_new=was is None, fields=fields)
    return opened


def _note_round(opened: RegistrationRound, by: User | None, **facts) -> None:
    term = opened.term
    noting.note(
        Action.ROUND_PLANNED,
        by=by,
        organisation=term.organisation,
        term=term.name,
        round=opened.name,
        **facts,
    )


def remove_round(*, opened: RegistrationRound, by: User | None = None) -> None:
    """Take a round out in which nobody has asked for anything; twice is harmless.

    Raises PlanRefused otherwise: places point to the round they were asked in.
    """
    _check_not_frozen(opened)
    try:
        with transaction.atomic():
            opened.classes.clear()
            if RegistrationRound.objects.filter(pk=opened.pk).delete()[0]:
                _note_round(opened, by, done=noting.REMOVED)
    except (ProtectedError, IntegrityError) as error:
        # The second: somebody asked in it at this very moment.
        raise PlanRefused(_("这一批已经有人报过名，不能删去。")) from error


def _check_name(opened: RegistrationRound) -> None:
    same = RegistrationRound.objects.filter(term=opened.term_id, name=opened.name)
    if same.exclude(pk=opened.pk).exists():
        raise PlanRefused(_("这个学期已经有同名的批次。"))


def _check_promises(was: RegistrationRound, opened: RegistrationRound) -> None:
    """Raises RoundPromised for a change that those who asked in the round must not suffer."""
    # A field of a page knows no seconds: the same minute is the same time.
    is_same = opened.closes_at == was.closes_at.replace(second=0, microsecond=0)
    if is_same:
        opened.closes_at = was.closes_at
    if opened.method == was.method and opened.closes_at >= was.closes_at:
        return
    places = (
        Application.objects.filter(round=was, withdrawn_at=None),
        Enrolment.objects.filter(round=was, withdrawn_at=None),
        WaitingEntry.objects.filter(round=was, left_at=None),
    )
    if not any(each.exists() for each in places):
        return
    if opened.method != was.method:
        raise RoundPromised(_("已经有人报名，不能再改分座位的办法。"), field="method")
    raise RoundPromised(_("已经有人报名，截止时间只能往后推。"), field="closes_at")


def _check_not_frozen(opened: RegistrationRound) -> None:
    if Draw.objects.filter(round=opened.pk).exists():
        raise PlanRefused(_("这一批抽签的名单已经封存公布，不能再改。"))


@dataclass(frozen=True)
class CopiedClass:
    """A class and what its copy will be."""

    original: ClassGroup
    code: str
    # Why somebody should look at the copy.
    doubts: Sequence[str]


@dataclass(frozen=True)
class CopiedRound:
    original: RegistrationRound
    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True)
class Copy:
    """What copying a term will make; nothing in it is saved."""

    term: Term
    days: int
    classes: Sequence[CopiedClass]
    rounds: Sequence[CopiedRound]


def proposed_suffix(starts_on: date) -> str:
    """27C for the spring of 2027, 27Q for its autumn."""
    return f"{starts_on:%y}{'C' if starts_on.month < 8 else 'Q'}"


def code_in(code: str, suffix: str) -> str:
    """The code of a class in another term: its suffix changed, or set behind it."""
    stem = _OLD_SUFFIX.sub("", code)
    return f"{stem[: _CODE_LENGTH - len(suffix) - 1]}-{suffix}"


def copy_outlook(*, source: Term, name: str, starts_on: date, suffix: str) -> Copy:
    """What copying `source` makes: all classes that were not cancelled, their seats, and the
    rounds, everything moved by the same number of days. Raises PlanRefused."""
    suffix = suffix.strip().upper()
    if not SUFFIX.fullmatch(suffix):
        raise PlanRefused(_("班号后缀写两位年份和一两个字母，例如 27C。"))
    shift = starts_on - source.starts_on
    if not shift:
        raise PlanRefused(_("新学期的开始日期不能和原来的一样。"))
    term = Term(
        organisation=source.organisation,
        name=name.strip(),
        starts_on=starts_on,
        ends_on=source.ends_on + shift,
        **{fact: getattr(source, fact) for fact in _SETTINGS},
    )
    if Term.objects.filter(organisation=term.organisation, name=term.name).exists():
        raise PlanRefused(_("这个学校已经有同名的学期。"))
    groups = list(
        source.class_groups.filter(cancelled_at=None)
        .select_related("teacher", "organisation", "teaching_point", "course")
        .annotate(meetings=Count("sessions"))
        .order_by("code")
    )
    codes = {group.pk: code_in(group.code, suffix) for group in groups}
    taken = set(ClassGroup.objects.filter(code__in=codes.values()).values_list("code", flat=True))
    doubled = {code for code in codes.values() if list(codes.values()).count(code) > 1}
    if wrong := sorted(taken | doubled):
        raise PlanRefused(
            _("班号 %(codes)s 已经有了，请换一个后缀。") % {"codes": _("、").join(wrong[:5])}
        )
    return Copy(
        term=term,
        days=shift.days,
        classes=[CopiedClass(group, codes[group.pk], _doubts(group)) for group in groups],
        rounds=[
            CopiedRound(one, _moved(one.opens_at, shift), _moved(one.closes_at, shift))
            for one in source.rounds.select_related("organisation").prefetch_related("classes")
        ],
    )


@transaction.atomic
def copy_term(
    *, source: Term, name: str, starts_on: date, suffix: str, by: User | None = None
) -> Term:
    """Make the term that `copy_outlook` told of; return it. Nobody's place is copied.

    Raises PlanRefused, also when it has been made already.
    """
    told = copy_outlook(source=source, name=name, starts_on=starts_on, suffix=suffix)
    term = told.term
    try:
        with transaction.atomic():
            term.save()
            made = _copy_classes(told)
    except IntegrityError as error:
        # Somebody pressed at this very moment, too.
        raise PlanRefused(_("这个学期刚刚有人建好了，请到学期里看看。")) from error
    for one in told.rounds:
        of_some = list(one.original.classes.all())
        chosen = [made[each.pk] for each in of_some if each.pk in made]
        if of_some and not chosen:
            # None chosen would mean all classes of the term.
            continue
        opened = RegistrationRound.objects.create(
            term=term,
            opens_at=one.opens_at,
            closes_at=one.closes_at,
            **{fact: getattr(one.original, fact) for fact in _ROUND_FACTS},
        )
        opened.classes.set(chosen)
    noting.note(
        Action.TERM_PLANNED,
        by=by,
        organisation=term.organisation,
        done=noting.COPIED,
        term=term.name,
        count=len(made),
    )
    return term


def _copy_classes(told: Copy) -> dict[int, ClassGroup]:
    """The classes with their meetings and seats, by the key of the one each is a copy of.

    Written together: a term of 500 classes is copied while somebody waits for the page.
    """
    made = {
        each.original.pk: ClassGroup(
            term=told.term,
            code=each.code,
            # These as objects: their school and course say when and what the class is taught.
            organisation=each.original.organisation,
            course=each.original.course,
            **{fact: getattr(each.original, fact) for fact in _CLASS_FACTS},
        )
        for each in told.classes
    }
    ClassGroup.objects.bulk_create(made.values())
    meetings.plan_all({made[each.original.pk]: each.original.meetings for each in told.classes})
    SeatPool.objects.bulk_create(
        SeatPool(
            class_group=made[pool.class_group_id],
            kind=pool.kind,
            teaching_point_id=pool.teaching_point_id,
            capacity=pool.capacity,
        )
        for pool in SeatPool.objects.filter(class_group__in=made).order_by("class_group", "pk")
    )
    return made


def _moved(moment: datetime, shift: timedelta) -> datetime:
    """As many days later at the same hour on the wall, daylight saving or not."""
    local = timezone.localtime(moment).replace(tzinfo=None)
    return timezone.make_aware(local + shift)


def _doubts(group: ClassGroup) -> list[str]:
    doubts = []
    if group.teacher.is_frozen or group.teacher.erased_at:
        doubts.append(_("教师的档案停用了，请换老师"))
    if group.organisation.ended_on:
        doubts.append(_("开班单位撤销了"))
    if not tree.is_within(group.organisation, group.term.organisation):
        doubts.append(_("开班单位不在这个学校下面"))
    if not group.course.live:
        doubts.append(_("课程没有发布"))
    return doubts
