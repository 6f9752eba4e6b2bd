"""Looking for files by thousands of values at once, each set as one parameter.

The ORM's own `in` spends more time on its parameters than the database on the answer, and
it has none for pairs: name and birth apart would find every 王秀英 of the province.
"""

import json
from collections.abc import Iterable
from datetime import date

from django.db import connection
from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL

from accounts.models import Person

TABLE = Person._meta.db_table


def among(column: str, values: Iterable[str]) -> Q:
    """Files of which `column`, a text, is one of `values`."""
    values = list(values)
    if connection.vendor == "postgresql":
        return _sql(f"{TABLE}.{column} = ANY(%s::text[])", values)
    return _sql(f"{TABLE}.{column} IN (SELECT value FROM json_each(%s))", json.dumps(values))


def named_and_born(pairs: Iterable[tuple[str, date]]) -> Q:
    """Files of which name and date of birth are one of `pairs`."""
    pairs = list(pairs)
    columns = f"({TABLE}.name, {TABLE}.born_on)"
    if connection.vendor == "postgresql":
        names, days = zip(*pairs, strict=True)
        found = "SELECT * FROM UNNEST(%s::text[], %s::date[])"
        return _sql(f"{columns} IN ({found})", list(names), list(days))
    found = "SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(%s)"
    texts = json.dumps([(name, born_on.isoformat()) for name, born_on in pairs])
    return _sql(f"{columns} IN ({found})", texts)


def _sql(text: str, *parameters) -> Q:
    return Q(RawSQL(text, parameters, output_field=BooleanField()))
