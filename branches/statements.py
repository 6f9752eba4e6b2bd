"""Forms above: an office edits a form, a branch confirms it, the office sends it back or not.

Figures are those of the catalogue and fill themselves in; a person writes only what no figure
says.  What was confirmed keeps its figures, whatever is posted later.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from branches import periods, queries
from branches.errors import StatementChanged, StatementNotOpen, StatementNotWhole
from branches.form_periods import last_period
from branches.models import Branch, Statement, StatementForm, StatementFormVersion
from branches.periods import Period
from branches.reports import catalogue, counting, freezing, reading
from branches.reports.catalogue import FIGURES
from branches.reports.layout import Item

HEADING, FIGURE, TEXT, EVIDENCE = KINDS = "heading", "figure", "text", "evidence"
Every, State = StatementForm.Every, Statement.State
MOST_ROWS = 60
LONGEST_TEXT = 2_000


@dataclass(frozen=True)
class Row:
    """One row of a form as it stands on a statement."""

    place: int
    kind: str
    label: str
    item: Item | None = None
    text: str = ""

    @property
    def said(self) -> str:
        return self.item.with_unit if self.item else self.text

    @property
    def is_link(self) -> bool:
        return self.kind == EVIDENCE and self.text.startswith(("https://", "http://"))


# The doors


def forms_led_by(user: User) -> QuerySet[StatementForm]:
    """The forms of the organisations `user` reports for: the bureau edits and collects them."""
    return StatementForm.objects.filter(
        organisation__in=reading.organisations_reported_by(user)
    ).select_related("organisation")


def form_led_by(user: User, pk: int) -> StatementForm:
    """The form, if `user` may edit and collect it. Raises Http404 for all others."""
    if form := forms_led_by(user).filter(pk=pk).first():
        return form
    raise Http404


def forms_for(branch: Branch) -> QuerySet[StatementForm]:
    """The forms that a branch is asked for: those of its organisation and of all above."""
    path, step = branch.organisation.path, Organisation.steplen
    above = [path[:end] for end in range(step, len(path) + 1, step)]
    return StatementForm.objects.filter(organisation__path__in=above).select_related(
        "organisation"
    )


def form_for(branch: Branch, pk: int) -> StatementForm:
    """The form, if `branch` is asked for it. Raises Http404 for all others."""
    if form := forms_for(branch).filter(pk=pk).first():
        return form
    raise Http404


# The office edits


@transaction.atomic
def edit_form(
    *,
    form: StatementForm | None,
    organisation: Organisation,
    name: str,
    every: str,
    rows: list[dict],
    valid_from: date,
    by: User | None,
    seen: int | None = None,
    now: datetime | None = None,
) -> StatementForm:
    """Make a form, or a new version of it; the same rows again change nothing.

    What was begun on an older version stays on it.  Raises StatementNotWhole without a name
    or rows, and for a name that another form of the organisation has; StatementChanged where
    the last version is another than the one that was `seen`.
    """
    if not name.strip() or not rows:
        raise StatementNotWhole(_("请写表名，至少写一个栏目。"))
    if form is None:
        form = StatementForm(organisation=organisation)
    form.name, form.every = name.strip(), every
    try:
        with transaction.atomic():
            form.save()
    except IntegrityError as error:
        raise StatementNotWhole(_("这个单位已经有同名的表，请换个名字。")) from error
    StatementForm.objects.select_for_update().get(pk=form.pk)
    last = form.versions.select_related("made_by__person").order_by("-number").first()
    if seen is not None and last and last.number != seen and last.rows != rows:
        raise _form_changed(last, rows)
    if last is None or last.rows != rows:
        StatementFormVersion.objects.create(
            form=form,
            number=last.number + 1 if last else 1,
            valid_from=valid_from,
            rows=rows,
            made_at=now or timezone.now(),
            made_by=by,
        )
    return form


def _form_changed(last: StatementFormVersion, rows: list[dict]) -> StatementChanged:
    words = _("您打开以后，%(name)s存了第 %(number)s 版。您写的都在下面，再存一次就用您的。") % {
        "name": last.made_by or _("系统"),
        "number": last.number,
    }
    mine = {row["label"] for row in rows}
    if others := [row["label"] for row in last.rows if row["label"] not in mine]:
        words += _("那一版有、您这里没有的栏目：%(labels)s。") % {"labels": "、".join(others)}
    return StatementChanged(words)


def version_for(form: StatementForm, period: Period) -> StatementFormVersion:
    """The version in force on the last day of the period; before the first, the first."""
    in_force = form.versions.filter(valid_from__lt=period.ends_before).order_by("-number").first()
    return in_force or form.versions.order_by("number").first()


# A branch answers


def statement_of(
    form: StatementForm, branch: Branch, period: Period, *, begun: int | None = None
) -> Statement:
    """What the branch says for the period; unsaved while nobody has written anything.

    `begun` is the version that somebody had before them when they began to write.
    """
    found = Statement.objects.filter(form=form, branch=branch, period=period.code)
    found = found.select_related("version", "confirmed_by__person", "returned_by__person").first()
    if found:
        return found
    version = begun and form.versions.filter(number=begun).first()
    return Statement(
        form=form,
        branch=branch,
        period=period.code,
        version=version or version_for(form, period),
    )


def stamp(statement: Statement) -> str:
    """A short sign of what is written, to see whether it is still the same."""
    return freezing.print_of({"version": statement.version_id, "texts": statement.texts})


def asked_of(branch: Branch, *, on: date) -> list[tuple[StatementForm, Period, Statement]]:
    """Every form that `branch` is asked for, the period that is over last, and how it stands.

    Two queries however many forms; what nobody has written yet is unsaved and without a version.
    """
    asked = [(form, last_period(form, on=on)) for form in forms_for(branch)]
    said = Statement.objects.filter(
        branch=branch,
        form__in=[form.pk for form, _period in asked],
        period__in={period.code for _form, period in asked},
    )
    found = {(statement.form_id, statement.period): statement for statement in said}
    return [
        (
            form,
            period,
            found.get((form.pk, period.code))
            or Statement(form=form, branch=branch, period=period.code),
        )
        for form, period in asked
        # Nobody answers for a time before the branch was founded or after it ended.
        if counting.was_there(branch, period) or (form.pk, period.code) in found
    ]


def rows_of(statement: Statement) -> list[Row]:
    """The form's rows, filled in: with the confirmed figures, or those of this moment."""
    figures = statement.figures
    if figures is None:
        figures = freezing.figures_of(statement.branch, periods.parse(statement.period))
    return [
        Row(
            place,
            row["kind"],
            row["label"],
            item=Item(FIGURES[row["figure"]], figures.get(row["figure"], 0))
            if row["kind"] == FIGURE
            else None,
            text=statement.texts.get(str(place), ""),
        )
        for place, row in enumerate(statement.version.rows)
    ]


@transaction.atomic
def write(*, statement: Statement, texts: dict[str, str], seen: str | None = None) -> Statement:
    """Keep what was written so far.

    Raises StatementNotOpen for what is confirmed already, StatementChanged where somebody else
    wrote something since it was `seen` (stamp), StatementNotWhole for too many words.
    """
    statement = _locked(statement)
    if statement.state == State.CONFIRMED:
        raise StatementNotOpen(_("这张表已经确认了，不能再改。要改请上级退回。"))
    _put(statement, texts, seen)
    statement.save()
    return statement


@transaction.atomic
def confirm(
    *,
    statement: Statement,
    texts: dict[str, str],
    by: User,
    seen: str | None = None,
    now: datetime | None = None,
) -> Statement:
    """Confirm the statement with the figures of this moment; twice is harmless.

    Raises StatementNotOpen while the period is not over, and as `write`.
    """
    now = now or timezone.now()
    period = periods.parse(statement.period)
    if timezone.localdate(now) < period.ends_before:
        raise StatementNotOpen(
            _("%(period)s还没有过完，过完了再确认。") % {"period": period.label}
        )
    statement = _locked(statement)
    if statement.state == State.CONFIRMED:
        if seen is not None and _kept(statement.version.rows, texts) != statement.texts:
            raise StatementNotOpen(
                _("%(name)s已经确认了这张表，您写的没有存，抄在下面。要改请上级退回。")
                % {"name": statement.confirmed_by}
            )
        return statement
    _put(statement, texts, seen)
    statement.figures = freezing.figures_of(statement.branch, period)
    statement.state = State.CONFIRMED
    statement.confirmed_at, statement.confirmed_by = now, by
    statement.save()
    return statement


@transaction.atomic
def send_back(
    *, statement: Statement, reason: str, by: User, now: datetime | None = None
) -> Statement:
    """Open a confirmed statement again, with the reason; raises StatementNotOpen without one."""
    if not reason.replace("\0", "").strip():
        raise StatementNotOpen(_("请写一句为什么退回，支部好知道改哪里。"))
    statement = _locked(statement)
    if statement.state != State.CONFIRMED:
        raise StatementNotOpen(_("这张表还没有确认，不用退回。"))
    statement.state, statement.figures = State.RETURNED, None
    statement.reason = reason.replace("\0", "").strip()[:200]
    statement.returned_at, statement.returned_by = now or timezone.now(), by
    statement.save()
    return statement


def _locked(statement: Statement) -> Statement:
    """The row itself, made if nobody has written yet; two at once have the same."""
    found, _made = Statement.objects.get_or_create(
        form=statement.form,
        branch=statement.branch,
        period=statement.period,
        defaults={"version": statement.version},
    )
    locked = Statement.objects.select_for_update(of=("self",)).select_related(
        "version", "branch", "confirmed_by__person"
    )
    return locked.get(pk=found.pk)


def _put(statement: Statement, texts: dict[str, str], seen: str | None) -> None:
    kept = _kept(statement.version.rows, texts)
    if seen is not None and seen != stamp(statement) and statement.texts not in ({}, kept):
        raise StatementChanged(
            _("刚才有人也写了这张表，那边写的在每一栏下面。您写的还在，再按一次就存您的。")
        )
    statement.texts = kept


def _kept(rows: Iterable[dict], texts: dict[str, str]) -> dict[str, str]:
    # A browser counts the end of a line as one sign and sends two; no database keeps NUL.
    written = {
        str(place): texts.get(str(place), "").replace("\r\n", "\n").replace("\0", "").strip()
        for place, row in enumerate(rows)
        if row["kind"] in (TEXT, EVIDENCE)
    }
    for place, text in written.items():
        if len(text) > LONGEST_TEXT:
            raise StatementNotWhole(
                _("“%(label)s”请写短一些，最多 %(count)s 个字，现在是 %(now)s 个。")
                % {"label": rows[int(place)]["label"], "count": LONGEST_TEXT, "now": len(text)}
            )
    return {place: text for place, text in written.items() if text}


def with_labels(
    form: StatementForm, number: int | None, texts: dict[str, str]
) -> list[tuple[str, str]]:
    """What was written on a version of the form, each with the words of its row."""
    version = form.versions.filter(number=number).first() if number and texts else None
    rows = version.rows if version else []
    labelled = [(row["label"], texts.get(str(place), "")) for place, row in enumerate(rows)]
    return [(label, text) for label, text in labelled if text.strip()]


# The office collects


def collected(form: StatementForm, period: Period) -> list[tuple[Branch, Statement | None]]:
    """Every branch that is asked, in its order, with what it said; two queries.

    Asked are the branches that there were in the period, and whoever said something.
    """
    asked = (
        Branch.objects.filter(
            organisation__path__startswith=form.organisation.path,
            level=Branch.Level.BRANCH,
            kind=Branch.Kind.HOME,
        )
        .select_related("organisation")
        .order_by("organisation__path", "path")
    )
    said = Statement.objects.filter(form=form, period=period.code).select_related("version")
    found = {statement.branch_id: statement for statement in said}
    return [
        (branch, found.get(branch.pk))
        for branch in asked
        if counting.was_there(branch, period) or branch.pk in found
    ]


def statement_led_by(user: User, form: StatementForm, pk: int) -> Statement:
    """A statement on a form of the office. Raises Http404 for all others."""
    statements = Statement.objects.filter(
        Q(form=form) & Q(form__in=forms_led_by(user)), pk=pk
    ).select_related("version", "branch")
    if statement := statements.first():
        return statement
    raise Http404


def figure_choices() -> list[tuple[str, str]]:
    return [(code, FIGURES[code].label) for code in catalogue.OF_A_BRANCH]


def branch_asked(user: User, pk: int) -> Branch:
    """A branch whose statements `user` may read. Raises Http404 for strangers."""
    branch = queries.branch_led_by(user, pk)
    if branch.level != Branch.Level.BRANCH or branch.kind != Branch.Kind.HOME:
        raise Http404
    return branch
