"""One's rights: what one agreed to, the copy of one's data, erasure, a dead relative's file."""

from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import consents
from accounts.forms.rights import CorrectionForm, RelativeForm, WordsForm
from accounts.models import Notice, RightsRequest
from accounts.rights import asking, exporting, prose
from accounts.views.acting import with_file
from common import excel
from common.errors import DomainError

Kind = RightsRequest.Kind


def for_the_close(view):
    """For what only the person and their closest may do: 404 for every other proxy."""

    @with_file
    @wraps(view)
    def checked(request, *args, **kwargs):
        asking.spoken_for(user=request.user, person=request.person)
        return view(request, *args, **kwargs)

    return checked


# Consent


@require_GET
@with_file
def home(request):
    """What this person agreed to, and what they may ask for."""
    context = {
        "standings": consents.standing(request.person),
        "requests": asking.requests_of(request.person),
        "may_speak": asking.may_speak_for(user=request.user, person=request.person),
    }
    return render(request, "rights/home.html", context)


@never_cache
@require_GET
def notice(request, kind):
    """A notice in large letters, for everybody; who has a file answers below it."""
    if kind not in Notice.Kind:
        raise Http404
    person = request.person
    standings = consents.standing(person) if person else []
    shown = consents.current_notice(kind)
    english = (get_language() or "").startswith("en") and shown.text_en
    context = {
        "notice": shown,
        "blocks": list(prose.blocks(english or shown.text)),
        "is_translation": bool(english),
        "standing": next((one for one in standings if one.notice.kind == kind), None),
        "may_speak": bool(person) and asking.may_speak_for(user=request.user, person=person),
    }
    return render(request, "rights/notice.html", context)


@require_POST
@for_the_close
def agree(request, kind):
    """Agree to a notice, or say that one does not."""
    if kind not in Notice.Kind:
        raise Http404
    if request.POST.get("answer") != "yes":
        messages.info(request, _("好的，没有记下同意。什么时候想同意，再来按一下就行。"))
        return redirect("rights:home")
    way = asking.way_of(user=request.user, person=request.person)
    try:
        consents.give(person=request.person, kind=kind, way=way, by=request.user)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("记下了：您同意。随时可以撤回。"))
    return redirect("rights:home")


@require_http_methods(["GET", "POST"])
@for_the_close
def withdrawal(request):
    """Both consents with what goes when they are taken back, and one button for each."""
    person = request.person
    if request.method == "POST":
        kind = request.POST.get("kind")
        if kind not in Notice.Kind:
            raise Http404
        way = asking.way_of(user=request.user, person=person)
        consents.withdraw(person=person, kind=kind, way=way, by=request.user)
        if kind == Notice.Kind.SENSITIVE:
            messages.success(request, _("已经撤回。身份证号、健康说明和照片都删掉了。"))
        else:
            messages.success(request, _("已经撤回，马上起作用。"))
        return redirect("rights:withdrawal")
    return render(request, "rights/withdrawal.html", {"standings": consents.standing(person)})


# The copy of one's data


@never_cache
@require_GET
@for_the_close
def export(request, form):
    """Everything about this person as a file; each time is a line in the log."""
    made = exporting.export(person=request.person, by=request.user)
    return answer_with(made, form)


def answer_with(made: exporting.Copy, form: str) -> HttpResponse:
    """`made` as a file to keep: "json" or "xlsx"."""
    name = _("%(name)s的全部信息 %(day)s") % {
        "name": made.name,
        "day": timezone.localdate(made.made_at),
    }
    if form == "xlsx":
        return excel.download(data=exporting.as_excel(made), name=name)
    disposition = content_disposition_header(
        as_attachment=True, filename=f"{excel.safe_file_name(name)}.json"
    )
    return HttpResponse(
        exporting.as_json(made),
        content_type=exporting.JSON_TYPE,
        headers={"Content-Disposition": disposition},
    )


# Asking


@require_http_methods(["GET", "POST"])
@for_the_close
def erasure(request):
    """In plain words what goes and what stays, then the request."""
    return _ask(request, Kind.ERASURE, WordsForm, "rights/erasure.html")


@require_http_methods(["GET", "POST"])
@for_the_close
def correction(request):
    return _ask(request, Kind.CORRECTION, CorrectionForm, "rights/correction.html")


def _ask(request, kind, form_class, template):
    person = request.person
    form = form_class(request.POST or None)
    if request.method == "POST" and form.is_valid():
        way = asking.way_of(user=request.user, person=person)
        try:
            asking.ask(
                person=person,
                kind=kind,
                way=way,
                words=form.cleaned_data["words"],
                by=request.user,
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("收到了。教务会和您核对，办好以后这里看得到答复。"))
            return redirect("rights:home")
    waiting = asking.requests_of(person).filter(kind=kind, state=RightsRequest.State.OPEN)
    context = {"form": form, "waiting": waiting.first()}
    return render(request, template, context, status=422 if form.errors else 200)


@require_POST
@login_required
def take_back(request, pk):
    found = asking.request_made_for(user=request.user, person=request.person, pk=pk)
    if asking.take_back(request=found, by=request.user):
        messages.success(request, _("收回了，什么都没有变。"))
    return redirect("rights:relatives" if found.kind == Kind.RELATIVES_ACCESS else "rights:home")


# A dead relative's file


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def relatives(request):
    """Ask to read the file of somebody who died; the answer is the same whoever is named."""
    form = RelativeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            asking.ask_as_relative(by=request.user, **form.cleaned_data)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request, _("收到了。如果学校有这份档案，教务会打您的手机核对，再开放给您看。")
            )
            return redirect("rights:relatives")
    asked = asking.asked_as_relative(request.user)
    context = {"form": form, "asked": asked, "now": timezone.now()}
    return render(request, "rights/relatives.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
@require_GET
def relatives_file(request, pk):
    """The file of a dead relative, to read; each look is a line in the log."""
    found = asking.reading_right(user=request.user, pk=pk)
    copy = exporting.show_relative(person=found.person, by=request.user)
    context = {"right": found, "tables": exporting.to_read(copy)}
    return render(request, "rights/relatives_file.html", context)


@never_cache
@login_required
@require_GET
def relatives_export(request, pk, form):
    found = asking.reading_right(user=request.user, pk=pk)
    made = exporting.export(person=found.person, by=request.user, as_relative=True)
    return answer_with(made, form)
