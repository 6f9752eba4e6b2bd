"""Wishes at the counter before they are handed in: a list that is put in order."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import Http404, QueryDict

from accounts.models import Person, User
from courses.desk import doors
from courses.models import Application, RegistrationRound, SeatPool

_SHOWN = SeatPool.objects.select_related(
    "class_group__term", "class_group__course", "teaching_point"
)


def round_led_by(*, user: User, pk: int) -> RegistrationRound:
    """A round that is drawn, of a term in which `user` has classes. Raises Http404."""
    found = (
        RegistrationRound.objects.filter(
            pk=pk,
            method=RegistrationRound.Method.DRAW,
            term__in=doors.classes_led(user).values("term"),
        )
        .with_draw()
        .select_related("term")
        .first()
    )
    if found is None:
        raise Http404
    return found


def application_of(person: Person, opened: RegistrationRound) -> Application | None:
    """What `person` has wished for so far."""
    live = person.applications.filter(round=opened, withdrawn_at=None)
    return live.select_related("partner__person").prefetch_related("wishes").first()


def pools_in_order(
    keys: Sequence[int], *, user: User, standing: Application | None = None
) -> list[SeatPool]:
    """The pools with these keys in this order, each once; unknown ones are left out.

    What `standing` wishes for already is kept, also where another school leads the class.
    """
    found = _pools(user).in_bulk(keys)
    if standing:
        wished = _SHOWN.filter(wishes__application=standing, pk__in=keys)
        found |= {pool.pk: pool for pool in wished}
    return [found[key] for key in dict.fromkeys(keys) if key in found]


def ways_to_attend(
    class_pk: int | None, *, user: User, chosen: Sequence[SeatPool]
) -> list[SeatPool]:
    """The ways in which a class can be wished for that are not in the list yet."""
    if class_pk is None:
        return []
    taken = {pool.pk for pool in chosen}
    return [one for one in _pools(user).filter(class_group=class_pk) if one.pk not in taken]


def _pools(user: User) -> QuerySet[SeatPool]:
    return _SHOWN.filter(class_group__in=doors.classes_led(user))


@dataclass(frozen=True)
class Address:
    """Addresses of the page with another list in it."""

    base: str
    pools: Sequence[SeatPool]
    partner: Person | None

    def of(self, pools: Sequence[SeatPool], **more) -> str:
        query = QueryDict(mutable=True)
        query.setlist("wish", [pool.pk for pool in pools])
        # An empty list is a list as well, and not what was handed in before.
        query["changed"] = 1
        if self.partner:
            query["partner"] = self.partner.pk
        query.update(more)
        return f"{self.base}{'&' if '?' in self.base else '?'}{query.urlencode()}"

    def lines(self) -> list[dict]:
        """Each wish with the addresses of the list with it moved up or taken out."""
        lines = []
        for at, pool in enumerate(self.pools):
            others = [*self.pools[:at], *self.pools[at + 1 :]]
            higher = [*others[: max(at - 1, 0)], pool, *others[max(at - 1, 0) :]]
            lines.append(
                {
                    "pool": pool,
                    "up": self.of(higher) if at else "",
                    "out": self.of(others),
                }
            )
        return lines
