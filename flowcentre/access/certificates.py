"""When the certificate of a public name ends: one that has ended keeps everybody out at the same moment."""

from __future__ import annotations

import socket
import ssl
from datetime import datetime
from urllib.parse import urlsplit

from cryptography.x509 import load_der_x509_certificate

WITHIN = 10.0  # seconds, to be reached and again to be answered


class NotSeen(Exception):
    """No certificate could be looked at, and why."""


def place_of(address: str) -> tuple[str, int] | None:
    """Host and port of an address by https; None of any other."""
    parts = urlsplit(address)
    return (parts.hostname, parts.port or 443) if parts.scheme == "https" and parts.hostname else None


def ends_at(host: str, port: int, *, within: float = WITHIN) -> datetime:
    """When the certificate that is shown there ends, in UTC. Raises NotSeen.

    Whether it is believed is not asked: of a private authority nothing is known here, and it is its end that is looked for.
    """
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with (
            socket.create_connection((host, port), timeout=within) as reached,
            context.wrap_socket(reached, server_hostname=host) as secured,
        ):
            shown = secured.getpeercert(binary_form=True)
        if shown is None:
            raise NotSeen("it shows no certificate")
        return load_der_x509_certificate(shown).not_valid_after_utc
    except TimeoutError:
        raise NotSeen(f"it did not answer within {within:g} s") from None
    except ssl.SSLError as error:
        raise NotSeen(f"it does not speak TLS as it should ({error.reason or 'no reason given'})") from None
    except (OSError, ValueError) as error:
        raise NotSeen(f"it cannot be reached ({getattr(error, 'strerror', None) or type(error).__name__})") from None
