"""Packages of care for machines and to take away."""

from __future__ import annotations

from fastapi import APIRouter

from flowcentre.picture.list_sums import counts_by
from flowcentre.picture.package_table import COLUMNS
from flowcentre.picture.packages import PACKAGES, Package
from flowcentre.web.list_routes import ListRoutes, create_list_api
from flowcentre.web.list_told import Told
from flowcentre.web.package_shapes import PackagesShape, packages_shape

TOLD: Told[Package] = Told(
    id="packages",
    subject=PACKAGES,
    columns=COLUMNS,
    title="packages of care",
    short="Packages",
    file="packages",
    counted="People",
    place="Locality",
    no_lists="This server reads no lists of referrals.",
    counts=counts_by,
    more_counts=lambda _chosen, _limits: (),
)


def create_packages_api(routes: ListRoutes[Package]) -> APIRouter:
    """The route of the API."""
    return create_list_api(
        routes,
        PackagesShape,
        lambda answer, people, limits: packages_shape(
            answer.chosen,
            looks_back=answer.asked_at is not None,
            people=people,
            limits=limits,
            whose=answer.whose,
        ),
        "Packages of care: who waits, for whom, and for how long",
        "The count as any other value is given, counts by each facet, the clocks, and the people, longest wait first. "
        "Those who wait for care at home, unless `phase` or `service` ask for others: a list holds those who receive care "
        "too, and those whose referral ended in the last eight days.",
    )
