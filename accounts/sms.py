"""Short messages: the limits, and where they go.

`reserve_code` counts a code, `send_code` sends it, `take_try` counts how often it was
tried; `send` sends a notice. Backends have one method,
`deliver(phone=…, text=…)`, and are named in settings.SMS_BACKEND.
"""

import json
import logging
import urllib.request
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.errors import TooManyCodes
from accounts.models import InboxMessage, SentCode
from common import masks

logger = logging.getLogger(__name__)

# Where a session keeps which code it waits for, and a request the one its form reserved.
SENT_CODE = "sent_code"
RESERVED = "reserved_code"

# A lost number in a log line would be personal data; the code would be a key.
_HASH_SALT = "accounts.sms"


class ConsoleBackend:
    """Prints the message: for a machine without an SMS contract."""

    def deliver(self, *, phone: str, text: str) -> None:
        print(f"[SMS {masks.phone(phone)}] {text}", flush=True)


class InboxBackend:
    """Keeps the message for the demo inbox; refuses outside demo mode."""

    def deliver(self, *, phone: str, text: str) -> None:
        if not settings.DEMO:
            raise RuntimeError("The demo inbox exists in demo mode only.")
        InboxMessage.objects.create(phone=phone, text=text, sent_at=timezone.now())


class GatewayBackend:
    """POSTs JSON to the gateway of settings.SMS_GATEWAY: a template for a provider's own.

    The body is {"phone", "text", "sign"}, the key goes as a bearer token. A provider that
    wants something else gets a subclass with its own `body`.
    """

    def body(self, *, phone: str, text: str) -> dict:
        return {"phone": phone, "text": text, "sign": settings.SMS_GATEWAY["sign"]}

    def deliver(self, *, phone: str, text: str) -> None:
        gateway = settings.SMS_GATEWAY
        request = urllib.request.Request(
            gateway["url"],
            data=json.dumps(self.body(phone=phone, text=text)).encode(),
            headers={
                "Content-Type": "application/json",
                "Authorization": f"Bearer {gateway['key']}",
            },
        )
        with urllib.request.urlopen(request, timeout=gateway["timeout_s"]) as response:
            if response.status >= 300:
                raise OSError(f"SMS gateway answered {response.status}")


def send(*, phone: str, text: str) -> bool:
    """Send a notice; whether it went out. A gateway that fails is logged, not raised."""
    try:
        import_string(settings.SMS_BACKEND)().deliver(phone=phone, text=text)
    except OSError:
        logger.exception("SMS to %s failed", masks.phone(phone))
        return False
    return True


def send_code(*, phone: str, code: str) -> bool:
    """Send a login code. Its place in the limits was taken by `reserve_code`."""
    text = _("%(code)s 是您的登录验证码，5 分钟内有效。请不要告诉别人。") % {"code": code}
    return send(phone=phone, text=text)


@transaction.atomic
def check_budget(*, now: datetime) -> None:
    """Raise TooManyCodes once all numbers together have had the codes of a day.

    Within a transaction whoever asks for a code waits here for the one before: the budget
    and the limits of a number are kept to the last code.
    """
    # Any row that everybody finds would do. SQLite needs none: its transactions wait anyway.
    ContentType.objects.select_for_update(no_key=True).get(
        pk=ContentType.objects.get_for_model(SentCode).pk
    )
    sent = SentCode.objects.filter(sent_at__gt=now - timedelta(days=1))
    if sent.count() >= settings.SMS_LIMITS["budget_day"]:
        raise TooManyCodes(_("今天不能再发验证码了，请打电话给学校，我们帮您登录。"))


@transaction.atomic
def reserve_code(*, phone: str, now: datetime | None = None) -> SentCode:
    """Take one code from the allowance of `phone` and of the day.

    Counted before sending and in the database, so neither a restart nor a second process
    gives the allowance back. Raises TooManyCodes in words.
    """
    now = now or timezone.now()
    limits = settings.SMS_LIMITS
    check_budget(now=now)
    mine = SentCode.objects.filter(phone_hash=_hash(phone))
    if mine.filter(sent_at__gt=now - timedelta(minutes=1)).count() >= limits["minute"]:
        raise TooManyCodes(_("验证码刚发过，请等一分钟再试。"))
    if mine.filter(sent_at__gt=now - timedelta(hours=1)).count() >= limits["hour"]:
        raise TooManyCodes(_("这一小时发得太多了，请过一小时再试，或打电话给学校。"))
    if mine.filter(sent_at__gt=now - timedelta(days=1)).count() >= limits["day"]:
        raise TooManyCodes(_("今天不能再发验证码了，请打电话给学校，我们帮您登录。"))
    return SentCode.objects.create(phone_hash=_hash(phone), sent_at=now)


def take_try(*, sent: int | None) -> bool:
    """Whether the code with this pk may be tried once more; counts the try.

    One conditional UPDATE: of a hundred requests at the same moment five get through.
    """
    return bool(
        SentCode.objects.filter(
            pk=sent, tries__lt=settings.ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS
        ).update(tries=F("tries") + 1)
    )


def _hash(phone: str) -> str:
    return salted_hmac(_HASH_SALT, phone, algorithm="sha256").hexdigest()
