"""Files of people, for staff."""

from django.urls import path

from accounts.views import people as views

app_name = "people"

urlpatterns = [
    path("", views.people, name="list"),
    path("excel/", views.people_excel, name="excel"),
    path("new/", views.new, name="new"),
    path("<int:pk>/", views.person, name="person"),
    path("<int:pk>/in-full/", views.reveal, name="reveal"),
    path("<int:pk>/logins/end/", views.log_out_everywhere, name="log_out_everywhere"),
    path("<int:pk>/second-step/removal/", views.forget_second_step, name="forget_second_step"),
    path("<int:pk>/edit/", views.edit, name="edit"),
    path("<int:pk>/photo/", views.photo, name="photo"),
    path("<int:pk>/photo/new/", views.change_photo, name="change_photo"),
    path("<int:pk>/photo/removal/", views.remove_photo, name="remove_photo"),
    path("<int:pk>/relatives/new/", views.new_relative, name="new_relative"),
    path("<int:pk>/relatives/<int:relative_pk>/", views.relative, name="relative"),
    path(
        "<int:pk>/relatives/<int:relative_pk>/removal/",
        views.remove_relative,
        name="remove_relative",
    ),
]
