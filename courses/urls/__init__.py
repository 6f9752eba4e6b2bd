"""Addresses of classes and of places in them. Pages of courses are Wagtail's."""

from courses.urls import (
    calendar,
    counter,
    desk_start,
    draws,
    fees,
    joining,
    learners,
    letters,
    lists,
    offers,
    phone_desk,
    planning,
)

app_name = "courses"

urlpatterns = [
    *learners.urlpatterns,
    *offers.urlpatterns,
    *draws.urlpatterns,
    *letters.urlpatterns,
    *calendar.urlpatterns,
    *desk_start.urlpatterns,
    *planning.urlpatterns,
    *lists.urlpatterns,
    *counter.urlpatterns,
    *phone_desk.urlpatterns,
    *fees.urlpatterns,
    *joining.urlpatterns,
]
