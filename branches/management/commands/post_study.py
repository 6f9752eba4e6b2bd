"""Post every closed session whose study lines are missing."""

from django.core.management.base import BaseCommand

from branches import ledger, queries
from branches.home_study import slips


class Command(BaseCommand):
    help = "Post the study lines of closed sessions that were missed; safe to run again."

    def add_arguments(self, parser):
        parser.add_argument(
            "--days", type=int, help="look only at sessions closed in the last so many days"
        )

    def handle(self, *, days, **options):
        posted = ledger.post_missed(days=days) + slips.post_missed(days=days)
        self.stdout.write(f"Posted {posted} lines.")
        for organisation in queries.organisations_without_rule():
            self.stderr.write(f"{organisation} has no rule for what its people studied.")
