"""Who belongs to a branch and who holds office in it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from branches import doors, excel, membership, queries, services, upkeep
from branches.office_forms import AppointForm, DayForm, TakeInForm
from branches.people_fields import told_apart
from branches.views.branches import head_of
from common import asked, dates
from common.errors import DomainError

MEMBERS_ON_A_PAGE = 50
# For printing: everything on one page, within reason.
MEMBERS_AT_MOST = 5_000


@never_cache
@login_required
@asked.by_post
@require_GET
def roster(request, pk):
    branch = queries.branch_led_by(request.user, pk)
    found, chosen = _chosen(request, branch)
    today = timezone.localdate()
    everything = request.GET.get("rows") == "all"
    size = MEMBERS_AT_MOST if everything else MEMBERS_ON_A_PAGE
    page = Paginator(found, size).get_page(request.GET.get("page"))
    rows = membership.members(page.object_list, on=today)
    called = told_apart(row.person for row in rows)
    for row in rows:
        row.person.called = called[row.person.pk]
    context = head_of(request, branch) | {
        "page": page,
        "rows": rows,
        "chosen": chosen,
        "query": _query(request, chosen),
        "everything": everything,
        "manages": doors.branches_managed_by(request.user).filter(pk=branch.pk).exists(),
        "year": today.year,
    }
    return render(request, "branches/members.html", context)


@never_cache
@login_required
@require_GET
def roster_excel(request, pk):
    branch = queries.branch_led_by(request.user, pk)
    found, chosen = _chosen(request, branch)
    today = timezone.localdate()
    rows = membership.members(found, on=today)
    return excel.roster_file(branch=branch, rows=rows, words=chosen["q"], on=today)


def _query(request, chosen):
    """What was chosen, for addresses: the words as they came, sealed."""
    kept = chosen | {"q": request.GET.get("q", "")}
    return urlencode({name: kept[name] for name, value in chosen.items() if value})


def _chosen(request, branch):
    chosen = {
        "q": asked.opened(request.GET).get("q", "")[:100].strip(),
        "sort": request.GET.get("sort", ""),
        "former": "1" if request.GET.get("former") else "",
    }
    found = membership.memberships(
        branch,
        on=timezone.localdate(),
        words=chosen["q"],
        sort=chosen["sort"],
        former=bool(chosen["former"]),
    )
    return found, chosen


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def take_in(request, pk):
    branch = doors.branch_managed_by(request.user, pk)
    form = TakeInForm(request.POST or None, initial={"starts_on": timezone.localdate()})

    def act(facts):
        person, day = facts["person"], facts["starts_on"]
        held = upkeep.take_in(branch=branch, person=person, starts_on=day, by=request.user)
        if held.starts_on < day:
            since = dates.in_words(held.starts_on)
            return _("%(name)s从 %(day)s 起就是成员，不用再登记。") % {
                "name": person,
                "day": since,
            }
        return _("%(name)s已经登记为成员。") % {"name": person}

    lead = _("用姓名和出生日期找到档案。日期可以早于今天：那天以后的学习会改记到这里。")
    return _form_page(request, branch, form, _("新成员"), act, "%(name)s", lead=lead)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def let_go(request, branch_pk, pk):
    held = doors.membership_managed_by(request.user, branch_pk=branch_pk, pk=pk)
    form = DayForm(request.POST or None, initial={"ends_on": timezone.localdate()})

    def act(facts):
        upkeep.let_go(membership=held, by=request.user, **facts)
        return held.person

    title = _("%(name)s离开支部") % {"name": held.person}
    lead = _(
        "从 %(day)s 起是成员。转到别的支部的，请在那个支部登记为新成员，这里会自动到那天为止。"
    ) % {"day": held.starts_on}
    return _form_page(
        request, held.branch, form, title, act, _("已经登记：%(name)s离开支部。"), lead=lead
    )


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def appoint(request, pk):
    branch = doors.branch_managed_by(request.user, pk)
    people = queries.members_on(branch, timezone.localdate())
    form = AppointForm(
        request.POST or None, people=people, initial={"starts_on": timezone.localdate()}
    )

    def act(facts):
        return services.appoint(branch=branch, by=request.user, **facts).person

    lead = _("在成员里选。新书记任职那天，原来的书记自动卸任。")
    return _form_page(
        request,
        branch,
        form,
        _("任职"),
        act,
        _("%(name)s的任职已经登记。"),
        lead=lead,
        to="branch",
    )


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def relieve(request, branch_pk, pk):
    held = doors.office_managed_by(request.user, branch_pk=branch_pk, pk=pk)
    form = DayForm(request.POST or None, initial={"ends_on": timezone.localdate()})

    def act(facts):
        services.leave_office(office=held, **facts)
        return held.person

    title = _("%(name)s卸任%(office)s") % {
        "name": held.person,
        "office": held.get_office_display(),
    }
    return _form_page(
        request, held.branch, form, title, act, _("%(name)s的卸任已经登记。"), to="branch"
    )


def _form_page(request, branch, form, title, act, done, *, lead="", to="members"):
    address = reverse(f"branches:{to}", args=[branch.pk])
    if request.method == "POST" and form.is_valid():
        try:
            made = act(dict(form.cleaned_data))
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, done % {"name": made})
            return redirect(address)
    context = head_of(request, branch) | {
        "form": form,
        "title": title,
        "lead": lead,
        "back_url": address,
        "back_text": branch.name,
    }
    status = 422 if form.errors else 200
    return render(request, "branches/branch_form.html", context, status=status)
