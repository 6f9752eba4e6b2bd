"""Compute a draw again and hold it against what was published and given: verify_draw ID."""

from django.core.management.base import BaseCommand, CommandError

from courses.draws import checking
from courses.models import Draw

FINDINGS = {
    "unreadable": "the files cannot be read",
    "list": "the result was drawn from another list",
    "seed": "the seed is not the one that was promised in the list",
    "number": "the public number is not written as it is computed with",
    "order": "seed and public number give another order",
    "given": "the order gives other seats",
    "waiting": "the order gives other waiting numbers",
    "list_hash": "the list is not the one whose hash was published",
    "seed_hash": "the seed is not the one whose hash was published",
    "result_hash": "the result is not the one whose hash was published",
    "seats": "people have other seats of the draw than the result says",
    "numbers": "people have other waiting numbers of the draw than the result says",
}


class Command(BaseCommand):
    help = "Computes a draw again; exit code 1 if anything differs, with what."

    def add_arguments(self, parser):
        parser.add_argument("id", type=int)

    def handle(self, *args, **options):
        draw = Draw.objects.select_related("round__term").filter(pk=options["id"]).first()
        if draw is None:
            raise CommandError(f"There is no draw {options['id']}.")
        if draw.drawn_at is None:
            raise CommandError(f"Draw {draw.pk} has not been made yet.")
        self.stdout.write(f"draw {draw.pk}: {draw}")
        self.stdout.write(f"SHA-256 of the list: {draw.list_sha256}")
        self.stdout.write(f"SHA-256 of the result: {draw.result_sha256}")
        found = checking.check(draw)
        for name in found:
            self.stdout.write(f"differs: {name}: {FINDINGS[name]}")
        if found:
            raise SystemExit(1)
        self.stdout.write("everything agrees")
