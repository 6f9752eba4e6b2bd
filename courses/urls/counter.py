"""Registration at the counter."""

from django.urls import path

from courses.views import counter, counter_places, counter_wishes

urlpatterns = [
    path("counter/", counter.counter, name="counter"),
    path("counter/new/", counter.new_file, name="counter_new"),
    path("counter/<int:pk>/", counter.person, name="counter_person"),
    path("counter/<int:pk>/classes/<int:class_pk>/", counter.class_for, name="counter_class"),
    path("counter/<int:pk>/classes/<int:class_pk>/late/", counter.admit, name="counter_admit"),
    path(
        "counter/<int:pk>/classes/<int:class_pk>/partners/",
        counter.partners,
        name="counter_partners",
    ),
    path("counter/guest/", counter.guest, name="counter_guest"),
    path(
        "counter/<int:pk>/classes/<int:class_pk>/relative/",
        counter.consent,
        name="counter_consent",
    ),
    path(
        "counter/<int:pk>/rounds/<int:round_pk>/wishes/",
        counter_wishes.wishes,
        name="counter_wishes",
    ),
    path(
        "counter/applications/<int:pk>/",
        counter_wishes.application_slip,
        name="counter_application",
    ),
    path("counter/seats/<int:pk>/", counter_places.seat_slip, name="counter_seat"),
    path("counter/seats/<int:pk>/withdrawal/", counter_places.withdraw, name="counter_withdraw"),
    path("counter/seats/<int:pk>/transfer/", counter_places.transfer, name="counter_transfer"),
    path("counter/waiting/<int:pk>/", counter_places.waiting_slip, name="counter_waiting"),
    path("counter/waiting/<int:pk>/withdrawal/", counter_places.leave, name="counter_leave"),
    path("counter/offers/<int:pk>/answer/", counter_places.answer, name="counter_answer"),
]
