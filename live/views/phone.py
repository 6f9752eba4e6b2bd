"""A phone as the teacher's second camera: its code, its page, and what the two pages say."""

import uuid

import segno
from django.conf import settings
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from live import calls, phone_links, queries, services
from live.models import Call
from live.views.doors import refusals


@require_GET
@never_cache
def code(request, pk):
    """The QR code for the teacher's phone: a fragment, made anew each time it is asked for."""
    session = queries.room_taught_by(user=request.user, pk=pk)
    token = phone_links.make(
        session=session,
        user_pk=request.user.pk,
        epoch=request.user.session_epoch,
        kind=phone_links.CODE,
    )
    # Where the teacher's own browser reached us, the phone does too.
    address = request.build_absolute_uri(reverse("live:phone", args=[token]))
    if settings.HTTPS:
        address = settings.PUBLIC_URL + reverse("live:phone", args=[token])
    picture = segno.make_qr(address, error="m")
    drawn = picture.svg_inline(scale=4, border=2, omitsize=True)
    # Drawn by segno from an address of our own: no text of anybody is in it.
    context = {"code": mark_safe(drawn), "address": address}
    return render(request, "live/_phone_code.html", context)


@require_GET
@never_cache
def camera(request, pk):
    """What the teacher's page asks for while it waits for a phone: its offer."""
    with refusals() as answer:
        session = queries.room_taught_by(user=request.user, pk=pk)
        found = calls.open_call(services.open_room(session=session), Call.Kind.CAMERA)
        answer.content = {"call": ""}
        if found:
            answer.content = {
                "call": found.key.hex,
                "offer": "" if found.answer else found.offer,
                "ice": calls.ice_servers(f"{pk}-{request.user.pk}"),
            }
    return answer.response


@require_POST
def camera_reply(request, pk):
    with refusals() as answer:
        session = queries.room_taught_by(user=request.user, pk=pk)
        classroom = services.open_room(session=session)
        found = _camera_of(classroom, request.POST.get("call", ""))
        calls.answer(call=found, answer=request.POST.get("answer", ""))
    return answer.response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def phone(request, token):
    """The phone's page, without a login; what it posts is its offer."""
    session, teacher, kind = phone_links.opened(token)
    if kind == phone_links.CODE:
        longer = phone_links.make(
            session=session,
            user_pk=teacher.pk,
            epoch=teacher.session_epoch,
            kind=phone_links.PASS,
        )
        return redirect("live:phone", longer)
    classroom = services.open_room(session=session)
    if request.method != "POST":
        facts = {
            "base": reverse("live:phone", args=[token]),
            "ice": calls.ice_servers(f"{session.pk}-phone"),
        }
        return render(request, "live/phone.html", {"session": session, "facts": facts})
    with refusals() as answer:
        found = calls.ring(classroom=classroom, offer=request.POST.get("offer", ""))
        answer.content = {"call": found.key.hex}
    return answer.response


@require_GET
@never_cache
def phone_answer(request, token):
    """The teacher's answer to the phone's offer, once there is one."""
    session, _teacher, kind = phone_links.opened(token)
    if kind != phone_links.PASS:
        raise Http404
    with refusals() as answer:
        classroom = services.open_room(session=session)
        found = _camera_of(classroom, request.GET.get("call", ""))
        answer.content = {"state": found.state, "answer": found.answer}
    return answer.response


def _camera_of(classroom, key):
    try:
        wanted = uuid.UUID(key)
    except ValueError:
        raise Http404 from None
    if found := classroom.calls.filter(kind=Call.Kind.CAMERA, key=wanted).first():
        found.classroom = classroom
        return found
    raise Http404
