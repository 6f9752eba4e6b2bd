"""Who there is: organisations, persons (the file), users (the login), roles, proxies.

A person is a human being and never a login: enrolments, presence and study lines all
point to `Person`. A `User` is a telephone number that may log in; it may have a file of
its own and may act for others through `Proxy`.
"""

from accounts.models.audit import AuditLine, AuditTail
from accounts.models.consents import Consent, Notice, RightsRequest
from accounts.models.logins import InboxMessage, PersonalCard, SentCode, User
from accounts.models.merges import Merge, NotSame
from accounts.models.organisations import Organisation, OrganisationChange, TeachingPoint
from accounts.models.persons import Person, Relative
from accounts.models.proxies import Household, HouseholdMember, HouseholdProposal, Proxy, Way
from accounts.models.roles import RoleGrant
from accounts.models.rosters import RosterChunk, RosterImport, RosterRow

__all__ = [
    "AuditLine",
    "AuditTail",
    "Consent",
    "Household",
    "HouseholdMember",
    "HouseholdProposal",
    "InboxMessage",
    "Merge",
    "NotSame",
    "Notice",
    "Organisation",
    "OrganisationChange",
    "Person",
    "PersonalCard",
    "Proxy",
    "Relative",
    "RightsRequest",
    "RoleGrant",
    "RosterChunk",
    "RosterImport",
    "RosterRow",
    "SentCode",
    "TeachingPoint",
    "User",
    "Way",
]
