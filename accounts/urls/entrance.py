"""Ways in beside the telephone code: printed cards, and messages with the link of a class."""

from django.urls import path

from accounts.views import entrance as views

app_name = "entrance"

urlpatterns = [
    path("card/<str:token>/", views.open_card, name="open_card"),
    path("me/card/", views.my_card, name="my_card"),
    path("me/card/revocation/", views.revoke_mine, name="revoke_mine"),
    path("me/class-sms/", views.class_sms, name="class_sms"),
    path("people/<int:pk>/card/", views.person_card, name="person_card"),
    path("people/<int:pk>/card/revocation/", views.revoke_of, name="revoke_of"),
    path("people/cards/", views.sheet, name="sheet"),
]
