"""What is known of a roster: its sheet, its columns, and what each row says.

Nothing in here asks the database.  `Sheet` comes from reading, `Table` from columns, `Row`
from checks; everything is plain and msgspec can write and read it as JSON.
"""

from datetime import date

import msgspec
from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

# A row as the sheet has it: its number, counted from 1 as Excel shows it, and its cells.
Cells = tuple[int, list[str]]


class Field(TextChoices):
    """What a column may say; each value is the name of an attribute of `Values`."""

    NAME = "name", _("姓名")
    SEX = "sex", _("性别")
    BORN = "born_on", _("出生日期")
    ID_NUMBER = "id_number", _("身份证号")
    PHONE = "phone", _("手机号")
    OTHER_PHONE = "other_phone", _("其他电话")
    UNIT = "unit", _("单位")
    UNIT_CODE = "unit_code", _("单位代码")
    KIND = "kind", _("人员类别")
    RESIDENCE = "residence", _("常住地")
    LIVES_AWAY = "lives_away", _("常居外地")
    MOVES_BADLY = "moves_badly", _("行动不便")
    HEALTH = "health_note", _("健康状况")
    REMARKS = "remarks", _("备注")
    RELATIVE_NAME = "relative_name", _("家属姓名")
    RELATIVE_RELATION = "relative_relation", _("与本人关系")
    RELATIVE_PHONE = "relative_phone", _("家属电话")


class Weight(TextChoices):
    """What a problem does to its row."""

    REVIEW = "review", _("需要审核")
    REFUSED = "refused", _("不能写入")


class Sheet(msgspec.Struct):
    """One sheet of a file: the rows in which anything stands."""

    name: str
    # All sheets of the file, in its order; empty for a text file.
    names: list[str]
    rows: list[Cells]
    # Cells made one that reach over several rows: first row, last row, column (from 0) and
    # width; what they say stands in the first row only.
    merged: list[tuple[int, int, int, int]] = []
    # Old Macintosh files count days from 1904.
    counts_from_1904: bool = False


class Skipped(msgspec.Struct, frozen=True):
    """A row that is nobody: a title, a total, who made the list."""

    number: int
    text: str


class Note(msgspec.Struct, frozen=True):
    """What was done to a value, or is wrong with it; becomes a sentence when it is shown."""

    text: str
    parts: tuple[tuple[str, str | int], ...] = ()

    def __str__(self):
        return gettext(self.text) % dict(self.parts) if self.parts else gettext(self.text)


class Cleaned(msgspec.Struct, frozen=True):
    """A change that was made to a value; its words may hold personal data."""

    column: str
    note: Note
    # The cell as it was.
    before: str = ""

    @property
    def message(self) -> str:
        return str(self.note)


class Problem(msgspec.Struct, frozen=True):
    """What is wrong with a row, or doubtful; its words never hold personal data.

    `column` is a member of Field or empty (the row as a whole); `code` tells problems apart
    for those who can settle them by what the database knows.
    """

    column: str
    note: Note
    weight: Weight = Weight.REVIEW
    code: str = ""

    @property
    def message(self) -> str:
        return str(self.note)


class Values(msgspec.Struct, omit_defaults=True):
    """What a row says, cleaned; an empty text or None where it says nothing.

    Named and coded as accounts.models.Person is: sex "f"/"m", kind "lixiu"/"retired"/
    "public"/"staff", eleven digits of a mobile number, eighteen of an ID number.
    """

    name: str = ""
    sex: str = ""
    born_on: date | None = None
    # Where only the month is known, born_on is the first of it.
    born_day_known: bool = True
    id_number: str = ""
    phone: str = ""
    # The first further number: a landline, a second mobile.
    other_phone: str = ""
    # What else stood in the cells of telephone numbers: whose, more of them.
    phone_note: str = ""
    unit: str = ""
    unit_code: str = ""
    kind: str = ""
    residence: str = ""
    lives_away: bool | None = None
    moves_badly: bool | None = None
    health_note: str = ""
    remarks: str = ""
    relative_name: str = ""
    relative_relation: str = ""
    relative_phone: str = ""
    relative_note: str = ""


class Row(msgspec.Struct):
    """One person's row; `number` is the row's in the sheet, as Excel shows it."""

    number: int
    values: Values
    cleaned: list[Cleaned] = []
    problems: list[Problem] = []

    @property
    def weight(self) -> str:
        """The heaviest of its problems: "refused", "review", or "" for a clean row."""
        weights = {problem.weight for problem in self.problems}
        for weight in (Weight.REFUSED, Weight.REVIEW):
            if weight in weights:
                return weight.value
        return ""


class Table(msgspec.Struct):
    """A sheet understood: what its columns are called, what they say, whose rows there are."""

    sheet: Sheet
    # One for each column of the sheet, empty where nothing stands above it.
    headings: list[str]
    # Which column (from 0) says what; every field at most once.
    fields: dict[int, Field]
    # Columns with a heading that says nothing to us, and a second one for the same field.
    unknown: list[int]
    rows: list[Cells]
    skipped: list[Skipped]
    # Cells that were empty or "同上" and got what stands above them: row number -> columns.
    filled: dict[int, list[int]] = {}

    def has(self, field: Field) -> bool:
        """Whether the list has a column for `field`: an empty cell then is an answer."""
        return field in self.fields.values()
