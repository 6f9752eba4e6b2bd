"""What an administrator types to find roles."""

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.files import finding
from accounts.models import Organisation, Person, RoleGrant
from accounts.organisations import tree
from accounts.queries import topmost

SORTS = {
    "person": "person__pinyin",
    "role": "role",
    "organisation": "organisation__path",
    "since": "granted_at",
}
# Beyond this somebody typed a word that is in every name.
UNITS_AT_MOST = 200


class GrantFilter(forms.Form):
    """Which roles to list; a field that makes no sense chooses nothing away."""

    q = forms.CharField(
        label=_("找人"),
        help_text=_("姓名、拼音、首字母、手机末四位"),
        max_length=100,
        required=False,
    )
    role = forms.ChoiceField(
        label=_("角色"), choices=[("", _("全部")), *RoleGrant.Role.choices], required=False
    )
    unit = forms.CharField(
        label=_("机构"), help_text=_("名称或代码，含下级"), max_length=100, required=False
    )
    ended = forms.BooleanField(label=_("也看已收回的"), required=False)

    def __init__(self, data, *, organisations: QuerySet[Organisation]):
        super().__init__(data)
        self.is_valid()
        self.organisations = organisations

    def chosen(self, grants: QuerySet[RoleGrant]) -> QuerySet[RoleGrant]:
        data = self.cleaned_data
        if not data.get("ended"):
            grants = grants.filter(ended_at=None)
        if role := data.get("role"):
            grants = grants.filter(role=role)
        if words := data.get("q"):
            holders = Person.objects.filter(roles__in=grants)
            grants = grants.filter(person__in=finding.matching(holders, words).values("pk"))
        if words := data.get("unit"):
            grants = grants.filter(self._in_units(words))
        return grants

    def order(self) -> tuple[str, ...]:
        asked = self.data.get("sort", "")
        name = SORTS.get(asked.removeprefix("-"), "")
        if not name:
            return ("organisation__path", "role", "person__pinyin", "pk")
        return (f"-{name}" if asked.startswith("-") else name, "person__pinyin", "role", "pk")

    def words(self) -> list[str]:
        """What was chosen, as a title says it."""
        data = self.cleaned_data
        role = data.get("role")
        named = [data.get("q"), RoleGrant.Role(role).label if role else "", data.get("unit")]
        return [str(word) for word in named if word]

    def _in_units(self, words) -> Q:
        found = tree.found(self.organisations, words).values_list("path", flat=True)
        scope = Q(pk__in=[])
        for path in topmost(found)[:UNITS_AT_MOST]:
            scope |= Q(organisation__path__startswith=path)
        return scope
