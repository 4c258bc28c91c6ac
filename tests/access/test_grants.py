"""What is granted adds up, holds where it was granted, and is looked up anew; nobody gets anything by default."""

from dataclasses import replace

import pytest

from flowcentre.access.grants import granted_now, identity_of
from flowcentre.access.scopes import holds_at, row_scope
from flowcentre.model import (
    EVERYWHERE,
    NO_SIGN_IN,
    Access,
    Grant,
    Level,
    Oidc,
    Permission,
    Place,
    PlaceKind,
    Places,
    Role,
    RowScope,
    Scope,
    TrustedProxy,
)

ISSUER = "https://login.westshire.example"
NORTHGATE, NORTH = Scope(frozenset({"northgate"})), Scope(frozenset({"north"}))
ACCESS = Access(
    configured=True,
    local=True,
    oidc=Oidc(ISSUER, "flow"),
    grants=(
        Grant("account:ward.lead", frozenset({Role.LEAD}), NORTHGATE),
        Grant("group:site-managers", frozenset({Role.MANAGER}), NORTHGATE),
        Grant("group:north", frozenset({Role.MANAGER, Role.EDITOR}), NORTH),
        Grant("subject:7c1f", frozenset({Role.ADMINISTRATOR}), EVERYWHERE),
    ),
)


def test_several_grants_add_up_and_each_permission_holds_where_it_was_granted():
    found = identity_of(ACCESS, ISSUER, "anna", "site manager", ["site-managers", "north", "choir"])
    assert found is not None
    assert found.scopes == {
        Permission.BOARD: EVERYWHERE,
        Permission.AGGREGATES: EVERYWHERE,  # aggregates are the whole county's
        Permission.PEOPLE: NORTHGATE | NORTH,
        Permission.TYPE_IN: NORTH,
    }
    assert not found.may(Permission.ACT)
    assert found.groups == {"site-managers", "north"}  # the choir is no business of ours


def test_an_administrator_sees_no_rows_of_people_by_that():
    found = identity_of(ACCESS, ISSUER, "7c1f", "administrator")
    assert found is not None
    assert set(found.scopes) == {Permission.BOARD, Permission.AGGREGATES, Permission.ADMINISTER}


@pytest.mark.parametrize(
    ("issuer", "subject", "groups"),
    [
        ("local", "somebody", ["site-managers"]),  # a local account is in no group of a provider
        ("local", "7c1f", []),  # and is not the provider's subject of that name
        (ISSUER, "ward.lead", []),  # nor the other way round
        (ISSUER, "account:ward.lead", []),
        (ISSUER, "", ["site-managers"]),
        ("https://login.another.example", "anna", ["site-managers"]),
        ("proxy", "anna", ["site-managers"]),  # there is no proxy here
        ("open", "anybody", ["site-managers"]),
        (ISSUER, "anna", ["Site-Managers", "group:site-managers"]),
    ],
)
def test_whoever_is_granted_nothing_is_nobody(issuer, subject, groups):
    assert identity_of(ACCESS, issuer, subject, "", groups) is None


def test_what_is_granted_to_everybody_is_for_all_ways_that_there_are_and_no_other():
    access = Access(
        configured=True,
        proxy=TrustedProxy(("127.0.0.1",), "X-User"),
        grants=(Grant("everybody", frozenset({Role.VIEWER}), EVERYWHERE),),
    )
    assert identity_of(access, "proxy", "anna", "anna") is not None
    assert identity_of(access, "local", "anna", "anna") is None
    assert identity_of(NO_SIGN_IN, "local", "anna", "anna") is None


def test_what_is_taken_from_a_grant_is_taken_from_whoever_is_signed_in():
    found = identity_of(ACCESS, ISSUER, "anna", "site manager", ["site-managers", "north"])
    assert found is not None
    assert granted_now(ACCESS, found) == found
    fewer = granted_now(replace(ACCESS, grants=ACCESS.grants[:2]), found)
    assert fewer is not None
    assert fewer.scope(Permission.PEOPLE) == NORTHGATE
    assert not fewer.may(Permission.TYPE_IN)
    assert granted_now(replace(ACCESS, grants=ACCESS.grants[:1]), found) is None
    assert granted_now(replace(ACCESS, oidc=None), found) is None


PLACES = Places(
    Place(id, id, level, kind, parent=parent, locality=locality)
    for id, level, kind, parent, locality in [
        ("westshire", Level.SYSTEM, PlaceKind.SYSTEM, None, None),
        ("north", Level.LOCALITY, PlaceKind.LOCALITY, "westshire", None),
        ("south", Level.LOCALITY, PlaceKind.LOCALITY, "westshire", None),
        ("trust", Level.ORGANISATION, PlaceKind.TRUST, "westshire", None),
        ("northgate", Level.SITE, PlaceKind.ACUTE_HOSPITAL, "trust", "north"),
        ("northgate-a1", Level.UNIT, PlaceKind.WARD, "northgate", None),
        ("southmere", Level.SITE, PlaceKind.ACUTE_HOSPITAL, "trust", "south"),
    ]
)


@pytest.mark.parametrize(
    ("named", "places", "localities"),
    [
        ({"trust"}, {"trust", "northgate", "northgate-a1", "southmere"}, set()),
        ({"northgate"}, {"northgate", "northgate-a1"}, set()),
        ({"north"}, {"north", "northgate", "northgate-a1"}, {"north"}),
        ({"northgate-a1", "south"}, {"northgate-a1", "south", "southmere"}, {"south"}),
        ({"westshire"}, {place.id for place in PLACES}, {"north", "south"}),
        ({"closed-long-ago"}, set(), set()),
        (set(), set(), set()),
    ],
)
def test_a_scope_is_its_places_with_all_beneath_and_the_people_of_its_localities(named, places, localities):
    assert row_scope(Scope(frozenset(named)), PLACES) == RowScope(frozenset(places), frozenset(localities))


def test_an_act_is_allowed_at_the_places_of_its_scope_and_never_above_or_beside_them():
    assert [holds_at(NORTHGATE, place, PLACES) for place in ("northgate", "northgate-a1", "trust", "southmere", "no")] == [
        True, True, False, False, False]  # fmt: skip
    assert holds_at(EVERYWHERE, "southmere", PLACES)
    assert row_scope(EVERYWHERE, PLACES) == RowScope(everywhere=True)
