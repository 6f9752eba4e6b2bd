"""What return slips say of people's study at home (branches.postings)."""

from collections.abc import Iterator

from django.db.models import OuterRef, Subquery

from branches import postings
from branches.models import Delivery, ReturnSlip, Source
from branches.postings import Posting
from live.models import StudyMode


def delivered(*, keys, people=None) -> Iterator[Posting]:
    """The postings of the packs `keys` that have a slip; one taken back is 0 minutes."""
    newest = ReturnSlip.objects.filter(delivery=OuterRef("pk")).order_by("-number")
    found = (
        Delivery.objects.filter(pk__in=keys, slips__number=1)
        .annotate(
            minutes=Subquery(newest.values("minutes")[:1]),
            studied_on=Subquery(newest.values("studied_on")[:1]),
            reason=Subquery(newest.values("reason")[:1]),
            recorded_by=Subquery(newest.values("recorded_by")[:1]),
        )
        .order_by()
    )
    if people is not None:
        found = found.filter(order__person__in=people)
    for each in found.values(*READ):
        yield Posting(
            person_id=each["order__person"],
            studied_on=each["studied_on"],
            minutes=each["minutes"],
            mode=StudyMode.DELIVERED,
            title=each["title"],
            source=Source.DELIVERY,
            source_key=each["pk"],
            is_branch_study=each["is_branch_study"],
            posted_by_id=each["recorded_by"],
            why=each["reason"],
        )


READ = (
    "pk",
    "order__person",
    "title",
    "is_branch_study",
    "minutes",
    "studied_on",
    "reason",
    "recorded_by",
)

postings.register(Source.DELIVERY, delivered)
