"""The least that gives a seat to whoever is logged in: a conditional UPDATE and an INSERT.

No rules, no queue, nobody locked, no answer kept, and nobody told. The seat counts as given
up at once: the tables allow one live seat, and everybody presses twice.
"""

from django.db import transaction
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from bench.peers.door import DOOR
from courses.models import Enrolment, SeatPool, Source


@csrf_exempt
def door(request):
    return HttpResponse(status=204)


def register(request, pk):
    now = timezone.now()
    with transaction.atomic():
        free = SeatPool.objects.filter(pk=pk, seats_taken__lt=F("capacity"))
        if not free.update(seats_taken=F("seats_taken") + 1):
            return HttpResponse(status=409)
        seat = Enrolment.objects.create(
            class_group_id=int(request.POST["class"]),
            pool_id=pk,
            person_id=request.user.person_id,
            source=Source.ONLINE,
            seated_at=now,
            seated_by=request.user,
            withdrawn_at=now,
        )
    return redirect(f"/seats/{seat.pk}/")


urlpatterns = [path(DOOR.lstrip("/"), door), path("pools/<int:pk>/", register)]
