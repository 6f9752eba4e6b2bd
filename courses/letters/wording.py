"""The sentences of letters. They are read as SMS too: short, with the name of the person,
because a telephone may be a daughter's, and in the school's language."""

from collections.abc import Collection
from functools import wraps

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Person
from common import dates
from courses.models import ClassGroup, ClassSession, Enrolment, Offer, Source, WaitingEntry
from courses.templatetags import class_words

# A message names so many meetings; the rest is in the timetable.
NAMED_MEETINGS = 3


def _in_the_schools_language(words):
    """Letters are written in the background, where no page says a language."""

    @wraps(words)
    def said(*args, **kwargs):
        with translation.override(settings.LANGUAGE_CODE):
            return words(*args, **kwargs)

    return said


@_in_the_schools_language
def offered(offer: Offer, persons: Collection[Person]) -> str:
    facts = {
        "names": _("、").join(person.name for person in persons),
        "class": offer.entry.class_group,
        "until": _moment(offer.expires_at),
    }
    if len(persons) > 1:
        said = _("%(names)s候补的“%(class)s”有两个座位了，一起留到%(until)s。要不要，请告诉我们。")
    else:
        said = _("%(names)s候补的“%(class)s”有座位了，给您留到%(until)s。要不要，请告诉我们。")
    return said % facts


@_in_the_schools_language
def seated(enrolment: Enrolment, first: ClassSession | None) -> str:
    """`first` is the first meeting to come, if one is planned."""
    said = {
        Source.WAITING: _("%(name)s候补的“%(class)s”报上了：%(when)s。"),
        Source.TRANSFER: _("%(name)s转到“%(class)s”了：%(when)s。"),
        Source.LATE: _("%(name)s插班到“%(class)s”了：%(when)s。"),
    }.get(enrolment.source, _("%(name)s报上“%(class)s”了：%(when)s。"))
    return said % {
        "name": enrolment.person.name,
        "class": enrolment.class_group,
        "when": _when_and_where(enrolment.class_group, first),
    }


@_in_the_schools_language
def drawn(person: Person, seats: Collection[Enrolment], waiting: Collection[WaitingEntry]) -> str:
    name = {"name": person.name}
    given = _("、").join(_("“%(class)s”") % {"class": seat.class_group} for seat in seats)
    numbers = _("、").join(
        _("“%(class)s”%(number)s 号") % {"class": entry.class_group, "number": entry.number}
        for entry in waiting
    )
    said = [_("抽签结果出来了。")]
    if given:
        said.append(_("%(name)s抽中了%(classes)s。") % {**name, "classes": given})
    else:
        said.append(_("%(name)s这次没有抽中。") % name)
    if numbers:
        said.append(_("排上了候补：%(numbers)s，有座位会通知您。") % {"numbers": numbers})
    elif not given:
        said.append(_("还有空位的班，可以再报。"))
    return "".join(said)


@_in_the_schools_language
def cancelled(group: ClassGroup, person: Person, place: Enrolment | WaitingEntry | None) -> str:
    """`place` is what they have in the class that theirs was merged into."""
    facts = {
        "class": group,
        "name": person.name,
        "into": group.merged_into,
        "phone": settings.SCHOOL["phone"],
    }
    if group.merged_into is None:
        said = _("“%(class)s”不开了%(reason)s。%(name)s可以另选一个班，有疑问请打电话：%(phone)s")
        reason = group.cancelled_because.strip("。 ")
        facts["reason"] = _("（%(reason)s）") % {"reason": reason} if reason else ""
    elif isinstance(place, Enrolment):
        said = _("“%(class)s”并到了“%(into)s”，%(name)s的座位已经转过去：%(when)s。")
        facts["when"] = _when_and_where(group.merged_into, None)
    elif place:
        said = _("“%(class)s”并到了“%(into)s”，%(name)s在新的班里是候补 %(number)s 号。")
        facts["number"] = place.number
    else:
        said = _("“%(class)s”并到了“%(into)s”。%(name)s在新的班里还没有座位，请打电话：%(phone)s")
    return said % facts


@_in_the_schools_language
def meetings_changed(group: ClassGroup, sessions: Collection[ClassSession]) -> str:
    named = _("；").join(_meeting(session) for session in list(sessions)[:NAMED_MEETINGS])
    facts = {"class": group, "meetings": named, "rest": len(sessions) - NAMED_MEETINGS}
    if facts["rest"] > 0:
        said = _("“%(class)s”上课有变动：%(meetings)s；还有 %(rest)s 次，请看课表。")
    else:
        said = _("“%(class)s”上课有变动：%(meetings)s。")
    return said % facts


@_in_the_schools_language
def reminder(session: ClassSession, person: Person) -> str:
    facts = {
        "name": person.name,
        "when": dates.clock(timezone.localtime(session.starts_at), settings.LANGUAGE_CODE),
        "class": session.class_group,
        "where": class_words.where(session.class_group),
        "teacher": session.teacher.name,
    }
    if session.substitute_id:
        said = _("%(name)s，明天%(when)s“%(class)s”上课，%(where)s。%(teacher)s老师代课。")
    else:
        said = _("%(name)s，明天%(when)s“%(class)s”上课，%(where)s。")
    return said % facts


def _meeting(session: ClassSession) -> str:
    facts = {
        "number": session.number,
        "when": _moment(session.starts_at),
        "teacher": session.teacher.name,
    }
    if session.substitute_id:
        return _("第 %(number)s 次课在%(when)s，%(teacher)s老师代课") % facts
    return _("第 %(number)s 次课在%(when)s") % facts


def _when_and_where(group: ClassGroup, first: ClassSession | None) -> str:
    facts = {"every": class_words.when(group), "where": class_words.where(group)}
    if first is None:
        return _("%(every)s，%(where)s") % facts
    facts["first"] = dates.day(timezone.localdate(first.starts_at), settings.LANGUAGE_CODE)
    return _("%(every)s，%(where)s，%(first)s上课") % facts


def _moment(moment) -> str:
    return dates.day_clock(timezone.localtime(moment), settings.LANGUAGE_CODE)
