"""我愿意教: what members could teach, as they say it themselves.

Off until it is switched on (branches.citations).  A member writes and withdraws their own
cards; whoever reads the branch's books sees the standing ones by name.
"""

from datetime import date, datetime

from django.db import transaction
from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, QuerySet, Subquery
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person, User
from branches import citations, queries
from branches.errors import TalentRefused
from branches.models import Branch, BranchMembership, Extras, TalentCard

SWITCH = "talents"
STANDING_AT_MOST = 5


# The doors: what is off is not there


def branch_with_talents(user: User, pk: int) -> Branch:
    """The branch, if `user` reads its books and cards are on there. Raises Http404 else."""
    return citations.branch_cited_by(user, pk, SWITCH)


def may_write(person: Person, *, on: date | None = None) -> bool:
    """Whether cards are on in the home branch that `person` belongs to today."""
    home = queries.home_branch_on(person, on or timezone.localdate())
    return home is not None and SWITCH in citations.switched_on(home.organisation)


def card_of(person: Person, pk: int) -> TalentCard:
    """A person's own card, also where cards are off by now. Raises Http404 for anybody else's."""
    if card := TalentCard.objects.filter(person=person, pk=pk).first():
        return card
    raise Http404


# What is read


def standing_cards_of(person: Person) -> QuerySet[TalentCard]:
    """A member's own, the newest first."""
    return _standing().filter(person=person).order_by("-written_at", "-pk")


def cards_beneath(branch: Branch, *, on: date) -> QuerySet[TalentCard]:
    """The standing cards of who belongs to `branch` or one beneath, by name, each with the
    name of its home branch (`home`).

    Without those of a branch beneath where cards are off.
    """
    homes = BranchMembership.objects.filter(
        queries.held_on(on),
        person=OuterRef("person"),
        kind=Branch.Kind.HOME,
        branch__in=queries.tree(branch),
    )
    homes = homes.annotate(on=_switched_on("branch__organisation__path")).filter(on=True)
    cards = (
        _standing()
        .filter(Exists(homes))
        .annotate(home=Subquery(homes.order_by("-starts_on", "-pk").values("branch__name")[:1]))
    )
    return cards.select_related("person").order_by("person__pinyin", "person", "written_at", "pk")


# What is written


@transaction.atomic
def write(
    *,
    person: Person,
    teaches: str,
    suits: str = "",
    by: User | None,
    now: datetime | None = None,
) -> TalentCard:
    """Raises TalentRefused for nothing said and for a card more than may stand."""
    Person.objects.select_for_update().get(pk=person.pk)
    if not teaches.strip():
        raise TalentRefused(_("请写愿意教什么。"), field="teaches")
    if standing_cards_of(person).count() >= STANDING_AT_MOST:
        words = _("最多同时有%(count)s张。先撤下一张，再写新的。")
        raise TalentRefused(words % {"count": STANDING_AT_MOST})
    return TalentCard.objects.create(
        person=person,
        teaches=teaches.strip(),
        suits=suits.strip(),
        written_at=now or timezone.now(),
        written_by=by,
    )


def withdraw(*, card: TalentCard, by: User | None, now: datetime | None = None) -> None:
    """Once: a second time changes nothing."""
    found = TalentCard.objects.filter(pk=card.pk, withdrawn_at=None)
    found.update(withdrawn_at=now or timezone.now(), withdrawn_by=by)


def _standing() -> QuerySet[TalentCard]:
    """Without those whose words were erased with their file."""
    return TalentCard.objects.filter(withdrawn_at=None).exclude(teaches="")


def _switched_on(path: str) -> Subquery:
    """Of the organisation at `path`: what its own row says, or that of the nearest above."""
    at = ExpressionWrapper(OuterRef(path), output_field=CharField())
    rows = Extras.objects.annotate(at=at).filter(at__startswith=F("organisation__path"))
    return Subquery(rows.order_by("-organisation__depth").values(SWITCH)[:1])
