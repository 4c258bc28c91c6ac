"""What people do: only at the places that are theirs, each kind of thing for whoever may do it, and all of it in the audit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest

from flowcentre.access.acts import Acts, NotYours
from flowcentre.access.asking import Asking, asking
from flowcentre.model import EVERYWHERE, OPEN, Identity, Permission, Scope
from flowcentre.store import NotAudited, Store
from tests.feeds.care_cast import COUNTY, NORTHGATE

TRUST, NORTHGATE_ONLY = Scope(frozenset({"hospitals"})), Scope(frozenset({"northgate"}))


@contextmanager
def asked_by(identity: Identity | None) -> Iterator[None]:
    token = asking.set(Asking(identity) if identity is not None else None)
    yield
    asking.reset(token)


def lead(scope: Scope, permission: Permission = Permission.ACT) -> Identity:
    return Identity("local", "lead", "ward lead", {permission: scope, Permission.AGGREGATES: EVERYWHERE})


@pytest.fixture
def acts(store: Store, at: datetime) -> Acts:
    return Acts(store, lambda: COUNTY, lambda: at)


@pytest.mark.parametrize(
    ("scope", "subjects"),
    [
        (TRUST, ["northgate"]),  # what a trust runs
        (NORTHGATE_ONLY, ["northgate"]),
        (NORTHGATE_ONLY, [NORTHGATE.id]),  # a feed that tells of it alone
        (NORTHGATE_ONLY, []),  # of no place
        (EVERYWHERE, [""]),
        (Scope(frozenset({"westshire"})), ["", "southmere"]),
    ],
)
def test_it_is_done_where_it_may_be_and_kept_under_the_name_of_who_did_it(
    store: Store, acts: Acts, scope: Scope, subjects: list[str], at: datetime
) -> None:
    with asked_by(lead(scope)):
        acts.before(Permission.ACT, subjects, "alert 1: acknowledged")
    (kept,) = store.audit_entries()
    assert (kept.who, kept.title, kept.what, kept.at) == ("local|lead", "ward lead", "alert 1: acknowledged", at)


@pytest.mark.parametrize(
    ("identity", "subjects"),
    [
        (lead(NORTHGATE_ONLY), ["southmere"]),
        (lead(NORTHGATE_ONLY), ["northgate", "southmere"]),
        (lead(NORTHGATE_ONLY), ["hospitals"]),  # what is above it
        (lead(NORTHGATE_ONLY), [""]),
        (lead(TRUST), ["care-referrals"]),  # a feed that tells of the whole county
        (lead(TRUST), ["a place that is gone"]),
        (lead(Scope()), []),
        (lead(EVERYWHERE, Permission.TYPE_IN), ["northgate"]),  # who may do another thing
        (lead(EVERYWHERE, Permission.PEOPLE), []),
        (None, []),
    ],
)
def test_elsewhere_nothing_is_done_and_nothing_kept(
    store: Store, acts: Acts, identity: Identity | None, subjects: list[str]
) -> None:
    with asked_by(identity), pytest.raises(NotYours, match=r"[A-Z].+\."):
        acts.before(Permission.ACT, subjects, "alert 1: acknowledged")
    assert store.audit_head() == (0, "")


def test_without_the_audit_nothing_is_done_but_in_a_demonstration_that_is_open(store: Store, at: datetime) -> None:
    acts = Acts(store, lambda: COUNTY, lambda: at)
    with store.in_bulk():  # in which nothing can be audited
        with asked_by(lead(EVERYWHERE)), pytest.raises(NotAudited):
            acts.before(Permission.ACT, [], "huddle 1: opened")
        with asked_by(OPEN):
            acts.before(Permission.ACT, [], "huddle 1: opened")
    assert store.audit_head() == (0, "")
