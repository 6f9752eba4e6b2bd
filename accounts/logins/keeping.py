"""A form sent from a page that was open longer than its login: kept until the next one.

Sealed in the session of the browser that sent it, which shows it on its screen anyway.
"""

import json
from datetime import datetime, timedelta

from django.contrib.sessions.backends.base import SessionBase

from common.sealed import seal, unseal

TYPED = "typed_in_vain"
# As long as somebody looks for the telephone with the code.
KEPT_FOR = timedelta(minutes=30)


def keep(session: SessionBase, *, typed: dict, before: str, now: datetime) -> None:
    """Keep what `typed_in` found, of the form that stood on the page `before`."""
    session[TYPED] = seal(json.dumps(typed | {"before": before, "at": now.timestamp()}))
    # Who never logs in leaves nothing behind.
    session.set_expiry(KEPT_FOR)


def take(session: SessionBase, *, now: datetime) -> dict | None:
    """What was kept, once: it stands in the page that asks."""
    try:
        kept = json.loads(unseal(session.pop(TYPED, "")))
    except ValueError:
        return None
    is_late = now.timestamp() - kept.pop("at") > KEPT_FOR.total_seconds()
    return None if is_late else kept
