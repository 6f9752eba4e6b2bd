"""One's timetable, and its feed."""

from django.urls import path

from courses.views import calendar as views

urlpatterns = [
    path("my/timetable/", views.timetable, name="timetable"),
    path("my/calendar/", views.calendar, name="calendar"),
    path("my/calendar/address/", views.open_calendar, name="open_calendar"),
    path("my/calendar/address/removal/", views.close_calendar, name="close_calendar"),
    path("calendar/<str:token>.ics", views.calendar_feed, name="calendar_feed"),
]
