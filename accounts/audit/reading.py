"""Reading the audit log: who may read which lines, how they are chosen and put in words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import queries
from accounts.models import AuditLine, Person, Proxy, RoleGrant, User, Way

# What the names in AuditLine.details are called on the page.
LABELS = {
    "fields": gettext_lazy("改了"),
    "field": gettext_lazy("看了"),
    "role": gettext_lazy("角色"),
    "agent": gettext_lazy("代办人"),
    "relation": gettext_lazy("关系"),
    "way": gettext_lazy("方式"),
    "count": gettext_lazy("数量"),
    "kind": gettext_lazy("类别"),
    "version": gettext_lazy("版本"),
    "paper": gettext_lazy("纸面编号"),
    "file": gettext_lazy("文件"),
    "roster": gettext_lazy("名册"),
    "new": gettext_lazy("新增"),
}


# The words of apps above for their own lines.
_VALUES: dict = {}
_FIELDS: dict = {}


def name_details(*, labels=(), values=(), fields=()) -> None:
    """How the page names the details of an app's lines: keys, codes, and fields `changed`."""
    LABELS.update(labels)
    _VALUES.update(values)
    _FIELDS.update(fields)


def lines_read_by(user: User) -> QuerySet[AuditLine]:
    """The lines that `user` may read: the only door to the log.

    An auditor reads what is about their organisation and everything beneath it; one of a
    whole tree also what is about no organisation. Everybody else reads nothing.
    """
    lines = AuditLine.objects.all()
    if user.is_superuser:
        return lines
    audited = queries.organisations_led_by(user, RoleGrant.Role.AUDITOR)
    scope = Q(organisation__in=audited)
    if audited.filter(depth=1).exists():
        scope |= Q(organisation=None)
    return lines.filter(scope)


@dataclass(frozen=True)
class LogChoice:
    """What to look for; whatever is left out chooses nothing away."""

    words: str = ""
    action: str = ""
    since: date | None = None
    until: date | None = None
    person: int | None = None


def chosen(lines: QuerySet[AuditLine], choice: LogChoice) -> QuerySet[AuditLine]:
    """`lines` that fit, the newest first, with the names that a page needs."""
    if choice.words:
        people = Person.objects.filter(
            Q(name__startswith=choice.words)
            | Q(pinyin_letters__startswith=choice.words.lower().replace(" ", ""))
            | Q(pinyin_initials=choice.words.lower())
        ).values("pk")
        # By a file that was merged away as well: the lines stay where they were written.
        lines = lines.filter(
            Q(person__in=people) | Q(actor__person__in=people) | Q(on_behalf_of__in=people)
        )
    if choice.person:
        lines = lines.filter(person=choice.person)
    if choice.action:
        lines = lines.filter(action=choice.action)
    if choice.since:
        lines = lines.filter(at__gte=_midnight(choice.since))
    if choice.until:
        lines = lines.filter(at__lt=_midnight(choice.until + timedelta(days=1)))
    return lines.select_related(
        "actor__person", "on_behalf_of", "person", "organisation"
    ).order_by("-number")


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def with_words(lines: Iterable[AuditLine]) -> Iterator[AuditLine]:
    """The same lines with `words`, what their details say; a query for all agents at once."""
    lines = list(lines)
    agents = {line.details["agent"] for line in lines if "agent" in line.details}
    known = User.objects.filter(pk__in=agents).select_related("person").in_bulk()
    for line in lines:
        # One order on both databases: PostgreSQL keeps none.
        details = sorted(line.details.items(), key=lambda item: _place(item[0]))
        line.words = "；".join(_said(name, value, known) for name, value in details)
        yield line


def _place(name: str) -> tuple:
    return (0, list(LABELS).index(name)) if name in LABELS else (1, name)


def actor_of(line: AuditLine) -> str:
    """Who did it; the school's own jobs have no login."""
    return str(line.actor) if line.actor else _("系统")


def _said(name: str, value, agents: dict) -> str:
    label = LABELS.get(name, name)
    return f"{label}：{_value(name, value, agents)}"


def _value(name: str, value, agents: dict) -> str:
    if name == "changed" and isinstance(value, list):
        return "、".join(str(_FIELDS.get(each, each)) for each in value)
    if name == "done" or (name in ("kind", "office") and value in _VALUES):
        return str(_VALUES.get(value, value))
    if isinstance(value, list):
        return "、".join(_field_name(each) if name == "fields" else str(each) for each in value)
    if name in ("field", "fields"):
        return _field_name(str(value))
    if name == "agent":
        return str(agents.get(value, value))
    for key, choices in (("role", RoleGrant.Role), ("relation", Proxy.Relation), ("way", Way)):
        if name == key and value in choices.values:
            return str(choices(value).label)
    return str(value)


# What stands beside the fields of a file.
_BESIDE = {
    "relatives": gettext_lazy("家属和他们的电话"),
    "agents": gettext_lazy("代办人的电话"),
}


def _field_name(name: str) -> str:
    if name in _BESIDE:
        return str(_BESIDE[name])
    try:
        return str(Person._meta.get_field(name).verbose_name)
    except FieldDoesNotExist:
        return name
