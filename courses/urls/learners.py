"""A class and one's place in it."""

from django.urls import path

from courses.views import learners as views

urlpatterns = [
    path("classes/<int:pk>/", views.class_page, name="class"),
    path("classes/<int:pk>/enrolment/", views.register, name="register"),
    path("classes/<int:pk>/relative/", views.relative, name="relative"),
    path("relatives/<str:token>/", views.relative_link, name="relative_link"),
    path("lessons/<int:pk>/clip/", views.clip, name="clip"),
    path("my/classes/", views.my_classes, name="my_classes"),
    path("my/places/seat/<int:pk>/", views.seat, name="seat"),
    path("my/places/seat/<int:pk>/withdrawal/", views.withdraw, name="withdraw"),
    path("my/places/seat/<int:pk>/transfer/", views.transfer, name="transfer"),
    path("my/places/waiting/<int:pk>/", views.waiting_place, name="waiting_place"),
    path("my/places/waiting/<int:pk>/withdrawal/", views.leave_queue, name="leave_queue"),
]
