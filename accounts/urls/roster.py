"""Name lists of offices, for registrars."""

from django.urls import path

from accounts.views import roster as views

app_name = "roster"

urlpatterns = [
    path("", views.rosters, name="list"),
    path("new/", views.upload, name="new"),
    path("template/", views.template, name="template"),
    path("review/", views.review, name="review"),
    path("review/settle/", views.settle_many, name="settle_many"),
    path("review/<int:pk>/", views.row, name="row"),
    path("<int:pk>/", views.roster, name="roster"),
    path("<int:pk>/columns/", views.columns, name="columns"),
    path("<int:pk>/sheet/", views.sheet, name="sheet"),
    path("<int:pk>/apply/", views.apply, name="apply"),
    path("<int:pk>/drop/", views.drop, name="drop"),
    path("<int:pk>/report/", views.report, name="report"),
]
