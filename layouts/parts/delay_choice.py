"""What is chosen and as at when: chips that can be taken away, the band of a past moment, exports, the form for another."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from flowcentre.picture.delay_book import Answered
from flowcentre.picture.delays import FACETS, PAST
from layouts.parts.delay_links import PATH, Address
from layouts.parts.delay_top import counted_words
from layouts.parts.delay_words import FACET_WORDS, choice_name
from layouts.parts.tree import marked
from layouts.parts.words import LONDON, clock_words, date_words

# One value of a facet, where its heading is no name for it.
_SINGLE = {"owner": "organisation", "council": "council or locality", "days": "number of days", PAST: "limit"}
EXPORTS = ((".csv", "CSV"), (".xlsx", "Excel"), ("/ward-sheet", "Ward sheet"))


def head(answered: Answered) -> html.Header:
    """The title of the page and the moment that it speaks of."""
    picture = answered.chosen.picture
    return html.Header(
        [
            html.H1("Delayed discharges"),
            html.P(
                [
                    "as at ",
                    html.Time(clock_words(picture.at)),
                    f", {date_words(picture.at)}. From the hospitals' own lists: local, not validated.",
                ],
                className="when",
            ),
        ],
        className="page-head",
    )


def looks_back(answered: Answered, address: Address) -> Component | None:
    """Says that this is no present, with the way back to it."""
    if not answered.looks_back:
        return None
    at = answered.chosen.picture.at.astimezone(LONDON)
    return html.Div(
        [
            html.P([html.Strong(f"As known at {at:%H:%M} on {at.day} {at:%B %Y}"), ": not the present"]),
            html.A("Back to the present", href=address.as_at(None).href, id="to-the-present"),
        ],
        className="delay-past",
        role="note",
    )


def chips(answered: Answered, address: Address) -> html.Nav:
    """Each choice with the way to undo it, how many it leaves, and where the rest of the page stands."""
    county = answered.chosen.picture.county
    items = []
    for facet in (*FACETS, PAST):
        for value in sorted(address.filters.chosen.get(facet, ())):
            name = choice_name(facet, value, county)
            items.append(
                html.Li(
                    html.A(
                        [
                            html.Span(FACET_WORDS[facet]),
                            f" {name} ",
                            html.B("\N{MULTIPLICATION SIGN}", **marked(aria_hidden="true")),
                        ],
                        href=address.less(facet, value).href,
                        id=f"chip-{facet}-{value}",
                        className="chip",
                        **marked(aria_label=f"Take away {FACET_WORDS[facet]} {name}"),
                    )
                )
            )
    if items:
        items.append(html.Li(html.A("Clear all", href=address.cleared().href, id="chip-all", className="clear")))
    else:
        items.append(html.Li("Everybody. Choose by any bar or number.", className="what"))
    items += [_astray(facet, facet in address.filters.chosen) for facet in address.filters.astray]
    jumps = [("#why", "Why"), ("#who", "Who"), ("#history", "28 days"), ("#list", "List")]
    return html.Nav(
        [
            html.P([html.Strong(counted_words(answered.chosen))], className="chosen-count", role="status"),
            html.Ul(items, className="chips"),
            html.P([html.A(words, href=to) for to, words in jumps], className="jumps"),
        ],
        className="delay-chips",
        **marked(aria_label="What is chosen"),
    )


def _astray(facet: str, partly: bool) -> html.Li:
    """Says that the address asks for a value that there is not."""
    name = FACET_WORDS[facet].lower() if facet not in _SINGLE else _SINGLE[facet]
    words = f"A {name} asked for is not there: left out" if partly else f"No such {name}: not chosen by"
    return html.Li(words, className="astray", role="alert")


def exports(address: Address) -> html.P:
    """The same choice to take away."""
    links = [html.A(words, href=address.to(beneath)) for beneath, words in EXPORTS]
    return html.P(["Take away: ", *links], className="exports")


class Input(Component):
    """An input of finished HTML: Dash has none without a callback."""

    _namespace = "dash_html_components"
    _type = "Input"

    def __init__(self, **given: str) -> None:
        self._prop_names = list(given)
        self._valid_wildcard_attributes = ["data-", "aria-"]
        self.available_properties = self._prop_names
        self.available_wildcard_properties: list[str] = []
        super().__init__(**given)  # type: ignore[no-untyped-call]


def moment_form() -> Component:
    """Asks for the page as it was known at a moment. ``assets/delays.js`` keeps what else is chosen."""
    return html.Details(
        [
            html.Summary("As it was"),
            html.Form(
                [
                    html.Label("The page as it was known at", htmlFor="at"),
                    Input(type="datetime-local", name="at", id="at", required="required"),
                    html.Button("Show", type="submit"),
                ],
                action=PATH,
                method="get",
                id="as-it-was",
            ),
        ],
        className="delay-moment",
    )
