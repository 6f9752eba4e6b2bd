"""One's timetable on a page, on paper and in the telephone's calendar."""

from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from courses import queries
from courses.timetable import addresses, feed, meetings
from courses.views.with_file import with_file

WEEK = timedelta(weeks=1)
# Nobody's week lies beyond, and a day further at the ends of time there is none.
FIRST_YEAR, LAST_YEAR = 2000, 2199


@require_GET
@with_file
def timetable(request):
    """The week, or everything that is still to come."""
    now = timezone.now()
    today = timezone.localdate(now)
    context = {"now": now, "today": today, "catalogue_url": queries.catalogue_url()}
    if request.GET.get("view") == "list":
        days = meetings.by_day(meetings.meetings_of(request.person, start=now))
        context |= {"is_list": True, "days": days}
        return render(request, "courses/calendar/timetable.html", context)
    monday = meetings.monday_of(_day_asked(request, today))
    context |= {
        "days": meetings.week_of(request.person, monday),
        "monday": monday,
        "sunday": monday + timedelta(days=6),
        "before": monday - WEEK,
        "after": monday + WEEK,
        "is_this_week": monday == meetings.monday_of(today),
        "next": meetings.meetings_of(request.person, start=now).first(),
    }
    return render(request, "courses/calendar/timetable.html", context)


def _day_asked(request, today: date) -> date:
    try:
        asked = date.fromisoformat(request.GET.get("week", ""))
    except ValueError:
        return today
    return asked if FIRST_YEAR <= asked.year <= LAST_YEAR else today


@require_GET
@with_file
def calendar(request):
    """The private address of the feed: how to use it, renew it, take it away."""
    address = addresses.address_of(request.person)
    link = addresses.link_to(address) if address else ""
    context = {
        "address": address,
        "link": link,
        # Telephones open this with their calendar, whatever the address's own scheme.
        "webcal": f"webcal:{link.partition(':')[2]}",
    }
    return render(request, "courses/calendar/calendar.html", context)


@require_POST
@with_file
def open_calendar(request):
    """Make the address; with `renew` another one, so that the old one leads nowhere."""
    if "renew" in request.POST:
        addresses.renew_address(person=request.person)
        messages.success(request, _("换了新地址，旧的不能用了。请在手机日历里重新订阅。"))
    else:
        addresses.open_address(person=request.person)
    return redirect("courses:calendar")


@require_POST
@with_file
def close_calendar(request):
    addresses.close_address(person=request.person)
    messages.success(request, _("日历订阅停用了，原来的地址不能再用。"))
    return redirect("courses:calendar")


@never_cache
@require_safe
def calendar_feed(request, token):
    """The timetable for whoever has its address: a calendar cannot log in."""
    person = addresses.person_behind(token)
    body = feed.written_for(person, now=timezone.now())
    return HttpResponse(
        body,
        content_type="text/calendar; charset=utf-8",
        headers={
            "Content-Disposition": 'inline; filename="timetable.ics"',
            "X-Robots-Tag": "noindex",
        },
    )
