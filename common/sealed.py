"""Personal data that the database holds sealed: encrypted text, and blind keys to find it by.

Who reads a copy of the database without the keys reads none of it. The keys lie outside of
the database (settings.DATA_KEYS, settings.INDEX_KEY).
"""

import hashlib
import hmac
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


@lru_cache(maxsize=4)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def seal(text: str) -> str:
    """`text` encrypted with the first key; nothing stays nothing."""
    if not text:
        return ""
    return _box(tuple(settings.DATA_KEYS)).encrypt(text.encode()).decode()


def unseal(token: str) -> str:
    """What was sealed with any of the keys. Raises ValueError where none of them fits."""
    if not token:
        return ""
    try:
        return _box(tuple(settings.DATA_KEYS)).decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise ValueError("None of settings.DATA_KEYS opens this value.") from error


def blind_index(value: str, *, use: str) -> str:
    """A key by which a sealed value is found again and from which it cannot be read.

    `use` keeps the keys of different columns apart. Nothing stays nothing.
    """
    if not value:
        return ""
    message = f"{use}:{value}".encode()
    return hmac.new(settings.INDEX_KEY.encode(), message, hashlib.sha256).hexdigest()


class SealedTextField(models.TextField):
    """Text that is sealed on its way into the database and opened on its way out.

    It can be asked for emptiness and for nothing else; to find a value, keep its
    `blind_index` beside it.
    """

    def get_prep_value(self, value):
        return seal(super().get_prep_value(value) or "")

    def from_db_value(self, value, expression, connection):
        return unseal(value or "")

    def get_lookup(self, lookup_name):
        if lookup_name in {"exact", "isnull"}:
            return super().get_lookup(lookup_name)
        raise TypeError(f"A sealed field cannot be searched by {lookup_name}.")
