"""Which organisation a row means: by its code, or by whatever an office calls it."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable

from django.utils.translation import gettext_noop
from treebeard.mp_tree import MP_Node

from accounts.models import Organisation
from accounts.roster.rows import Cleaned, Field, Note, Problem, Values

SUGGESTED = 3
# Beyond so many unknown names the column is no unit's name, and looking for each takes long.
LOOKED_FOR = 200
# Of the pairs of signs in both names together, this share must be common.
ALIKE = 0.5

UNKNOWN = gettext_noop("没有找到“%(unit)s”这个单位。")
UNKNOWN_BUT = gettext_noop("没有找到“%(unit)s”这个单位，名字接近的有：%(names)s。")
UNKNOWN_CODE = gettext_noop("没有代码是“%(code)s”的单位，请查。")
SEVERAL = gettext_noop("有几个单位都叫“%(unit)s”：%(names)s。请写全，或加上单位代码。")
OTHER_THAN_CODE = gettext_noop("单位代码是“%(name)s”的，和写的单位名称不一样，请查。")
ENDED = gettext_noop("“%(name)s”已经撤销，请写现在的单位。")
MERGED = gettext_noop("“%(old)s”已并入“%(new)s”，记到“%(new)s”")

Place = tuple[int | None, Problem | None, Cleaned | None]


class Places:
    """The organisations beneath `root` and itself, read once."""

    def __init__(self, root: Organisation):
        self.root = root
        self._found: dict[tuple[str, str], Place] = {}
        self._looked_for = 0
        self._by_code: dict[str, Organisation] = {}
        self._by_name: dict[str, list[Organisation]] = defaultdict(list)
        self._by_pair: dict[str, list[Organisation]] = defaultdict(list)
        above = {node.path: node for node in root.get_ancestors()}
        here = list(Organisation.objects.filter(path__startswith=root.path))
        self._nodes = above | {node.path: node for node in here}
        self._by_pk = {node.pk: node for node in here}
        for node in here:
            self._by_code[plain(node.code)] = node
            for name in self._names_of(node):
                self._by_name[name].append(node)
            for pair in pairs(plain(node.name)):
                self._by_pair[pair].append(node)

    def place(self, values: Values) -> Place:
        """Where a row's person belongs, or why nobody knows, and what was done about it.

        A row that names no unit belongs to the root.
        """
        key = values.unit, values.unit_code
        if key not in self._found:
            self._found[key] = self._place(*key)
        return self._found[key]

    def name_of(self, pk: int | None) -> str:
        return self._by_pk[pk].name if pk in self._by_pk else ""

    def contains(self, *, upper: int, path: str) -> bool:
        """Whether the organisation at `path` is `upper` or beneath it."""
        return path.startswith(self._by_pk[upper].path)

    def _place(self, unit: str, code: str) -> Place:
        if code:
            if not (node := self._by_code.get(plain(code))):
                return _problem(Field.UNIT_CODE, UNKNOWN_CODE, "unit_code_unknown", code=code)
            if unit and plain(unit) not in self._names_of(node):
                code = "unit_not_of_code"
                return _problem(Field.UNIT_CODE, OTHER_THAN_CODE, code, name=node.name)
            return self._now(node)
        if not unit:
            return self.root.pk, None, None
        found = self._by_name.get(plain(unit), [])
        # A unit that has ended gives its name to nobody who is still there.
        found = [node for node in found if not node.ended_on] or found
        if len(found) == 1:
            return self._now(found[0])
        if found:
            names = "、".join(self._full_name(node) for node in found[: SUGGESTED + 1])
            return _problem(Field.UNIT, SEVERAL, "unit_ambiguous", unit=unit, names=names)
        if names := "、".join(node.name for node in self._alike(unit)):
            return _problem(Field.UNIT, UNKNOWN_BUT, "unit_unknown", unit=unit, names=names)
        return _problem(Field.UNIT, UNKNOWN, "unit_unknown", unit=unit)

    def _now(self, node: Organisation) -> Place:
        """Where the people of `node` are today."""
        old = node
        while node and node.ended_on:
            if node.merged_into_id is None:
                return _problem(Field.UNIT, ENDED, "unit_ended", name=old.name)
            node = self._by_pk.get(node.merged_into_id)
        if node is None:
            return _problem(Field.UNIT, ENDED, "unit_ended", name=old.name)
        if node is old:
            return node.pk, None, None
        note = Note(MERGED, (("old", old.name), ("new", node.name)))
        return node.pk, None, Cleaned(Field.UNIT.value, note)

    def _names_of(self, node: Organisation) -> set[str]:
        """石桥社区, 望湖区石桥社区, 青岚市望湖区文昌街道石桥社区; 教育局 for 青岚市教育局."""
        name = plain(node.name)
        names, chain = {name}, name
        for upper in self._above(node):
            above = plain(upper.name)
            chain = above + chain
            names |= {above + name, chain}
            if name.startswith(above) and name != above:
                names.add(name.removeprefix(above))
        return names

    def _above(self, node: Organisation) -> Iterable[Organisation]:
        step = MP_Node.steplen
        for end in range(len(node.path) - step, 0, -step):
            yield self._nodes[node.path[:end]]

    def _full_name(self, node: Organisation) -> str:
        upper = next(iter(self._above(node)), None)
        return f"{upper.name}{node.name}" if upper else node.name

    def _alike(self, unit: str) -> list[Organisation]:
        self._looked_for += 1
        if self._looked_for > LOOKED_FOR:
            return []
        wanted = pairs(plain(unit))
        common = Counter(node for pair in wanted for node in self._by_pair.get(pair, ()))
        likeness = {
            node: 2 * count / (len(wanted) + len(pairs(plain(node.name))))
            for node, count in common.items()
            if not node.ended_on
        }
        best = sorted(likeness, key=lambda node: (-likeness[node], node.path))
        return [node for node in best if likeness[node] >= ALIKE][:SUGGESTED]


def plain(name: str) -> str:
    """A name by which it is compared: no spaces, signs or wide letters."""
    text = unicodedata.normalize("NFKC", name).casefold()
    return "".join(sign for sign in text if sign.isalnum())


def pairs(name: str) -> set[str]:
    """The neighbouring signs of a name, its first and last one too."""
    return {name[at : at + 2] for at in range(len(name) - 1)} or {name}


def _problem(field: Field, text: str, code: str, /, **parts: str) -> Place:
    return None, Problem(field.value, Note(text, tuple(parts.items())), code=code), None
