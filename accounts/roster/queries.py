"""Reading rosters.  The doors: whose rosters and rows somebody may see and settle."""

from django.db.models import QuerySet
from django.http import Http404

from accounts.models import Organisation, RosterImport, RosterRow, User
from accounts.queries import WRITES_FILES, organisations_led_by


def organisations_for(user: User) -> QuerySet[Organisation]:
    """Where `user` may bring a roster: whose files they write, closed units left out."""
    return organisations_led_by(user, *WRITES_FILES).filter(ended_on=None).order_by("path")


def rosters_led_by(user: User) -> QuerySet[RosterImport]:
    """The rosters of every organisation whose files `user` writes."""
    led = organisations_led_by(user, *WRITES_FILES)
    found = RosterImport.objects.filter(organisation__in=led)
    found = found.select_related("organisation", "uploaded_by__person")
    return found.order_by("-uploaded_at", "-pk")


def roster_led_by(*, user: User, pk: int) -> RosterImport:
    """The roster, if `user` leads its organisation. Raises Http404 for all others."""
    if roster := rosters_led_by(user).filter(pk=pk).first():
        return roster
    raise Http404


def rows_to_settle(user: User) -> QuerySet[RosterRow]:
    """The doubtful rows that `user` may settle: of organisations whose files they write,
    whoever brought the roster."""
    led = organisations_led_by(user, *WRITES_FILES)
    return (
        RosterRow.objects.filter(decision="", organisation__in=led)
        .select_related("roster__organisation", "organisation")
        .order_by("roster", "number")
    )


def row_led_by(*, user: User, pk: int) -> RosterRow:
    """The row, settled or not, if `user` may settle it. Raises Http404 for all others."""
    led = organisations_led_by(user, *WRITES_FILES)
    found = RosterRow.objects.filter(pk=pk, organisation__in=led)
    if row := found.select_related("roster__organisation", "organisation").first():
        return row
    raise Http404
