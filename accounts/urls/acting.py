"""Who may act for whom, and who studies on one device: for people, and for staff."""

from django.urls import path

from accounts.views import acting as views

app_name = "acting"

urlpatterns = [
    path("me/proxies/new/", views.grant, name="grant"),
    path("me/household/", views.household, name="household"),
    path("me/household/proposals/", views.propose, name="propose"),
    path("me/household/proposals/<int:pk>/answer/", views.answer, name="answer"),
    path("me/household/proposals/<int:pk>/withdrawal/", views.take_back, name="take_back"),
    path("me/household/leaving/", views.leave, name="leave"),
    path("people/<int:pk>/proxies/", views.agents, name="proxies"),
    path(
        "people/<int:pk>/proxies/<int:proxy_pk>/revocation/",
        views.revoke_for,
        name="revoke_for",
    ),
    path("people/<int:pk>/household/", views.household_of, name="household_of"),
    path("people/<int:pk>/household/leaving/", views.leave_for, name="leave_for"),
]
