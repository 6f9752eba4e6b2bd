"""Recompute every line of the ledger from its evidence, and its chain."""

import sys

from django.core.management.base import BaseCommand

from branches import verification


class Command(BaseCommand):
    help = "Recompute every posted line from its evidence and every chain; 1 if anything differs."

    def handle(self, **options):
        report = verification.verify()
        self.stdout.write(f"Checked {report.lines} lines in {report.batches} batches.")
        self.stdout.write(f"Differences: {report.differences}")
        for difference in report.first:
            self.stdout.write(f"  {difference}")
        if report.differences > len(report.first):
            self.stdout.write(f"  and {report.differences - len(report.first)} more")
        self.stdout.write(f"First broken link: {report.broken or 'none'}")
        for source, lines in sorted(report.unasked.items()):
            self.stdout.write(f"{lines} lines of {source} have no evidence that can be asked.")
        if not report.is_well:
            sys.exit(1)
