"""The sentences of invitations. They are read as SMS too: short, with the name of the person,
and in the school's language."""

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Person
from branches import queries
from branches.models import Absence, BranchActivity
from common import dates


def invited(activity: BranchActivity, person: Person, *, answer_at: str) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        facts = _facts(activity, person) | {"answer_at": answer_at}
        said = (
            _(
                "%(branch)s请%(name)s参加%(kind)s“%(topic)s”：%(when)s，在%(place)s。"
                "来不来，请点 %(answer_at)s 答复，或者告诉书记。"
            )
            % facts
        )
        if activity.notes:
            said = _("%(said)s请注意：%(notes)s") % {"said": said, "notes": activity.notes}
        return said


def changed(activity: BranchActivity, person: Person) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        return _(
            "%(name)s要参加的%(kind)s“%(topic)s”改了：现在是%(when)s，在%(place)s。%(branch)s"
        ) % _facts(activity, person)


def cancelled(activity: BranchActivity, person: Person) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        return _(
            "%(name)s要参加的%(kind)s“%(topic)s”（%(when)s）取消了：%(reason)s。%(branch)s"
        ) % (_facts(activity, person) | {"reason": activity.cancel_reason.rstrip("。")})


def to_make_up(absence: Absence) -> str:
    record = absence.record
    with translation.override(settings.LANGUAGE_CODE):
        said = _("%(name)s没来的“%(title)s”（%(day)s）请补学：%(how)s") % {
            "name": absence.person.name,
            "title": queries.title_of_record(record),
            "day": dates.day(record.held_on),
            "how": absence.get_how_display(),
        }
        if absence.material:
            said = _("%(said)s，%(material)s") % {"said": said, "material": absence.material}
        return _("%(said)s。补学在“支部活动”里。") % {"said": said}


def _facts(activity: BranchActivity, person: Person) -> dict:
    at = timezone.localtime(activity.starts_at)
    return {
        "branch": activity.branch.name,
        "name": person.name,
        "kind": activity.get_kind_display(),
        "topic": activity.topic,
        "when": f"{dates.day(at.date())} {dates.clock(at.time())}",
        "place": activity.place,
    }
