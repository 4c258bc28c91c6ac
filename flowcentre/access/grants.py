"""What somebody is granted: the roles of ``access.toml`` become permissions, each with where it holds."""

from __future__ import annotations

from collections.abc import Iterable

from flowcentre.model import EVERYWHERE, NOWHERE, PERMISSIONS, Access, Grant, Identity, Permission, Scope

LOCAL, PROXY = "local", "proxy"  # issuers of ours; a provider's is its address
# What a role is for at the places of its grant alone. Aggregates are those of the whole county and never scoped.
_WHERE_GRANTED = frozenset({Permission.PEOPLE, Permission.ACT, Permission.TYPE_IN})


def identity_of(access: Access, issuer: str, subject: str, title: str, groups: Iterable[str] = ()) -> Identity | None:
    """Who somebody is once they have signed in, with all that their grants add up to.

    None where nothing is granted to them, or where ``access`` has no such way to sign in (any more): refused.
    ``subject`` is a local account's name, or what the provider or the proxy calls them. Of ``groups`` those alone are kept to
    which something is granted: the others are nobody's business here.
    """
    member_of = frozenset(groups) & {
        grant.to.removeprefix("group:") for grant in access.grants if grant.to.startswith("group:")
    }
    if not subject or not _signs_in_by(access, issuer):
        return None
    scopes: dict[Permission, Scope] = {}
    for grant in access.grants:
        if _is_to(grant, issuer, subject, member_of):
            for permission in frozenset().union(*(PERMISSIONS[role] for role in grant.roles)):
                where = grant.scope if permission in _WHERE_GRANTED else EVERYWHERE
                scopes[permission] = scopes.get(permission, NOWHERE) | where
    if not scopes:
        return None
    return Identity(issuer, subject, title, scopes, groups=member_of)


def granted_now(access: Access, identity: Identity) -> Identity | None:
    """The same person by the grants as they stand now; None where nothing is left of them."""
    return identity_of(access, identity.issuer, identity.subject, identity.title, identity.groups)


def _signs_in_by(access: Access, issuer: str) -> bool:
    if issuer == LOCAL:
        return access.local
    if issuer == PROXY:
        return access.proxy is not None
    return access.oidc is not None and issuer == access.oidc.issuer


def _is_to(grant: Grant, issuer: str, subject: str, groups: frozenset[str]) -> bool:
    kind, _, name = grant.to.partition(":")
    if kind == "account":
        return issuer == LOCAL and name == subject
    if kind == "subject":  # a local account of that name is somebody else
        return issuer != LOCAL and name == subject
    if kind == "group":
        return issuer != LOCAL and name in groups
    return grant.to == "everybody"
