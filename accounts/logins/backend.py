"""How a request finds whose login it is."""

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import Exists, OuterRef

from accounts.models import RoleGrant, User


class LoginBackend(AuthenticationBackend):
    """The login with its file, and whether any role goes with it, in one question.

    Every request asks for all three, and in a rush each question costs as much as a rule.
    """

    def get_user(self, user_id):
        """The login by its number; None for one that is unknown or was shut."""
        held = RoleGrant.objects.filter(person=OuterRef("person"), ended_at=None)
        found = User.objects.select_related("person").annotate(holds_roles=Exists(held))
        user = found.filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
