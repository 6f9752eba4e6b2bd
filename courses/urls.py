"""Addresses of classes and of one's places in them. Pages of courses are Wagtail's."""

from django.urls import path

from courses import views

app_name = "courses"

urlpatterns = [
    path("classes/<int:pk>/", views.class_page, name="class"),
    path("classes/<int:pk>/enrolment/", views.register, name="register"),
    path("lessons/<int:pk>/clip/", views.clip, name="clip"),
    path("my/classes/", views.my_classes, name="my_classes"),
    path("my/places/seat/<int:pk>/", views.seat, name="seat"),
    path("my/places/seat/<int:pk>/withdrawal/", views.withdraw, name="withdraw"),
    path("my/places/waiting/<int:pk>/", views.waiting_place, name="waiting_place"),
    path("my/places/waiting/<int:pk>/withdrawal/", views.leave_queue, name="leave_queue"),
]
