"""Alerts on the wall, on the first page and on their own: what is said in each condition, and what must never be."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest

from flowcentre.model import Alert, Alerting, AlertState, Blind, Board, MessageState, Picture, RuleKind, Severity
from flowcentre.picture.alerts_now import AlertsNow
from layouts import alerts as page
from layouts import demand, wall
from layouts.finished import to_html
from layouts.parts.alert_banner import front_banner, wall_band
from layouts.parts.alert_words import limit_words, message_words, state_words, value_words
from layouts.ways import ways
from tests.layouts.alerts_cast import (
    ALERTING,
    CONDITIONS,
    HOUR,
    MINUTE,
    acknowledged,
    alert,
    alerts_now,
    blind,
    messages,
    rule,
    shown,
)
from tests.layouts.cast import COUNTY_BOARD, NORTHGATE_BOARD, NOW, picture

BLANK = "\N{NO-BREAK SPACE}"


def words(html: str) -> str:
    """What one reads, blanks as they come."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)).replace(BLANK, " ")).strip()


def band(drawn: Picture, board: Board = COUNTY_BOARD) -> str:
    return words(to_html(wall_band(drawn, board)))


def section(known: AlertsNow, name: str) -> str:
    html = to_html(page.render(known))
    return words(html[html.index(f'id="{name}"') - 10 :].partition(">")[2].partition("</section>")[0])


# --- The wall ---------------------------------------------------------------------------------------


def test_the_wall_says_how_many_of_each_severity_the_gravest_by_name_and_what_nobody_took_up() -> None:
    said = band(shown())
    assert said.startswith("1 critical 1 warning 1 notice A&E crowded 74 people , Northgate General , for 41 min")
    assert said.endswith("2 not acknowledged")


def test_the_wall_says_by_whom_it_was_taken_on_where_there_is_room() -> None:
    short = replace(shown().alerts[0], title="Full", acknowledged_at=NOW, acknowledged_by="site manager")
    assert "Full 74 people , Northgate General , taken on by site manager" in band(replace(shown(), alerts=(short,)))


def test_the_wall_says_quietly_that_none_stands_and_nothing_where_no_rule_is_configured() -> None:
    assert band(shown("empty")) == "No alert stands"
    assert wall_band(picture(), COUNTY_BOARD) is None
    assert "alerts-band" not in wall.body(picture(), COUNTY_BOARD)


def test_that_none_stands_is_not_said_while_nobody_evaluates_the_rules() -> None:
    drawn = replace(shown("empty"), not_evaluated_since=NOW - 20 * MINUTE)
    assert band(drawn) == "Alerts not evaluated since 07:54"
    assert "No alert stands" not in words(to_html(front_banner(drawn)))


def test_that_none_stands_is_not_said_of_rules_that_cannot_tell() -> None:
    north, south = (
        Blind("occupancy", place, NOW - HOUR, "no news since 07:14") for place in ("northgate", "southmere")
    )
    drawn = replace(shown("empty"), cannot_tell=(north, south))
    assert band(drawn) == "No alert known: 1 of 5 rules cannot tell"  # the sixth is on trial
    assert "No alert known: 1 of 5 rules cannot tell All alerts" in words(to_html(front_banner(drawn)))
    assert page.count_words(drawn) == "?"
    here = replace(drawn, cannot_tell=(south,))
    assert band(here, NORTHGATE_BOARD) == "No alert stands"
    assert band(replace(here, alerts=(alert(30, subject="southmere"),)), NORTHGATE_BOARD).startswith(
        "No alert stands here"
    )
    stands = band(replace(drawn, alerts=(alert(21),)))
    assert stands.startswith("1 critical")
    assert stands.endswith("1 of 5 rules cannot tell not acknowledged")


def test_the_page_lists_what_cannot_tell_with_the_measure_since_when_and_why() -> None:
    one = Blind("ae-crowded", "northgate", NOW - HOUR, "no news since 07:14")
    known = replace(alerts_now("empty"), cannot_tell=(one,), silences=(replace(alerts_now().silences[0], rule=""),))
    assert "No alert known: 1 of 5 rules cannot tell." in section(known, "now")
    said = section(known, "cannot-tell")
    assert (
        "A&E crowded critical, silenced Northgate General Patients in A&E now since 07:14 no news since 07:14" in said
    )
    assert 'id="cannot-tell"' not in to_html(page.render(alerts_now("empty")))


def test_beside_a_value_stands_for_how_long_the_alert_and_not_how_old_the_value_is() -> None:
    said = band(replace(shown(), alerts=(alert(21),)))
    assert "74 people , Northgate General , for 41 min" in said
    assert "ago" not in said


def test_what_cannot_tell_is_counted_on_the_wall_and_every_alert_is_there_to_be_named() -> None:
    alerts = (acknowledged(alert(1)), blind(alert(2, "occupancy")), blind(alert(3, "ae-rising", "southmere")))
    drawn = to_html(wall_band(replace(shown(), alerts=alerts), COUNTY_BOARD))
    assert "2 cannot tell if they stand 2 not acknowledged" in words(drawn)
    assert drawn.count('class="alert-named"') == 3
    many = tuple(alert(number, raised_at=NOW - number * MINUTE) for number in range(1, 41))
    assert "and 10 more" in band(replace(shown(), alerts=many))


def test_a_channel_that_delivers_nothing_is_on_the_wall_and_the_front_page_with_since_when() -> None:
    drawn = replace(shown("empty"), failing=(("mail", NOW - 9 * MINUTE), ("text", NOW - 2 * MINUTE)))
    assert band(replace(drawn, failing=drawn.failing[:1])) == "No alert stands Mail fails since 08:05"
    assert "2 channels fail since 08:05" in band(drawn)
    assert "2 channels fail since 08:05" in words(to_html(front_banner(drawn)))


def test_how_many_are_not_taken_up_is_said_in_the_shortest_words() -> None:
    one, other = alert(21), alert(22, subject="southmere")
    assert band(replace(shown(), alerts=(one,))).endswith("for 41 min not acknowledged")
    assert band(replace(shown(), alerts=(one, other))).endswith("none acknowledged")
    assert band(replace(shown(), alerts=(one, acknowledged(other)))).endswith("1 not acknowledged")
    assert "acknowledged" not in band(replace(shown(), alerts=(acknowledged(one), acknowledged(other))))


def test_every_severity_has_a_word_and_a_shape_on_the_wall() -> None:
    html = to_html(wall_band(shown(), COUNTY_BOARD))
    for severity in Severity:
        assert f'data-severity="{severity.value}"' in html


def test_the_wall_is_red_only_while_a_critical_alert_is_not_taken_up() -> None:
    drawn = shown()
    assert "data-taken" not in to_html(wall_band(drawn, COUNTY_BOARD))
    taken = replace(drawn, alerts=(acknowledged(drawn.alerts[0]), *drawn.alerts[1:]))
    assert 'data-taken="yes"' in to_html(wall_band(taken, COUNTY_BOARD))
    assert 'data-worst="critical"' in to_html(wall_band(taken, COUNTY_BOARD))


def test_what_nobody_took_up_is_named_before_what_somebody_has() -> None:
    drawn = shown()
    older = alert(30, "ae-crowded", "southmere", raised_at=NOW - 2 * HOUR)
    both = replace(drawn, alerts=(acknowledged(drawn.alerts[0]), older))
    assert band(both).index("Southmere") < band(both).index("Northgate")


@pytest.mark.parametrize(
    ("state", "said"),
    [(AlertState.FLAPPING, "comes and goes"), (AlertState.CLEARING, "clearing"), (AlertState.BLIND, "cannot tell since 07:49")],
)  # fmt: skip
def test_an_alert_that_cannot_tell_or_comes_and_goes_says_so_on_the_wall(state: AlertState, said: str) -> None:
    one = replace(alert(21), state=state, blind_since=NOW - 25 * MINUTE if state is AlertState.BLIND else None)
    assert said in band(replace(shown(), alerts=(one,)))


def test_what_reached_nobody_is_on_the_wall_even_where_no_alert_stands() -> None:
    assert "2 messages not delivered" in band(shown("stale"))
    assert band(replace(shown("empty"), undelivered=1)) == "No alert stands 1 message not delivered"


def test_what_is_silenced_still_stands_there_and_is_counted() -> None:
    one = replace(alert(21), silenced=True)
    assert "1 silenced" in band(replace(shown(), alerts=(one,)))
    assert "A&E crowded" in band(replace(shown(), alerts=(one,)))


def test_a_silence_that_is_left_on_is_on_the_wall_though_nothing_stands() -> None:
    quiet = replace(shown("empty"), silences=alerts_now().silences)
    assert band(quiet) == "No alert stands 1 silence until 09:14"
    assert "1 silence until 09:14" in words(to_html(front_banner(quiet)))


def test_a_board_of_one_hospital_names_its_own_alerts_without_their_place_and_counts_the_others() -> None:
    south, ward = alert(30, "ae-crowded", "southmere"), alert(32, "occupancy", "northgate-a1", value=97.0)
    said = band(replace(shown(), alerts=(south, alert(21), ward)), NORTHGATE_BOARD)
    assert "A&E crowded 74 people , for 41 min" in said
    assert "nearly full 97.0 % , Northgate General Ward A1" in said  # of a ward it is told all the same
    assert "Southmere" not in said
    assert "elsewhere 1, 1 critical" in said
    none_here = band(replace(shown(), alerts=(south,)), NORTHGATE_BOARD)
    assert none_here == "No alert stands here elsewhere 1, 1 critical"


def test_a_silent_feed_is_an_alert_of_the_board_whose_places_it_covers() -> None:
    silent = alert(22, "feed-silent", "ae-northgate", value=None)
    assert "Feed silent Northgate A&E" in band(replace(shown(), alerts=(silent,)), NORTHGATE_BOARD)
    elsewhere = replace(silent, subject="beds-southmere")
    assert "elsewhere 1" in band(replace(shown(), alerts=(elsewhere,)), NORTHGATE_BOARD)


def test_a_board_shows_what_is_of_the_whole_system_and_of_its_own_locality() -> None:
    system = alert(31, "ae-crowded", "westshire")
    north, south = alert(32, "occupancy", "virtual-ward-north"), alert(33, "occupancy", "virtual-ward-south")
    ward = alert(34, "occupancy", "northgate-a1")
    drawn = replace(shown(), alerts=(system, north, south, ward, alert(35, "ae-crowded", "gone")))
    said = band(drawn, NORTHGATE_BOARD)
    assert "2 critical 2 warnings" in said
    assert "elsewhere 1" in said
    hospitals = replace(NORTHGATE_BOARD, places=("northgate", "southmere"))  # and no locality: it shows all of them
    assert "elsewhere" not in band(drawn, hospitals)


def test_a_rule_on_trial_is_on_no_wall_and_on_the_page_by_itself() -> None:
    trial = alert(40, "packages", "westshire", value=67.0)
    drawn = replace(shown("empty"), alerts=(trial,))
    assert band(drawn) == "No alert stands"
    known = replace(alerts_now("empty"), picture=drawn, open=(trial,))
    assert "No alert stands." in section(known, "now")
    assert "Packages of care waiting Westshire 67 people" in section(known, "trial")


def test_an_alert_of_a_rule_on_trial_that_was_taken_out_is_on_no_wall() -> None:
    gone = replace(alert(40, "packages", "westshire", value=67.0), rule="gone", on_trial=True)
    drawn = replace(shown("empty"), alerts=(gone,))
    assert band(drawn) == "No alert stands"
    assert "Packages of care waiting" in section(replace(alerts_now("empty"), picture=drawn, open=(gone,)), "trial")


def test_the_wall_of_one_picture_is_always_the_same_and_moves_no_figure_when_an_alert_ends() -> None:
    assert to_html(wall_band(shown(), COUNTY_BOARD)) == to_html(wall_band(shown(), COUNTY_BOARD))
    assert 'class="alerts-band"' in to_html(wall_band(shown("empty"), COUNTY_BOARD))


# --- The first page, and the way --------------------------------------------------------------------


def test_the_first_page_names_the_gravest_with_a_way_to_each_and_counts_the_rest() -> None:
    html = to_html(demand.render(shown("overloaded")))
    assert html.count('class="alerts-front"') == 1
    assert 'href="/alerts/100"' in html
    assert "and 68 more" in html
    assert "No alert stands. All alerts" in words(to_html(front_banner(shown("empty"))))
    assert front_banner(picture()) is None


def test_there_is_a_way_to_alerts_where_a_rule_is_configured_or_an_alert_stands() -> None:
    assert ("/alerts", "Alerts") in ways(shown())
    assert "/alerts" not in dict(ways(picture()))
    orphan = replace(picture(), alerts=(alert(21),))  # its rule is no longer there
    assert "/alerts" in dict(ways(orphan))


# --- The page ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("condition", CONDITIONS)
def test_every_condition_can_be_drawn_and_is_always_the_same(condition: str) -> None:
    assert to_html(page.render(alerts_now(condition))) == to_html(page.render(alerts_now(condition)))


def test_each_alert_says_what_where_how_much_since_when_how_old_and_who_took_it_up() -> None:
    said = section(alerts_now(), "now")
    assert "1 critical 1 warning 1 notice 2 not acknowledged" in said
    assert "critical A&E crowded Northgate General 74 people , limit 70 people or more , as of 2 min ago" in said
    assert "raised : not acknowledged raised 41 min ago , 1 message delivered Acknowledge Action card" in said
    assert "acknowledged : at 07:44 by duty manager raised 3 h ago" in said
    assert "+14 people in 1 h , limit +12 people in 1 h" in said


def test_what_is_blind_stays_open_and_says_since_when_it_cannot_tell() -> None:
    said = section(alerts_now("stale"), "now")
    assert "was 74 people" in said
    assert "blind : cannot tell since 07:49: no news since 07:49" in said
    assert "acknowledged at 07:44 by duty manager" in said  # an acknowledgement is not lost
    assert "no news since 07:49" in said


def test_what_is_pending_says_when_it_is_raised_unless_it_passes() -> None:
    known = alerts_now()
    assert "Southmere General 95.2 % limit 95.0 % or more began 20 min ago at 08:54" in section(known, "pending")
    blinded = replace(known.pending[0], blind_since=NOW - 3 * MINUTE)
    assert "cannot tell since 08:11" in section(replace(known, pending=(blinded,)), "pending")


def test_what_reached_nobody_stands_above_all_with_whom_to_ring() -> None:
    html = to_html(page.render(alerts_now("stale")))
    assert html.index("2 messages not delivered") < html.index('id="now"')
    assert "System escalation lead , by text" in words(html)
    assert "the address is not known" in words(html)


def test_who_was_told_is_named_by_role_with_what_became_of_it() -> None:
    said = section(alerts_now("stale"), "told")
    assert "Northgate site manager on call mail" in said
    assert "delivered 07:33" in said
    assert "not delivered yet, tried 3 times, again at 08:19 no answer within 10 s" in said
    assert "instead of another way" in said


def test_silences_say_why_by_whom_and_until_when_and_lead_to_their_end() -> None:
    html = to_html(page.render(alerts_now()))
    assert "A&E filling fast, everywhere Planned move of the front door this morning duty manager 07:14 09:14" in words(
        html
    )
    assert 'href="/silences/4"' in html
    # It may not have begun.
    assert "From its start until its end nobody is told of it" in words(html)


def test_a_channel_that_fails_says_since_when() -> None:
    known = alerts_now()
    failing = replace(known.health["mail"], failing_since=NOW - 9 * MINUTE, failed=4)
    assert "fails since 08:05" in section(replace(known, health={"mail": failing}), "channels")
    assert "text notify nothing sent" in section(known, "channels")
    assert "test message on Mondays at 10:00" in section(known, "channels")


def test_an_engine_that_evaluates_nothing_is_told_before_anything_else() -> None:
    known = replace(alerts_now("empty"), looked_at=NOW - 3 * HOUR)
    assert "Not watching. Rules have not been evaluated since 05:14" in words(to_html(page.render(known)))
    unknown = replace(known, looked_at=None)
    assert "Not watching" not in words(to_html(page.render(unknown)))


def test_many_alerts_are_folded_and_none_is_lost() -> None:
    known = alerts_now("overloaded")
    html = to_html(page.render(known))
    assert html.count('class="alert-row"') == len(known.open) == 73
    assert "33 more stand" in html
    assert html.count("<details") == 3
    assert len(known.messages) == 320
    assert "188 more" in html
    assert "and 120 before these" in html


def test_a_county_without_rules_says_so() -> None:
    known = alerts_now("empty")
    bare = replace(known.picture, county=replace(known.picture.county, alerting=Alerting()))
    assert "No rule of alerts is configured" in words(to_html(page.render(replace(known, picture=bare))))


def test_an_alert_of_a_rule_that_is_gone_is_told_without_its_unit_and_card() -> None:
    known = alerts_now()
    gone = replace(ALERTING, rules=())
    drawn = replace(known.picture, county=replace(known.picture.county, alerting=gone))
    html = to_html(page.render(replace(known, picture=drawn)))
    assert "A&amp;E crowded" in html
    assert "Action card" not in html


def test_no_address_of_anybody_is_on_the_page() -> None:
    text = "".join(to_html(page.render(alerts_now(condition))) for condition in CONDITIONS)
    addresses = [address for lead in ALERTING.leads for _, address in lead.addresses]
    assert len(addresses) == 3
    assert not [address for address in addresses if address in text]


# --- Words ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "said"), [(94.96, "94.96 %"), (95.0, "95.0 %"), (95.04, "95.04 %"), (96.2, "96.2 %"), (94.9996, "94.9996 %")]
)  # fmt: skip
def test_a_value_never_reads_like_a_limit_that_it_is_not_at(value: float, said: str) -> None:
    assert value_words(rule("occupancy"), value, limit=95).replace(BLANK, " ") == said


def test_a_falling_rule_says_that_less_is_worse_and_a_step_its_sign() -> None:
    falling = replace(rule("ae-crowded"), raise_at=5, stand_down_at=10)
    assert limit_words(falling, 5) == "limit 5 people or less"
    assert value_words(rule("ae-rising"), 14.0) == "+14 people in 1 h"
    assert value_words(rule("ae-crowded"), 74.0, at_least=True) == "at least 74 people"
    assert value_words(rule("feed-silent"), 1.0) == ""
    held = replace(rule("feed-silent"), kind=RuleKind.HELD, raise_at=20, stand_down_at=5)
    assert (value_words(held, 40), limit_words(held, 20)) == ("40 rows", "limit 20 rows or more")
    assert limit_words(rule("handovers"), 45).replace(BLANK, " ") == "limit 45 min or more for 1 h of 2 h"


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (alert(1), ("raised", "not acknowledged")),
        (acknowledged(alert(1)), ("acknowledged", "at 07:44 by duty manager")),
        (blind(alert(1)), ("blind", "cannot tell since 07:49: no news since 07:49")),
        (replace(alert(1), state=AlertState.CLEAR, cleared_at=NOW - HOUR), ("ended", "07:14")),
    ],
)
def test_each_state_has_a_word_and_what_it_means(one: Alert, said: tuple[str, str]) -> None:
    assert state_words(one, NOW) == said


def test_what_became_of_a_message_is_said_in_words() -> None:
    told = messages("normal")[0]
    assert message_words(told, NOW) == "delivered 07:33"
    assert message_words(replace(told, attempts=3), NOW) == "delivered 07:33, tried 3 times"
    asked = replace(told, receipt="n-1", ask_at=NOW)
    assert message_words(asked, NOW) == "taken 07:33, not known yet whether it arrived"
    assert message_words(replace(asked, ask_at=None), NOW) == "taken 07:33, nobody says if it arrived"
    assert message_words(replace(asked, ask_at=None, arrived_at=NOW), NOW) == f"arrived {NOW:%H:%M}"
    lost = replace(asked, ask_at=None, state=MessageState.UNDELIVERABLE)
    assert message_words(lost, NOW) == "not delivered, tried once, taken and did not arrive"
    assert message_words(replace(told, state=MessageState.WAITING, attempts=0), NOW) == "waits to be sent"
    later = replace(told, ended_at=NOW - timedelta(days=1))
    assert message_words(later, NOW) == "delivered yesterday 08:14"
