"""An offered seat and its answer."""

from django.urls import path

from courses.views import offers as views

urlpatterns = [
    path("my/offers/<int:pk>/", views.offer, name="offer"),
    path("offers/<str:token>/", views.offer_link, name="offer_link"),
]
