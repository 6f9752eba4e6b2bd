from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """An app only for its commands: the demo and the scheduler know every other app."""

    name = "config"
