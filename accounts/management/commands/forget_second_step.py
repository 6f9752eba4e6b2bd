"""manage.py forget_second_step PHONE: for staff who lost telephone and recovery codes."""

from django.core.management.base import BaseCommand, CommandError

from accounts import phones
from accounts.logins import second_step
from accounts.models import User
from common import masks


class Command(BaseCommand):
    help = "Takes away every second step of a login and ends its sessions; it is set up anew."

    def add_arguments(self, parser):
        parser.add_argument("phone")

    def handle(self, *args, phone, **options):
        user = User.objects.filter(phone=phones.clean(phone)).first()
        if user is None:
            raise CommandError("No login has this number.")
        taken = second_step.forget(user=user, by=None)
        self.stdout.write(f"{masks.phone(user.phone)}: {taken} taken away, logged out everywhere.")
