"""The sitrep of a huddle as a message: who is told of it, and in which words. It goes by itself, with no alert beside it."""

from __future__ import annotations

from datetime import datetime

from flowcentre.alerts.rota import told
from flowcentre.alerts.words import SEVERITY_WORDS, clock_words
from flowcentre.model import Alerting, Lead, Severity, Telling, TellingKind
from flowcentre.picture.sitrep import Sitrep, sitrep_text


def sitrep_tellings(alerting: Alerting, huddle: int, at: datetime) -> list[Telling]:
    """Who is told what a huddle came to: those of ``[huddle]`` who are on at a moment. The keys are the same each time."""
    return [
        Telling(f"huddle {huddle}/sitrep/{lead}", lead, TellingKind.SITREP, Severity.NOTICE, at, huddle=huddle)
        for lead in told(alerting, alerting.sitrep_to, at)
    ]


def sitrep_link(alerting: Alerting, huddle: int) -> str:
    """Where a sitrep stands as a page; ".txt" and ".pdf" after it are the same as files."""
    return f"{alerting.public_url.rstrip('/')}/huddle/{huddle}"


def sitrep_words(
    huddle: int, sitrep: Sitrep | None, lead: Lead, alerting: Alerting, at: datetime, *, short: bool, invented: str
) -> tuple[str, str]:
    """Subject and text of the message to a lead; ``invented`` is how what is of no real county begins.

    A short message says where the sitrep is. One that was not kept is said to be missing: its page works it out.
    """
    link = sitrep_link(alerting, huddle)
    title = sitrep.title if sitrep is not None else f"situation report of huddle {huddle}"
    subject = f"{invented}{SEVERITY_WORDS[Severity.NOTICE]}: {title}"
    if short:
        return subject, f"{subject}. {link}"
    if sitrep is None:
        said = f"The situation report of huddle {huddle} stands here: {link}"
    else:
        said = sitrep_text(sitrep, f"{link}.pdf", page=link).rstrip("\n")
    return subject, f"{invented}{said}\n\nFlow Centre, to {lead.title}, {clock_words(at, at)}"
