"""Sheets for the ward round: the delayed discharges of each ward on A4, in black and white, longest first.

A sheet of paper does not age by itself: it says of when its list is, how old that was when the sheet was
made, and what it leaves out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import escape

from dash import html
from dash.development.base_component import Component

from flowcentre.measures.delays import REASON_BY_KEY
from flowcentre.model import State, Value
from flowcentre.picture.delays import LIMITS, PAST_EXPECTED, Delay
from flowcentre.picture.listed import PAST, Chosen
from layouts.finished import to_html
from layouts.parts.list_words import place_name
from layouts.parts.tree import Child, marked
from layouts.parts.words import DASH, LONDON, age_words, clock_words, date_words, iso

PEOPLE_ON_A_PAGE = 25
_HEADS = (
    ("ref", "Ref"),
    ("days", "Days"),
    ("pathway", "Path\N{SOFT HYPHEN}way"),
    ("reason", "Reason for delay"),
    ("owner", "Must act next"),
    ("expected", "Expected discharge"),
    ("reviewed", "Last review"),
    ("action", "Today's action"),
)
# What the choice of a facet is called; others go by their own names.
_CHOSEN_BY = {"days": "days waited", PAST: "limits passed", "family": "reason", "owner": "who must act"}
_LONG_REF = 13  # letters; longer ones get a wider column


@dataclass(frozen=True)
class Sheet:
    """One side of paper: a part of the people of one ward."""

    site: str
    ward: str | None
    delays: tuple[Delay, ...]
    number: int
    of: int
    people: int  # on all sheets of the ward


def document(chosen: Chosen[Delay], asked_at: datetime | None, whose: str = "", *, fingerprint: str) -> str:
    """Every sheet of the people chosen, as a page that needs no script. ``asked_at`` is the past moment asked for, ``whose``
    rows these are, in words, where they are not everybody's.
    """
    sheets = list(sheets_of(chosen))
    content = [_sheet(sheet, chosen, asked_at, whose) for sheet in sheets] or [_nobody(chosen, asked_at, whose)]
    version = escape(fingerprint)
    query = "&".join(filter(None, (chosen.filters.query, f"at={iso(asked_at)}" if asked_at is not None else "")))
    back = escape(f"/delays?{query}" if query else "/delays")
    pages = f"{len(content)} sheet{'s' if len(content) != 1 else ''} of A4"
    return f"""<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Ward sheets - {escape(chosen.picture.county.name)}</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/tokens.css?v={version}">
<link rel="stylesheet" href="/assets/ward-sheet.css?v={version}">
</head>
<body class="ward-sheets" data-version="{chosen.picture.version}">
<nav class="on-screen" aria-label="Sheets">{pages}.{escape(_of_all(whose))} Print with Ctrl+P or Cmd+P. <a href="{back}">Back to the list</a></nav>
<main>{to_html(content)}</main>
</body>
</html>
"""


def sheets_of(chosen: Chosen[Delay]) -> Iterator[Sheet]:
    """The sheets in the order of the configuration; a ward that was asked for has one though nobody waits there."""
    places = chosen.picture.county.places
    wards: dict[tuple[str, str | None], list[Delay]] = {}
    for ward in sorted(chosen.filters.chosen.get("ward", ())):
        site = (
            next((up.id for up in places.ancestors(ward) if _listed(up.id, chosen)), None) if ward in places else None
        )
        if site is not None:
            wards[site, ward] = []
    for delay in chosen.people:
        wards.setdefault((delay.person.place, delay.person.ward), []).append(delay)
    order = {place.id: index for index, place in enumerate(places)}
    for (site, on), delays in sorted(
        wards.items(), key=lambda ward: (order.get(ward[0][0], 0), order.get(ward[0][1] or "", len(order)))
    ):
        parts = [tuple(delays[first : first + PEOPLE_ON_A_PAGE]) for first in range(0, len(delays), PEOPLE_ON_A_PAGE)]
        for number, side in enumerate(parts or [()], start=1):
            yield Sheet(site, on, side, number, max(1, len(parts)), len(delays))


def _listed(place: str, chosen: Chosen[Delay]) -> bool:
    return any(each.place == place for each in chosen.in_scope)


def _sheet(sheet: Sheet, chosen: Chosen[Delay], asked_at: datetime | None, whose: str) -> Component:
    places = chosen.picture.county.places
    ward, site = places.get(sheet.ward or ""), places.get(sheet.site)
    value = next(each.value for each in chosen.in_scope if each.place == sheet.site)
    name = ward.name if ward is not None else "Ward not given"
    hospital = site.name if site is not None else sheet.site
    side = f", sheet {sheet.number} of {sheet.of}" if sheet.of > 1 else ""
    return html.Section(
        [
            html.Header(
                [
                    html.H1(name),
                    html.P(f"{hospital}: delayed discharges", className="hospital"),
                    html.P(_as_at(value, chosen, asked_at), className="as-at"),
                    html.P(said, className="people") if (said := _people(sheet, whose)) else None,
                    _demonstration(chosen),
                ]
            ),
            *_warnings([value], chosen, asked_at),
            _partial(chosen),
            _table(sheet, name, chosen) if sheet.delays else html.P(_none_words(whose), className="nobody"),
            _footer(chosen),
        ],
        className="sheet",
        tabIndex=0,  # enlarged, its table is moved sideways
        **marked(data_ward=sheet.ward or "", aria_label=f"{name}, {hospital}{side}"),
    )


def _nobody(chosen: Chosen[Delay], asked_at: datetime | None, whose: str) -> Component:
    places = chosen.picture.county.places
    values = [each.value for each in chosen.in_scope]
    where = html.P(places[values[0].place].label, className="hospital") if len(values) == 1 else None
    words = _none_words(whose) if whose else "Nobody is on the lists that these filters leave."
    return html.Section(
        [
            html.Header([html.H1("Delayed discharges"), where, _demonstration(chosen)]),
            *_warnings(values, chosen, asked_at),
            _partial(chosen),
            html.P(words, className="nobody"),
            _footer(chosen),
        ],
        className="sheet",
    )


def _demonstration(chosen: Chosen[Delay]) -> Component | None:
    invented = chosen.picture.county.demonstration
    return html.P("DEMONSTRATION: every figure is invented", className="demonstration") if invented else None


def _made_at(chosen: Chosen[Delay], asked_at: datetime | None) -> datetime:
    picture = chosen.picture
    return picture.at if asked_at is not None or picture.looks_back else picture.known_at


def _as_at(value: Value, chosen: Chosen[Delay], asked_at: datetime | None) -> str:
    if value.observed_at is None:
        return "No list has come"
    made_at = _made_at(chosen, asked_at)
    late = ", late" if value.state is State.LATE else ""
    return (
        f"List as at {clock_words(value.observed_at)}, {date_words(value.observed_at)}{late}. "
        f"Sheet made at {clock_words(made_at)}, when the list was {_old_words(value.observed_at, made_at)}."
    )


def _old_words(observed_at: datetime, at: datetime) -> str:
    words = age_words(at, observed_at)
    return f"{words.removesuffix(' ago')} old" if words.endswith(" ago") else "new"


def _people(sheet: Sheet, whose: str) -> list[Child]:
    side = f"; sheet {sheet.number} of {sheet.of}" if sheet.of > 1 else ""
    if not whose:
        return [f"{_number(sheet.people)} with no criteria to reside, longest first{side}"]
    if not sheet.people:
        return []  # beneath it stands whose rows would be here
    of = f"{_number(sheet.people)} of {whose} alone: others may wait on this ward who are not yours to see."
    return [html.Strong(of), f" Longest first{side}"]


def _number(people: int) -> str:
    return f"{people} {'person' if people == 1 else 'people'}"


def _none_words(whose: str) -> str:
    """That nobody is on a sheet: because nobody waits, or because nobody of theirs does."""
    if not whose:
        return "Nobody chosen waits here."
    return f"None of those who are yours to see waits here: those of {whose}. Others may."


def _of_all(whose: str) -> str:
    """Whose rows the sheets are together: a ward of which nobody may be seen has none."""
    return f" They hold those of {whose} alone; others may wait there." if whose else ""


def _partial(chosen: Chosen[Delay]) -> Component | None:
    """Says that filters leave out a part of each ward."""
    by = [_CHOSEN_BY.get(facet, facet) for facet in chosen.filters.chosen if facet not in ("site", "ward")]
    return _warning("NOT THE WHOLE WARD", f"chosen by {', '.join(by)}.") if by else None


def _warnings(values: Sequence[Value], chosen: Chosen[Delay], asked_at: datetime | None) -> Iterator[Component]:
    """What must be known before anybody acts on a sheet, at its top."""
    places, made_at = chosen.picture.county.places, _made_at(chosen, asked_at)
    if asked_at is not None:
        yield _warning(
            "LOOKS BACK", f"as it was known at {clock_words(asked_at)}, {date_words(asked_at)}. Not the present."
        )
    for value in values:
        name = places[value.place].label
        if value.observed_at is None:
            yield _warning("NO LIST", f"{name} has sent none: nobody is known, which is not nobody.")
        elif value.state is State.STALE:
            yield _warning(
                "LIST TOO OLD",
                f"{name}: {_old_words(value.observed_at, made_at)}. People may have come, left or moved since.",
            )
        elif not value.known:
            yield _warning("LIST NOT KNOWN", f"{name}: the last could not be counted.")
        if value.held:
            rows = f"{value.held} row{'s' if value.held != 1 else ''}"
            yield _warning(
                "INCOMPLETE", f"{rows} of the list of {name} could not be read: somebody may be missing here."
            )


def _warning(what: str, words: str) -> Component:
    return html.P([html.Strong(what), f" {words}"], className="warning")


def _table(sheet: Sheet, name: str, chosen: Chosen[Delay]) -> Component:
    return html.Table(
        [
            html.Caption(f"Delayed discharges, {name}"),
            html.Thead(html.Tr([html.Th(head, className=kind, scope="col") for kind, head in _HEADS])),
            html.Tbody([_row(delay, chosen) for delay in sheet.delays]),
        ],
        className="long-refs" if any(len(delay.person.ref) > _LONG_REF for delay in sheet.delays) else None,
    )


def _row(delay: Delay, chosen: Chosen[Delay]) -> Component:
    person = delay.person
    passed = ", passed" if PAST_EXPECTED in delay.past else ""
    cells: dict[str, Child] = {
        "days": html.B(delay.days) if delay.past else delay.days,
        "pathway": _said(person.pathway),
        "reason": REASON_BY_KEY[person.reason].text if person.reason is not None else "not known",
        "owner": place_name(chosen.picture.county, person.owner, "not known"),
        "expected": f"{_day_words(person.expected_on)}{passed}" if person.expected_on is not None else DASH,
        "reviewed": _moment_words(person.reviewed_at) if person.reviewed_at is not None else DASH,
        "action": None,
    }
    return html.Tr(
        [
            html.Th(person.ref, className="ref", scope="row"),
            *(html.Td(html.Div(cell), className=kind) for kind, cell in cells.items()),
        ]
    )


def _said(value: int | None) -> Child:
    return DASH if value is None else value


def _day_words(day: date) -> str:
    return f"{day.day} {day:%b}"


def _moment_words(moment: datetime) -> str:
    local = moment.astimezone(LONDON)
    return f"{local.day} {local:%b} {local:%H:%M}"


def _footer(chosen: Chosen[Delay]) -> Component:
    bold = "; ".join(LIMITS.values())
    return html.Footer(
        f"Days since the discharge ready date; in bold: {bold}. From the hospital's own list, not validated, "
        f"version {chosen.picture.version}. References are personal data: confidential waste. Decisions belong in the record."
    )
