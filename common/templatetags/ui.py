"""Interface components: one tag, one template in templates/components/.

A component is a function with keyword-only arguments, so a misspelt argument fails when
the template is compiled, not silently on the page.  Filters say dates and numbers as
people do (common.dates holds the arithmetic).
"""

from datetime import date, datetime

from django import template
from django.forms import CheckboxInput, RadioSelect, Select, Textarea
from django.forms.widgets import CheckboxSelectMultiple
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language, gettext, pgettext

from common import dates, masks
from common.context import school_facts as facts_of_the_school

register = template.Library()

# The sign that goes with a state; a colour is never the only one.
STATE_ICONS = {"live": "live", "done": "check", "needs": "alert", "no": "cross"}
NOTICE_ICONS = {"good": "check", "needs": "alert"}


@register.simple_tag
def school_facts():
    """The school's name, telephone and address, for pages made without a request."""
    return facts_of_the_school()


@register.inclusion_tag("components/icon.html")
def icon(*, name, large=False, label="", extra=""):
    """A symbol of static/icons.svg; silent unless it has a label of its own."""
    return {"name": name, "large": large, "label": label, "extra": extra}


@register.inclusion_tag("components/tag.html")
def tag(*, text, kind="", icon="", large=False):
    """The state of a thing: a sign and a word."""
    return {"text": text, "kind": kind, "icon": icon or STATE_ICONS.get(kind), "large": large}


@register.inclusion_tag("components/seats.html")
def seats(*, taken, capacity, waiting=0):
    """How full a class is, in words first and as a bar second."""
    return {
        "taken": min(taken, capacity),
        "capacity": capacity,
        "left": max(capacity - taken, 0),
        "waiting": waiting,
    }


@register.inclusion_tag("components/stat.html")
def stat(*, name, value, unit, note=""):
    """A number with its name and its unit, always all three."""
    return {"name": name, "value": value, "unit": unit, "note": note}


@register.inclusion_tag("components/steps.html")
def steps(*, names, current):
    """Where one is on the way; `names` parted by "|", `current` counted from 1."""
    names = names.split("|")
    return {"steps": list(enumerate(names, start=1)), "current": current, "count": len(names)}


@register.inclusion_tag("components/attendance.html")
def attendance(*, minutes, spans, marks=()):
    """When somebody was there: `spans` of minutes from the start of a class of `minutes`;
    `marks` are the words under the axis."""
    return {
        "minutes": minutes,
        "marks": marks,
        "bars": [{"start": start, "length": end - start} for start, end in spans],
    }


@register.simple_block_tag
def notice(content, *, title="", kind="", icon="", live=False):
    """One sentence that matters, said in the page; `live` has it read out when it comes."""
    context = {
        "content": content,
        "title": title,
        "kind": kind,
        "icon": icon or NOTICE_ICONS.get(kind, "info"),
        "live": live,
    }
    return render_to_string("components/notice.html", context)


@register.simple_block_tag
def nothing(content, *, title, level=2, picture="cup"):
    """An empty page: what will be here; inside, what to do now."""
    context = {"content": content, "title": title, "level": level, "picture": picture}
    return render_to_string("components/nothing.html", context)


@register.simple_block_tag
def page_head(content, *, title, lead="", over=""):
    """The title of a page and one sentence; inside, what may be done with the whole page."""
    context = {"content": content, "title": title, "lead": lead, "over": over}
    return render_to_string("components/page_head.html", context)


@register.simple_block_tag
def section(content, *, title, id, level=2, note="", link="", url="", hidden=False):
    """A part of a page under its heading; `hidden` keeps the heading for screen readers."""
    context = {
        "content": content,
        "title": title,
        "id": id,
        "level": level,
        "note": note,
        "link": link,
        "url": url,
        "hidden": hidden,
    }
    return render_to_string("components/section.html", context)


@register.simple_block_tag
def panel(content, *, title, id, level=2, link="", url=""):
    """A small titled part beside others.  `level` keeps the headings in order."""
    context = {
        "content": content,
        "title": title,
        "id": id,
        "level": level,
        "link": link,
        "url": url,
    }
    return render_to_string("components/panel.html", context)


@register.simple_block_tag
def facts(content, *, small=False):
    """Facts before a decision; inside, one `fact` each, in the order in which people ask."""
    return render_to_string("components/facts.html", {"content": content, "small": small})


@register.simple_block_tag
def fact(content, *, name, icon="", note=""):
    context = {"content": content, "name": name, "icon": icon, "note": note}
    return render_to_string("components/fact.html", context)


@register.simple_block_tag(takes_context=True)
def confirm(context, content, *, id, title, button, action, no, icon="", kind=""):
    """The last question before what cannot be taken back.

    Inside stands what will happen, and whatever hidden fields the form needs.  Without
    JavaScript the same question opens in the page.
    """
    context = {
        "csrf_token": context.get("csrf_token"),
        "content": content,
        "id": id,
        "title": title,
        "button": button,
        "action": action,
        "no": no,
        "icon": icon,
        "kind": kind,
    }
    return render_to_string("components/confirm.html", context)


@register.inclusion_tag("components/back.html")
def back(*, url, text):
    return {"url": url, "text": text}


@register.inclusion_tag("components/tile.html")
def tile(*, url, icon, name, note=""):
    """One of the doors of the house."""
    return {"url": url, "icon": icon, "name": name, "note": note}


@register.inclusion_tag("components/class_card.html")
def class_card(
    *, url, title, teacher, when, where, price, taken, capacity, icon="book", state="", kind=""
):
    """One class in a list: the title is the link, the whole card is the target."""
    return {
        "url": url,
        "title": title,
        "teacher": teacher,
        "when": when,
        "where": where,
        "price": price,
        "taken": taken,
        "capacity": capacity,
        "icon": icon,
        "state": state,
        "kind": kind,
    }


@register.inclusion_tag("components/staff_nav.html", takes_context=True)
def staff_nav(context, *, links, who=""):
    """Where staff go: `links` of (address, words); the one that leads here is marked.

    The longest address that the page's own begins with is the one.
    """
    here = context["request"].path
    current = max((url for url, _ in links if here.startswith(url)), key=len, default="")
    here = next((words for url, words in links if url == current), "")
    return {"links": links, "current": current, "here": here, "who": who}


@register.inclusion_tag("components/pager.html", takes_context=True)
def pager(context, *, page, unit=None, parameter="page"):
    """The pages of a list (a Page of Django's Paginator); what was filtered stays filtered."""
    return {
        "page": page,
        "unit": unit or gettext("行"),
        "before": page.has_previous()
        and _address(context, parameter, page.previous_page_number()),
        "after": page.has_next() and _address(context, parameter, page.next_page_number()),
    }


@register.inclusion_tag("components/sort_header.html", takes_context=True)
def sort_header(context, *, name, column, number=False, parameter="sort"):
    """The head of a column by which the table can be sorted; pressed again it turns round."""
    sorted_by = context["request"].GET.get(parameter, "")
    rising = sorted_by == column
    return {
        "name": name,
        "number": number,
        "direction": {column: "ascending", f"-{column}": "descending"}.get(sorted_by),
        "url": _address(context, parameter, f"-{column}" if rising else column),
    }


def _address(context, parameter, value):
    """This page's own address with one parameter changed; a new order starts at page one."""
    query = context["request"].GET.copy()
    if parameter != "page":
        query.pop("page", None)
    query[parameter] = value
    return f"?{query.urlencode()}"


@register.inclusion_tag("components/read_aloud.html")
def read_aloud(*, of, text=""):
    """朗读: reads the element with the id `of` aloud with the browser's voice."""
    return {"of": of, "text": text}


@register.inclusion_tag("components/print_button.html")
def print_button(*, text=""):
    return {"text": text}


@register.inclusion_tag("components/field.html")
def field(*, field, label="", hint="", kind="", small=False):
    """A bound field: label, hint, control, error, in this order.

    `kind` is "number" (large figures), "code" (the digits of a message), "short" (a low
    text area) or "search".
    """
    widget = field.field.widget
    hint = hint or field.help_text
    # Django names these ids itself, but only for a help_text of the form's own.
    described_by = [f"{field.auto_id}_helptext"] * bool(hint)
    described_by += [f"{field.auto_id}_error"] * bool(field.errors)
    attributes = {"class": f"field__control{_modifier(kind)}"}
    if described_by:
        attributes["aria-describedby"] = " ".join(described_by)
    if kind == "code":
        attributes |= {
            "inputmode": "numeric",
            "autocomplete": "one-time-code",
            "placeholder": False,
        }
    shape = _shape(widget)
    if shape == "check":
        attributes["class"] = "check__box"
    return {
        "field": field,
        "label": label or field.label,
        "hint": hint,
        "small": small,
        "search": kind == "search",
        "shape": shape,
        "control": field.as_widget(attrs=attributes) if shape != "choices" else "",
        "described_by": attributes.get("aria-describedby", ""),
    }


@register.inclusion_tag("components/date_fields.html")
def date_fields(*, legend, year, month, day, hint=""):
    """A date typed as three numbers; every error stands below them, where it has room."""
    hint, hint_id = hint or year.help_text, f"{year.auto_id}_helptext"
    words = pgettext("日期", "年"), pgettext("日期", "月"), pgettext("日期", "日")
    parts = []
    for field, word in zip((year, month, day), words, strict=True):
        described_by = [hint_id] * bool(hint) + [f"{field.auto_id}_error"] * bool(field.errors)
        attributes = {"class": "field__control field__control--number"}
        if described_by:
            attributes["aria-describedby"] = " ".join(described_by)
        parts.append(
            {
                "field": field,
                "word": word,
                "errors": field.errors,
                "control": field.as_widget(attrs=attributes),
            }
        )
    return {"legend": legend, "hint": hint, "hint_id": hint_id, "parts": parts}


@register.inclusion_tag("components/form_errors.html")
def form_errors(*, form):
    """What has to be looked at again, said once above the form."""
    wrong = [field for field in form.visible_fields() if field.errors]
    return {"form": form, "wrong": wrong, "count": len(wrong)}


def _shape(widget):
    if isinstance(widget, CheckboxInput):
        return "check"
    if isinstance(widget, (RadioSelect, CheckboxSelectMultiple)):
        return "choices"
    return "control" if isinstance(widget, (Select, Textarea)) else "input"


def _modifier(kind):
    look = {"number": "number", "code": "number", "short": "short"}.get(kind)
    return f" field__control--{look}" if look else ""


def _local(value):
    return timezone.localtime(value) if timezone.is_aware(value) else value


def _said(function, *values):
    """`function` of local times in the language of the page; nothing for no value."""
    if any(value is None or value == "" for value in values):
        return ""
    values = [_local(value) if isinstance(value, datetime) else value for value in values]
    return function(*values, language=get_language() or "zh-hans")


@register.filter
def day(value: date):
    """9月3日 星期三"""
    return _said(dates.day, value)


@register.filter
def long_day(value: date):
    """2026年9月3日 星期四"""
    return _said(dates.long_day, value)


@register.filter
def short_day(value: date):
    """9月3日"""
    return _said(dates.short_day, value)


@register.filter
def weekday(value: date):
    """星期三"""
    return _said(dates.weekday, value)


@register.filter
def clock(value):
    """上午9点半"""
    return _said(dates.clock, value)


@register.filter
def day_clock(value: datetime):
    """9月3日 星期三 上午9点"""
    return _said(dates.day_clock, value)


@register.filter
def clock_until(start, end):
    """{{ start|clock_until:end }}: 上午9点到10点半"""
    return _said(dates.clock_span, start, end)


@register.filter
def minutes(count):
    """41 分钟"""
    return _said(dates.minutes, count)


@register.filter
def duration(count):
    """1 小时 35 分钟"""
    return _said(dates.duration, count)


@register.filter
def place(seconds):
    """12分30秒"""
    return _said(dates.place, seconds)


@register.filter
def credit_hours(value):
    """1.5 学时"""
    return _said(dates.credit_hours, value)


@register.filter
def masked(phone: str | None):
    """138****1234: a number by which its owner knows it and nobody else; nothing for none."""
    return masks.phone(phone or "")
