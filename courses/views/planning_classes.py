"""A class in the hands of the office: its form, its meetings, its end."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.queries import has_role
from common.errors import DomainError
from courses import queries
from courses.forms.planning.calendar import MeetingForm
from courses.forms.planning.classes import ClassForm, ClassStart, MergeForm, ReasonForm
from courses.models import ClassGroup
from courses.planning import cancelling, clashes, classes, completing, meetings, merging, scope

# Two fields a seat, under settings.DATA_UPLOAD_MAX_NUMBER_FIELDS.
SEATS_ON_A_PAGE = 200

# The form


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def class_new(request):
    """First the course, which says what is usual; then the class. `?term=` and `?course=`."""
    if not has_role(request.user, *queries.LEADS_CLASSES):
        raise Http404
    if "course" not in request.GET:
        start = ClassStart(None, user=request.user)
        start.initial["term"] = request.GET.get("term", "")
        return render(request, "courses/planning/class_start.html", {"form": start})
    start = ClassStart(request.GET, user=request.user)
    if not start.is_valid():
        return render(request, "courses/planning/class_start.html", {"form": start}, status=422)
    draft = ClassGroup(**start.cleaned_data)
    draft.organisation = _usual_organisation(request.user, draft)
    return _class_form(request, draft, title=_("新开一个班"))


def _usual_organisation(user, draft):
    offered = scope.open_organisations(user).filter(path__startswith=draft.term.organisation.path)
    return offered.filter(pk=draft.course.organisation_id).first() or offered.first()


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def class_edit(request, pk):
    found = queries.class_led_by(user=request.user, pk=pk)
    if found.cancelled_at:
        messages.warning(request, _("这个班停开了，不能再改。"))
        return redirect(found)
    return _class_form(request, found, title=_("改“%(class)s”") % {"class": found})


def _class_form(request, group, *, title):
    """Look for clashes (`check`, the page's own script or the button), or save."""
    is_new, seen = group.pk is None, ""
    if not is_new:
        seen = request.POST.get("seen") or classes.state_of(group)
    sent = request.POST if request.method == "POST" else None
    form = ClassForm(sent, instance=group, user=request.user)
    context = {
        "form": form,
        "class_group": group,
        "title": title,
        "is_new": is_new,
        "seen": seen,
        "checked": False,
    }
    status = 200
    if request.method == "POST":
        is_valid = form.is_valid()
        if is_valid or form.is_placed():
            context |= {
                "checked": True,
                "clashes": clashes.of_draft(form.instance, now=timezone.now()),
            }
        if request.headers.get("X-Requested-With") == "fetch":
            return render(request, "courses/planning/_clashes.html", context)
        if "check" in request.POST:
            return render(request, "courses/planning/class_form.html", context)
        if is_valid:
            try:
                written = classes.write_class(
                    class_group=form.instance,
                    seats=form.seats(),
                    count=form.cleaned_data["meetings"],
                    seen=seen or None,
                    by=request.user,
                )
            except DomainError as error:
                form.add_error(None, str(error))
            else:
                _tell_written(request, written, context["clashes"])
                return redirect("courses:class_meetings", written.class_group.pk)
        status = 422
    return render(request, "courses/planning/class_form.html", context, status=status)


def _tell_written(request, written, found):
    messages.success(request, _("保存好了。"))
    for pool in written.over_full:
        messages.warning(
            request,
            _(
                "“%(seats)s”现在 %(capacity)s 个座位，已有 %(taken)s 人：他们的座位都保留，"
                "有人退班也不再补，直到不超过。"
            )
            % {"seats": pool, "capacity": pool.capacity, "taken": pool.seats_taken},
        )
    if written.moved:
        messages.success(
            request,
            _("后面的 %(count)s 次课跟着改了时间，学员会收到通知。")
            % {"count": len(written.moved)},
        )
    if found:
        messages.warning(request, _("和别的班有冲突，请到“课表”里看看。"))


# Meetings


@never_cache
@login_required
@require_http_methods(["GET"])
def class_meetings(request, pk):
    """All meetings of a class, each to be changed by itself."""
    group = queries.class_led_by(user=request.user, pk=pk)
    now = timezone.now()
    sessions = list(group.sessions.select_related("substitute", "lesson"))
    for session in sessions:
        session.class_group = group
        session.is_over = session.ends_at <= now
        session.is_moved = not meetings.is_regular(session, group) or (
            timezone.localtime(session.starts_at).weekday() != group.weekday
        )
    context = {
        "class_group": group,
        "sessions": sessions,
        "can_remove": not (group.enrolments.exists() or group.waiting.exists()),
        "now": now,
    }
    return render(request, "courses/planning/class_meetings.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def meeting(request, pk):
    session = scope.meeting_led_by(user=request.user, pk=pk)
    form = MeetingForm(request.POST or None, user=request.user, session=session)
    context = {"form": form, "session": session, "class_group": session.class_group}
    if request.method == "POST" and form.is_valid():
        facts = {
            "starts_at": form.cleaned_data["starts_at"],
            "minutes": form.cleaned_data["minutes"],
            "substitute": form.substitute,
        }
        context["clashes"] = found = clashes.of_meeting(
            meetings.as_changed(session, **facts), now=timezone.now()
        )
        # Asked once: an office may want two classes in one hall.
        if not found or "anyway" in request.POST:
            try:
                changed = meetings.change_meeting(session=session, by=request.user, **facts)
            except DomainError as error:
                form.add_error(None, str(error))
            else:
                words = _("改好了，学员会收到通知。") if changed else _("没有改动。")
                messages.success(request, words)
                return redirect("courses:class_meetings", session.class_group_id)
    status = 422 if request.method == "POST" else 200
    return render(request, "courses/planning/meeting.html", context, status=status)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def class_completion(request, pk):
    """Who completed the class, ticked by name, a page at a time: a browser sends no more
    fields than Django reads."""
    group = queries.class_led_by(user=request.user, pk=pk)
    if request.method == "POST":
        marked, taken_back = completing.mark_completed(
            class_group=group,
            seats=_numbers(request, "seat"),
            shown=_numbers(request, "shown"),
            on=timezone.localdate(),
            by=request.user,
        )
        messages.success(
            request,
            _("保存好了：新登记学完 %(marked)s 人，取消 %(back)s 人。")
            % {"marked": marked, "back": taken_back},
        )
        seats = Paginator(queries.roster(group), SEATS_ON_A_PAGE)
        page = seats.get_page(request.GET.get("page"))
        after = f"?page={page.next_page_number()}" if page.has_next() else ""
        return redirect(reverse("courses:class_completion", args=[pk]) + after)
    seats = Paginator(queries.roster(group), SEATS_ON_A_PAGE)
    context = {"class_group": group, "page": seats.get_page(request.GET.get("page"))}
    return render(request, "courses/planning/class_completion.html", context)


def _numbers(request, name) -> list[int]:
    return [int(one) for one in request.POST.getlist(name) if one.isdecimal() and len(one) < 18]


# The end of a class


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def class_cancel(request, pk):
    """Say who will be told, ask why, and cancel."""
    group = queries.class_led_by(user=request.user, pk=pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            told = cancelling.cancel_class(
                class_group=group, because=form.cleaned_data["because"], by=request.user
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request,
                _("“%(class)s”停开了，会通知 %(count)s 人。")
                % {"class": group, "count": len(told)},
            )
            return _to_list(group)
    context = {
        "class_group": group,
        "form": form,
        "seated": group.enrolments.filter(withdrawn_at=None).count(),
        "waiting": group.waiting.filter(left_at=None).count(),
    }
    return render(request, "courses/planning/class_cancel.html", context, status=_status(form))


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def class_merge(request, pk):
    """Choose the other class, see who gets what there, and merge."""
    group = queries.class_led_by(user=request.user, pk=pk)
    targets = merging.targets_for(group, queries.classes_led_by(request.user))
    form = MergeForm(request.POST or None, targets=targets)
    context = {"class_group": group, "form": form, "outlook": None}
    if request.method == "POST" and "change" not in request.POST and form.is_valid():
        into = context["into"] = form.by_key[form.cleaned_data["into"]]
        try:
            if "confirmed" in request.POST:
                merging.merge_class(
                    class_group=group,
                    into=into,
                    because=form.cleaned_data["because"],
                    by=request.user,
                )
                words = _("“%(class)s”并入了“%(into)s”，大家会收到通知。")
                messages.success(request, words % {"class": group, "into": into})
                return redirect("courses:class_meetings", into.pk)
            context["outlook"] = merging.outlook(class_group=group, into=into)
        except DomainError as error:
            form.add_error(None, str(error))
    return render(request, "courses/planning/class_merge.html", context, status=_status(form))


@login_required
@require_POST
def class_remove(request, pk):
    """Take out a class that nobody ever registered for."""
    group = queries.class_led_by(user=request.user, pk=pk)
    try:
        classes.delete_class(class_group=group, by=request.user)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("courses:class_meetings", pk)
    messages.success(request, _("“%(class)s”删去了。") % {"class": group})
    return _to_list(group)


def _to_list(group):
    return redirect("courses:term", group.term_id)


def _status(form) -> int:
    return 422 if form.is_bound and form.errors else 200
