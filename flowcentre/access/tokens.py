"""Tokens: made of chance, kept as their hash alone, and compared so that the time says nothing."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


def make_token() -> str:
    """256 bits of chance, as text for a cookie or an address."""
    return secrets.token_urlsafe(32)


def token_from(key: str, form: str) -> str:
    """A token that the same form of the same session makes again: so it makes one, on whichever server it comes twice.

    ``key`` is the session's, ``form`` the form's mark, of which 96 bits are chance and kept nowhere.
    """
    digest = hmac.digest(key.encode(), f"token\n{form}".encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def is_token(text: str) -> bool:
    """Has it the form of one of ours? What has not need be looked up nowhere."""
    return _TOKEN.fullmatch(text) is not None


def hash_of(token: str) -> str:
    """What the store knows of a token. It is chance already, so neither salt nor many rounds would add anything."""
    return hashlib.sha256(token.encode()).hexdigest()
