"""What reads the API or the metrics by itself, with a bearer token from the environment or from a file."""

from __future__ import annotations

import hmac
from collections.abc import Callable

from flowcentre.access.tokens import hash_of
from flowcentre.model import EVERYWHERE, Access, Identity, Machine, Permission

MACHINE = "machine"  # the issuer of what reads by itself
SHORTEST_TOKEN = 32  # signs: chance of 128 bits at least, however it is written


class WeakToken(ValueError):
    """A machine whose token anybody could guess. Its words name the variable, never what it holds."""


def identity_of_machine(machine: Machine) -> Identity:
    """Whom a machine is: what it may, and where it may read rows of people."""
    permissions = set(machine.permissions)
    if Permission.AGGREGATES in permissions:  # a board is aggregates of the county, drawn
        permissions.add(Permission.BOARD)
    scopes = {each: machine.scope if each is Permission.PEOPLE else EVERYWHERE for each in permissions}
    return Identity(MACHINE, machine.id, machine.id, scopes)


class Machines:
    """Which machine a token is. ``secret`` looks up what a variable holds, and raises LookupError where that is nothing."""

    def __init__(self, access: Callable[[], Access], secret: Callable[[str], str]) -> None:
        self._access = access
        self._secret = secret
        self._read: tuple[tuple[Machine, ...], list[tuple[str, Identity]]] = ((), [])

    def check(self) -> None:
        """See that every machine has a token that is none to guess. Raises WeakToken, LookupError."""
        for machine in self._access().machines:
            if len(self._secret(machine.token_env)) < SHORTEST_TOKEN:
                raise WeakToken(f"the token in {machine.token_env} is shorter than {SHORTEST_TOKEN} signs")

    def who(self, token: str) -> Identity | None:
        """The machine of a token; None where it is nobody's. Every token is compared, however soon one fits."""
        given, found = hash_of(token), None
        for kept, identity in self._known():
            if hmac.compare_digest(kept, given):
                found = identity
        return found

    def _known(self) -> list[tuple[str, Identity]]:
        """The hash of each token, read once for each configuration. A token that is not there, or weak, lets nobody in."""
        machines = self._access().machines
        if self._read[0] is not machines:
            known = []
            for machine in machines:
                try:
                    token = self._secret(machine.token_env)
                except LookupError:
                    continue
                if len(token) >= SHORTEST_TOKEN:
                    known.append((hash_of(token), identity_of_machine(machine)))
            self._read = (machines, known)
        return self._read[1]
