"""Consent, export and erasure: a person's rights."""

from django.urls import path

from accounts.views import rights as views

app_name = "rights"

urlpatterns = [
    path("rights/", views.home, name="home"),
    path("rights/notices/<str:kind>/", views.notice, name="notice"),
    path("rights/notices/<str:kind>/consent/", views.agree, name="agree"),
    path("rights/withdrawal/", views.withdrawal, name="withdrawal"),
    path("rights/export.json", views.export, {"form": "json"}, name="export_json"),
    path("rights/export.xlsx", views.export, {"form": "xlsx"}, name="export_excel"),
    path("rights/erasure/", views.erasure, name="erasure"),
    path("rights/correction/", views.correction, name="correction"),
    path("rights/requests/<int:pk>/withdrawal/", views.take_back, name="take_back"),
    path("rights/relatives/", views.relatives, name="relatives"),
    path("rights/relatives/<int:pk>/", views.relatives_file, name="relatives_file"),
    path(
        "rights/relatives/<int:pk>/export.json",
        views.relatives_export,
        {"form": "json"},
        name="relatives_json",
    ),
    path(
        "rights/relatives/<int:pk>/export.xlsx",
        views.relatives_export,
        {"form": "xlsx"},
        name="relatives_excel",
    ),
]
