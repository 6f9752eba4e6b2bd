"""A backup of a school in use comes back whole, and overwrites nothing."""

import contextlib
import os
import sqlite3
import subprocess

import psycopg
import pytest
from django.conf import settings

from tests.databases import ROOT
from tests.servers import postgres_programs

SCHOOLS = ("before", "after")


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


def run(script, argument, *, folder, database, copies):
    env = os.environ | {"YINLING_DATA": str(folder), "DATABASE_URL": ""}
    if settings.IS_POSTGRES:
        env["DATABASE_URL"] = copies.url(database)
        env["PATH"] = f"{postgres_programs()}{os.pathsep}{env['PATH']}"
    return subprocess.run(
        [str(ROOT / "deploy" / script), str(argument)], env=env, capture_output=True, text=True
    )


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
