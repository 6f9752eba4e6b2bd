"""A class and one's place in it."""

from django.urls import path

from courses.views import classes, clips, places, relatives

urlpatterns = [
    path("classes/<int:pk>/", classes.class_page, name="class"),
    path("classes/<int:pk>/enrolment/", classes.register, name="register"),
    path("classes/<int:pk>/relative/", classes.relative, name="relative"),
    path("relatives/<str:token>/", relatives.relative_link, name="relative_link"),
    path("lessons/<int:pk>/clip/", clips.clip, name="clip"),
    path("my/classes/", places.my_classes, name="my_classes"),
    path("my/places/seat/<int:pk>/", places.seat, name="seat"),
    path("my/places/seat/<int:pk>/withdrawal/", places.withdraw, name="withdraw"),
    path("my/places/seat/<int:pk>/transfer/", places.transfer, name="transfer"),
    path("my/places/waiting/<int:pk>/", places.waiting_place, name="waiting_place"),
    path("my/places/waiting/<int:pk>/withdrawal/", places.leave_queue, name="leave_queue"),
]
