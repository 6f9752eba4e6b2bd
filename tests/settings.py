"""The product's settings over a data folder and database of this test process alone.

Which database comes from DATABASE_URL and REDIS_URL as ever; dev.py test runs both sizes.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

TESTS = Path(__file__).resolve().parent.parent / ".cache" / "tests"
WORKER = f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}-{os.getpid()}"
WORKER_DATA = TESTS / f"data-{WORKER}"

os.environ["YINLING_DATA"] = str(WORKER_DATA)
os.environ.setdefault("YINLING_SECRET_KEY", "known to everyone, for tests only")
# All workers copy one template of the database.
os.environ.setdefault("YINLING_DATA_KEYS", "a25vd24gdG8gZXZlcnlvbmUsIGZvciB0ZXN0cyBvbmw=")
os.environ.setdefault("YINLING_INDEX_KEY", "known to everyone, for tests only")
# Staff without a second step is what nearly all tests are about.
os.environ.setdefault("YINLING_SECOND_STEP", "offered")

from config.settings import *  # noqa: F403
from config.settings import CACHES, CHANNEL_LAYERS, DATABASES, REDIS_URL

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

if REDIS_URL:
    # Channels are shared by all of Redis's databases: workers must not hear each other.
    CHANNEL_LAYERS["default"]["CONFIG"]["prefix"] = WORKER
    # Clearing a cache empties its database.
    number = int(WORKER.partition("-")[0].removeprefix("gw").replace("main", "-1")) + 1
    CACHES["default"]["LOCATION"] = urlsplit(REDIS_URL)._replace(path=f"/{number}").geturl()
