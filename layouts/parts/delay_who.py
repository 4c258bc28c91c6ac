"""Who must act, and how long it has been: owners, councils, days since ready, length of stay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from dash import html
from dash.development.base_component import Component

from flowcentre.measures.delays import BANDS, STAYS
from flowcentre.picture.delay_sums import counts_by_facet
from flowcentre.picture.delays import FACETS, LIMITS, PAST_21_DAYS, PAST_EXPECTED, PAST_HOSPITAL, Delay, counts
from flowcentre.picture.listed import PAST, Chosen
from layouts.parts.list_links import Address, choice_marks
from layouts.parts.list_words import least, least_people, least_sign, nobody, place_name, short_note
from layouts.parts.tree import marked

_LIMIT_HEADS = {
    PAST_HOSPITAL: ("Hospital", "over 48 h"),
    PAST_21_DAYS: ("21 days", "or more"),
    PAST_EXPECTED: ("Expected", "date passed"),
}
_SHOWN = 8  # rows before the rest is asked for


def who(chosen: Chosen[Delay], address: Address[Delay]) -> html.Section:
    """Whose move it is, and how long they have waited for it."""
    waiting, short = chosen.but("days"), chosen.count.at_least
    return html.Section(
        [
            html.H2("Who must act", id="who"),
            short_note(chosen),
            _limits(chosen, address),
            _ranking(chosen, address, "owner", "Organisation that must act next", "Nobody named"),
            _ranking(chosen, address, "council", "Council or locality where they live", "Not known"),
            _ranking(chosen, address, "site", "Hospital", "Not known"),
            _ranking(chosen, address, "ward", "Ward", "No ward"),
            html.H3("Days since the discharge ready date", className="list-sub"),
            _bands(waiting, address, short),
            html.H3("Length of stay", className="list-sub"),
            _stays(chosen.counted, short),
        ],
        className="delay-who panel",
    )


def _limits(chosen: Chosen[Delay], address: Address[Delay]) -> Component:
    wider = replace(chosen, filters=chosen.filters.without(PAST))
    past = {count.value: count.people or 0 for count in counts_by_facet(wider)[PAST]}
    short = chosen.count.at_least
    return html.Ul(
        [
            html.Li(
                html.A(
                    [html.B(least(past[limit], short)), html.Span(words)],
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


def _ranking(chosen: Chosen[Delay], address: Address[Delay], facet: str, title: str, unknown: str) -> Component:
    """How many wait for each, and past which limits, in a table of links."""
    delays = chosen.but(facet, PAST)
    ranked = sorted(counts(delays, facet).items(), key=lambda item: (-item[1], item[0]))
    past = Counter((FACETS[facet](delay), limit) for delay in delays for limit in delay.past)
    county = chosen.picture.county
    # A hospital's own list does not fall short for another's; one that is silent has no count, and is not left out.
    lists = replace(chosen, filters=chosen.filters.without("site")).in_scope if facet == "site" else ()
    own = {each.place: each.value.at_least for each in lists}
    rows = []
    for value, number in ranked:
        name, short = place_name(county, value, unknown), own.get(value, chosen.count.at_least)
        bar = html.Span(
            [html.I(style={"width": f"{100 * number / ranked[0][1]:.1f}%"}), html.B(least_sign(number, short))],
            className="in-cell",
        )
        cells = [_limit_cell(address, facet, value, limit, past[value, limit], name, short) for limit in _LIMIT_HEADS]
        rows.append(html.Tr([_ranked(address, facet, value, name), html.Td(bar, className="counted"), *cells]))
    for each in lists:
        if not each.value.known:
            said = html.Td("list missing", className="coverage", colSpan=1 + len(_LIMIT_HEADS))
            rows.append(html.Tr([_ranked(address, facet, each.place, place_name(county, each.place)), said]))
    heads = [html.Th(title, scope="col"), html.Th("People", scope="col")]
    heads += [html.Th([first, html.Br(), second], scope="col") for first, second in _LIMIT_HEADS.values()]
    if not rows:
        return html.Div([html.H3(title, className="list-sub"), nobody(chosen.count.at_least)])
    shown, more = rows[:_SHOWN], rows[_SHOWN:]
    table = html.Table([html.Thead(html.Tr(heads)), html.Tbody(shown)], className="delay-ranking")
    if not more:
        return table
    rest = html.Table(html.Tbody(more), className="delay-ranking")
    return html.Div([table, html.Details([html.Summary(f"{len(more)} more"), rest], id=f"more-{facet}")])


def _ranked(address: Address[Delay], facet: str, value: str, name: str) -> html.Th:
    chosen = {facet: value}
    href = address.turned(**chosen).href
    return html.Th(html.A(name, href=href, id=f"{facet}-{value}", **choice_marks(address, **chosen)), scope="row")


def _limit_cell(
    address: Address[Delay], facet: str, value: str, limit: str, number: int, name: str, short: bool
) -> html.Td:
    if not number:
        return html.Td(html.Span(least_sign(0, short), className="nought"))
    words = f"{name}: {least_people(number, short)}, {LIMITS[limit]}"
    return html.Td(
        html.A(
            least_sign(number, short),
            href=address.turned(**{facet: value, PAST: limit}).href,
            id=f"{facet}-{value}-{limit}",
            title=words,
            **marked(aria_label=words),
            **choice_marks(address, **{facet: value, PAST: limit}),
        )
    )


def _bands(delays: Sequence[Delay], address: Address[Delay], short: bool) -> Component:
    found = counts(delays, "days")
    most = max(found.values(), default=0) or 1
    return html.Ul(
        [
            html.Li(
                html.A(
                    [
                        html.B(least_sign(found[band.key], short)),
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


def _stays(delays: Iterable[Delay], short: bool) -> Component:
    nights = [delay.nights for delay in delays]
    return html.Div(
        [
            html.Ul(
                [
                    html.Li(
                        [
                            html.B(least(sum(stay >= limit for stay in nights), short)),
                            html.Span(f"{limit} nights or more"),
                        ]
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
