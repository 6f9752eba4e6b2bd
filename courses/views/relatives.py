"""The relative who was asked by SMS."""

from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from common.errors import DomainError
from courses import relatives
from courses.errors import ReasonMissing


# Like the link of an offer: the address itself is the key.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def relative_link(request, token):
    """The relative who was asked by SMS says yes or no."""
    question = relatives.request_of_link(token)
    problem = ""
    if request.method == "POST":
        try:
            if request.POST.get("answer") not in {"yes", "no"}:
                raise ReasonMissing(_("请按“同意”或“不同意”。"))
            relatives.answer(request=question, agrees=request.POST["answer"] == "yes")
        except DomainError as error:
            problem = str(error)
        else:
            return redirect("courses:relative_link", token)
    context = {
        "question": question,
        "is_over": relatives.is_over(question, now=timezone.now()),
        "problem": problem,
    }
    return render(request, "courses/offers/relative.html", context, status=422 if problem else 200)
