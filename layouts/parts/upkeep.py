"""How the server itself stands: what somebody has to see to, above the feeds, before it keeps anything out."""

from __future__ import annotations

from dash import html

from flowcentre.model import Picture
from layouts.parts.words import date_words, when_words


def upkeep_section(picture: Picture) -> html.Section | None:
    """Its troubles; beneath, what is known of its backups and certificates. None where there is nothing to say."""
    upkeep, said = picture.upkeep, []
    if upkeep.backup_at is not None:
        said.append(f"Last backup: {when_words(upkeep.backup_at, picture.at)}.")
    said += [f"The certificate of {ending.host} ends on {date_words(ending.at)}." for ending in upkeep.certificates]
    if not (upkeep.troubles or said):
        return None
    heading = "Somebody has to see to the server" if upkeep.troubles else "The server"
    troubles = html.Ul([html.Li(trouble) for trouble in upkeep.troubles]) if upkeep.troubles else None
    return html.Section(
        [html.H2(heading), troubles, html.P(" ".join(said)) if said else None],
        className="refused" if upkeep.troubles else "upkeep",
    )
