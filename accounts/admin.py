"""Django's admin for the few who run the school's server: superusers.

Files, roles and proxies are written through services; nothing that others point to can be
deleted here.
"""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from treebeard.admin import TreeAdmin
from treebeard.forms import movenodeform_factory

from accounts import phones, services
from accounts.models import Organisation, Person, Proxy, RoleGrant, TeachingPoint, User


class Kept(admin.ModelAdmin):
    """Rows that are ended or corrected, never deleted."""

    def has_delete_permission(self, request, obj=None):
        return False


class Granted(Kept):
    """Rows that are written once and then ended by an action."""

    def has_change_permission(self, request, obj=None):
        return obj is None and super().has_change_permission(request)


@admin.register(Organisation)
class OrganisationAdmin(TreeAdmin):
    form = movenodeform_factory(Organisation)
    list_display = ("name", "kind", "code")
    search_fields = ("name", "code")


@admin.register(TeachingPoint)
class TeachingPointAdmin(admin.ModelAdmin):
    list_display = ("name", "organisation", "address")
    search_fields = ("name",)


@admin.register(Person)
class PersonAdmin(Kept):
    list_display = ("name", "sex", "born_on", "masked_phone", "organisation", "kind")
    list_filter = ("kind", ("organisation", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("organisation",)
    search_fields = ("name", "pinyin", "pinyin_initials", "phone")
    autocomplete_fields = ("organisation",)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "phone":
            return phones.PhoneField(required=False, label=db_field.verbose_name)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(self, request, obj, form, change):
        services.save_file(person=obj)


@admin.register(User)
class UserAdmin(Kept):
    list_display = ("phone", "person", "is_active", "is_staff", "is_superuser", "last_login")
    list_select_related = ("person",)
    search_fields = ("phone", "person__name", "person__pinyin", "person__pinyin_initials")
    autocomplete_fields = ("person",)
    fields = ("phone", "person", "is_active", "is_staff", "is_superuser", "groups")

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "phone":
            return phones.PhoneField(label=db_field.verbose_name)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(self, request, obj, form, change):
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)


@admin.register(RoleGrant)
class RoleGrantAdmin(Granted):
    list_display = ("person", "role", "organisation", "granted_at", "ended_at")
    list_filter = ("role", ("organisation", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("person", "organisation")
    search_fields = ("person__name", "person__pinyin", "person__pinyin_initials")
    autocomplete_fields = ("person", "organisation")
    fields = ("person", "role", "organisation")
    actions = ("end",)

    def save_model(self, request, obj, form, change):
        granted = services.grant_role(
            person=obj.person, role=obj.role, organisation=obj.organisation
        )
        obj.pk = granted.pk

    @admin.action(description=gettext_lazy("收回所选角色"))
    def end(self, request, grants):
        for grant in grants:
            services.end_role(grant=grant)
        self.message_user(request, _("收回了 %(count)s 个角色。") % {"count": len(grants)})


class ProxyForm(forms.ModelForm):
    class Meta:
        model = Proxy
        fields = ("person", "agent", "relation")

    def clean(self):
        data = super().clean()
        agent, person = data.get("agent"), data.get("person")
        if agent and person and agent.person_id == person.pk:
            raise ValidationError(_("自己不用给自己代办。"))
        return data


@admin.register(Proxy)
class ProxyAdmin(Granted):
    form = ProxyForm
    list_display = ("person", "agent", "relation", "granted_at", "revoked_at")
    list_select_related = ("person", "agent__person")
    search_fields = ("person__name", "person__pinyin", "agent__phone")
    autocomplete_fields = ("person", "agent")
    actions = ("revoke",)

    def save_model(self, request, obj, form, change):
        allowed = services.allow_proxy(person=obj.person, agent=obj.agent, relation=obj.relation)
        obj.pk = allowed.pk

    @admin.action(description=gettext_lazy("取消所选代办"))
    def revoke(self, request, proxies):
        for proxy in proxies:
            services.revoke_proxy(proxy=proxy)
        self.message_user(request, _("取消了 %(count)s 个代办。") % {"count": len(proxies)})
