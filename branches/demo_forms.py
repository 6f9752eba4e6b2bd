"""Three forms that offices ask for, as the demo school's bureau has them."""

from datetime import date, datetime

from accounts.models import Organisation
from branches import statements
from branches.models import StatementForm
from branches.statements import EVIDENCE, FIGURE, HEADING, TEXT

SINCE = date(2026, 1, 1)
Every = StatementForm.Every


def _figure(label, code):
    return {"kind": FIGURE, "label": label, "figure": code}


def _text(label):
    return {"kind": TEXT, "label": label}


def _evidence(label):
    return {"kind": EVIDENCE, "label": label}


FORMS = {
    "活动情况统计表": (
        Every.QUARTER,
        [
            _figure("支部成员", "members"),
            _figure("支部党员大会", "held_meeting"),
            _figure("支委会", "held_committee"),
            _figure("党小组会", "held_group"),
            _figure("党课", "held_lecture"),
            _figure("主题党日", "held_theme"),
            _figure("志愿服务", "held_volunteer"),
            _figure("支部学习记录", "records"),
            _figure("应到", "due"),
            _figure("实到", "present"),
            _figure("参加学习人数", "people"),
            _figure("参加学习人次", "times"),
            _figure("学时", "hours"),
            _text("主要活动"),
            _evidence("活动照片或材料"),
        ],
    ),
    "情况申报表": (
        Every.QUARTER,
        [
            _figure("支部成员", "members"),
            _figure("现场学习人次", "times_on_site"),
            _figure("集中收看人次", "times_shared"),
            _figure("送学人次", "times_delivered"),
            _text("主要做法"),
            _text("困难和建议"),
        ],
    ),
    "“六有六好”自查表": (
        Every.YEAR,
        [
            {"kind": HEADING, "label": "六有"},
            *(
                _evidence(label)
                for label in (*("有班子", "有队伍", "有制度", "有活动", "有阵地", "有经费"),)
            ),
            {"kind": HEADING, "label": "六好"},
            *(
                _text(label)
                for label in (
                    *("班子建设好", "党员管理好", "学习教育好"),
                    *("作用发挥好", "服务保障好", "群众反映好"),
                )
            ),
            _figure("全年学时", "hours"),
            _figure("全年参加学习人次", "times"),
        ],
    ),
}


def create(*, organisation: Organisation, now: datetime) -> None:
    """Make whatever of the forms is missing."""
    for name, (every, rows) in FORMS.items():
        if not StatementForm.objects.filter(organisation=organisation, name=name).exists():
            statements.edit_form(
                form=None,
                organisation=organisation,
                name=name,
                every=every,
                rows=rows,
                valid_from=SINCE,
                by=None,
                now=now,
            )
