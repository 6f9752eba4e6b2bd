"""The clock of the school: runs the jobs of config.schedule when they are due."""

import logging
import time
from datetime import timedelta

from django.core.management.base import BaseCommand
from django.db import close_old_connections

from config.schedule import JOBS

logger = logging.getLogger("scheduler")

LOOK_EVERY = timedelta(seconds=5)


class Command(BaseCommand):
    help = "Run the scheduled jobs for as long as this runs; --once runs each of them once."

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true", help="run every job once and stop")

    def handle(self, *, once, **options):
        due = {job.name: 0.0 for job in JOBS}
        while True:
            close_old_connections()
            for job in JOBS:
                if time.monotonic() >= due[job.name]:
                    self.run(job, fail=once)
                    due[job.name] = time.monotonic() + job.every.total_seconds()
            if once:
                return
            time.sleep(LOOK_EVERY.total_seconds())

    def run(self, job, *, fail):
        try:
            done = job.work()
        except Exception:
            if fail:
                raise
            # One job that fails must not stop the others; it is tried again when due.
            logger.exception("%s failed", job.name)
        else:
            if done:
                logger.info("%s: %s", job.name, done)
