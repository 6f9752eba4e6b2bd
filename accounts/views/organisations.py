"""The tree of organisations: looking at it, and changing it in two steps each."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from accounts import queries
from accounts.errors import OrganisationRefused
from accounts.forms.organisations import NoteForm, PointForm, TreeFilter, UnitForm
from accounts.models import Organisation, OrganisationChange, TeachingPoint
from accounts.organisations import moving, sheet, tree, units

UNITS_ON_A_PAGE = 100
# For printing: everything on one page, within reason.
UNITS_AT_MOST = 2_000
FOUND_AT_MOST = 20
CHILDREN_SHOWN = 30
CHANGES_SHOWN = 50
# The word for "no parent" in an address.
TOP = "top"


# Looking


@never_cache
@login_required
@require_GET
def organisation_tree(request):
    """A part of the tree, or what a search finds in it."""
    form, top, shown = _shown(request)
    everything = request.GET.get("rows") == "all"
    page = Paginator(shown, UNITS_AT_MOST if everything else UNITS_ON_A_PAGE).get_page(
        request.GET.get("page")
    )
    rows = list(page.object_list)
    seen = queries.organisations_seen_by(request.user)
    files, above = queries.files_beneath(rows), tree.above(rows, seen=seen)
    # Set in by the levels that are shown above it; what was found stands at the edge.
    first = top.depth if top and not form.words else None
    context = {
        "form": form,
        "top": top,
        "above": tree.above([top], seen=seen)[top.pk] if top else [],
        "page": page,
        "rows": [
            {
                "unit": row,
                "level": min(row.depth - first, 8) if first else 0,
                "above": above[row.pk] if first is None else [],
                "files": files[row.pk],
                "opens": not row.is_leaf() and row != top,
            }
            for row in rows
        ],
        "everything": everything,
        "query": request.GET.urlencode(),
        "may_change": _may_change(request.user, top),
        "may_open_tops": request.user.is_superuser and (top is None or top.is_root()),
    }
    return render(request, "organisations/tree.html", context)


@never_cache
@login_required
@require_GET
def tree_excel(request):
    form, top, shown = _shown(request)
    words = [form.words] if form.words else []
    return sheet.tree_file(top=top, organisations=shown, words=words)


def _shown(request):
    """The filter, the top of what is shown (None for several) and the organisations."""
    seen = queries.organisations_seen_by(request.user)
    # A new school has no organisation yet; whoever runs the server opens the first.
    if not request.user.is_superuser and not seen.exists():
        raise Http404
    form = TreeFilter(request.GET)
    top = _top(request)
    if form.words or form.chosen_kind:
        shown = seen.filter(path__startswith=top.path) if top else seen
        if form.words:
            shown = tree.found(shown, form.words)
        if form.chosen_kind:
            shown = shown.filter(kind=form.chosen_kind)
        if not form.with_ended:
            shown = shown.filter(ended_on=None)
    elif top:
        shown = tree.levels(top, count=form.count, with_ended=form.with_ended)
    else:
        shown = queries.tops_seen_by(request.user)
    return form, top, shown.order_by("path")


def _top(request) -> Organisation | None:
    asked = request.GET.get("in", "")
    if asked:
        return queries.organisation_seen_by(user=request.user, pk=_number(asked))
    tops = list(queries.tops_seen_by(request.user)[:2])
    return tops[0] if len(tops) == 1 else None


@never_cache
@login_required
@require_GET
def unit(request, pk):
    """One organisation: what it is, what lies in it, what happened to it."""
    organisation = queries.organisation_seen_by(user=request.user, pk=pk)
    seen = queries.organisations_seen_by(request.user)
    children = list(organisation.get_children().filter(ended_on=None)[:CHILDREN_SHOWN])
    files = queries.files_beneath([organisation, *children])
    above = tree.above([organisation], seen=seen)[organisation.pk]
    context = {
        "organisation": organisation,
        "above": above,
        "children": [(child, files[child.pk]) for child in children],
        "children_count": organisation.get_children().filter(ended_on=None).count(),
        "tree_url": f"{reverse('organisations:list')}?in={organisation.pk}&levels=all",
        "ended_beneath": organisation.get_children().exclude(ended_on=None),
        "files": files[organisation.pk],
        "own_files": organisation.persons.kept().count(),
        "points": organisation.teaching_points.all(),
        "grants": _grants_at(organisation),
        "changes": _changes_of(organisation)[:CHANGES_SHOWN],
        "may_change": _may_change(request.user, organisation),
        "may_place": _may_change(request.user, above[-1] if above else None),
    }
    return render(request, "organisations/unit.html", context)


def _grants_at(organisation):
    live = organisation.roles.filter(ended_at=None).select_related("person")
    return live.order_by("role", "person__pinyin", "pk")


def _changes_of(organisation):
    """Its own history, and what was merged into it."""
    merged = Q(organisation__merged_into=organisation, kind=OrganisationChange.Kind.MERGED)
    changes = OrganisationChange.objects.filter(Q(organisation=organisation) | merged)
    return changes.select_related("organisation", "changed_by__person")


def _may_change(user, organisation) -> bool:
    if organisation is None:
        return user.is_superuser
    return queries.organisations_administered_by(user).filter(pk=organisation.pk).exists()


# Opening and renaming: what was typed is shown once more before it is written


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def new(request):
    """A new organisation beneath ?parent=, or a tree of its own for who runs the server."""
    asked = request.POST.get("parent") or request.GET.get("parent", "")
    if asked:
        parent = queries.organisation_administered_by(user=request.user, pk=_number(asked))
    elif request.user.is_superuser:
        parent = None
    else:
        raise Http404
    form = UnitForm(request.POST or None)
    context = {"form": form, "parent": parent, "title": _("新设机构")}
    return _two_steps(
        request,
        form,
        context,
        act=lambda facts: units.open_unit(parent=parent, by=request.user, **facts),
        done=_("“%(name)s”已经设立。"),
    )


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def rename(request, pk):
    """Another name, code or kind."""
    organisation = queries.organisation_administered_by(user=request.user, pk=pk)
    known = {name: getattr(organisation, name) for name in ("name", "code", "kind")}
    form = UnitForm(request.POST or None, initial=known, organisation=organisation)
    context = {"form": form, "organisation": organisation, "title": _("改名称、代码、类别")}
    return _two_steps(
        request,
        form,
        context,
        act=lambda facts: units.rename_unit(organisation=organisation, by=request.user, **facts),
        done=_("“%(name)s”已经改好。"),
    )


def _two_steps(request, form, context, *, act, done):
    """Ask, show what was typed, write it: each step an ordinary POST of the same fields."""
    template, status = "organisations/unit_form.html", 200
    if request.method == "POST" and "change" not in request.POST and form.is_valid():
        template = "organisations/unit_check.html"
        if "confirmed" in request.POST:
            try:
                made = act(form.cleaned_data)
            except OrganisationRefused as error:
                template = "organisations/unit_form.html"
                form.add_error(None, str(error))
            else:
                messages.success(request, done % {"name": made})
                return redirect("organisations:unit", made.pk)
    if form.errors and "change" not in request.POST:
        status = 422
    return render(request, template, context, status=status)


# Moving and merging: choose the other one, see what will happen, do it


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def move(request, pk):
    """Beneath another parent."""
    organisation = queries.organisation_administered_by(user=request.user, pk=pk)
    asked = request.POST.get("to") or request.GET.get("to", "")
    context = {"organisation": organisation, "title": _("改变隶属"), "form": NoteForm()}
    if not asked:
        context["may_be_top"] = request.user.is_superuser and organisation.depth > 1
        context |= _choices(
            request, organisation, beside=organisation.get_parent() or organisation
        )
        return render(request, "organisations/move.html", context)
    if asked == TOP and not request.user.is_superuser:
        raise Http404
    parent = None if asked == TOP else _other(request, asked)
    return _last_step(
        request,
        "organisations/move.html",
        context | {"other": parent, "to": asked},
        look=lambda: moving.move_outlook(organisation=organisation, parent=parent),
        act=lambda **said: moving.move_unit(
            organisation=organisation, parent=parent, by=request.user, **said
        ),
        done=_("“%(name)s”已经移好。") % {"name": organisation},
    )


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def merge(request, pk):
    """Into another organisation, which takes everything over."""
    organisation = queries.organisation_administered_by(user=request.user, pk=pk)
    asked = request.POST.get("to") or request.GET.get("to", "")
    context = {"organisation": organisation, "title": _("并入别的机构"), "form": NoteForm()}
    if not asked:
        return render(
            request,
            "organisations/merge.html",
            context | _choices(request, organisation, beside=organisation),
        )
    other = _other(request, asked)
    return _last_step(
        request,
        "organisations/merge.html",
        context | {"other": other, "to": asked},
        look=lambda: moving.merge_outlook(ended=organisation, surviving=other),
        act=lambda **said: moving.merge_units(
            ended=organisation, surviving=other, by=request.user, **said
        ),
        done=_("“%(name)s”已经并入“%(other)s”。") % {"name": organisation, "other": other},
    )


def _choices(request, organisation, *, beside: Organisation) -> dict:
    """Other open organisations by name or code; without words those right beside `beside`."""
    words = request.GET.get("q", "")[:100]
    others = queries.organisations_administered_by(request.user).filter(ended_on=None)
    others = others.exclude(path__startswith=organisation.path)
    if words.strip():
        found = tree.found(others, words)
    else:
        above = tree.parent_path(beside)
        near = Q(path=above) | Q(path__startswith=above, depth=beside.depth)
        found = others.filter(near)
    rows = list(found.order_by("path")[: FOUND_AT_MOST + 1])
    above = tree.above(rows, seen=queries.organisations_seen_by(request.user))
    return {
        "words": words,
        "found": [(row, above[row.pk]) for row in rows[:FOUND_AT_MOST]],
        "more": len(rows) > FOUND_AT_MOST,
        "at_most": FOUND_AT_MOST,
    }


def _other(request, asked) -> Organisation:
    return queries.organisation_administered_by(user=request.user, pk=_number(asked))


def _last_step(request, template, context, *, look, act, done):
    """Say what will happen, and on POST do it; a rule that says no is said on the page."""
    problem, outlook = "", None
    if request.method == "POST":
        context["form"] = form = NoteForm(request.POST)
        if form.is_valid():
            try:
                act(note=form.cleaned_data["note"], seen=request.POST.get("seen", ""))
            except OrganisationRefused as error:
                problem = str(error)
            else:
                messages.success(request, done)
                return redirect("organisations:unit", context["organisation"].pk)
    try:
        outlook = look()
    except OrganisationRefused as error:
        problem = problem or str(error)
    context |= {"problem": problem, "outlook": outlook}
    status = 422 if request.method == "POST" else 200
    return render(request, template, context, status=status)


# Ending and reopening


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def end(request, pk):
    """Close an organisation in which nobody is left."""
    organisation = queries.organisation_administered_by(user=request.user, pk=pk)
    return _last_step(
        request,
        "organisations/end.html",
        {"organisation": organisation, "title": _("撤销机构"), "form": NoteForm()},
        look=lambda: {"roles": units.end_outlook(organisation=organisation)},
        act=lambda note, seen: units.end_unit(
            organisation=organisation, note=note, by=request.user
        ),
        done=_("“%(name)s”已经撤销。") % {"name": organisation},
    )


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def reopen(request, pk):
    """Open an ended organisation again."""
    organisation = queries.organisation_administered_by(user=request.user, pk=pk)
    parent = organisation.get_parent()
    return _last_step(
        request,
        "organisations/reopen.html",
        {"organisation": organisation, "title": _("恢复机构"), "form": NoteForm()},
        look=lambda: {"parent": parent},
        act=lambda note, seen: units.reopen_unit(
            organisation=organisation, note=note, by=request.user
        ),
        done=_("“%(name)s”已经恢复。") % {"name": organisation},
    )


# Teaching points


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def new_point(request, pk):
    organisation = queries.organisation_administered_by(user=request.user, pk=pk)
    return _point(request, TeachingPoint(organisation=organisation), _("新教学点"))


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def point(request, pk):
    found = queries.teaching_point_administered_by(user=request.user, pk=pk)
    return _point(request, found, _("改教学点"))


def _point(request, found, title):
    home = found.organisation
    offered = queries.organisations_administered_by(request.user).filter(ended_on=None)
    form = PointForm(request.POST or None, organisations=offered, point=found)
    if request.method == "POST" and form.is_valid():
        try:
            saved = units.save_teaching_point(point=form.corrected(), by=request.user)
        except OrganisationRefused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("“%(name)s”存好了。") % {"name": saved})
            return redirect("organisations:unit", saved.organisation_id)
    context = {"form": form, "title": title, "organisation": home}
    return render(request, "organisations/point.html", context, status=422 if form.errors else 200)


def _number(text: str) -> int:
    """A key out of an address. Raises Http404 for anything else."""
    if text.isascii() and text.isdecimal() and len(text) < 18:
        return int(text)
    raise Http404
