"""kill -9 while a year of 300 pages is printed: made again once, told of, nothing left behind."""

import subprocess
import sys
from pathlib import Path

import pypdfium2

from common import typesetting
from dev import Cleaner, signal_group
from tests.browser.steps import until
from tests.databases import ROOT

PAGES = 300
SCHOOL = """
from datetime import timedelta
from django.utils import timezone
from branches import printing
from branches.models import BranchRecord
from tests.branches import school
at = school.organisation()
branch = school.branch(at=at)
secretary = school.person("赵建国", at=at)
school.member(secretary, branch)
school.office(secretary, branch)
group = school.class_group(at=at)
now = timezone.now()
BranchRecord.objects.bulk_create(
    BranchRecord(branch=branch, session=met, held_on=met.starts_at.date(), drafted_at=now)
    for met in (school.session(group, number=number) for number in range(1, {pages} + 1))
)
year = BranchRecord.objects.first().held_on.year
answer = printing.ask(year=year, by=school.login(secretary), branch=branch).pk
"""
STANDING = """
from branches.models import YearPrint
job = YearPrint.objects.get()
answer = {
    "state": job.state, "done": job.done, "file": job.file.path if job.file else "",
}
"""
WAKE = """
from datetime import timedelta
from django.utils import timezone
from branches import print_jobs, printing
now = timezone.now()
answer = [
    printing.wake(now=now),
    printing.wake(now=now + print_jobs.DEAD_AFTER + timedelta(seconds=1)),
]
"""
PAGE = """
from django.test import Client
from branches.models import YearPrint
job = YearPrint.objects.get()
visitor = Client()
visitor.force_login(job.asked_by)
answer = visitor.get(f"/branches/prints/{job.pk}/", headers={"host": "localhost"}).content.decode()
"""
CLEAR = """
from datetime import timedelta
from django.utils import timezone
from branches import printing
printing.forget_old(now=timezone.now() + timedelta(hours=2))
"""
WORKER = ("db_worker", "--no-startup-delay", "--no-reload")


def killed(server, when, what):
    """A worker of its own, killed with its child as soon as `when` is true."""
    worker = subprocess.Popen(
        [sys.executable, "manage.py", *WORKER],
        cwd=ROOT,
        env=server.env,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    cleaner = Cleaner()
    cleaner.watch_over(worker)
    try:
        until(when, what)
    finally:
        signal_group(worker, 9)
        worker.wait()
        cleaner.close()


def test_a_print_of_300_pages_is_made_once_though_its_worker_is_killed_twice(own_server, tmp_path):
    server = own_server
    # Where the child sets its pages: of this test alone.
    server.env["TMPDIR"] = str(tmp_path)
    server.stop()
    server.start()
    server.python(SCHOOL.format(pages=PAGES))

    def standing():
        return server.python(STANDING)

    def is_set():
        return list(tmp_path.glob(f"{typesetting.PREFIX}*/facts.json"))

    killed(server, lambda: standing()["done"], "the first records are read")
    left = standing()
    assert (left["state"], left["file"]) == ("working", "")
    assert 0 < left["done"] <= PAGES
    # Whoever waits is told that it goes on, and not before it is certain is it begun again.
    assert "正在做" in server.python(PAGE)
    assert server.python(WAKE) == [0, 1]

    killed(server, is_set, "the pages are set")
    assert standing() == {"state": "working", "done": PAGES, "file": ""}
    assert len(is_set()) == 1
    assert server.python(WAKE) == [0, 1]

    server.manage(*WORKER, "--batch", "-v", "0")
    done = standing()
    assert (done["state"], done["done"]) == ("done", PAGES)
    pdf = pypdfium2.PdfDocument(done["file"])
    assert len(pdf) == PAGES + 1
    pdf.close()
    assert len(list(Path(done["file"]).parent.iterdir())) == 1
    page = server.python(PAGE)
    assert "做好了" in page
    assert f"一共 {PAGES} 份记录" in page

    # Nothing is waiting any more, and what the killed ones left on the disk is cleared away.
    assert server.python(WAKE) == [0, 0]
    server.python(CLEAR)
    assert is_set() == []
