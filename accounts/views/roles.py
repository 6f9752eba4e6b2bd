"""Who is what where: the list, giving a role in three choices and a look, taking it back."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts import audit, queries
from accounts.files import finding
from accounts.forms.roles import GrantFilter
from accounts.models import Organisation, Person, RoleGrant
from accounts.organisations import tree
from accounts.roles import duties, granting, sheet
from common import asked as looked
from common.errors import DomainError

GRANTS_ON_A_PAGE = 50
# For printing: everything on one page, within reason.
GRANTS_AT_MOST = 2_000
FOUND_AT_MOST = 20


# Looking


@never_cache
@login_required
@looked.by_post
@require_GET
def role_list(request):
    form, grants = _chosen(request)
    everything = request.GET.get("rows") == "all"
    page = Paginator(grants, GRANTS_AT_MOST if everything else GRANTS_ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "form": form,
        "page": page,
        "grants": page.object_list,
        "everything": everything,
        "query": request.GET.urlencode(),
    }
    return render(request, "roles/list.html", context)


@never_cache
@login_required
@require_GET
def roles_excel(request):
    """The chosen roles as a file; names of people leave the school by it, so that is written
    down."""
    form, grants = _chosen(request)
    grants = list(grants)
    answer = sheet.grants_file(grants=grants, words=form.words())
    audit.record(audit.Action.FILES_EXPORTED, by=request.user, list="roles", count=len(grants))
    return answer


def _chosen(request):
    """The filter and the roles it chooses. 404 for all but administrators."""
    units = _units(request)
    form = GrantFilter(looked.opened(request.GET), organisations=units)
    grants = form.chosen(queries.grants_administered_by(request.user))
    return form, grants.order_by(*form.order())


def _units(request):
    units = queries.organisations_administered_by(request.user)
    if not request.user.is_superuser and not units.exists():
        raise Http404
    return units


@never_cache
@login_required
@require_GET
def what_roles_may(request):
    """Every role in plain words."""
    _units(request)
    return render(request, "roles/what.html", {"roles": duties.all_in_words()})


# Giving


@never_cache
@login_required
@looked.look_by_post
@require_http_methods(["GET", "POST"])
def grant(request):
    """Choose the person, the organisation, the role; read what it means; give it."""
    units = _units(request).filter(ended_on=None)
    asked = request.POST if request.method == "POST" else request.GET
    person = _person(request, asked.get("person", ""))
    organisation = _organisation(units, asked.get("organisation", ""))
    role = asked.get("role", "")
    context = {"person": person, "organisation": organisation, "words": _words(request)}
    if person is None:
        return render(request, "roles/grant_person.html", context | _people(request))
    if organisation is None:
        return render(request, "roles/grant_unit.html", context | _places(request, units, person))
    if role not in RoleGrant.Role:
        context["roles"] = duties.all_in_words()
        return render(request, "roles/grant_role.html", context)
    if request.method == "POST":
        try:
            given = granting.grant(
                person=person, role=role, organisation=organisation, by=request.user
            )
        except DomainError as error:
            context["problem"] = str(error)
        else:
            said = {"name": person, "role": given.get_role_display(), "where": organisation}
            messages.success(request, _("%(name)s现在是“%(where)s”的%(role)s。") % said)
            return redirect("roles:list")
    context |= {
        "role": duties.in_words(role),
        "reach": granting.reach_of(organisation),
        "held": queries.roles_of(person),
    }
    status = 422 if "problem" in context else 200
    return render(request, "roles/grant_check.html", context, status=status)


def _words(request) -> str:
    return looked.opened(request.GET).get("q", "")[:100].strip()


def _people(request) -> dict:
    words = _words(request)
    files = queries.files_led_by(request.user)
    found = list(finding.matching(files, words)[: FOUND_AT_MOST + 1])
    return _cut(found) | {"too_short": finding.is_too_short(words)}


def _places(request, units, person) -> dict:
    """Organisations by name or code; without words the person's own and what is above it."""
    words = _words(request)
    if words:
        found = tree.found(units, words)
    else:
        found = units.filter(path__in=tree.paths_above(person.organisation.path))
    rows = list(found.order_by("-depth", "path")[: FOUND_AT_MOST + 1])
    above = tree.above(rows, seen=units)
    cut = _cut(rows)
    return cut | {"found": [(row, above[row.pk]) for row in cut["found"]]}


def _cut(rows) -> dict:
    return {
        "found": rows[:FOUND_AT_MOST],
        "more": len(rows) > FOUND_AT_MOST,
        "at_most": FOUND_AT_MOST,
    }


def _person(request, asked) -> Person | None:
    if not asked:
        return None
    return queries.file_led_by(user=request.user, pk=_number(asked))


def _organisation(units, asked) -> Organisation | None:
    if not asked:
        return None
    if organisation := units.filter(pk=_number(asked)).first():
        return organisation
    raise Http404


# Taking back


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def end(request, pk):
    """Ask once more, then take a role back."""
    held = queries.grant_administered_by(user=request.user, pk=pk)
    context = {"grant": held, "role": duties.in_words(held.role)}
    if request.method == "POST":
        try:
            granting.end(grant=held, by=request.user)
        except DomainError as error:
            context["problem"] = str(error)
        else:
            said = {"name": held.person, "role": held.get_role_display()}
            messages.success(request, _("%(name)s的%(role)s角色收回了，马上起作用。") % said)
            # Who took their own role back may not look at the list any more.
            still = queries.has_role(request.user, RoleGrant.Role.ADMINISTRATOR)
            return redirect("roles:list" if still else "accounts:me")
    status = 422 if "problem" in context else 200
    return render(request, "roles/end.html", context, status=status)


def _number(text: str) -> int:
    """A key out of an address. Raises Http404 for anything else."""
    if text.isascii() and text.isdecimal() and len(text) < 18:
        return int(text)
    raise Http404
