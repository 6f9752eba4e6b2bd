"""Addresses about oneself."""

from django.urls import path

from accounts.views import me as views

app_name = "accounts"

urlpatterns = [
    path("", views.me, name="me"),
    path("proxies/<int:pk>/revocation/", views.revoke, name="revoke"),
    path("reading/", views.reading, name="reading"),
    path("welcome/", views.welcome, name="welcome"),
    path("acting/", views.act_for, name="act_for"),
    path("demo/", views.demo_inbox, name="demo_inbox"),
]
