"""A secretary's office handed over: what is open, signed by both, then the new office begins."""

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max, Q, QuerySet
from django.http import Http404
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import Person, User
from accounts.queries import own_file
from branches import doors, queries, services, today
from branches.errors import HandoverRefused
from branches.models import Branch, BranchOffice, BranchRecord, Handover, StudyEntry, StudyOrder
from common import dates

GIVES, TAKES = "gives", "takes"


@dataclass(frozen=True)
class Papers:
    """What is handed over, and what of it is open: [(name, words)] and today's work."""

    holdings: list[list[str]]
    items: list[dict]


def handover_for(user: User, *, branch_pk: int, pk: int) -> Handover:
    """For whoever manages the branch, and the two it is about. Raises Http404 for others."""
    own = own_file(user)
    mine = Q(branch__in=doors.branches_managed_by(user))
    if own:
        mine |= Q(outgoing=own) | Q(incoming=own)
    found = Handover.objects.filter(mine, branch=branch_pk, pk=pk).select_related(
        "branch__organisation", "outgoing", "incoming", "given_by__person", "taken_by__person"
    )
    if handover := found.first():
        return handover
    raise Http404


def open_handovers() -> QuerySet[Handover]:
    """Those that are neither done nor dropped."""
    return Handover.objects.filter(dropped_at=None, content__isnull=True)


@transaction.atomic
def begin(
    *,
    branch: Branch,
    incoming: Person,
    takes_over_on: date,
    by: User,
    note: str = "",
    now: datetime | None = None,
) -> Handover:
    """Draft the handover to `incoming`, a member of the branch.

    Raises HandoverRefused for somebody from elsewhere, for the secretary themselves, and while
    another one is open.
    """
    now = now or timezone.now()
    on = timezone.localdate(now)
    outgoing = queries.secretary_on(branch, on)
    if outgoing == incoming:
        raise HandoverRefused(_("%(name)s现在就是书记。") % {"name": incoming}, field="incoming")
    if not queries.members_on(branch, on).filter(pk=incoming.pk).exists():
        raise HandoverRefused(_("接手的人要是本支部的成员。"), field="incoming")
    began = queries.term_began(branch, on=on)
    if began and takes_over_on <= began:
        raise HandoverRefused(
            _("现在的书记 %(day)s 才上任，日期要晚一些。") % {"day": began},
            field="takes_over_on",
        )
    try:
        with transaction.atomic():
            return Handover.objects.create(
                branch=branch,
                outgoing=outgoing,
                incoming=incoming,
                takes_over_on=takes_over_on,
                note=note.strip(),
                drafted_at=now,
                drafted_by=by,
            )
    except IntegrityError:
        raise HandoverRefused(_("这个支部已经有一份交接没有办完，请先办完或者作罢。")) from None


@transaction.atomic
def sign(
    *,
    handover: Handover,
    side: str,
    by: User,
    on_paper: bool = False,
    now: datetime | None = None,
) -> Handover:
    """One of the two signs; with the second signature the list is kept and the office begins.

    Each signs for themselves, or whoever manages the branch puts down what was signed on
    paper. Twice is harmless. Raises HandoverRefused.
    """
    now = now or timezone.now()
    Handover.objects.select_for_update(no_key=True).get(pk=handover.pk)
    handover = Handover.objects.select_related("branch", "outgoing", "incoming").get(
        pk=handover.pk
    )
    if handover.dropped_at:
        raise HandoverRefused(_("这份交接已经作罢。"))
    whose = handover.outgoing if side == GIVES else handover.incoming
    manages = doors.branches_managed_by(by).filter(pk=handover.branch_id).exists()
    if own_file(by) != whose and not (on_paper and manages):
        raise HandoverRefused(_("要本人来签；在纸上签的，由支部或者上级登记。"))
    if side == GIVES and not handover.given_at:
        handover.given_at, handover.given_by = now, by
    elif side == TAKES and not handover.taken_at:
        handover.taken_at, handover.taken_by = now, by
    gives = handover.given_at or handover.outgoing is None
    if gives and handover.taken_at and not handover.is_done:
        _finish(handover, by, now)
    handover.save()
    return handover


@transaction.atomic
def drop(*, handover: Handover, now: datetime | None = None) -> None:
    """It comes to nothing, and another may be begun. Raises HandoverRefused once it is done."""
    handover = Handover.objects.select_for_update(no_key=True).get(pk=handover.pk)
    if handover.is_done:
        raise HandoverRefused(_("交接已经办完，不能作罢。"))
    if not handover.dropped_at:
        handover.dropped_at = now or timezone.now()
        handover.save(update_fields=["dropped_at"])


def papers_of(handover: Handover, *, on: date) -> Papers:
    """The list: as it was kept when both had signed, before that as it is now."""
    if handover.content:
        return Papers(**handover.content)
    with translation.override(settings.LANGUAGE_CODE):
        return _papers_now(handover.branch, on)


def _finish(handover: Handover, by: User, now: datetime) -> None:
    on = timezone.localdate(now)
    papers = papers_of(handover, on=on)
    handover.content = {"holdings": papers.holdings, "items": papers.items}
    services.appoint(
        branch=handover.branch,
        person=handover.incoming,
        office=BranchOffice.Office.SECRETARY,
        starts_on=handover.takes_over_on,
        by=by,
        now=now,
    )
    audit.record(
        audit.Action.OFFICE_HANDED,
        by=by,
        person=handover.incoming,
        organisation=handover.branch.organisation,
        now=now,
        branch=handover.branch_id,
        handover=handover.pk,
    )


def _papers_now(branch: Branch, on: date) -> Papers:
    tree = queries.tree(branch)
    records = BranchRecord.objects.filter(branch__in=tree)
    signed = records.filter(signed_on__isnull=False).count()
    lines = StudyEntry.objects.filter(branch__in=tree)
    last = lines.aggregate(last=Max("studied_on"))["last"]
    orders = StudyOrder.objects.filter(branch__in=tree).count()
    confirmed = branch.confirmations.aggregate(last=Max("quarter"))["last"]
    holdings = [
        [_("成员"), _("%(count)s 人") % {"count": queries.members_on(branch, on).count()}],
        [
            _("学习记录"),
            _("%(count)s 份，签过字的 %(signed)s 份")
            % {"count": records.count(), "signed": signed},
        ],
        [
            _("学习台账"),
            _("%(count)s 行，记到 %(day)s")
            % {"count": lines.count(), "day": dates.long_day(last, "zh-hans")}
            if last
            else _("还没有"),
        ],
        [
            _("季度确认"),
            _("确认到 %(quarter)s") % {"quarter": confirmed} if confirmed else _("还没有"),
        ],
        [_("送学点单"), _("%(count)s 份") % {"count": orders}],
    ]
    items = [
        {"count": work.count, "what": work.what, "note": work.note}
        for work in today.today_of(branch, on=on).work
    ]
    return Papers(holdings, items)
