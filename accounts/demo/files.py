"""What the files of the demo school's people say beside name and birth date.

`create` may run again and changes nothing then; accounts.demo.people made the people. The ID
numbers are made up: no county has the code they begin with.
"""

from datetime import datetime

from django.db import transaction

from accounts import consents, id_numbers, services
from accounts.models import Notice, Person, Relative, Way

COUNTY_OF_NOBODY = "370299"
# name: order on the ID number (odd for men), and what else the file says.
FACTS = {
    "王秀兰": (
        "022",
        {
            "residence": "望湖区石桥社区 5 号楼 301",
            "health_note": "膝盖不好，请安排前排靠门的座位",
        },
    ),
    "李国强": ("017", {"residence": "望湖区教育新村 12 号楼"}),
    "张桂芳": ("046", {"residence": "望湖区望湖社区 3 号楼"}),
    "何彩兰": (
        "064",
        {
            "residence": "望湖区石桥社区 2 号楼 101",
            "moves_badly": True,
            "phone_note": "没有手机，请打给女儿何雅琴，晚上六点以后",
            "health_note": "用轮椅，来上课要有人接",
        },
    ),
    "吴德山": ("035", {"lives_away": True, "residence": "在外地儿子家，清明和国庆回来"}),
    "秦守义": (
        "011",
        {
            "moves_badly": True,
            "other_phone": "0532-88660131",
            "phone_note": "听力不好，请慢慢说",
            "residence": "老干部休养所 4 号院",
        },
    ),
    "高振华": ("055", {"moves_badly": True, "residence": "望湖区教育新村 9 号楼 102"}),
}
# Whom to call: name, relation, phone, note.
RELATIVES = {
    "何彩兰": ("何雅琴", "女儿", "13800000004", "白天上班，晚上打"),
    "秦守义": ("秦学军", "儿子", "13900000061", ""),
    "吴德山": ("孙慧珍", "老伴", "13800000005", ""),
    "郭永福": ("郭小燕", "女儿", "13900000062", "在外地，打微信也可以"),
}


@transaction.atomic
def create(*, now: datetime) -> None:
    """Fill in whatever of it is missing. Safe to run again."""
    for name, (order, facts) in FACTS.items():
        if (person := _known(name)) and not (person.id_number or _took_it_back(person)):
            _fill_in(person, order, facts, now)
    for name, (relative, relation, phone, note) in RELATIVES.items():
        if person := _known(name):
            Relative.objects.get_or_create(
                person=person,
                name=relative,
                defaults={"relation": relation, "phone": phone, "note": note},
            )


def _known(name: str) -> Person | None:
    return Person.objects.kept().filter(name=name, frozen_at=None).order_by("pk").first()


def _took_it_back(person: Person) -> bool:
    return consents.has_withdrawn(person, Notice.Kind.SENSITIVE)


def _fill_in(person: Person, order: str, facts: dict, now: datetime) -> None:
    paper = f"教务处同意书 {order}"
    for kind in Notice.Kind:
        consents.give(person=person, kind=kind, way=Way.PAPER, paper=paper, by=None, now=now)
    seventeen = f"{COUNTY_OF_NOBODY}{person.born_on:%Y%m%d}{order}"
    person.id_number = seventeen + id_numbers.check_sign(seventeen)
    for fact, value in facts.items():
        setattr(person, fact, value)
    services.save_file(person=person, now=now)
