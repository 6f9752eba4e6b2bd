"""A branch as an office keeps it: founded, changed, moved, merged, ended, with its history."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.queries import organisations_led_by
from branches import citations, doors, queries, upkeep
from branches.hints import hints, place_hint, term_hint
from branches.models import Branch, BranchOffice
from branches.office_forms import ChangeBranchForm, EndForm, FoundBranchForm, OtherBranchForm
from branches.views.branches import head_of
from common.errors import DomainError


@login_required
@require_GET
def branch_page(request, pk):
    branch = queries.branch_led_by(request.user, pk)
    today = timezone.localdate()
    ranks = BranchOffice.Office.values
    offices = sorted(
        branch.offices.select_related("person"), key=lambda each: ranks.index(each.office)
    )
    above = branch.get_parent()
    held = [each for each in offices if each.ends_on is None or each.ends_on > today]
    size = queries.size_of(branch, on=today)
    advice = [] if branch.ended_on else hints(**size)
    if not branch.ended_on:
        advice += place_hint(level=branch.level, above=above.level if above else "")
    if branch.kind == Branch.Kind.HOME and not branch.ended_on:
        advice += term_hint(
            since=queries.term_began(branch, on=today), years=branch.term_years, on=today
        )
    context = head_of(request, branch) | {
        "above": above,
        "beneath": branch.get_children().filter(ended_on=None),
        "members": size["members"],
        "hints": advice,
        "held": held,
        "former": [each for each in offices if each not in held],
        "changes": branch.changes.select_related("changed_by__person")[:100],
        "manages": doors.branches_managed_by(request.user).filter(pk=branch.pk).exists(),
        "steers": doors.branches_steered_by(request.user).filter(pk=branch.pk).exists(),
        "founds": doors.parents_offered_to(request.user).filter(pk=branch.pk).exists(),
        "merged_into": branch.merged_into,
        "today": today,
        "extras": citations.switched_on(branch.organisation),
    }
    return render(request, "branches/branch.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def found(request, pk=None):
    """A new branch, beneath the branch `pk` or, for the bureau, on its own."""
    parent = doors.parent_offered_to(request.user, pk) if pk else None
    if parent:
        organisations = doors.organisations_offered_to(request.user, parent, beneath=True)
    else:
        organisations = organisations_led_by(request.user, "bureau")
    if not organisations.exists():
        raise Http404
    first = {"term_years": 3, "founded_on": timezone.localdate(), "level": Branch.Level.BRANCH}
    if parent:
        first["organisation"] = parent.organisation.name
    form = FoundBranchForm(request.POST or None, initial=first, organisations=organisations)
    return _form_page(
        request,
        form,
        title=_("新设党组织"),
        lead=_("设在“%(parent)s”下面。") % {"parent": parent} if parent else "",
        branch=parent,
        act=lambda facts: upkeep.found(parent=parent, by=request.user, **facts),
        done=_("“%(name)s”已经设立。"),
    )


@login_required
@require_http_methods(["GET", "POST"])
def change(request, pk):
    branch = doors.branch_managed_by(request.user, pk)
    known = {name: getattr(branch, name) for name in ("name", "level", "term_years")}
    known |= {
        "organisation": branch.organisation.name,
        "class_group": branch.class_group.code if branch.class_group else "",
    }
    form = ChangeBranchForm(
        request.POST or None,
        initial=known,
        organisations=doors.organisations_offered_to(request.user, branch),
        steers=doors.branches_steered_by(request.user).filter(pk=branch.pk).exists(),
    )
    return _form_page(
        request,
        form,
        branch=branch,
        title=_("改名称、级别、单位"),
        act=lambda facts: upkeep.change(branch=branch, by=request.user, **facts),
        done=_("“%(name)s”已经改好。"),
    )


@login_required
@require_http_methods(["GET", "POST"])
def move(request, pk):
    branch = doors.branch_steered_by(request.user, pk)
    offered = doors.parents_offered_to(request.user).exclude(path__startswith=branch.path)
    top = _("最上一级") if request.user.is_superuser else ""
    first = {"on": timezone.localdate()}
    form = OtherBranchForm(request.POST or None, offered=offered, top=top, initial=first)

    def act(facts):
        other = facts.pop("other")
        upkeep.move(branch=branch, parent=other, by=request.user, **facts)
        return branch

    return _form_page(
        request,
        form,
        branch=branch,
        title=_("改变隶属"),
        lead=_("下面的支部一起移过去；成员和台账不变。"),
        act=act,
        done=_("“%(name)s”已经移好。"),
    )


@login_required
@require_http_methods(["GET", "POST"])
def merge(request, pk):
    branch = doors.branch_steered_by(request.user, pk)
    offered = (
        doors.branches_steered_by(request.user)
        .filter(ended_on=None, kind=branch.kind)
        .exclude(path__startswith=branch.path)
        .order_by("path")
    )
    first = {"on": timezone.localdate()}
    form = OtherBranchForm(request.POST or None, offered=offered, initial=first)
    members = queries.members_on(branch, timezone.localdate()).count()

    def act(facts):
        into = facts.pop("other")
        upkeep.merge(branch=branch, into=into, by=request.user, **facts)
        return into

    return _form_page(
        request,
        form,
        branch=branch,
        title=_("并入别的党组织"),
        lead=_("%(count)s 位成员从那天起转过去，任职到那天为止；过去的台账和记录留在原处。")
        % {"count": members},
        act=act,
        done=_("已经并入“%(name)s”。"),
    )


@login_required
@require_http_methods(["GET", "POST"])
def end(request, pk):
    branch = doors.branch_steered_by(request.user, pk)
    form = EndForm(request.POST or None, initial={"ends_on": timezone.localdate()})
    members = queries.members_on(branch, timezone.localdate()).count()

    def act(facts):
        upkeep.end(branch=branch, by=request.user, **facts)
        return branch

    return _form_page(
        request,
        form,
        branch=branch,
        title=_("撤销"),
        lead=_("%(count)s 位成员和所有任职到那天为止；过去的台账和记录还在。")
        % {"count": members},
        act=act,
        done=_("“%(name)s”已经撤销。"),
    )


def _form_page(request, form, *, title, act, done, branch=None, lead=""):
    """One form, one act; what is refused stands in the form."""
    if request.method == "POST" and form.is_valid():
        try:
            made = act(dict(form.cleaned_data))
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, done % {"name": made})
            return redirect("branches:branch", made.pk)
    context = head_of(request, branch) if branch else {}
    back = reverse("branches:branch", args=[branch.pk]) if branch else reverse("branches:list")
    context |= {
        "form": form,
        "title": title,
        "lead": lead,
        "back_url": back,
        "back_text": branch.name if branch else _("支部"),
    }
    status = 422 if form.errors else 200
    return render(request, "branches/branch_form.html", context, status=status)
