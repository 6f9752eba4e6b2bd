"""What of the database belongs to a person: shown in an export, forgotten by an erasure.

Every app declares its own tables (`personal_tables_asked_for`); this module holds the words
for that. Those of accounts are declared in accounts.rights.own_tables. A relation to a person
or a login that is declared nowhere makes tests/accounts/test_exporting.py fail.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Table:
    """A table with rows that belong to a person; every column is either shown or hidden."""

    # "courses.Enrolment"
    label: str
    # The relations by which a row is theirs: to their file, or to their login; also through
    # other tables, as "enrolment__person".
    by: tuple[str, ...]
    # Column: what it is called, or "" where the model itself says it.
    shown: Mapping[str, str]
    # Column: why it is not shown.
    hidden: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    # What an erasure does: delete the rows, or write these values over the columns.
    deleted: bool = False
    forgotten: Mapping[str, Any] = field(default_factory=dict)
    # Column: why words in it stay after an erasure.
    kept: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Declaration:
    """What an app says: its tables, and relations that make no row a person's own.

    The keys of `left_out` are "courses.Enrolment.seated_by", the values say why.
    """

    tables: tuple[Table, ...]
    left_out: Mapping[str, str] = field(default_factory=dict)


WHO_DID_IT = _("只记经办的人，这一行不是经办人的资料")
INTERNAL = _("电脑内部用的编号，不说明什么")
SECRET = _("防伪、登录用的密码，给出来就不安全了")
SEARCH_KEY = _("查找用的，内容和姓名、号码一样")
ABOUT_OTHERS = _("涉及别的人")
SCHOOL_WORK = _("写稿、办公用的，属于学校")
