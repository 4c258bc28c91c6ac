"""What became of a sitrep that was put up to be sent: whom it has reached, and whom it cannot reach."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flowcentre.model import Alerting, Huddle, Message, MessageState
from flowcentre.picture.saying import sentence, when_words

_GOING = (MessageState.WAITING, MessageState.SENDING)


def sent_words(huddle: Huddle, to: Sequence[str], messages: Sequence[Message], alerting: Alerting, at: datetime) -> str:
    """ "Put up to be sent 08:20: delivered to 2 of 2.", with who waits for it, and whom no channel could reach."""
    if huddle.sent_at is None:
        return "Not sent."
    states = {lead: [each.state for each in messages if each.lead == lead] for lead in to}
    reached = [lead for lead in to if MessageState.DELIVERED in states[lead]]
    # What is still to be written has no message yet.
    going = [
        lead for lead in to if lead not in reached and (not states[lead] or any(s in _GOING for s in states[lead]))
    ]
    lost = [lead for lead in to if lead not in reached and lead not in going]
    said = [f"delivered to {len(reached)} of {len(to)}"]
    for what, leads in (("on its way to", going), ("cannot be delivered to", lost)):
        if leads:
            said.append(f"{what} {', '.join(_title(alerting, lead) for lead in leads)}")
    return sentence(f"put up to be sent {when_words(huddle.sent_at, at)}: {'; '.join(said)}")


def _title(alerting: Alerting, id: str) -> str:
    lead = alerting.lead(id)
    return lead.title if lead is not None else id
