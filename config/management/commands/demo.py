"""The demo school: one city to look at, made by each app's demo.py."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

import accounts.demo.people
import branches.demo
import cms.demo
import courses.demo
import live.demo

# In this order each finds what it stands on; what live teaches is posted as it closes.
APPS = [accounts.demo.people, cms.demo, courses.demo, branches.demo, live.demo]


class Command(BaseCommand):
    help = "Make the demo school; safe to run again. --who prints who may log in as what."

    def add_arguments(self, parser):
        parser.add_argument("--who", action="store_true", help="only print the logins")

    def handle(self, *, who, **options):
        if not settings.DEMO:
            raise CommandError("Set YINLING_DEMO=1: the demo school needs demo mode.")
        if not who:
            now = timezone.now()
            for app in APPS:
                self.stdout.write(f"{app.__name__} …")
                app.create(now=now)
        for login in accounts.demo.people.who():
            self.stdout.write("  {role}  {name}  {phone}".format(**login))
        self.stdout.write("  验证码在 /me/demo/ · The codes are shown at /me/demo/")
