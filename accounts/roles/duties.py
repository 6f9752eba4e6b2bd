"""What each role may, in words: said before it is given, and as a table."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from accounts.models import RoleGrant
from accounts.queries import READS_FILES, WRITES_FILES

Role = RoleGrant.Role


@dataclass(frozen=True)
class Duty:
    """One thing that somebody may do, and the roles that may."""

    words: str
    roles: tuple[str, ...]


DUTIES = (
    Duty(_("看档案：手机号、身份证号打码"), READS_FILES),
    Duty(_("新建、修改档案，看完整号码（每看一次都记进日志）"), WRITES_FILES),
    Duty(_("导入名册，合并档案，办理更正和注销"), WRITES_FILES),
    Duty(_("看组织机构"), READS_FILES),
    Duty(_("新设、改名、移动、合并、撤销机构和教学点"), (Role.ADMINISTRATOR,)),
    Duty(_("授予和收回角色"), (Role.ADMINISTRATOR,)),
    Duty(_("代老师开课、主持课堂"), WRITES_FILES),
    Duty(
        _("上课时帮进不来、听不到的学员，看他们的电话（每看一次都记进日志），管留言"),
        (*WRITES_FILES, Role.HELPER),
    ),
    Duty(_("讲自己的课"), (Role.TEACHER,)),
    Duty(_("看下属支部的学习台账和记录"), (Role.BUREAU,)),
    Duty(_("写文章和课件，送去审核"), (Role.EDITOR, Role.REVIEWER)),
    Duty(_("审核、发布文章和课件"), (Role.REVIEWER,)),
    Duty(_("看审计日志：谁看了、改了谁的资料"), (Role.AUDITOR,)),
)

# What a role may not is said where people might expect it.
LIMITS = (
    (_("看不到档案"), READS_FILES),
    (_("不能改档案"), WRITES_FILES),
    (_("看不到审计日志"), (Role.AUDITOR,)),
)


@dataclass(frozen=True)
class RoleInWords:
    role: str
    label: str
    may: list[str]
    may_not: list[str]


def in_words(role: str) -> RoleInWords:
    """What whoever holds `role` may do at its organisation and beneath, and what not."""
    return RoleInWords(
        role=role,
        label=Role(role).label,
        may=[duty.words for duty in DUTIES if role in duty.roles],
        may_not=_limits(role),
    )


def all_in_words() -> list[RoleInWords]:
    return [in_words(role) for role in Role.values]


def _limits(role: str) -> list[str]:
    limits = [words for words, roles in LIMITS if role not in roles]
    # Who does not see files cannot change them: once is enough.
    return limits[:1] + limits[2:] if role not in READS_FILES else limits
