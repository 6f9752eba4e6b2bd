"""A name list of the demo school that waits for the registrar, as untidy as they come.

`create` may run again and changes nothing then; accounts.demo.people made the people.
"""

import csv
import io
from datetime import datetime

from django.db import transaction

from accounts.models import Organisation, RosterImport, User
from accounts.roster import previewing

FILE_NAME = "2026年秋季新学员名册.csv"
ORGANISATION = "QL-LNDX"
REGISTRAR = "13800000022"
ROWS = [
    ["青岚市老年大学 2026 年秋季新学员名册"],
    [
        "序号",
        "姓  名",
        "性别",
        "出生年月日",
        "联系电话",
        "单位",
        "家庭住址",
        "家属姓名",
        "家属电话",
    ],
    [
        "1",
        "丁淑兰",
        "女",
        "1956.4.12",
        "139 0000 2001",
        "",
        "望湖区文昌路 3 号",
        "丁小军",
        "13900002101",
    ],
    [
        "2",
        "方　志 强",
        "男",
        "1953年11月2日",
        "１３９００００２００２",
        "",
        "望湖区文昌路 8 号",
        "",
        "",
    ],
    ["3", "蒋桂珍", "女", "1958-02-30", "13900002003", "", "", "", ""],
    ["4", "袁德胜", "男", "1951-07-19", "1.39E+10", "", "东溪区春晖路 1 号", "", ""],
    ["5", "周敏", "女", "1983-07-14", "13800000022", "", "", "", ""],
    ["6", "谭玉华", "女", "1957-09-08", "", "音乐学院", "", "谭丽", "13900002106"],
    ["7", "", "女", "1955-01-01", "13900002007", "", "", "", ""],
    ["8", "段国庆", "男", "1955-10-01", "13900002008（儿子）", "", "云岭县溪口镇", "", ""],
    ["合计", "8 人"],
]


@transaction.atomic
def create(*, now: datetime) -> None:
    """Bring the roster, if it is not there. Safe to run again."""
    if RosterImport.objects.filter(file_name=FILE_NAME).exists():
        return
    organisation = Organisation.objects.get(code=ORGANISATION)
    text = io.StringIO()
    csv.writer(text).writerows(ROWS)
    found = previewing.preview(text.getvalue().encode("utf-8-sig"), organisation=organisation)
    previewing.keep_at_once(
        found=found,
        organisation=organisation,
        file_name=FILE_NAME,
        with_consent=False,
        by=User.objects.filter(phone=REGISTRAR).first(),
        now=now,
    )
