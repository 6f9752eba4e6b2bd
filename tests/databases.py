"""Migrated databases by copying: migrating takes 15 s, a copy a tenth of a second.

A template is migrated once for every set of migrations; each test process and each
started server gets a copy, and a test that really commits leaves a fresh one behind.
Nothing is flushed: append-only tables refuse DELETE.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg
from asgiref.sync import SyncToAsync
from django.conf import settings
from django.db import connection, connections
from psycopg import sql

ROOT = Path(settings.BASE_DIR)


class SqliteFiles:
    """Copies are files."""

    def __init__(self):
        self.template = settings.TESTS / f"template-{migrations_digest()}.sqlite3"

    def url(self, name: str) -> str:
        return f"sqlite:///{name}"

    def make_template(self):
        with _lock("template-sqlite"):
            if self.template.exists():
                return
            self._forget_old()
            new = self.template.with_suffix(".new")
            _remove(new)
            migrate(self.url(str(new)))
            with contextlib.closing(sqlite3.connect(new)) as file:
                file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            new.rename(self.template)

    def _forget_old(self):
        # A day, because another test run may still copy from one.
        for old in settings.TESTS.glob("template-*.sqlite3"):
            if old.stat().st_mtime < time.time() - 24 * 3600:
                old.unlink()

    def copy_to(self, name):
        _remove(Path(name))
        shutil.copyfile(self.template, name)

    def drop(self, name):
        _remove(Path(name))

    def close(self):
        pass


class PostgresDatabases:
    """Copies are databases made from the template database."""

    def __init__(self):
        self.template = f"yinling_template_{migrations_digest()}"
        self.maintenance = psycopg.connect(
            self.url(settings.MAINTENANCE_DATABASE), autocommit=True
        )

    def url(self, name: str) -> str:
        facts = settings.DATABASES["default"]
        user = quote(facts["USER"], safe="")
        if facts["PASSWORD"]:
            user += ":" + quote(facts["PASSWORD"], safe="")
        where = {"host": facts["HOST"], "port": facts["PORT"]}
        options = urlencode({key: value for key, value in where.items() if value})
        return f"postgresql://{user}@/{name}?{options}"

    def make_template(self):
        with _lock("template-postgres"):
            if self._databases(self.template):
                return
            for old in self._databases("yinling_template_%"):
                self.drop(old)
            new = self.template + "_new"
            self.drop(new)
            self._run("CREATE DATABASE {}", new)
            migrate(self.url(new))
            self._run("ALTER DATABASE {} RENAME TO {}", new, self.template)

    def copy_to(self, name):
        self.drop(name)
        self._run("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, self.template)

    def create(self, name):
        """An empty database."""
        self._run("CREATE DATABASE {}", name)

    def drop(self, name):
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def close(self):
        self.maintenance.close()

    def _databases(self, pattern) -> list[str]:
        query = "SELECT datname FROM pg_database WHERE datname LIKE %s"
        return [name for (name,) in self.maintenance.execute(query, [pattern])]

    def _run(self, statement, *names):
        self.maintenance.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def databases() -> SqliteFiles | PostgresDatabases:
    return PostgresDatabases() if settings.IS_POSTGRES else SqliteFiles()


def restore(copies):
    """Put the template back where this process's tests have written.

    An async test's queries run in asgiref's one thread, whose connection outlives the test
    and would be ended under the next one by DROP DATABASE.
    """
    connections.close_all()
    SyncToAsync.single_thread_executor.submit(connections.close_all).result()
    copies.copy_to(connection.settings_dict["NAME"])


def migrations_digest() -> str:
    """Changes with any migration of ours and what it imports, and with any package."""
    migrations = list(ROOT.glob("*/migrations/*.py"))
    imported = {
        ROOT / (module.replace(".", "/") + ".py")
        for path in migrations
        for module in re.findall(r"^(?:from|import) ([\w.]+)", path.read_text("utf-8"), re.M)
    }
    paths = {*migrations, *ROOT.glob("*/apps.py"), *filter(Path.exists, imported)}
    paths |= {ROOT / "requirements.txt", ROOT / "config" / "settings.py"}
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def migrate(url: str):
    env = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"}
    env.pop("REDIS_URL", None)
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--no-input", "--skip-checks", "-v", "0"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"Migrating a new database failed.\n{done.stderr}")


@contextlib.contextmanager
def _lock(name):
    with (settings.TESTS / f"{name}.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _remove(path: Path):
    for end in ("", "-wal", "-shm", "-journal"):
        path.with_name(path.name + end).unlink(missing_ok=True)
