"""The form of each table of ``access.toml``."""

from __future__ import annotations

from typing import Any

from flowcentre.config.shapes import Id, Length, Name, Shape, _key


class SignInShape(Shape):
    """``[sign_in]`` of ``access.toml``"""

    public_url: Name | None = _key('"https://flow.westshire.example"', required=True)
    forwarded_by: list[Name] | None = _key('["127.0.0.1"]')
    local: bool | None = _key("true")
    idle: Length | None = _key('"60m"')
    idle_people: Length | None = _key('"15m"')
    absolute: Length | None = _key('"12h"')


class OidcShape(Shape):
    """``[oidc]`` of ``access.toml``"""

    issuer: Name | None = _key('"https://login.westshire.example"', required=True)
    client_id: Name | None = _key('"flow-centre"', required=True)
    client_secret_env: Name | None = _key('"FLOWCENTRE_OIDC_SECRET"')
    title: Name | None = _key('"your Westshire account"')
    scopes: Name | None = _key('"openid profile"')
    groups_claim: Name | None = _key('"groups"')
    title_claim: Name | None = _key('"preferred_username"')
    algorithms: list[Name] | None = _key('["RS256"]')
    acr: list[Name] | None = _key('["AAL2_OR_AAL3_ANY"]')


class ProxyShape(Shape):
    """``[proxy]`` of ``access.toml``"""

    peers: list[Name] | None = _key('["127.0.0.1"]', required=True)
    user_header: Name | None = _key('"X-Forwarded-User"', required=True)
    groups_header: Name | None = _key('"X-Forwarded-Groups"')
    secret_env: Name | None = _key('"FLOWCENTRE_PROXY_SECRET"', required=True)


class GrantShape(Shape):
    """``[[grant]]`` of ``access.toml``"""

    to: Name | None = _key('"group:flow-leads"', required=True)
    roles: list[Name] | None = _key('["manager", "lead"]', required=True)
    places: list[Id] | None = _key('["northgate"]')
    everywhere: bool | None = _key("true")


class MachineShape(Shape):
    """``[[machine]]`` of ``access.toml``"""

    id: Id | None = _key('"metrics"', required=True)
    token_env: Name | None = _key('"FLOWCENTRE_METRICS_TOKEN"', required=True)
    may: list[Name] | None = _key('["aggregates"]')
    places: list[Id] | None = _key('["northgate"]')
    everywhere: bool | None = _key("true")


class DisplaysShape(Shape):
    """``[displays]`` of ``access.toml``"""

    unseen: Length | None = _key('"30d"')
    small_numbers: Any = _key("{ hide_to = 7, round_to = 5 }")  # or false; read on its own: see SmallNumbersShape


class SmallNumbersShape(Shape):
    """``small_numbers`` of ``[displays]``"""

    hide_to: int | None = _key("7")
    round_to: int | None = _key("5")
