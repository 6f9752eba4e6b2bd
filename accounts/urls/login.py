"""Addresses about how one gets in: what is connected, what was typed, ending every login."""

from django.urls import path

from accounts.views import login as views

app_name = "login"

urlpatterns = [
    path("connections/<int:pk>/disconnection/", views.disconnect, name="disconnect"),
    path("typed/", views.typed, name="typed"),
    path("logins/end/", views.end_all, name="end_all"),
]
