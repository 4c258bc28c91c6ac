"""A letter as an e-mail."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate

from flowcentre.alerts.contract import Letter, NotDelivered
from flowcentre.model import Severity


def mail(letter: Letter, sender: str, address: str, key: str) -> EmailMessage:
    """A letter as an e-mail whose Message-ID is its key: one that comes twice is known. Raises NotDelivered for no address."""
    written = EmailMessage(policy=SMTP)
    domain = sender.rpartition("@")[2].strip("<> ") or "localhost"
    try:
        written["From"] = sender
        written["To"] = address
        written["Subject"] = " ".join(letter.subject.split())
        faulty = any(each.defects for each in (written["From"], written["To"])) or not written["To"].addresses
    except (ValueError, IndexError):
        faulty = True
    if faulty:
        raise NotDelivered("the address is no e-mail address", for_good=True)
    written["Date"] = formatdate()
    written["Message-ID"] = f"<{key}@{domain}>"
    written["Auto-Submitted"] = "auto-generated"  # so that nobody's holiday notice answers
    if letter.severity is Severity.CRITICAL:
        written["Importance"] = "high"
    written.set_content(letter.text)
    return written
