"""Fields that several forms have."""

from django import forms


class OrganisationField(forms.ModelChoiceField):
    """An organisation, each set in by its depth in the tree."""

    def label_from_instance(self, organisation):
        return "\u3000" * (organisation.depth - 1) + organisation.name
