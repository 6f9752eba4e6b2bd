"""Files of people, for staff: finding, reading, opening, correcting."""

import hashlib

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import queries, services
from accounts.errors import ConsentMissing, FileChanged, NotAPicture, NumberTaken
from accounts.files import finding, keeping, listing, sheet
from accounts.files.listing import Choice
from accounts.forms.people import (
    FileFilter,
    FileForm,
    PhotoForm,
    RelativeForm,
    masked_facts,
    typed_so_far,
)
from accounts.rights import lost_phone
from common import asked, excel
from common.errors import DomainError
from common.excel import Column, Kind

FILES_ON_A_PAGE = 30
# More than that takes minutes: choose an organisation first.
FILES_IN_A_WORKBOOK = 20_000
LIKELY_SHOWN = 5


# The list


def _chosen(request):
    """The filter, what it chooses, and the files. 404 for who may read no files."""
    if not queries.has_role(request.user, *queries.READS_FILES):
        raise Http404
    organisations = queries.organisations_seen_by(request.user)
    form = FileFilter(asked.opened(request.GET), organisations=organisations)
    choice = Choice(
        text=form.chosen("q").strip(),
        organisation=form.chosen("organisation") or None,
        kind=form.chosen("kind"),
        only=form.chosen("only"),
        sort=request.GET.get("sort", ""),
    )
    return form, choice, listing.chosen(request.user, choice)


@never_cache
@login_required
@asked.by_post
@require_GET
def people(request):
    form, choice, found = _chosen(request)
    totals = listing.totals(found)
    paginator = Paginator(found, FILES_ON_A_PAGE)
    paginator.count = totals.all
    context = {
        "form": form,
        "choice": choice,
        "totals": totals,
        "page": paginator.get_page(request.GET.get("page")),
        "writes": queries.has_role(request.user, *queries.WRITES_FILES),
        "query": request.GET.urlencode(),
        "too_short": finding.is_too_short(choice.text),
        "too_many": totals.all > FILES_IN_A_WORKBOOK,
        "at_most": FILES_IN_A_WORKBOOK,
        "today": timezone.localdate(),
    }
    return render(request, "people/list.html", context)


@never_cache
@login_required
@require_GET
def people_excel(request):
    """The chosen files as a workbook, telephone numbers masked; that is a line itself."""
    form, choice, found = _chosen(request)
    kept = list(found[:FILES_IN_A_WORKBOOK])
    today = timezone.localdate()
    title = _("学员名单 %(day)s") % {"day": today}
    data = excel.workbook(
        title=title,
        sheet_name=_("学员名单"),
        notes=[_("手机号遮住中间四位。要完整的号码，请到每个人的档案里看。")],
        columns=[
            Column(_("姓名"), width=6),
            Column(_("性别"), width=3),
            Column(_("出生日期"), width=8),
            Column(_("年龄"), Kind.NUMBER, width=3, number_format="0"),
            Column(_("人员类别"), width=5),
            Column(_("地区或单位"), width=14),
            Column(_("手机号"), width=8),
            Column(_("常住地"), width=12),
            Column(_("常居外地"), width=5),
            Column(_("行动不便"), width=5),
        ],
        rows=(_row(person, today) for person in kept),
        totals=[_("合计 %(count)s 人") % {"count": len(kept)}, *[""] * 9],
    )
    root = queries.organisations_seen_by(request.user).order_by("depth", "path").first()
    keeping.note_list_kept(
        organisation=choice.organisation or root,
        by=request.user,
        count=len(kept),
        filters=form.used(),
    )
    return excel.download(data=data, name=title)


def _row(person, today):
    yes = _("是")
    return [
        person.name,
        person.get_sex_display(),
        person.born_on.isoformat() if person.born_day_known else f"{person.born_on:%Y-%m}",
        person.age_on(today),
        person.get_kind_display(),
        str(person.organisation),
        person.masked_phone,
        person.residence,
        yes if person.lives_away else "",
        yes if person.moves_badly else "",
    ]


# One file


@never_cache
@login_required
@require_GET
def person(request, pk):
    if kept := queries.kept_file_of_merged(user=request.user, pk=pk):
        messages.info(request, _("您要看的档案已经并到这一份里。"))
        return redirect("people:person", kept.pk)
    found = queries.file_seen_by(user=request.user, pk=pk)
    keeping.note_seen(person=found, by=request.user)
    return _person_page(request, found)


@never_cache
@login_required
@require_POST
def reveal(request, pk):
    """The same page with one fact in full, which no address and no browser keeps."""
    found = queries.file_led_by(user=request.user, pk=pk)
    name = request.POST.get("fact", "")
    if not sheet.may_be_opened(name):
        raise Http404
    if name != "photo":
        keeping.reveal(person=found, names=[name], by=request.user)
    return _person_page(request, found, opened=name)


def _person_page(request, found, opened=""):
    shown = sheet.sheet_of(person=found, user=request.user, opened=opened)
    return render(request, "people/person.html", {"sheet": shown, "person": found})


# A lost telephone


@never_cache
@login_required
@require_POST
def log_out_everywhere(request, pk):
    return _for_a_lost_phone(
        request, pk, lost_phone.log_out_everywhere, _("%(name)s在所有设备上都退出登录了。")
    )


@never_cache
@login_required
@require_POST
def forget_second_step(request, pk):
    return _for_a_lost_phone(
        request, pk, lost_phone.forget_second_step, _("%(name)s的二次验证去掉了，请本人重新设。")
    )


def _for_a_lost_phone(request, pk, service, done):
    found = queries.file_led_by(user=request.user, pk=pk)
    try:
        service(person=found, by=request.user)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done % {"name": found.name})
    return redirect("people:person", pk)


# Opening and correcting


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def new(request):
    """A new file, unless one that is there already may be the same human being's."""
    form = FileForm(request.POST or None, organisations=_organisations_written(request))
    if request.method == "GET":
        return render(request, "people/new.html", {"form": form})

    def save():
        return keeping.open_file(facts=form.facts(), paper=form.signed_paper, by=request.user)

    opened, shown = _saved(request, form, save)
    if opened:
        messages.success(request, _("档案建好了。"))
        return redirect("people:person", opened.pk)
    return render(request, "people/new.html", {"form": form} | shown, status=422)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def edit(request, pk):
    """Correct a file. What is masked can be changed once it was asked for, with a line."""
    found = queries.file_led_by(user=request.user, pk=pk)
    if found.is_frozen:
        return _not_any_more(request, found)
    shape = {
        "organisations": _organisations_written(request, found),
        "person": found,
        "may_keep_sensitive": keeping.may_keep_sensitive(found),
    }
    context = {"person": found, "seen": keeping.state_of(found, keeping.FACTS)}
    if request.method == "GET":
        return render(request, "people/edit.html", context | {"form": FileForm(**shape)})
    context["seen"] = request.POST.get("seen", "")
    if "open" in request.POST:
        keeping.reveal(person=found, names=masked_facts(found), by=request.user)
        form = FileForm(**shape, opened=True, initial=typed_so_far(request.POST))
        return render(request, "people/edit.html", context | {"form": form})
    form = FileForm(request.POST, **shape, opened="opened" in request.POST)

    def save():
        keeping.correct(
            person=found,
            facts=form.facts(),
            seen=context["seen"],
            paper=form.signed_paper,
            by=request.user,
        )
        return True

    saved, shown = _saved(request, form, save, found)
    if saved:
        messages.success(request, _("保存好了。"))
        return redirect("people:person", pk)
    context |= {"form": form} | shown
    return render(request, "people/edit.html", context, status=422)


def _saved(request, form, save, found=None):
    """What `save` answers, or None and what the page has to say beside the form."""
    if not form.is_valid():
        return None, {}
    doubts, likely = form.doubts(), []
    if found is None:
        likely = list(finding.likely_same(queries.files_led_by(request.user), **form.known()))
    # The answer holds for these questions alone.
    asked = _key([*doubts, *(one.pk for one in likely)])
    if asked and request.POST.get("checked") != asked:
        return None, {"doubts": doubts, "likely": likely[:LIKELY_SHOWN], "asked": asked}
    try:
        return save(), {}
    except FileChanged as error:
        form.add_error(None, str(error))
        return None, {
            "seen": keeping.state_of(found, keeping.FACTS),
            "changed": sheet.as_it_stands(found, error.fields),
        }
    except DomainError as error:
        _tell_at_its_field(form, error)
        return None, {}


def _key(questions) -> str:
    said = "|".join(map(str, questions))
    return hashlib.sha256(said.encode()).hexdigest()[:16] if said else ""


def _tell_at_its_field(form, error):
    fields = {ConsentMissing: "consent", NumberTaken: "id_number", NotAPicture: "photo"}
    field = fields.get(type(error))
    form.add_error(field if field in form.fields else None, str(error))


def _organisations_written(request, found=None):
    """Where files may lie that this login writes: what is open, and where `found` lies now.
    404 for who may write none."""
    if not queries.has_role(request.user, *queries.WRITES_FILES):
        raise Http404
    led = queries.organisations_led_by(request.user, *queries.WRITES_FILES)
    return led.filter(Q(ended_on=None) | Q(pk=found and found.organisation_id))


def _not_any_more(request, found):
    try:
        services.check_not_frozen(found)
    except DomainError as error:
        messages.warning(request, str(error))
    return redirect("people:person", found.pk)


# Relatives


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def new_relative(request, pk):
    found = queries.file_led_by(user=request.user, pk=pk)
    if found.is_frozen:
        return _not_any_more(request, found)
    form = RelativeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            keeping.add_relative(person=found, facts=form.facts(), by=request.user)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("记下了。"))
            return redirect("people:person", pk)
    context = {"form": form, "person": found}
    return render(request, "people/relative.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def relative(request, pk, relative_pk):
    """Correct a relative; opening the page shows the number, and that is a line."""
    found = queries.file_led_by(user=request.user, pk=pk)
    known = get_object_or_404(found.relatives, pk=relative_pk)
    if found.is_frozen:
        return _not_any_more(request, found)
    if request.method == "GET":
        keeping.reveal(person=found, names=["relatives"], by=request.user)
    seen = request.POST.get("seen") or keeping.state_of(known, keeping.RELATIVE_FACTS)
    initial = {name: getattr(known, name) for name in keeping.RELATIVE_FACTS}
    form = RelativeForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            keeping.correct_relative(
                relative=known, facts=form.facts(), seen=seen, by=request.user
            )
        except FileChanged as error:
            form.add_error(None, str(error))
            seen = keeping.state_of(known, keeping.RELATIVE_FACTS)
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("保存好了。"))
            return redirect("people:person", pk)
    context = {"form": form, "person": found, "relative": known, "seen": seen}
    return render(request, "people/relative.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def remove_relative(request, pk, relative_pk):
    found = queries.file_led_by(user=request.user, pk=pk)
    known = get_object_or_404(found.relatives, pk=relative_pk)
    try:
        keeping.remove_relative(relative=known, by=request.user)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("删去了。"))
    return redirect("people:person", pk)


# Photo


@never_cache
@login_required
@require_GET
def photo(request, pk):
    """The photo itself, for who may write the file and for the person; each look is a line."""
    found = queries.photo_seen_by(user=request.user, pk=pk)
    try:
        with found.photo.open() as picture:
            data = picture.read()
    except FileNotFoundError as error:
        raise Http404 from error
    keeping.note_photo_seen(person=found, by=request.user)
    return HttpResponse(data, content_type="image/jpeg")


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def change_photo(request, pk):
    found = queries.file_led_by(user=request.user, pk=pk)
    if found.is_frozen:
        return _not_any_more(request, found)
    form = PhotoForm(
        request.POST or None,
        request.FILES or None,
        may_keep_sensitive=keeping.may_keep_sensitive(found),
    )
    if request.method == "POST" and form.is_valid():
        try:
            keeping.keep_photo(
                person=found,
                data=form.cleaned_data["photo"].read(),
                paper=form.signed_paper,
                by=request.user,
            )
        except DomainError as error:
            _tell_at_its_field(form, error)
        else:
            messages.success(request, _("照片存好了。"))
            return redirect("people:person", pk)
    context = {"form": form, "person": found}
    return render(request, "people/photo.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def remove_photo(request, pk):
    found = queries.file_led_by(user=request.user, pk=pk)
    try:
        keeping.remove_photo(person=found, by=request.user)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("照片删去了。"))
    return redirect("people:person", pk)
