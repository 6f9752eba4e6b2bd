"""Terms, rounds, classes, timetable, school calendar."""

from django.urls import path

from courses.views import planning as views
from courses.views import planning_classes as classes

urlpatterns = [
    path("terms/", views.term_list, name="term_list"),
    path("terms/new/", views.term_new, name="term_new"),
    path("terms/<int:pk>/", views.term, name="term"),
    path("terms/<int:pk>/edit/", views.term_edit, name="term_edit"),
    path("terms/<int:pk>/copy/", views.term_copy, name="term_copy"),
    path("terms/<int:pk>/rounds/new/", views.round_new, name="round_new"),
    path("rounds/<int:pk>/edit/", views.round_edit, name="round_edit"),
    path("rounds/<int:pk>/removal/", views.round_remove, name="round_remove"),
    path("school-calendar/", views.day_list, name="day_list"),
    path("school-calendar/<int:pk>/removal/", views.day_remove, name="day_remove"),
    path("timetable/", views.timetable_board, name="timetable_board"),
    path("timetable/excel/", views.timetable_excel, name="timetable_excel"),
    path("classes/new/", classes.class_new, name="class_new"),
    path("classes/<int:pk>/edit/", classes.class_edit, name="class_edit"),
    path("classes/<int:pk>/cancellation/", classes.class_cancel, name="class_cancel"),
    path("classes/<int:pk>/merging/", classes.class_merge, name="class_merge"),
    path("classes/<int:pk>/removal/", classes.class_remove, name="class_remove"),
    path("classes/<int:pk>/meetings/", classes.class_meetings, name="class_meetings"),
    path("classes/<int:pk>/completion/", classes.class_completion, name="class_completion"),
    path("meetings/<int:pk>/", classes.meeting, name="meeting"),
]
