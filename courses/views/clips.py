"""The film of a lesson."""

from django.http import Http404
from django.views.decorators.http import require_GET

from courses import clips, queries


@require_GET
def clip(request, pk):
    """The film of a lesson, in the pieces a player asks for (iPhones play nothing else)."""
    lesson = queries.lesson_shown(pk)
    if not lesson.clip or not all(
        restriction.accept_request(request) for restriction in lesson.get_view_restrictions()
    ):
        raise Http404
    film = lesson.clip.file
    return clips.answer(film.open("rb"), size=film.size, asked=request.headers.get("Range", ""))
