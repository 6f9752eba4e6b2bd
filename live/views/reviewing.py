"""What a teacher does with a recorded class: look it over, cut, name, release, withhold."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from common.errors import DomainError
from courses import queries as courses
from live import captions, copies, keeping, library, queries, replays
from live.forms import CutForm, ReasonForm
from live.recordings import address_of
from live.video.tokens import REVIEW


@login_required
@never_cache
@require_GET
def review(request, pk):
    return _page(request, _replay(request, pk))


@login_required
@require_POST
def cut(request, pk):
    """Cut the begin and the end; with `whole`, take the cut back."""
    found = _replay(request, pk)
    if request.POST.get("whole"):
        replays.uncut(replay=found)
        messages.success(request, _("已经恢复，学员又看到全部。"))
        return redirect("live:review", pk)
    form = CutForm(request.POST, replay=found)
    if not form.is_valid():
        return _page(request, found, cut_form=form)
    try:
        made = replays.cut(replay=found, **form.cleaned_data)
    except DomainError as error:
        form.add_error("end", str(error))
        return _page(request, found, cut_form=form)
    messages.success(
        request, _("剪好了，学员看到 %(minutes)s 分钟。") % {"minutes": round(made.seconds / 60)}
    )
    return redirect("live:review", pk)


@login_required
@require_POST
def release(request, pk):
    replays.release(replay=_replay(request, pk), by=request.user)
    messages.success(request, _("学员现在可以看这个回放了。"))
    return redirect("live:review", pk)


@login_required
@require_POST
def withhold(request, pk):
    found = _replay(request, pk)
    form = ReasonForm(request.POST)
    if form.is_valid():
        replays.withhold(replay=found, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("学员现在看不到这个回放了。要放出来，按“放行”。"))
        return redirect("live:review", pk)
    return _page(request, found, reason_form=form)


@login_required
@require_POST
def chapters(request, pk):
    found = _replay(request, pk)
    keys = {chapter.key for chapter in library.chapters_of(found)}
    names = {key: request.POST.get(f"name-{key}", "") for key in keys}
    try:
        replays.name_chapters(replay=found, names=names)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("章节名记下了。"))
    return redirect("live:review", pk)


@login_required
@require_POST
def pin(request, pk):
    pinned = request.POST.get("pinned") == "1"
    replays.pin(replay=_replay(request, pk), pinned=pinned)
    sentence = _("这个回放会一直保留。") if pinned else _("这个回放按规定保留。")
    messages.success(request, sentence)
    return redirect("live:review", pk)


@login_required
@require_POST
def ask_copy(request, pk):
    """Have the whole recording made into one file."""
    try:
        copies.ask(replay=_replay(request, pk))
    except DomainError as error:
        messages.error(request, str(error))
    return redirect(reverse("live:review", args=[pk]) + "#copy")


@login_required
@require_POST
def take_copy(request, pk):
    """Lead to the file; each time is a line of the log."""
    try:
        return redirect(copies.take(replay=_replay(request, pk), by=request.user))
    except DomainError as error:
        messages.error(request, str(error))
    return redirect(reverse("live:review", args=[pk]) + "#copy")


@login_required
@require_POST
def delete(request, pk):
    """The office deletes a recording before its time; a teacher alone does not."""
    found = _replay(request, pk)
    courses.class_led_by(user=request.user, pk=found.classroom.session.class_group_id)
    try:
        keeping.delete(replay=found, by=request.user)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("live:review", pk)
    messages.success(request, _("回放删掉了。到课和补学都还在。"))
    return redirect("live:recordings")


def _replay(request, pk):
    """The recording of a class that the visitor teaches or plans. Raises Http404."""
    session = queries.room_taught_by(user=request.user, pk=pk)
    classroom = queries.room_of(session)
    found = replays.of(classroom) if classroom else None
    if found is None or found.deleted_at:
        raise Http404
    return found


def _page(request, found, *, cut_form=None, reason_form=None):
    session = found.classroom.session
    context = {
        "session": session,
        "replay": found,
        "standing": library.standing(found, session),
        "stream": address_of(found.classroom, kind=REVIEW, person=None, user=request.user),
        "chapters": library.chapters_of(found),
        "has_captions": captions.are_there(found.classroom),
        "copy_is_made": copies.is_being_made(found, now=timezone.now()),
        "copy_leaves_at": copies.leaves_at(found),
        "may_delete": courses.classes_led_by(request.user)
        .filter(pk=session.class_group_id)
        .exists(),
        "cut_form": cut_form or CutForm(replay=found),
        "reason_form": reason_form or ReasonForm(),
    }
    status = 422 if cut_form or reason_form else 200
    return render(request, "live/review.html", context, status=status)
