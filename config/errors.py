"""Error pages that are not an app's own."""

from django.shortcuts import render


def csrf_failure(request, reason=""):
    """A form that was open too long: say what to do, not what went wrong inside."""
    return render(request, "403_csrf.html", status=403)
