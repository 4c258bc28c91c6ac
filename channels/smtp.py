"""E-mail by SMTP."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from email.message import EmailMessage
from typing import ClassVar

from channels._deadline import Deadline
from channels._mail import mail
from flowcentre.alerts.contract import (
    SEND_WITHIN,
    TIMEOUT,
    BadSettings,
    Letter,
    NotDelivered,
    know_only,
    number_setting,
    secret_setting,
    text_setting,
)

_PORTS = {"starttls": 587, "tls": 465, "none": 25}
_TOOK_LONG = f"the mail server took longer than {SEND_WITHIN:g} s"


class _Handed(smtplib.SMTP):
    """A connection that knows whether a letter itself was on its way: from then on nobody can say that it was not taken."""

    on_its_way = False

    def putcmd(self, cmd: str, args: str = "") -> None:
        self.on_its_way |= cmd == "data"
        super().putcmd(cmd, args)


class _HandedByTls(_Handed, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte on."""


class Smtp:
    """A lead's address is an e-mail address.

    ``security`` is "starttls" (as if nothing were said), "tls", or "none" for a relay on one's own network; a password goes
    over an encrypted connection only.
    """

    kind: ClassVar[str] = "smtp"
    short: bool = False

    def __init__(self, settings: Mapping[str, object], secret: Callable[[str], str]) -> None:
        know_only(settings, "host", "port", "security", "user", "password_env", "sender", "ca_file")
        self._host = text_setting(settings, "host")
        self._sender = text_setting(settings, "sender")
        self._security = text_setting(settings, "security", "starttls")
        if self._security not in _PORTS:
            raise BadSettings('the setting "security" is "starttls", "tls" or "none"')
        self._port = number_setting(settings, "port", _PORTS[self._security])
        self._user = text_setting(settings, "user", "")
        if self._user and self._security == "none":
            raise BadSettings("a password goes over an encrypted connection only: security is to be starttls or tls")
        self._password = secret_setting(settings, "password_env", secret) if self._user else ""
        self._ca_file = text_setting(settings, "ca_file", "") or None

    def send(self, letter: Letter, address: str, key: str) -> None:
        """Hand a letter to the server. What its goodbye says does not matter any more.

        What fails once the letter is on its way, and is no plain refusal, may have been taken all the same.
        """
        written = mail(letter, self._sender, address, key)
        server = self._server()
        with Deadline(SEND_WITHIN, lambda: server.sock) as deadline:
            try:
                self._greet(server)
                _hand_over(server, written)
            except smtplib.SMTPRecipientsRefused as error:
                codes = [code for code, _ in error.recipients.values()]
                raise _refused("the address", max(codes, default=550)) from None
            except smtplib.SMTPAuthenticationError as error:
                raise NotDelivered(f"the mail server refused our credentials ({error.smtp_code})") from None
            except smtplib.SMTPResponseException as error:
                if deadline.passed:  # in the middle of an answer, which is none
                    raise NotDelivered(_TOOK_LONG, unsure=server.on_its_way) from None
                unsure = server.on_its_way and not 400 <= error.smtp_code < 600
                raise _refused("the letter", error.smtp_code, unsure=unsure) from None
            except smtplib.SMTPNotSupportedError:
                raise NotDelivered("the mail server does not offer what is configured of it") from None
            except ssl.SSLError:
                words = "the mail server's certificate is not trusted, or it speaks no TLS"
                raise NotDelivered(words, unsure=server.on_its_way) from None
            except (smtplib.SMTPException, OSError) as error:
                if deadline.passed:
                    words = _TOOK_LONG
                elif _timed_out(error):
                    words = f"the mail server did not answer within {TIMEOUT:g} s"
                elif server.on_its_way:
                    words = f"the mail server broke off while the letter was handed over ({type(error).__name__})"
                else:
                    words = f"the mail server cannot be reached, or broke off ({type(error).__name__})"
                raise NotDelivered(words, unsure=server.on_its_way) from None
            finally:
                with suppress(smtplib.SMTPException, OSError):
                    server.quit()
                server.close()

    def _server(self) -> _Handed:
        if self._security == "tls":
            return _HandedByTls(timeout=TIMEOUT, context=self._trust())
        return _Handed(timeout=TIMEOUT)

    def _greet(self, server: smtplib.SMTP) -> None:
        # TLS looks for the name that it is to find in the certificate, which an SMTP made without a host does not know.
        server._host = self._host  # type: ignore[attr-defined]
        code, _ = server.connect(self._host, self._port)
        if code != 220:
            raise smtplib.SMTPConnectError(code, b"")
        if self._security == "starttls":
            server.starttls(context=self._trust())
        if self._user:
            server.login(self._user, self._password)

    def _trust(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self._ca_file)
        except (OSError, ssl.SSLError):
            raise NotDelivered("the certificates in ca_file cannot be read") from None


def _hand_over(server: smtplib.SMTP, written: EmailMessage) -> None:
    """As ``send_message`` does, by the letter's own policy: else a line that begins with "From " comes as ">From "."""
    sender, to = (written[name].addresses[0].addr_spec for name in ("From", "To"))
    if (sender + to).isascii():
        server.sendmail(sender, [to], written.as_bytes())
    else:  # which takes the letter's policy by itself
        server.send_message(written)


def _timed_out(error: Exception) -> bool:
    """Did it wait in vain? Of a reply that does not come smtplib says that the server had gone, and keeps why."""
    return isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)


def _refused(what: str, code: int, *, unsure: bool = False) -> NotDelivered:
    """A refusal with a 5 in front is meant for good; any other may pass."""
    return NotDelivered(f"the mail server refused {what} ({code})", for_good=500 <= code < 600, unsure=unsure)
