"""Why people wait: pathways by family of reasons, and the reasons by rank. Every bar chooses what it counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from flowcentre.measures.delays import FAMILY_KEYS, FAMILY_OF_REASON, PATHWAYS, REASON_BY_KEY
from flowcentre.picture.delays import FACETS, Delay, counts
from flowcentre.picture.listed import UNKNOWN, Chosen
from layouts.parts.delay_words import PLAIN_WORDS, family_name, pathway_name
from layouts.parts.list_links import Address, choice_marks
from layouts.parts.list_words import least, least_people, least_sign, nobody, short_note
from layouts.parts.tree import Child, marked
from layouts.parts.words import NO_BREAK

_PATHWAYS = (*map(str, PATHWAYS), UNKNOWN)
# Three lanes on one scale. What is being arranged, and what is not there, each start from a line of their own, so
# that they can be compared from pathway to pathway at a glance.
_LANES = (
    ("hospital, hub and person", tuple(f for f in FAMILY_KEYS if f not in PLAIN_WORDS) + (UNKNOWN,)),
    (PLAIN_WORDS["interface"], ("interface",)),
    (PLAIN_WORDS["capacity"], ("capacity",)),
)
_NARROWEST = 0.19  # of the whole, for a lane: its heading must fit
_RANKED = 10  # reasons shown before the rest is asked for


def why(chosen: Chosen[Delay], address: Address[Delay]) -> html.Section:
    """Pathway by family, then reason by reason."""
    short = chosen.count.at_least
    return html.Section(
        [
            html.H2("Why they wait", id="why"),
            short_note(chosen),
            _chart(chosen.but("pathway", "family"), address, short),
            html.H3("Reasons, most people first", className="list-sub"),
            _reasons(chosen.but("reason"), address, short),
        ],
        className="delay-why panel",
    )


# --- Pathway by family ----------------------------------------------------------------------


def _chart(delays: Sequence[Delay], address: Address[Delay], short: bool) -> Component:
    if not delays:
        return nobody(short)
    cells = Counter((FACETS["pathway"](delay), FACETS["family"](delay)) for delay in delays)
    families = counts(delays, "family")
    pathways = counts(delays, "pathway")
    widest = [max(sum(cells[p, f] for f in lane) for p in _PATHWAYS) for _, lane in _LANES]
    whole = sum(widest) or 1
    lanes = [max(width, _NARROWEST * whole) for width in widest]
    columns = " ".join(f"minmax(0,{width:.4g}fr)" for width in lanes)
    heads = [_lane_head(words, lane, families, address, short) for words, lane in _LANES]
    rows = [
        _row(pathway, pathways[pathway], cells, lanes, address, short) for pathway in _PATHWAYS if pathways[pathway]
    ]
    return html.Div(
        [
            html.Div(
                [html.Span(className="corner"), *heads],
                className="why-row why-heads",
            ),
            *rows,
            _table(cells, short),
        ],
        className="why-chart",
        style={"--lanes": columns},
    )


def _lane_head(
    words: str, lane: tuple[str, ...], families: Counter[str], address: Address[Delay], short: bool
) -> Component:
    apart = len(lane) == 1
    total = sum(families[family] for family in lane)
    named = [
        html.A(
            [
                html.I(className="swatch", **marked(data_family=family)),
                f"{family_name(family)}{NO_BREAK}",
                html.B(least_sign(families[family], short)),
            ],
            href=address.turned(family=family).href,
            id=f"family-{family}",
            **choice_marks(address, family=family),
        )
        for family in lane
        if families[family] or apart
    ]
    return html.Div(
        [
            html.Strong([words, html.B(f" {least_sign(total, short)}") if not apart else None]),
            html.Div(named, className="legend"),
        ],
        className="lane-head apart" if apart else "lane-head",
    )


def _row(
    pathway: str,
    total: int,
    cells: Counter[tuple[str, str]],
    lanes: Sequence[float],
    address: Address[Delay],
    short: bool,
) -> Component:
    name = html.A(
        [html.Span(pathway_name(pathway)), html.B(least_sign(total, short))],
        href=address.turned(pathway=pathway).href,
        id=f"pathway-{pathway}",
        className="row-name",
        **choice_marks(address, pathway=pathway),
    )
    drawn = []
    for (_, families), width in zip(_LANES, lanes, strict=True):
        parts = [
            _part(pathway, family, cells[pathway, family], width, address, short)
            for family in families
            if cells[pathway, family]
        ]
        drawn.append(html.Div(parts, className="lane"))
    return html.Div([name, *drawn], className="why-row")


def _part(pathway: str, family: str, number: int, lane: float, address: Address[Delay], short: bool) -> Component:
    words = f"{pathway_name(pathway)}, {family_name(family)}: {least_people(number, short)}"
    return html.A(
        html.Span(f"{number:,}"),
        href=address.turned(pathway=pathway, family=family).href,
        id=f"why-{pathway}-{family}",
        className="part",
        title=words,
        style={"width": f"{100 * number / lane:.2f}%"},
        **marked(data_family=family, aria_label=words),
        **choice_marks(address, pathway=pathway, family=family),
    )


def _table(cells: Counter[tuple[str, str]], short: bool) -> Component:
    """The same numbers for those who cannot see bars."""
    families = [family for _, lane in _LANES for family in lane]
    head = [html.Td(), *(html.Th(family_name(family), scope="col") for family in families)]
    rows = [
        html.Tr([html.Th(pathway_name(p), scope="row"), *(html.Td(least(cells[p, f], short)) for f in families)])
        for p in _PATHWAYS
    ]
    table = [html.Caption("People by pathway and kind of reason"), html.Thead(html.Tr(head)), html.Tbody(rows)]
    return html.Div(html.Table(table), className="unseen")


# --- Reasons ------------------------------------------------------------------------------


def _reasons(delays: Sequence[Delay], address: Address[Delay], short: bool) -> Component:
    ranked = sorted(counts(delays, "reason").items(), key=lambda item: (-item[1], item[0]))
    if not ranked:
        return nobody(short)
    longest = ranked[0][1]
    rows = [_reason(reason, number, longest, address, short) for reason, number in ranked]
    content: list[Child] = [html.Ol(rows[:_RANKED], className="delay-reasons")]
    if len(rows) > _RANKED:
        rest = sum(number for _, number in ranked[_RANKED:])
        words = (
            f"{len(rows) - _RANKED} more reasons, {least_people(rest, short)}"
            if len(rows) - _RANKED > 1
            else f"1 more reason, {least_people(rest, short)}"
        )
        content.append(
            html.Details(
                [html.Summary(words), html.Ol(rows[_RANKED:], className="delay-reasons")],
                id="more-reasons",
            )
        )
    return html.Div(content)


def _reason(reason: str, number: int, longest: int, address: Address[Delay], short: bool) -> Component:
    known = REASON_BY_KEY.get(reason)
    family = FAMILY_OF_REASON.get(reason, UNKNOWN)
    text = known.text if known is not None else "Reason not known"
    also = [family_name(family)] if known is not None else []
    also += [PLAIN_WORDS[family]] if family in PLAIN_WORDS else []
    also += [known.pathway] if known is not None and known.pathway else []
    return html.Li(
        html.A(
            [
                html.Span([text, html.Small(", ".join(also))], className="reason-words"),
                html.Span(
                    html.I(style={"width": f"{100 * number / longest:.1f}%"}, **marked(data_family=family)),
                    className="reason-bar",
                ),
                html.B(least_sign(number, short)),
            ],
            href=address.turned(reason=reason).href,
            id=f"reason-{reason}",
            **choice_marks(address, reason=reason),
        )
    )
