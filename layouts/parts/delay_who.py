"""Who must act, and how long it has been: owners, councils, days since ready, length of stay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from dash import html
from dash.development.base_component import Component

from flowcentre.measures.delays import BANDS, STAYS
from flowcentre.picture.delays import (
    FACETS,
    LIMITS,
    PAST,
    PAST_21_DAYS,
    PAST_EXPECTED,
    PAST_HOSPITAL,
    Chosen,
    Delay,
    counts,
    past_counts,
)
from layouts.parts.delay_links import Address, choice_marks
from layouts.parts.delay_words import people, place_name
from layouts.parts.tree import marked

_LIMIT_HEADS = {
    PAST_HOSPITAL: ("Hospital", "over 48 h"),
    PAST_21_DAYS: ("21 days", "or more"),
    PAST_EXPECTED: ("Expected", "date passed"),
}
_SHOWN = 8  # rows before the rest is asked for


def who(chosen: Chosen, address: Address) -> html.Section:
    """Whose move it is, and how long they have waited for it."""
    waiting = chosen.but("days")
    return html.Section(
        [
            html.H2("Who must act", id="who"),
            _limits(chosen, address),
            _ranking(chosen, address, "owner", "Organisation that must act next", "Nobody named"),
            _ranking(chosen, address, "council", "Council or locality where they live", "Not known"),
            _ranking(chosen, address, "site", "Hospital", "Not known"),
            html.H3("Days since the discharge ready date", className="delay-sub"),
            _bands(waiting, address),
            html.H3("Length of stay", className="delay-sub"),
            _stays(chosen.counted),
        ],
        className="delay-who panel",
    )


def _limits(chosen: Chosen, address: Address) -> Component:
    past = past_counts(chosen.but(PAST))
    return html.Ul(
        [
            html.Li(
                html.A(
                    [html.B(f"{past[limit]:,}"), html.Span(words)],
                    href=address.turned(past=limit).href,
                    id=f"past-{limit}",
                    **choice_marks(address, past=limit),
                )
            )
            for limit, words in LIMITS.items()
        ],
        className="delay-limits",
        **marked(aria_label="Past a limit; one person may be past several"),
    )


def _ranking(chosen: Chosen, address: Address, facet: str, title: str, unknown: str) -> Component:
    """How many wait for each, and past which limits, in a table of links."""
    delays = chosen.but(facet, PAST)
    ranked = sorted(counts(delays, facet).items(), key=lambda item: (-item[1], item[0]))
    past = Counter((FACETS[facet](delay), limit) for delay in delays for limit in delay.past)
    county = chosen.picture.county
    rows = []
    for value, number in ranked:
        name = place_name(county, value, unknown)
        here = address.turned(**{facet: value})
        head = html.Th(
            html.A(name, href=here.href, id=f"{facet}-{value}", **choice_marks(address, **{facet: value})), scope="row"
        )
        bar = html.Td(
            html.Span(
                [html.I(style={"width": f"{100 * number / ranked[0][1]:.1f}%"}), html.B(f"{number:,}")],
                className="in-cell",
            ),
            className="counted",
        )
        cells = [_limit_cell(address, facet, value, limit, past[value, limit], name) for limit in LIMITS]
        rows.append(html.Tr([head, bar, *cells]))
    heads = [html.Th(title, scope="col"), html.Th("People", scope="col")]
    heads += [html.Th([first, html.Br(), second], scope="col") for first, second in _LIMIT_HEADS.values()]
    if not rows:
        return html.Div([html.H3(title, className="delay-sub"), html.P("Nobody.", className="what")])
    shown, more = rows[:_SHOWN], rows[_SHOWN:]
    table = html.Table([html.Thead(html.Tr(heads)), html.Tbody(shown)], className="delay-ranking")
    if not more:
        return table
    rest = html.Table(html.Tbody(more), className="delay-ranking")
    return html.Div([table, html.Details([html.Summary(f"{len(more)} more"), rest], id=f"more-{facet}")])


def _limit_cell(address: Address, facet: str, value: str, limit: str, number: int, name: str) -> html.Td:
    if not number:
        return html.Td(html.Span("0", className="nought"))
    words = f"{name}: {people(number)}, {LIMITS[limit]}"
    return html.Td(
        html.A(
            f"{number:,}",
            href=address.turned(**{facet: value, PAST: limit}).href,
            id=f"{facet}-{value}-{limit}",
            title=words,
            **marked(aria_label=words),
            **choice_marks(address, **{facet: value, PAST: limit}),
        )
    )


def _bands(delays: Sequence[Delay], address: Address) -> Component:
    found = counts(delays, "days")
    most = max(found.values(), default=0) or 1
    return html.Ul(
        [
            html.Li(
                html.A(
                    [
                        html.B(f"{found[band.key]:,}"),
                        html.I(style={"height": f"{100 * found[band.key] / most:.1f}%"}, **marked(aria_hidden="true")),
                        html.Span(band.words),
                    ],
                    href=address.turned(days=band.key).href,
                    id=f"days-{band.key.replace('+', '-or-more')}",
                    **choice_marks(address, days=band.key),
                )
            )
            for band in BANDS
        ],
        className="delay-bands",
    )


def _stays(delays: Iterable[Delay]) -> Component:
    nights = [delay.nights for delay in delays]
    return html.Div(
        [
            html.Ul(
                [
                    html.Li(
                        [html.B(f"{sum(stay >= limit for stay in nights):,}"), html.Span(f"{limit} nights or more")]
                    )
                    for limit in STAYS
                ],
                className="delay-stays",
            ),
            html.P(
                "They overlap: 7 or more holds 14 or more, which holds 21 or more. Never add them.", className="what"
            ),
        ]
    )
