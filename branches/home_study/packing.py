"""A pack (学习包): texts kept as they are printed, a number for its slip, sounds beside."""

from dataclasses import asdict
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page

from accounts.models import User
from branches.errors import OrderRefused
from branches.home_study import codes, reading
from branches.home_study.orders import locked
from branches.models import Delivery, StudyOrder

# Another code is tried when one is given already: of ten million few are.
ATTEMPTS = 5


@transaction.atomic
def pack(
    *,
    order: StudyOrder,
    by: User | None,
    is_branch_study: bool = True,
    now: datetime | None = None,
) -> Delivery:
    """Keep the texts of `order` as they are now and give the pack its number.

    Twice is harmless. Raises OrderRefused for an order without readings, for one whose pages
    are gone, and once it is cancelled.
    """
    order = locked(order)
    if order.cancelled_at:
        raise OrderRefused(_("这份点单已经取消了。"))
    if delivery := getattr(order, "delivery", None):
        return delivery
    chosen = list(order.readings.all())
    if not chosen:
        raise OrderRefused(_("这份点单还没有选读物，请先照他想学的选几篇。"), field="pages")
    offered = reading.shelf().filter(pk__in=[one.page_id for one in chosen])
    pages = {page.pk: page for page in offered.specific()}
    if gone := [one.title for one in chosen if one.page_id not in pages]:
        raise OrderRefused(
            _("“%(title)s”已经撤下来了，请改选别的。") % {"title": gone[0]}, field="pages"
        )
    content = [asdict(pages[one.page_id].reading()) for one in chosen]
    return _with_code(
        order=order,
        title=_title(content),
        content=content,
        is_branch_study=is_branch_study and order.branch_id is not None,
        packed_at=now or timezone.now(),
        packed_by=by,
    )


def documents_of(delivery: Delivery) -> list[int]:
    """The sounds of a pack: keys of Wagtail's documents, each once."""
    sounds = (sound["document"] for part in delivery.content for sound in part["sounds"])
    return list(dict.fromkeys(sounds))


def sounds_offered(pages: list[Page]) -> int:
    """How many of `pages` have something to listen to."""
    return sum(bool(page.specific.reading().sounds) for page in pages)


def _title(content: list[dict]) -> str:
    first = content[0]["title"]
    if len(content) == 1:
        return first[:200]
    more = _("等 %(count)s 篇") % {"count": len(content)}
    return f"{first[: 198 - len(more)]} {more}"


def _with_code(**facts) -> Delivery:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with transaction.atomic():
                return Delivery.objects.create(code=codes.new_code(), **facts)
        except IntegrityError:
            if attempt == ATTEMPTS:
                raise
    raise AssertionError
