from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BranchesConfig(AppConfig):
    name = "branches"
    verbose_name = _("党支部学习")

    def ready(self):
        from branches import receivers  # noqa: F401  connects the signals
