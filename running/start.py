"""A start, and what refuses it before anything else is done."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flowcentre.model import County

HOST = "127.0.0.1"


class CannotStart(Exception):
    """Something that has to be put right first; said in plain words."""


def must_be_free(**ports: int) -> None:
    """Refuse a port that is taken before anything else is done. Raises CannotStart."""
    for option, port in ports.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                name = option.replace("_", "-")
                raise CannotStart(
                    f"{HOST} port {port} is taken: is Flow Centre running? Else give another --{name}"
                    f' (with make: ARGS="--{name} ...").'
                ) from None


def must_be_for_this_machine(county: County, host: str) -> None:
    """Refuse to show others a county that asks nobody who they are, before anything else is done. Raises CannotStart."""
    if host not in (HOST, "localhost", "::1") and not county.access.configured:
        raise CannotStart(
            f"--host {host} would let others see it, and {county.name} asks nobody who they are: leave the host out, or "
            "write access.toml (docs/sign-in.md)."
        )


def only_on_postgresql(store_url: str, command: str) -> None:
    """Refuse to run apart what on SQLite must be one process."""
    if not store_url.startswith("postgresql"):
        raise CannotStart(
            f"`app.py {command}` works on PostgreSQL: give --store postgresql+psycopg://user@host/database. "
            "A SQLite store has one process, `app.py run`."
        )


def must_say_who_may(county: County) -> None:
    """Refuse to serve a real county that does not say who may see it. Raises CannotStart."""
    if not county.demonstration and not county.access.configured:
        raise CannotStart(
            f"{county.name} is a real county, and nothing says who may see it. Write access.toml beside county.toml: [sign_in] "
            "with public_url and a way to sign in (local = true, or a table [oidc] or [proxy]), and a [[grant]] for each "
            "who may see something; docs/sign-in.md has one to begin with. Without it only a demonstration is shown."
        )
