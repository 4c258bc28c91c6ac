"""A scope as the store asks for it: which places' lists, and people of which localities."""

from __future__ import annotations

from flowcentre.model import PlaceKind, Places, RowScope, Scope


def row_scope(scope: Scope, places: Places) -> RowScope:
    """The rows of a scope: lists of its places and of all beneath them, and people of the localities among these.

    A locality has what serves there, and its people wherever they are listed. An organisation has its own places and
    nobody by where they live. A place that the county no longer has gives nothing.
    """
    if scope.everywhere:
        return RowScope(everywhere=True)
    within = {place.id: place for named in scope.places if named in places for place in places.within(named)}
    localities = {id for id, place in within.items() if place.kind is PlaceKind.LOCALITY}
    return RowScope(frozenset(within), frozenset(localities))


def holds_at(scope: Scope, place_id: str, places: Places) -> bool:
    """Does a scope reach a place? It reaches what it names and all beneath: a hospital's reaches its wards, not its trust."""
    return scope.everywhere or place_id in row_scope(scope, places).places
