"""Measures one roster on the database that DATABASE_URL names: see bench.roster."""

import contextlib
import http.client
import io
import json
import sys
import threading
import time
from collections.abc import Iterator

import openpyxl

import dev
from bench.stage import people
from bench.stage.school import empty_school
from tests.serving import Server

# Between two pages that somebody looks at.
APART_S = 0.5
PATIENCE_S = 60

SCHOOL = """
from datetime import date
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from accounts import services
from accounts.models import Organisation, RoleGrant
from bench.stage import people
from tests import factories

city = Organisation.add_root(name="青岚市", code="QL", kind="city")
for number, name in enumerate(people.UNITS):
    city.add_child(name=name, code=f"QL{number}", kind="unit")
person = factories.person("周敏", born_on=date(1983, 7, 14), kind="staff", organisation=city)
services.grant_role(person=person, role=RoleGrant.Role.REGISTRAR, organisation=city)
user = factories.login(person)
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = "accounts.logins.backend.LoginBackend"
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.create()
answer = session.session_key
"""
# As the page does it; the jobs are run here, not by a worker.
BRING = """
from accounts.models import Organisation, RosterImport, User
from accounts.roster import applying, previewing

with open({path!r}, "rb") as file:
    roster = previewing.receive(
        file=file, file_name="名册.xlsx", organisation=Organisation.objects.get(code="QL"),
        by=User.objects.get(),
    )
previewing.read(pk=roster.pk)
roster.refresh_from_db()
previewing.confirm_columns(roster=roster, fields=roster.mapping["fields"], with_consent=False)
answer = roster.pk
"""
PREVIEW = """
import time
from accounts.models import RosterImport, User
from accounts.roster import applying, previewing

began = time.monotonic()
previewing.check(pk={pk})
seconds = time.monotonic() - began
roster = RosterImport.objects.get(pk={pk})
answer = [seconds, roster.state, roster.counts]
"""
APPLY = """
import time
from accounts.models import RosterImport, User
from accounts.roster import applying

roster = RosterImport.objects.get(pk={pk})
applying.begin(roster=roster, choice="clean", by=User.objects.get())
began = time.monotonic()
applying.apply(pk={pk})
seconds = time.monotonic() - began
roster.refresh_from_db()
answer = [seconds, roster.state, "".join(applying.marks_of(roster)).count("N")]
"""


class Visitor:
    """Somebody who looks at one page after the other, and how long each took."""

    def __init__(self, server: Server, login: str, addresses: list[str]):
        self.server, self.login, self.addresses = server, login, addresses
        self.seconds: list[float] = []
        self.problem = ""
        self._leaves = threading.Event()
        self._thread = threading.Thread(target=self._visit, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *error):
        self._leaves.set()
        self._thread.join(PATIENCE_S)

    def _visit(self) -> None:
        while not self._leaves.is_set():
            for address in self.addresses:
                began = time.monotonic()
                if problem := get(self.server, address, self.login):
                    self.problem = problem
                    return
                self.seconds.append(time.monotonic() - began)
                self._leaves.wait(APART_S)

    def p95(self) -> float:
        ordered = sorted(self.seconds)
        return ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)]


def get(server: Server, address: str, login: str) -> str:
    """Fetch a page; what is wrong with the answer, if anything."""
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)
    with contextlib.closing(line):
        line.request("GET", address, headers={"Cookie": f"session={login}"})
        answer = line.getresponse()
        answer.read()
    return "" if answer.status == 200 else f"{address} was answered {answer.status}."


def seconds_to_read(source: bytes) -> float:
    """openpyxl in its read-only mode, every cell's value and nothing else."""
    began = time.monotonic()
    book = openpyxl.load_workbook(io.BytesIO(source), read_only=True)
    for _row in book.active.iter_rows(values_only=True):
        pass
    book.close()
    return time.monotonic() - began


def measured(server: Server, source: bytes, rows: int) -> Iterator[tuple[str, float]]:
    read = sorted(seconds_to_read(source) for _ in range(3))[1]
    yield "read_s", read
    login = server.python(SCHOOL)
    server.start()
    path = server.folder / "roster.xlsx"
    path.write_bytes(source)
    pk = server.python(BRING.format(path=str(path)))
    addresses = ["/", "/roster/", f"/roster/{pk}/", "/people/"]
    for address in addresses:
        # The first visitor of a page waits for its templates.
        if problem := get(server, address, login):
            raise dev.Stop(problem)
    with Visitor(server, login, addresses) as visitor:
        preview, state, counts = server.python(PREVIEW.format(pk=pk))
        if state != "previewed" or counts["new"] < rows * 0.99:
            raise dev.Stop(f"The roster was not previewed: {state}, {json.dumps(counts)}.")
        yield "preview_s", preview
        apply, state, written = server.python(APPLY.format(pk=pk))
        if state != "applied" or written != counts["new"]:
            raise dev.Stop(f"The roster was not written: {state}, {written} rows.")
        yield "apply_s", apply
    if visitor.problem or not visitor.seconds:
        raise dev.Stop(visitor.problem or "Nobody could look at a page meanwhile.")
    yield "ratio_read", (preview + apply) / read
    yield "page_p95_s", visitor.p95()
    yield "pages", len(visitor.seconds)


def main(argv: list[str]) -> int:
    rows = int(argv[0])
    print(f"rows: {rows}", flush=True)
    source = people.roster(rows)
    try:
        with empty_school() as server:
            for name, value in measured(server, source, rows):
                shown = f"{value:.2f}" if isinstance(value, float) else value
                print(f"{name}: {shown}", flush=True)
    except dev.Stop as stop:
        print(stop, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
