"""Django's admin for the few who run the school's server: superusers.

Files, roles and proxies are written through services; nothing that others point to can be
deleted here.
"""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit, consents, phones, services
from accounts.models import Notice, Organisation, Person, Proxy, RoleGrant, TeachingPoint, User
from common.errors import DomainError


class Kept(admin.ModelAdmin):
    """Rows that are ended or corrected, never deleted."""

    def has_delete_permission(self, request, obj=None):
        return False


class Granted(Kept):
    """Rows that are written once and then ended by an action."""

    def has_change_permission(self, request, obj=None):
        return obj is None and super().has_change_permission(request)


class Looked(Kept):
    """Rows that are only looked at here: pages of their own change them and write it down."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False


@admin.register(Organisation)
class OrganisationAdmin(Looked):
    list_display = ("name", "kind", "code", "ended_on")
    search_fields = ("name", "code")
    ordering = ("path",)


@admin.register(TeachingPoint)
class TeachingPointAdmin(Looked):
    list_display = ("name", "organisation", "address")
    search_fields = ("name",)


@admin.register(Person)
class PersonAdmin(Kept):
    list_display = ("name", "sex", "born_on", "masked_phone", "organisation", "kind")
    list_filter = ("kind", ("organisation", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("organisation",)
    search_fields = ("name", "pinyin", "pinyin_initials", "phone")
    autocomplete_fields = ("organisation",)
    # Sealed facts have pages that write down who looked, and closing a file is more than a
    # date (accounts.files.keeping, accounts.rights.freezing).
    exclude = ("phone_note", "id_number", "health_note", "photo", "deceased_on")
    readonly_fields = ("masked_id_number",)

    def get_queryset(self, request):
        return super().get_queryset(request).kept()

    @admin.display(description=gettext_lazy("身份证号"))
    def masked_id_number(self, person):
        return person.masked_id_number or "—"

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and not (obj and obj.is_frozen)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "phone":
            return phones.PhoneField(required=False, label=db_field.verbose_name)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(self, request, obj, form, change):
        services.save_file(person=obj, by=request.user)


@admin.register(User)
class UserAdmin(Kept):
    list_display = ("phone", "person", "is_active", "is_staff", "is_superuser", "last_login")
    list_select_related = ("person",)
    search_fields = ("phone", "person__name", "person__pinyin", "person__pinyin_initials")
    autocomplete_fields = ("person",)
    fields = ("phone", "person", "is_active", "is_staff", "is_superuser", "groups")

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "phone":
            # None: a login that only a card opens. Two of those are not the same number.
            return phones.PhoneField(label=db_field.verbose_name, required=False, empty_value=None)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_readonly_fields(self, request, obj=None):
        # Whose login it is, and by which number, its owner proves with a code.
        return ("phone", "person") if obj else ()

    @transaction.atomic
    def save_model(self, request, obj, form, change):
        if not change:
            obj.set_unusable_password()
        elif form.changed_data:
            # Whoever is logged in with other rights logs in anew.
            obj.session_epoch += 1
        super().save_model(request, obj, form, change)
        audit.record(
            audit.Action.LOGIN_CHANGED,
            by=request.user,
            person=obj.person,
            fields=list(form.changed_data),
        )


class RoleGrantForm(forms.ModelForm):
    class Meta:
        model = RoleGrant
        fields = ("person", "role", "organisation")

    def clean(self):
        data = super().clean()
        if {"person", "role", "organisation"} <= data.keys():
            try:
                services.check_role(**data)
            except DomainError as error:
                raise ValidationError(str(error)) from error
        return data


@admin.register(RoleGrant)
class RoleGrantAdmin(Granted):
    form = RoleGrantForm
    list_display = ("person", "role", "organisation", "granted_at", "ended_at")
    list_filter = ("role", ("organisation", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("person", "organisation")
    search_fields = ("person__name", "person__pinyin", "person__pinyin_initials")
    autocomplete_fields = ("person", "organisation")
    actions = ("end",)

    def save_model(self, request, obj, form, change):
        granted = services.grant_role(
            person=obj.person,
            role=obj.role,
            organisation=obj.organisation,
            by=request.user,
        )
        obj.pk = granted.pk

    @admin.action(description=gettext_lazy("收回所选角色"))
    def end(self, request, grants):
        for grant in grants:
            services.end_role(grant=grant, by=request.user)
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
        if agent and person and not services.has_room_for(agent=agent, person=person):
            raise ValidationError(services.too_many_agents())
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
        allowed = services.allow_proxy(
            person=obj.person, agent=obj.agent, relation=obj.relation, by=request.user
        )
        obj.pk = allowed.pk

    @admin.action(description=gettext_lazy("取消所选代办"))
    def revoke(self, request, proxies):
        for proxy in proxies:
            services.revoke_proxy(proxy=proxy, by=request.user)
        self.message_user(request, _("取消了 %(count)s 个代办。") % {"count": len(proxies)})


@admin.register(Notice)
class NoticeAdmin(Granted):
    """Published once and read ever after; a newer version is a new row."""

    list_display = ("kind", "version", "published_at")
    list_filter = ("kind",)
    fields = ("kind", "text", "text_en")

    def get_changeform_initial_data(self, request):
        """What holds now, to begin with."""
        kind = request.GET.get("kind")
        kind = kind if kind in Notice.Kind else Notice.Kind.BASIC
        now = consents.current_notice(kind)
        return {"kind": kind, "text": now.text, "text_en": now.text_en}

    def save_model(self, request, obj, form, change):
        published = consents.publish(
            kind=obj.kind, text=obj.text, text_en=obj.text_en, by=request.user
        )
        obj.pk, obj.version = published.pk, published.version
