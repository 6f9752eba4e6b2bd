"""Files that may be of the same human being: suggestions, for a person to decide."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import NotSame, Person

# What two files have in common when somebody should look at them, the surest first.
# The same sound finds 兰 and 蓝, 丽 and 莉: the usual slips of whoever types a list.
SIGNS = [
    (("name", "born_on"), Q(), _("姓名、生日相同")),
    (("pinyin_letters", "born_on"), Q(), _("姓名同音，生日相同")),
    (("pinyin_letters", "phone"), ~Q(phone=""), _("姓名同音，手机号相同")),
    (("born_on", "phone"), ~Q(phone=""), _("生日、手机号相同")),
    (("name", "phone_tail"), ~Q(phone_tail=""), _("姓名相同，手机尾号相同")),
    (("id_tail_index", "born_on"), ~Q(id_tail_index=""), _("生日相同，身份证尾号相同")),
]
# Nobody works through more at once; the next ones show when these are settled.
AT_MOST = 200


@dataclass
class Pair:
    """Two files, the older one first, and what speaks for their being one."""

    one: Person
    other: Person
    signs: list[str] = field(default_factory=list)


def pairs(files: QuerySet[Person]) -> list[Pair]:
    """Pairs among `files` that share something and that nobody has told apart, at most
    AT_MOST; a fixed number of queries however many files there are."""
    found: dict[tuple[int, int], Pair] = {}
    for columns, condition, words in SIGNS:
        for group in _groups(files, columns, condition):
            for position, one in enumerate(group):
                for other in group[position + 1 :]:
                    pair = found.setdefault((one.pk, other.pk), Pair(one, other))
                    pair.signs.append(str(words))
    apart = _told_apart(found)
    kept = [pair for pks, pair in sorted(found.items()) if pks not in apart]
    kept.sort(key=lambda pair: -len(pair.signs))
    return kept[:AT_MOST]


def _groups(files, columns, condition) -> Iterable[list[Person]]:
    """Files that agree in all `columns`, in groups, oldest first."""
    same = {column: OuterRef(column) for column in columns}
    others = files.order_by().filter(**same).exclude(pk=OuterRef("pk"))
    alike = files.filter(condition, Exists(others)).order_by(*columns, "pk")[: AT_MOST * 4]
    groups: dict[tuple, list[Person]] = {}
    for person in alike:
        groups.setdefault(tuple(getattr(person, name) for name in columns), []).append(person)
    return groups.values()


def _told_apart(found: dict) -> set[tuple[int, int]]:
    said = NotSame.objects.filter(one__in={pks[0] for pks in found})
    return set(said.values_list("one_id", "other_id"))
