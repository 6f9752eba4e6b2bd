"""A report of one organisation and quarter: every figure in it, gathered into plain data.

Page, PDF and Excel are made of this and of nothing else, whether it is of this moment or was
frozen.  No person is named in it.
"""

from django.conf import settings
from django.utils import timezone, translation

from accounts.models import Organisation
from branches import periods
from branches.models import Branch, HoursRule, QuarterConfirmation, QuarterReport
from branches.quarters import Quarter
from branches.reports import catalogue, counting

# What the data looks like; raised when a field changes its meaning.
FORM = 1


def content_of(organisation: Organisation, quarter: Quarter) -> dict:
    """The report as the ledger stands now; the number of queries is always the same."""
    # What is kept is written in the school's own language, whoever's page asked for it.
    with translation.override(settings.LANGUAGE_CODE):
        return _gather(organisation, quarter)


def _gather(organisation, quarter) -> dict:
    scope = counting.scope_of(organisation)
    counted = counting.count(scope, quarter, places=organisation)
    confirmed = confirmed_at(scope, quarter)
    rows = [row for row in scope.rows if reports(row, counted.rows[row.pk], quarter)]
    places = _places(organisation, counted.places)
    for row in rows:
        place = counted.places[_place_of(row, organisation)]
        is_confirmed = row.pk in confirmed and row.level == Branch.Level.BRANCH
        place["confirmed"] += is_confirmed
        counted.total["confirmed"] += is_confirmed
    months = {month.number: month for month in periods.months_of(quarter)}
    return {
        "form": FORM,
        "organisation": {"name": organisation.name, "code": organisation.code},
        "quarter": quarter.code,
        "total": counted.total,
        "months": [
            {
                "month": month.code,
                "figures": _only(
                    catalogue.OF_THE_LEDGER, counted.months.get(number, catalogue.nothing())
                ),
            }
            for number, month in months.items()
        ],
        "places": [
            {"name": name, "code": code, "figures": counted.places[path]}
            for path, (name, code) in places.items()
            if path in counted.places
        ],
        "branches": [
            {
                "pk": row.pk,
                "name": row.name,
                "level": row.level,
                "place": places[_place_of(row, organisation)][0],
                "confirmed_at": _moment(confirmed.get(row.pk)),
                "figures": _only(catalogue.OF_A_BRANCH, counted.rows[row.pk]),
            }
            for row in rows
        ],
        "rules": _rules(counting.lines_of(scope, quarter)),
        "before": _a_year_before(organisation, quarter),
    }


def reports(row: Branch, figures: dict, quarter: Quarter) -> bool:
    """Whether a branch stands in the report: every 党支部 that there was in the quarter, and of
    the others who has something."""
    is_asked = row.level == Branch.Level.BRANCH and counting.was_there(row, quarter)
    return is_asked or any(figures[code] for code in ("members", "people", "times", "records"))


def confirmed_at(scope: counting.Scope, quarter: Quarter) -> dict:
    """When each branch of `scope` confirmed the quarter, in one query."""
    found = QuarterConfirmation.objects.filter(
        quarter=quarter.code, branch__in=scope.branches.values("pk")
    )
    return dict(found.order_by("revision").values_list("branch_id", "confirmed_at"))


def _places(organisation, counted) -> dict:
    """What is directly beneath, in the order of the tree, and the organisation itself."""
    found = Organisation.objects.filter(path__in=[organisation.path, *counted])
    return {node.path: (node.name, node.code) for node in found.order_by("path")}


def _place_of(row, organisation) -> str:
    return row.organisation.path[: len(organisation.path) + Organisation.steplen]


def _only(codes, figures) -> dict:
    return {code: figures[code] for code in codes}


def _rules(lines) -> list[dict]:
    rules = HoursRule.objects.filter(pk__in=lines.order_by().values("rule"))
    return [
        {
            "organisation": rule.organisation.name,
            "version": rule.version,
            "valid_from": rule.valid_from.isoformat(),
            "words": rule.in_words(),
        }
        for rule in rules.select_related("organisation").order_by("organisation__path", "pk")
    ]


def _a_year_before(organisation, quarter) -> dict:
    """The same quarter a year ago: as it was frozen, or else as the ledger has it now."""
    before = periods.a_year_before(quarter)
    frozen = QuarterReport.objects.filter(organisation=organisation, quarter=before.code).first()
    if frozen:
        total, at = frozen.content["total"], _moment(frozen.frozen_at)
    else:
        scope = counting.scope_of(organisation)
        total, at = counting.count(scope, before).total, None
    return {"quarter": before.code, "frozen_at": at, "total": total}


def _moment(at) -> str | None:
    return at and timezone.localtime(at).isoformat(timespec="seconds")
