"""What the office planned, as lines of the audit log: who made, changed or ended what."""

from collections.abc import Iterable

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.audit import reading
from accounts.models import Organisation, User

Action = audit.Action
MADE, CHANGED, REMOVED, COPIED = "made", "changed", "removed", "copied"
CANCELLED, MERGED = "cancelled", "merged"

reading.name_details(
    labels={
        "done": _("做了什么"),
        "term": _("学期"),
        "round": _("批次"),
        "class": _("班号"),
        "into": _("并入"),
        "number": _("第几次课"),
        "days": _("哪几天"),
        "told": _("通知人数"),
        "marked": _("登记学完人数"),
        "taken_back": _("取消人数"),
        "changed": _("改了"),
    },
    values={
        MADE: _("新建"),
        CHANGED: _("改动"),
        REMOVED: _("删去"),
        COPIED: _("从上一学期复制"),
        CANCELLED: _("停开"),
        MERGED: _("并班"),
    },
    fields={
        "name": _("名称"),
        "organisation_id": _("单位"),
        "starts_on": _("开始日期"),
        "ends_on": _("结束日期"),
        "present_from_percent": _("到课线"),
        "offer_hours": _("座位留多久"),
        "transfer_days": _("转班期限"),
        "method": _("分座位的办法"),
        "who": _("谁能报"),
        "opens_at": _("开始报名"),
        "closes_at": _("截止报名"),
        "max_classes": _("最多几个班"),
        "max_wishes": _("最多几个志愿"),
        "classes": _("哪些班"),
        "code": _("班号"),
        "teacher_id": _("教师"),
        "mode": _("上课方式"),
        "teaching_point_id": _("教学点"),
        "room": _("教室"),
        "weekday": _("星期"),
        "starts_at_time": _("几点"),
        "minutes": _("多少分钟"),
        "fee": _("学费"),
        "min_to_open": _("开班人数"),
        "min_age": _("最小年龄"),
        "max_age": _("最大年龄"),
        "older_with_consent": _("超龄经家属同意"),
        "returning_only": _("只收老学员"),
        "for_organisation_id": _("只收哪个单位"),
        "after_course_id": _("要先学的课"),
        "seats": _("座位数"),
        "meetings": _("课次"),
        "starts_at": _("时间"),
        "substitute": _("代课老师"),
    },
)


def changed(was: Model | None, now: Model, names: Iterable[str]) -> list[str]:
    """Which of `names` a row has another value for than before; all it has, for a new one."""
    if was is None:
        return []
    return [name for name in names if getattr(was, name) != getattr(now, name)]


def note(
    action: str, *, by: User | None, organisation: Organisation, is_new=False, fields=(), **facts
) -> None:
    """One line, unless nothing was changed. Call it last in the transaction."""
    if not is_new and not fields and "done" not in facts:
        return
    details = {"done": MADE if is_new else CHANGED} | facts
    if fields:
        details["changed"] = list(fields)
    audit.record(action, by=by, organisation=organisation, **details)
