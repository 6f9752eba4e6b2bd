"""Walk the audit log and name the first broken line: manage.py verify_audit."""

from django.core.management.base import BaseCommand

from accounts import audit


class Command(BaseCommand):
    help = "Checks every line of the audit log; exit code 1 if one is broken."

    def handle(self, *args, **options):
        verdict = audit.verify()
        self.stdout.write(f"lines checked: {verdict.checked}")
        if verdict.broken is None:
            self.stdout.write("first broken line: none")
            return
        self.stdout.write(f"first broken line: {verdict.broken} ({verdict.reason})")
        raise SystemExit(1)
