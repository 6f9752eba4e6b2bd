"""Cards of the demo school's third branch: what two members would teach.

Stars, points and the list of volunteers stay switched off there, as everywhere.
"""

from datetime import datetime

from accounts.models import Person
from branches import citations, talents
from branches.models import Branch, Extras, TalentCard

CARDS = [
    ("周玉梅", "手机拍照、修照片", "星期三下午，社区活动室"),
    ("吴德山", "二胡入门", ""),
]


def create(*, branch: Branch, now: datetime) -> None:
    """Make whatever is missing; again it changes nothing."""
    at = branch.organisation
    if not Extras.objects.filter(organisation=at).exists():
        on = dict.fromkeys(citations.SWITCHES, False) | {talents.SWITCH: True}
        citations.switch(organisation=at, by=None, now=now, **on)
    members = {each.name: each for each in Person.objects.filter(memberships__branch=branch)}
    for name, teaches, suits in CARDS:
        member = members.get(name)
        if member and not TalentCard.objects.filter(person=member).exists():
            talents.write(person=member, teaches=teaches, suits=suits, by=None, now=now)
