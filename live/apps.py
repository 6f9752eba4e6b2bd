from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LiveConfig(AppConfig):
    name = "live"
    verbose_name = _("云课堂")

    def ready(self):
        from live import receivers  # noqa: F401  connects the signals
