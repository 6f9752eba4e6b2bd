"""Seats by lot: wishes, the public draw, its checking; the office's side of it."""

from django.urls import path

from courses.views import draws as views
from courses.views import draws_office as office

urlpatterns = [
    path("rounds/<int:pk>/application/", views.apply, name="apply"),
    path("my/applications/<int:pk>/", views.application, name="application"),
    path(
        "my/applications/<int:pk>/withdrawal/",
        views.withdraw_application,
        name="withdraw_application",
    ),
    path("draws/check_draw.py", views.script, name="draw_script"),
    path("draws/<int:pk>/", views.draw, name="draw"),
    path("draws/<int:pk>/check/", views.check, name="draw_check"),
    path("draws/<int:pk>/numbers/", views.numbers, name="draw_numbers"),
    path("draws/<int:pk>/list/", views.list_file, name="draw_list_file"),
    path("draws/<int:pk>/result/", views.result_file, name="draw_result_file"),
    path("registrar/draws/", office.rounds, name="draw_list"),
    path("registrar/draws/<int:pk>/", office.round_page, name="draw_round"),
    path("registrar/draws/<int:pk>/excel/", office.progress_excel, name="draw_round_excel"),
    path("registrar/draws/<int:pk>/applications/", office.applications, name="draw_applications"),
    path(
        "registrar/draws/<int:pk>/applications/excel/",
        office.applications_excel,
        name="draw_applications_excel",
    ),
    path("registrar/draws/<int:pk>/list/", office.freeze, name="freeze_draw"),
    path("registrar/draws/<int:pk>/drawing/", office.make, name="make_draw"),
    path("registrar/draws/<int:pk>/results/", office.results, name="draw_results"),
    path(
        "registrar/draws/<int:pk>/results/excel/",
        office.results_excel,
        name="draw_results_excel",
    ),
]
