"""Secrets stand in the environment; a configuration only names the variable that holds one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from flowcentre.config.lines import KeyPath

_SECRET_WORDS = frozenset(
    {"token", "password", "passwd", "passphrase", "secret", "apikey", "credential", "credentials"}
)
_SECRET_PHRASES = ("api_key", "private_key", "access_key", "account_key")
_VARIABLE_NAME = re.compile(r"[A-Z][A-Z0-9_]*")
_IN_ADDRESS = re.compile(r"://[^/@\s]*:[^/@\s]*@|[?&](?:token|key|api_?key|sig|secret|password)=", re.IGNORECASE)


def is_variable(text: str) -> bool:
    """Is it the name of an environment variable?"""
    return _VARIABLE_NAME.fullmatch(text) is not None


def find_secrets(settings: Mapping[str, object], path: KeyPath = ()) -> Iterator[tuple[KeyPath, str, str]]:
    """Each secret written in the clear: its path, what is wrong, what is right. Never quotes a value."""
    for key, value in settings.items():
        yield from _in_value((*path, key), key, value)


def _in_value(path: KeyPath, key: str, value: object) -> Iterator[tuple[KeyPath, str, str]]:
    if isinstance(value, dict):
        yield from find_secrets(value, path)
        return
    if isinstance(value, list):
        for index, member in enumerate(value):
            yield from _in_value((*path, index), key, member)
        return
    name = key.lower().replace("-", "_")
    secret = not _SECRET_WORDS.isdisjoint(name.split("_")) or any(phrase in name for phrase in _SECRET_PHRASES)
    variable = f"FLOWCENTRE_{name.removesuffix('_env').upper()}"
    if secret and not name.endswith("_env"):
        yield path, f'"{key}" holds a secret in the clear', f'{key}_env = "{variable}", and the secret in that variable'
    elif secret and not (isinstance(value, str) and _VARIABLE_NAME.fullmatch(value)):
        yield path, f'"{key}" is not the name of an environment variable', f'{key} = "{variable}", in capitals'
    elif isinstance(value, str) and _IN_ADDRESS.search(value):
        yield path, f'"{key}" holds a secret inside an address', "the address alone, and the secret in a variable"
