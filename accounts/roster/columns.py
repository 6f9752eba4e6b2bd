"""Understanding a sheet: where its heading is, what its columns say, which rows are people.

What is guessed from the headings can be corrected by a person, column by column.
"""

import re
from bisect import bisect_left
from collections.abc import Mapping

from django.utils.translation import gettext as _

from accounts.roster import headings
from accounts.roster.errors import FileRefused, HeadingsMissing
from accounts.roster.rows import Cells, Field, Sheet, Skipped, Table

# Below the people: totals, who made the list, what the columns mean.
NOTE = re.compile(
    r"^(合计|总计|小计|共计|累计|总人数|人数合计|本页|共\d+人|制表|填表|填报|审核|审批|复核|"
    r"负责人|单位负责人|主管|经办|联系人[:：]|联系电话[:：]|注[:：\d]|备注[:：]|说明[:：]|填写说明|"
    r"打印|日期[:：]|第\d+页|\d{4}年\d{1,2}月\d{1,2}日$)"
)
TOTAL = re.compile(r"(合|总|小|共|累)计")
# 一、离休干部（58人）
SECTION = re.compile(r"^[（(]?第?[一二三四五六七八九十]{1,3}([)）、.．:：]|部分|类|组)")
EXAMPLE = re.compile(r"^(示例|样例|举例|例如?[:：]?|填写示例|填写样例)$|[（(](示例|样例|例)[)）]$")
SAME_AS_ABOVE = frozenset(["同上", "〃", "″", "”", "''", "同 上"])
# Nobody has the same name, number or birth as the one above.
NEVER_FILLED = frozenset([Field.NAME, Field.ID_NUMBER, Field.BORN])
LONGEST_SHOWN = 60


def guess(sheet: Sheet) -> headings.Found | None:
    """The heading of `sheet` as far as one can tell; None if no row is one."""
    return headings.find(sheet.rows)


def understand(
    sheet: Sheet,
    *,
    mapping: Mapping[int | str, str] | None = None,
    heading_row: int | None = None,
) -> Table:
    """The people's rows of `sheet` and what its columns say.

    `mapping` (column, counted from 0 -> a Field or nothing) replaces what is guessed from the
    headings; `heading_row` is the number of the row that a person calls the heading, 0 if
    there is none.  Raises HeadingsMissing where nobody can say which column is the name, and
    FileRefused for a mapping that gives two columns the same field.
    """
    found = _heading(sheet, heading_row)
    fields = _fields(found.fields if found else {}, mapping)
    if Field.NAME not in fields.values():
        raise HeadingsMissing(
            _("没有找到写着“姓名”的标题行。请在表格里加上，或在下面指出哪一列是姓名。")
        )
    body = sheet.rows[found.first + found.height :] if found else sheet.rows
    titles = found.headings if found else []
    width = max([len(titles), *(len(cells) for _, cells in body), max(fields) + 1])
    table = Table(
        sheet=sheet,
        headings=titles + [""] * (width - len(titles)),
        fields=fields,
        unknown=[
            at
            for at, title in enumerate(titles)
            if title and at not in fields and not _is_ignored(title)
        ],
        rows=[],
        skipped=[],
    )
    if found:
        table.skipped += [_skipped(number, cells) for number, cells in sheet.rows[: found.first]]
    _sort_rows(table, body, width)
    return table


def _heading(sheet: Sheet, heading_row: int | None) -> headings.Found | None:
    if heading_row is None:
        return headings.find(sheet.rows)
    for at, (number, cells) in enumerate(sheet.rows):
        if number == heading_row:
            titles = [" ".join(cell.split()) for cell in cells]
            return headings.Found(at, 1, titles, headings.fields_of(titles))
    return None


def _fields(
    guessed: Mapping[int, str], mapping: Mapping[int | str, str] | None
) -> dict[int, Field]:
    if mapping is None:
        return {at: Field(field) for at, field in guessed.items()}
    fields = {int(at): Field(field) for at, field in mapping.items() if field}
    for field in fields.values():
        if list(fields.values()).count(field) > 1:
            raise FileRefused(_("有两列都选了“%(field)s”，请只留一列。") % {"field": field.label})
    return dict(sorted(fields.items()))


def _is_ignored(title: str) -> bool:
    known = headings.meaning(title)
    return known is not None and known[0] == headings.IGNORED


def _sort_rows(table: Table, body: list[Cells], width: int) -> None:
    """People's rows to `table.rows`, all others to `table.skipped`."""
    name_at = next(at for at, field in table.fields.items() if field == Field.NAME)
    ours = list(table.fields)
    merged = _merged_columns(table)
    above: Cells | None = None
    for number, cells in body:
        if len(cells) < width:
            cells = cells + [""] * (width - len(cells))
        if _is_nobody(cells, name_at, ours):
            if any(cell and not cell.strip().isdigit() for cell in cells):
                table.skipped.append(_skipped(number, cells))
            continue
        if above and (merged or not SAME_AS_ABOVE.isdisjoint(cells)):
            cells = _filled(table, number, cells, above, merged)
        table.rows.append((number, cells))
        above = number, cells


def _is_nobody(cells: list[str], name_at: int, ours: list[int]) -> bool:
    """Whether a row is no person's: empty but for its number, a note, a heading again."""
    name = cells[name_at].strip()
    first = next((cell for cell in cells if cell), "").replace(" ", "").replace("\u3000", "")
    if name and first.isdigit():
        # The usual row: a running number, a name.  A heading printed again has no number.
        return EXAMPLE.search(name) is not None
    # 合计 | 154人, 单位负责人： | 王某某: what stands in the column of names is none.
    if NOTE.match(first) and (
        not name or name.replace(" ", "") == first or TOTAL.fullmatch(first) or first[-1] in ":："
    ):
        return True
    said = [cell for cell in cells if cell and not cell.isspace()]
    if not name:
        return len(said) == 1 or not any(cells[at].strip() for at in ours)
    if EXAMPLE.search(name) or EXAMPLE.search(first):
        return True
    if (known := headings.meaning(name)) and known == headings.MEANINGS["姓名"]:
        return True
    return len(said) == 1 and SECTION.match(first) is not None


def _merged_columns(table: Table) -> dict[int, list[tuple[int, int]]]:
    """The columns with merged cells, and for each its cells: first and last row, in order."""
    columns: dict[int, list[tuple[int, int]]] = {}
    for top, bottom, left, width in sorted(table.sheet.merged):
        for at in range(left, left + width):
            if table.fields.get(at, Field.NAME) not in NEVER_FILLED:
                columns.setdefault(at, []).append((top, bottom))
    return columns


def _is_merged_with_above(cells: list[tuple[int, int]], number: int, above: int) -> bool:
    """Whether the rows `number` and `above` are in one of the merged `cells`."""
    at = bisect_left(cells, (number, 0)) - 1
    return at >= 0 and cells[at][0] <= above and number <= cells[at][1]


def _filled(table: Table, number: int, cells: list[str], above: Cells, merged) -> list[str]:
    """`cells` with what stands above in merged cells, and where they say 同上."""
    filled = {
        at
        for at, spans in merged.items()
        if not cells[at] and above[1][at] and _is_merged_with_above(spans, number, above[0])
    }
    filled |= {
        at
        for at, field in table.fields.items()
        if cells[at] in SAME_AS_ABOVE and field not in NEVER_FILLED and above[1][at]
    }
    if not filled:
        return cells
    table.filled[number] = sorted(filled)
    return [above[1][at] if at in filled else cell for at, cell in enumerate(cells)]


def _skipped(number: int, cells: list[str]) -> Skipped:
    return Skipped(number, " ".join(" ".join(cells).split())[:LONGEST_SHOWN])
