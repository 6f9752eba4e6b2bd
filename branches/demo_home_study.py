"""Study at home of the demo school: one order to pack, one pack to bring."""

from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from accounts.models import Person
from branches.home_study import delivering, orders, packing, reading
from branches.models import Branch, StudyOrder

# Who, how it was asked for, where to, the state it stays in.
ORDERS = [
    ("何素芬", StudyOrder.Way.PHONE, "文化路", "幸福小区 3 号楼 401", reading.NEW),
    ("吴德山", StudyOrder.Way.PAPER, "中山路", "教师新村 12 号", reading.TO_BRING),
]
VISITOR = "周玉梅"


def create(*, branch: Branch, now: datetime) -> None:
    """Make whatever is missing; again it changes nothing."""
    pages = [page.pk for page in reading.shelf()[:2]]
    members = {each.name: each for each in Person.objects.filter(memberships__branch=branch)}
    if not pages:
        return
    for name, way, street, address, state in ORDERS:
        key = uuid5(NAMESPACE_URL, f"demo:{name}")
        if name not in members or StudyOrder.objects.filter(key=key).exists():
            continue
        made = orders.order(
            key=key,
            person=members[name],
            pages=pages,
            way=way,
            letters=StudyOrder.Letters.LARGEST,
            with_sound=True,
            street=street,
            address=address,
            by=None,
            now=now,
        )
        if state == reading.TO_BRING:
            pack = packing.pack(order=made, by=None, now=now)
            delivering.send(deliveries=[pack], visitor=members.get(VISITOR), planned_on=None)
