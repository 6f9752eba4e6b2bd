"""The product's settings over a data folder and database of this test process alone.

Which database comes from DATABASE_URL and REDIS_URL as ever; dev.py test runs both sizes.
"""

import os
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent / ".cache" / "tests"
WORKER = f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}-{os.getpid()}"
WORKER_DATA = TESTS / f"data-{WORKER}"

os.environ["YINLING_DATA"] = str(WORKER_DATA)
os.environ.setdefault("YINLING_SECRET_KEY", "known to everyone, for tests only")

from config.settings import *  # noqa: F403
from config.settings import CHANNEL_LAYERS, DATABASES

DATABASE = DATABASES["default"]
IS_POSTGRES = DATABASE["ENGINE"].endswith("postgresql")
if IS_POSTGRES:
    # The named database is only where others are made from (tests.databases).
    MAINTENANCE_DATABASE = DATABASE["NAME"]
    DATABASE["NAME"] = f"yinling_test_{WORKER.replace('-', '_')}"
    # A pool keeps sessions open over a test's end, when the database is replaced.
    DATABASE["OPTIONS"].pop("pool", None)
else:
    DATABASE["NAME"] = WORKER_DATA / "test.sqlite3"

# Collected once for all test processes (tests.conftest).
STATIC_ROOT = TESTS / "static"

TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}

if "CONFIG" in CHANNEL_LAYERS["default"]:
    # Redis channels are shared by all its databases: workers must not hear each other.
    CHANNEL_LAYERS["default"]["CONFIG"]["prefix"] = WORKER
