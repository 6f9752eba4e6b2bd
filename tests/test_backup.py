"""A backup of a school in use comes back whole, and overwrites nothing."""

import contextlib
import os
import sqlite3
import subprocess
import sys

import psycopg
import pytest
from django.conf import settings

from tests.databases import ROOT
from tests.servers import postgres_programs

SCHOOLS = ("before", "after")
ID_NUMBER = "370202195503080027"
FILE_WITH_A_NUMBER = f"""
from tests import factories
factories.person("王秀兰", id_number="{ID_NUMBER}")
"""
# Found by its blind index, and opened.
READ_IT_AGAIN = f"""
from accounts.models import Person
from accounts.models.persons import ID_NUMBER
from common.sealed import blind_index
index = blind_index("{ID_NUMBER}", use=ID_NUMBER)
print(*Person.objects.filter(id_index=index).values_list("id_number", flat=True))
"""


@pytest.fixture
def school(copies, tmp_path):
    """Names a data folder and its database: `before` has everything, `after` nothing."""

    def database(name):
        if settings.IS_POSTGRES:
            return f"yinling_{settings.WORKER}_{name}".replace("-", "_")
        return tmp_path / name / "yinling.sqlite3"

    for name in SCHOOLS:
        (tmp_path / name).mkdir()
    copies.copy_to(database("before"))
    if settings.IS_POSTGRES:
        copies.create(database("after"))
    yield lambda name: (tmp_path / name, database(name))
    for name in SCHOOLS:
        copies.drop(database(name))


def environment(*, folder, database, copies):
    env = os.environ | {"YINLING_DATA": str(folder), "DATABASE_URL": ""}
    # The keys that lie in the data folder count, as in a school that names none.
    for name in ("YINLING_SECRET_KEY", "YINLING_DATA_KEYS", "YINLING_INDEX_KEY"):
        env.pop(name, None)
    if settings.IS_POSTGRES:
        env["DATABASE_URL"] = copies.url(database)
        env["PATH"] = f"{postgres_programs()}{os.pathsep}{env['PATH']}"
    return env


def run(script, argument, **where):
    return subprocess.run(
        [str(ROOT / "deploy" / script), str(argument)],
        env=environment(**where),
        capture_output=True,
        text=True,
    )


def inside(text, **where):
    """Run `text` in the school; what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", f"import django\ndjango.setup()\n{text}"],
        cwd=ROOT,
        env=environment(**where) | {"DJANGO_SETTINGS_MODULE": "config.settings"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def connect(copies, database):
    if settings.IS_POSTGRES:
        return psycopg.connect(copies.url(database))
    return sqlite3.connect(database)


def everything(copies, database):
    """All rows of all tables."""
    listing = (
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        if settings.IS_POSTGRES
        else "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'"
    )
    with contextlib.closing(connect(copies, database)) as reader:
        tables = [table for (table,) in reader.execute(listing).fetchall()]
        return {
            table: sorted(map(repr, reader.execute(f'SELECT * FROM "{table}"').fetchall()))
            for table in tables
        }


def test_a_backup_comes_back_whole_while_the_school_is_in_use(school, copies, tmp_path):
    folder, database = school("before")
    (folder / "media").mkdir()
    (folder / "media" / "letter.txt").write_text("您好")
    with contextlib.closing(connect(copies, database)) as user:
        # On SQLite this line is only in the write-ahead log as long as `user` is there.
        user.execute("INSERT INTO django_content_type (app_label, model) VALUES ('kept', 'row')")
        user.commit()
        made = run("backup.sh", tmp_path / "kept", folder=folder, database=database, copies=copies)
    assert made.returncode == 0, made.stderr
    backup = made.stdout.strip()

    new_folder, new_database = school("after")
    restored = run("restore.sh", backup, folder=new_folder, database=new_database, copies=copies)

    assert restored.returncode == 0, restored.stderr
    assert (new_folder / "media" / "letter.txt").read_text() == "您好"
    before, after = everything(copies, database), everything(copies, new_database)
    assert before == after
    assert any("'kept'" in row for row in after["django_content_type"])


def test_what_was_sealed_can_be_found_and_read_after_it_came_back(school, copies, tmp_path):
    folder, database = school("before")
    here = {"folder": folder, "database": database, "copies": copies}
    inside(FILE_WITH_A_NUMBER, **here)
    made = run("backup.sh", tmp_path / "kept", **here)
    assert made.returncode == 0, made.stderr

    new_folder, new_database = school("after")
    there = {"folder": new_folder, "database": new_database, "copies": copies}
    restored = run("restore.sh", made.stdout.strip(), **there)

    assert restored.returncode == 0, restored.stderr
    assert inside(READ_IT_AGAIN, **there) == ID_NUMBER
    for key in ("secret_key", "data_key", "index_key"):
        assert (new_folder / key).read_text() == (folder / key).read_text()


def test_restoring_over_a_school_is_refused(school, copies, tmp_path):
    folder, database = school("before")
    (folder / "secret_key").write_text("key")
    made = run("backup.sh", tmp_path / "kept", folder=folder, database=database, copies=copies)
    assert made.returncode == 0, made.stderr
    before = everything(copies, database)

    refused = run(
        "restore.sh", made.stdout.strip(), folder=folder, database=database, copies=copies
    )

    assert refused.returncode != 0
    assert "already" in refused.stderr
    assert everything(copies, database) == before


def test_a_damaged_backup_is_not_restored(school, copies, tmp_path):
    folder, database = school("before")
    (folder / "secret_key").write_text("key")
    made = run("backup.sh", tmp_path / "kept", folder=folder, database=database, copies=copies)
    [tar] = (tmp_path / "kept").glob("*/files.tar")
    tar.write_bytes(tar.read_bytes()[:-1] + b"!")

    new_folder, new_database = school("after")
    refused = run(
        "restore.sh", made.stdout.strip(), folder=new_folder, database=new_database, copies=copies
    )

    assert refused.returncode != 0
    assert list(new_folder.iterdir()) == []
