"""The booklet of a pack as PDF: large letters, and the slip that comes back."""

import io
from pathlib import Path

import segno
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from wagtail.images import get_image_model

from branches.home_study import codes
from branches.models import Delivery, StudyOrder
from common import dates, paper
from common.readings import Kind

# Letters of a newspaper's headline, and of a book for those who see badly.
POINTS = {StudyOrder.Letters.LARGE: 20, StudyOrder.Letters.LARGEST: 28}
TEMPLATE = Path(__file__).parent / "typst" / "booklet.typ"
# Wide enough for a page of paper, small enough for a hundred of them.
PICTURE = "max-1400x1400|format-jpeg"


def booklet(delivery: Delivery) -> bytes:
    """The bytes of the PDF of a pack, always of the texts that were packed."""
    facts, files = facts_of(delivery)
    return paper.compiled(TEMPLATE, {"booklets": [facts]}, files=files)


def facts_of(delivery: Delivery) -> tuple[dict, dict[str, bytes]]:
    """What stands in the booklet of a pack, and its pictures by their name."""
    order = delivery.order
    readings, files = _with_pictures(delivery.content)
    code = io.BytesIO()
    segno.make_qr(slip_address(delivery), error="m").save(code, kind="svg", border=2)
    of = order.branch or order.organisation
    slip = f"slip-{delivery.code}.svg"
    facts = {
        "lang": "zh" if (get_language() or "zh").startswith("zh") else "en",
        "size": POINTS[order.letters],
        "title": _("送学读本"),
        "name": order.person.name,
        "foot": f"{order.person.name} · {codes.spoken(delivery.code)}",
        "contents-title": _("这一本里有"),
        "note": "\n".join(
            [
                str(of),
                dates.in_words(timezone.localdate(delivery.packed_at)),
                _("有问题请打电话：%(phone)s") % {"phone": settings.SCHOOL["phone"]},
            ]
        ),
        "readings": readings,
        "slip": {
            "title": _("送学回执"),
            "how": _("读完以后请填好这一页，交给送书的人，或者打电话告诉我们。"),
            "rows": [
                [_("姓名"), order.person.name],
                [_("学完日期"), _("      年      月      日")],
                [_("一共学了"), _("大约            分钟")],
                [_("想说的话"), "\n\n"],
                [_("还想学什么"), "\n"],
            ],
            "code-name": _("回执号"),
            "code": codes.spoken(delivery.code),
            "code-note": _("送书的人扫左边的码，或者把回执号告诉书记。"),
            "file": slip,
        },
    }
    return facts, files | {slip: code.getvalue()}


def slip_address(delivery: Delivery) -> str:
    """What the code on the slip opens."""
    return settings.PUBLIC_URL + reverse("branches:return_slip", args=[delivery.code])


def _with_pictures(content: list[dict]) -> tuple[list[dict], dict[str, bytes]]:
    """The readings with each picture's file; a picture that is gone leaves its words."""
    keys = {part["picture"] for each in content for part in each["parts"] if part["picture"]}
    images = get_image_model().objects.in_bulk(keys)
    files: dict[str, bytes] = {}
    for key, image in images.items():
        try:
            with image.get_rendition(PICTURE).file.open() as file:
                files[f"{key}.jpg"] = file.read()
        except (OSError, ValueError):
            continue
    return [
        {
            "title": each["title"],
            "by": each["by"],
            "parts": [
                {"kind": part["kind"], "text": part["text"], "file": _file(part, files)}
                for part in each["parts"]
            ],
        }
        for each in content
    ], files


def _file(part: dict, files: dict) -> str:
    name = f"{part['picture']}.jpg"
    return name if part["kind"] == Kind.PICTURE and name in files else ""
