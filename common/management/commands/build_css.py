"""Join the style sheets into the one file that pages link."""

from django.conf import settings
from django.core.management.base import BaseCommand

from common.css import build_css


class Command(BaseCommand):
    help = "Join the sheets of static/css/index.css into css/site.css of the build folder."
    requires_system_checks = ()

    def handle(self, **options):
        target = settings.BUILD_DIR / "css" / "site.css"
        size = build_css(index=settings.BASE_DIR / "static" / "css" / "index.css", target=target)
        self.stdout.write(f"css/site.css: {size} bytes")
