"""The doors of the office's pages: who changes members, the tree and the rules.

`branch_managed_by` (members, offices, names), `branch_steered_by` (move, merge, end),
`parent_offered_to` (found beneath), `rules_led_by`, `session_hosted_by` (what came of a meeting).
"""

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone

from accounts.models import Organisation, RoleGrant, User
from accounts.queries import organisations_led_by
from branches import queries
from branches.models import Branch, BranchMembership, BranchOffice, HoursRule, StudyNotice
from courses.models import ClassSession


def branches_managed_by(user: User) -> QuerySet[Branch]:
    """Every branch whose members and offices `user` may change: in office there or above it,
    and the bureau over its organisation."""
    return queries.branches_led_by(user)


def branch_managed_by(user: User, pk: int) -> Branch:
    """The branch, if `user` may change who belongs to it. Raises Http404 for all others."""
    if branch := branches_managed_by(user).filter(pk=pk).first():
        return branch
    raise Http404


def branches_steered_by(user: User) -> QuerySet[Branch]:
    """Every branch that `user` may move, merge, end and found others beneath.

    The bureau over its organisation, and those in office above it; not its own secretary.
    """
    if not user.is_authenticated:
        return Branch.objects.none()
    if user.is_superuser:
        return Branch.objects.all()
    led = organisations_led_by(user, RoleGrant.Role.BUREAU)
    scope = Q(organisation__in=led)
    offices = BranchOffice.objects.filter(
        queries.held_on(timezone.localdate()), person=user.person_id
    )
    for path in offices.values_list("branch__path", flat=True) if user.person_id else ():
        scope |= Q(path__startswith=path) & ~Q(path=path)
    return Branch.objects.filter(scope)


def branch_steered_by(user: User, pk: int) -> Branch:
    """The branch, if `user` may change the tree there. Raises Http404 for all others."""
    if branch := branches_steered_by(user).filter(pk=pk).first():
        return branch
    raise Http404


def parents_offered_to(user: User) -> QuerySet[Branch]:
    """The open branches beneath which `user` may put another one."""
    kept = queries.branches_kept_by(user).exclude(
        level__in=(Branch.Level.BRANCH, Branch.Level.GROUP)
    )
    steered = branches_steered_by(user)
    found = Branch.objects.filter(Q(pk__in=kept.values("pk")) | Q(pk__in=steered.values("pk")))
    return found.filter(ended_on=None).order_by("path")


def parent_offered_to(user: User, pk: int) -> Branch:
    """A branch of `parents_offered_to`. Raises Http404 for all others."""
    if branch := parents_offered_to(user).filter(pk=pk).first():
        return branch
    raise Http404


def organisations_offered_to(
    user: User, branch: Branch, *, beneath: bool = False
) -> QuerySet[Organisation]:
    """To which organisations `user` may give the branch, or found one `beneath` it.

    Whoever is in office above it to every open one: the tree of branches crosses that of the
    offices.  A bureau to its own, so that none puts a branch into a sister's books; all others
    leave it where it is.
    """
    offered = Q(ended_on=None)
    if not (user.is_superuser or _is_above(user, branch, itself=beneath)):
        led = organisations_led_by(user, RoleGrant.Role.BUREAU)
        offered &= Q(pk__in=led.values("pk"))
    return Organisation.objects.filter(offered | Q(pk=branch.organisation_id))


def _is_above(user: User, branch: Branch, *, itself: bool) -> bool:
    step, path = Branch.steplen, branch.path
    last = len(path) + 1 if itself else len(path)
    above = [path[:end] for end in range(step, last, step)]
    held = BranchOffice.objects.filter(
        queries.held_on(timezone.localdate()),
        person__isnull=False,
        person=user.person_id,
        branch__path__in=above,
    )
    return held.exists()


def membership_managed_by(user: User, *, branch_pk: int, pk: int) -> BranchMembership:
    branch = branch_managed_by(user, branch_pk)
    if found := branch.memberships.filter(pk=pk).select_related("person", "branch").first():
        return found
    raise Http404


def office_managed_by(user: User, *, branch_pk: int, pk: int) -> BranchOffice:
    branch = branch_managed_by(user, branch_pk)
    if found := branch.offices.filter(pk=pk).select_related("person", "branch").first():
        return found
    raise Http404


def rules_led_by(user: User) -> QuerySet[HoursRule]:
    """The rules of every organisation that `user` makes rules for, the newest first."""
    led = organisations_led_by(user, RoleGrant.Role.BUREAU)
    rules = HoursRule.objects.filter(organisation__in=led).select_related("organisation")
    return rules.order_by("organisation__path", "-valid_from", "-pk")


def rule_organisations(user: User) -> QuerySet[Organisation]:
    """The open organisations that `user` makes rules for."""
    return organisations_led_by(user, RoleGrant.Role.BUREAU).filter(ended_on=None)


def session_hosted_by(user: User, pk: int) -> ClassSession:
    """A meeting, if `user` reads the books of the class's branch or leads the bureau over the
    class. Raises Http404 for all others."""
    led = organisations_led_by(user, RoleGrant.Role.BUREAU)
    host = Q(class_group__organisation__in=led)
    host |= Q(class_group__branches__in=queries.branches_led_by(user).values("pk"))
    found = ClassSession.objects.filter(host, pk=pk).select_related("class_group")
    if session := found.distinct().first():
        return session
    raise Http404


def notices_read_by(user: User) -> QuerySet[StudyNotice]:
    """The notices to the branches whose books `user` keeps."""
    return StudyNotice.objects.filter(branch__in=queries.branches_kept_by(user))


def notice_read_by(user: User, pk: int) -> StudyNotice:
    """A notice of `notices_read_by`. Raises Http404 for all others."""
    found = notices_read_by(user).filter(pk=pk).select_related("branch", "at_branch")
    if notice := found.first():
        return notice
    raise Http404
