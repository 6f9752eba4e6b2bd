"""Two files of one person, for registrars."""

from django.urls import path

from accounts.views import merging as views

app_name = "merging"

urlpatterns = [
    path("duplicates/", views.suggestions, name="duplicates"),
    path("<int:kept>/merge/<int:dropped>/", views.compare, name="compare"),
    path("<int:kept>/not-same/<int:dropped>/", views.not_same, name="not_same"),
    path("merges/<int:pk>/undo/", views.undo, name="undo"),
]
