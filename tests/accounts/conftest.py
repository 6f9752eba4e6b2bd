import re

import pytest

from accounts.models import InboxMessage


@pytest.fixture(autouse=True)
def inbox(settings):
    """Messages are kept, not sent; ask for the codes that reached a number, oldest first."""
    settings.DEMO = True
    settings.SMS_BACKEND = "accounts.sms.InboxBackend"
    settings.ACCOUNT_FORMS = {
        "request_login_code": "accounts.forms.PhoneForm",
        "confirm_login_code": "accounts.forms.CodeForm",
        "change_phone": "accounts.forms.NewPhoneForm",
        "verify_phone": "accounts.forms.NewPhoneCodeForm",
    }

    # Limits per number are ours; allauth's own would answer with a bare page.
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"change_phone": "30/m/user"}

    def codes(phone):
        texts = InboxMessage.objects.filter(phone=phone).order_by("pk")
        return [re.search(r"\d{6}", message.text)[0] for message in texts]

    return codes
