"""The product with one more door, which tells how many statements it has sent to its database."""

import json
from collections import Counter

# First, because it makes Django ready for the models.
from config.asgi import application as product

# isort: split
from django.db.backends.signals import connection_created

from bench.peers.door import DOOR, body_of

statements: Counter[str] = Counter()


def count(execute, sql, params, many, context):
    statements[" ".join(sql.split(maxsplit=2)[:2])] += 1
    return execute(sql, params, many, context)


def listen(connection, **kwargs):
    # One object connects again and again.
    if count not in connection.execute_wrappers:
        connection.execute_wrappers.append(count)


connection_created.connect(listen)


async def application(scope, receive, send):
    if scope["type"] != "http" or scope["path"] != DOOR:
        await product(scope, receive, send)
        return
    await body_of(receive)
    body = json.dumps(statements).encode()
    headers = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
