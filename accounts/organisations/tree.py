"""The tree of organisations: one change at a time, who lies beneath whom, what is shown."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from accounts.models import Organisation

# As many levels as a path has room for.
DEEPEST = Organisation._meta.get_field("path").max_length // Organisation.steplen


def lock() -> None:
    """Make others who change the tree, or what depends on its shape, wait for this transaction.

    The paths of a whole subtree are written at once: two moves at the same time would give
    two organisations one path. Nobody waits who only refers to an organisation.
    """
    roots = Organisation.objects.select_for_update(no_key=True).filter(depth=1).order_by("pk")
    list(roots.values_list("pk", flat=True))


def parent_path(organisation: Organisation) -> str:
    """The path of the organisation above; empty at the top."""
    return organisation.path[: -Organisation.steplen]


def is_within(organisation: Organisation, other: Organisation) -> bool:
    """Whether `organisation` is `other` or lies beneath it."""
    return organisation.path.startswith(other.path)


def paths_above(path: str) -> list[str]:
    """The paths of everything above `path` and its own, the top first."""
    step = Organisation.steplen
    return [path[:end] for end in range(step, len(path) + 1, step)]


def within(organisation: Organisation) -> QuerySet[Organisation]:
    """`organisation` and everything beneath it."""
    return Organisation.objects.filter(path__startswith=organisation.path)


def levels(
    organisation: Organisation, *, count: int | None, with_ended: bool
) -> QuerySet[Organisation]:
    """`organisation` and `count` levels beneath it, in the order of the tree; None is all."""
    shown = within(organisation)
    if count is not None:
        shown = shown.filter(depth__lte=organisation.depth + count)
    # The top itself is shown in any case: it is what was asked for.
    return shown if with_ended else shown.filter(Q(ended_on=None) | Q(pk=organisation.pk))


def found(organisations: QuerySet[Organisation], text: str) -> QuerySet[Organisation]:
    """Those of `organisations` whose name holds `text` or whose code begins with it."""
    for word in text.split():
        organisations = organisations.filter(Q(name__icontains=word) | Q(code__istartswith=word))
    return organisations if text.strip() else organisations.none()


def above(
    organisations: Iterable[Organisation], *, seen: QuerySet[Organisation]
) -> dict[int, list[Organisation]]:
    """What lies above each of `organisations` among those `seen`, the top first, by its key.

    One query however many are asked for.
    """
    paths = {each.pk: paths_above(parent_path(each)) for each in organisations}
    wanted = {path for chain in paths.values() for path in chain}
    known = {each.path: each for each in seen.filter(path__in=wanted)} if wanted else {}
    return {key: [known[path] for path in chain if path in known] for key, chain in paths.items()}
