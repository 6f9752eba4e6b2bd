import re

import pytest

from accounts.models import InboxMessage


@pytest.fixture(autouse=True)
def inbox(settings):
    """Messages are kept, not sent; ask for the codes that reached a number, oldest first."""
    settings.DEMO = True
    settings.SMS_BACKEND = "accounts.sms.InboxBackend"

    def codes(phone):
        texts = InboxMessage.objects.filter(phone=phone).order_by("pk")
        return [re.search(r"\d{6}", message.text)[0] for message in texts]

    return codes
