"""What is written, to whom, and how seldom: words, grouping and the budget."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from flowcentre.alerts import figures
from flowcentre.alerts.going_out import Since, letter_of
from flowcentre.alerts.letters import LISTED, TOGETHER, Book, Written, fallback, write
from flowcentre.alerts.words import clock_words, figure_words, value_and_limit
from flowcentre.measures import by_id
from flowcentre.model import (
    Alert,
    AlertState,
    FeedStatus,
    Flapping,
    Lead,
    Level,
    Message,
    MessageState,
    Pillar,
    Place,
    PlaceKind,
    Places,
    PressureRules,
    RuleKind,
    ScoringRules,
    Severity,
    State,
    Telling,
    TellingKind,
    Value,
)
from flowcentre.store import NewMessage
from tests.alerts.telling_cast import (
    ALERTING,
    AT,
    BEDS,
    COUNTY,
    CROWDED,
    DIRECTOR,
    FULL,
    MINUTE,
    PLACES,
    SILENT,
    SITE,
    a_picture,
    a_telling,
    an_alert,
    occupancy,
)

SECOND = timedelta(seconds=1)


def a_book(*alerts: Alert, **more: object) -> Book:
    book = Book(ALERTING, a_picture(AT, occupancy()), {alert.id: alert for alert in alerts}, frozenset({"text"}))
    return replace(book, **more)  # type: ignore[arg-type]


def written(
    *tellings: Telling,
    alerts: tuple[Alert, ...] = (an_alert(),),
    recent: dict[str, list[datetime]] | None = None,
    at: datetime = AT + 32 * MINUTE,
    **more: object,
) -> Written:
    return write(tellings, recent or {}, a_book(*alerts, **more), at)


def only(result: Written) -> NewMessage:
    (message,) = result.messages
    return message


# --- Words ------------------------------------------------------------------------------------------


def test_a_message_says_what_where_how_much_since_when_how_old_and_what_to_do():
    message = only(written(a_telling()))
    assert message.subject == "CRITICAL: Beds full, Northgate: 96.4 % (limit 95.0 % or more), as of 07:54, since 08:00"
    assert message.text.splitlines() == [
        "CRITICAL: Beds full",
        "Where: Northgate General",
        "Value: 96.4 % (limit 95.0 % or more)",
        "As of: 07:54, 38 min old",
        "Since: 08:00, for 32 min",
        "More patients than beds: discharges come first.",
        "Action card: beds-full, https://flow.example/action-cards/beds-full",
        "Acknowledge: https://flow.example/alerts/17",
        "",
        "Flow Centre, to Northgate site manager, 08:32",
    ]
    assert (message.lead, message.channel, message.due_at) == ("site", "mail", AT + 32 * MINUTE)
    assert message.telling_keys == ("alert 17/raised/-/site",)


def test_a_figure_with_silent_members_is_at_least_so_much():
    assert "at least 96.4 %" in only(written(a_telling(), alerts=(an_alert(at_least=True),))).subject


def test_a_figure_just_short_of_the_limit_does_not_read_as_the_limit():
    assert value_and_limit(94.96, 95, by_id("ga_occupancy")) == ("94.96 %", "95.00 %")
    assert value_and_limit(95.0, 95, by_id("ga_occupancy")) == ("95.0 %", "95.0 %")
    assert value_and_limit(79.6, 80, by_id("ae_patients_now")) == ("79.6 people", "80.0 people")


@pytest.mark.parametrize(
    ("value", "measure", "words"),
    [
        (1234, "ae_patients_now", "1,234 people"),
        (-0.2, "ae_patients_now", "0 people"),
        (134, "ambulance_longest_handover_now", "2 h 14 min"),
        (90, "ambulance_longest_handover_now", "90 min"),
        (float("nan"), "ae_patients_now", "unknown"),
    ],
)
def test_figures_have_their_unit(value, measure, words):
    assert figure_words(value, by_id(measure)) == words


def test_a_blind_alert_says_since_when_it_cannot_tell_and_why():
    blind = an_alert(state=AlertState.BLIND, blind_since=AT + 20 * MINUTE, blind_why="no news since 08:20")
    message = only(written(a_telling(kind=TellingKind.BLIND), alerts=(blind,)))
    assert "still open, and cannot tell since 08:20 (no news since 08:20)" in message.subject
    assert "Last value: 96.4 %" in message.text


def test_what_sees_again_by_the_time_it_is_told_that_it_could_not_does_not_read_like_another_breach():
    seeing = an_alert(state=AlertState.CLEARING, value=88.7)
    spells = {17: (AT + 20 * MINUTE, AT + 31 * MINUTE)}
    message = only(written(a_telling(kind=TellingKind.BLIND), alerts=(seeing,), blind_spells=spells))
    words = "could not tell 08:20 to 08:31, sees again, clearing (calm, not yet for long enough)"
    assert message.subject.endswith(f"since 08:00, {words}")
    assert message.text.splitlines()[0] == f"CRITICAL: Beds full - {words}"
    soon = {17: (AT + 20 * MINUTE, AT + 20 * MINUTE + 20 * SECOND)}
    message = only(written(a_telling(kind=TellingKind.BLIND), alerts=(an_alert(),), blind_spells=soon))
    assert message.subject.endswith("could not tell 08:20, sees again")
    both = a_telling(kind=TellingKind.BLIND), a_telling(kind=TellingKind.ESCALATED)
    assert "nobody has acknowledged it" in only(written(*both, blind_spells=soon)).subject


def test_an_escalated_alert_says_that_nobody_acknowledged_it():
    message = only(written(a_telling(lead="desk", kind=TellingKind.ESCALATED)))
    assert "nobody has acknowledged it for 32 min" in message.subject


def test_an_alert_that_was_acknowledged_meanwhile_says_by_whom():
    alert = an_alert(acknowledged_at=AT + 30 * MINUTE, acknowledged_by="site manager")
    message = only(written(a_telling(lead="desk", kind=TellingKind.ESCALATED), alerts=(alert,)))
    assert "Acknowledged: 08:30, by site manager" in message.text
    assert "nobody" not in message.text


def test_an_alert_that_is_over_asks_for_nothing():
    cleared = an_alert(state=AlertState.CLEAR, cleared_at=AT + 30 * MINUTE, value=91.0)
    message = only(written(a_telling(kind=TellingKind.CLEARED), alerts=(cleared,)))
    figure = "91.0 % (limit 95.0 % or more), as of 07:54, since 08:00"
    assert message.subject == f"OVER: Beds full, Northgate: {figure}, cleared 08:30 (was critical)"
    assert message.text.splitlines()[0] == "OVER: Beds full - cleared 08:30 (was critical)"
    assert "Since: 08:00, for 30 min" in message.text
    assert "Action card" not in message.text
    assert "Acknowledge:" not in message.text


def test_an_alert_that_came_and_went_while_it_was_held_back_is_one_thing_to_read():
    cleared = an_alert(state=AlertState.CLEAR, cleared_at=AT + 30 * MINUTE)
    message = only(written(a_telling(), a_telling(kind=TellingKind.CLEARED), alerts=(cleared,)))
    assert message.text.count("Where:") == 1
    assert len(message.telling_keys) == 2


def test_the_alert_of_a_silent_feed_lists_what_it_blinds():
    silent = an_alert(20, SILENT, "beds", value=None, limit=None)
    status = FeedStatus(BEDS, State.STALE, observed_at=AT - 46 * MINUTE)
    picture = a_picture(AT, occupancy(), feeds=[status])
    telling = replace(a_telling(20, "desk", rule=SILENT), subject="beds")
    message = only(written(telling, alerts=(silent,), picture=picture, at=AT))
    assert "Feed: Northgate bed state" in message.text
    assert "Last heard: 07:14, 46 min ago" in message.text
    assert "Without it cannot tell: Beds full (Northgate)" in message.text
    assert "A&E crowded" not in message.text


def test_a_ward_is_named_with_its_site_where_its_name_does_not_say_it():
    def a_ward(id: str, name: str, short: str = "") -> Place:
        return Place(id, name, Level.UNIT, PlaceKind.WARD, short, parent="northgate")

    wards = (a_ward("a1", "Ward A1"), a_ward("m1", "Northgate ward M1", "M1"))
    picture = a_picture(AT, county=replace(COUNTY, places=Places([*PLACES, *wards])))
    said = [only(written(a_telling(), alerts=(an_alert(subject=id),), picture=picture)) for id in ("a1", "m1")]
    assert [message.subject.split(": ")[1] for message in said] == [
        "Beds full, Northgate Ward A1",
        "Beds full, Northgate M1",
    ]
    assert [message.text.splitlines()[1] for message in said] == [
        "Where: Northgate Ward A1",
        "Where: Northgate ward M1",
    ]


def test_a_place_that_is_in_the_configuration_no_more_is_called_by_its_id():
    message = only(written(a_telling(), alerts=(an_alert(subject="closed-site"),)))
    assert "closed-site" in message.subject


def test_an_alert_whose_rule_is_gone_is_written_all_the_same():
    message = only(written(a_telling(), alerts=(an_alert(rule=replace(FULL, id="gone")),)))
    assert "Beds full" in message.subject


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"kind": RuleKind.STEP, "over": timedelta(hours=2)}, "+96.4 % in 2 h (limit +95.0 %)"),
        ({"stand_down_at": 98}, "96.4 % (limit 95.0 % or less)"),
    ],
)
def test_a_limit_says_which_way_it_is_and_over_how_long(changed, words):
    message = only(written(a_telling(), alerting=replace(ALERTING, rules=(replace(FULL, **changed),))))
    assert f"Northgate: {words}, as of 07:54, since" in message.subject


def test_time_at_a_level_says_when_it_was_raised_for_its_limit_says_how_long_it_was_there_before():
    rule = replace(FULL, kind=RuleKind.TIME_AT_LEVEL, hold_for=timedelta(hours=3), over=timedelta(hours=4))
    message = only(written(a_telling(), alerting=replace(ALERTING, rules=(rule,))))
    assert "Northgate: 96.4 % (limit 95.0 % or more for 3 h of 4 h), as of 07:54, raised 08:00" in message.subject
    assert "Raised: 08:00, for 32 min" in message.text.splitlines()


def test_since_is_when_the_figure_passed_its_limit_and_not_when_its_hold_was_over():
    alert = an_alert(breach_since=AT - 120 * MINUTE)
    message = only(written(a_telling(), alerts=(alert,), at=AT))
    assert message.subject.endswith("since 06:00")
    assert "Since: 06:00, for 2 h; raised 08:00" in message.text.splitlines()
    escalated = only(written(a_telling(kind=TellingKind.ESCALATED), alerts=(alert,)))
    assert "nobody has acknowledged it for 32 min" in escalated.subject  # nobody was told before
    over = replace(alert, state=AlertState.CLEAR, cleared_at=AT + 60 * MINUTE)
    message = only(written(a_telling(kind=TellingKind.CLEARED), alerts=(over,), at=AT + 61 * MINUTE))
    assert "Since: 06:00, for 3 h; raised 08:00" in message.text.splitlines()


def test_an_alert_that_a_person_closed_says_who_and_why():
    closed = an_alert(
        rule=replace(FULL, id="gone"), cleared_at=AT + 30 * MINUTE, state=AlertState.CLEAR, blind_since=AT,
        blind_why="no rule watches this any more", closed_by="duty manager", closed_why="we watch the ward instead",
    )  # fmt: skip
    message = only(written(a_telling(kind=TellingKind.CLEARED), alerts=(closed,)))
    assert message.subject == (
        "OVER: Beds full, Northgate: 96.4 (limit 95, in the unit that its rule had), as of 07:54, since 08:00, "
        "closed 08:30 by duty manager (was critical)"
    )
    assert "Because: we watch the ward instead" in message.text.splitlines()


def test_the_end_of_what_came_and_went_says_for_how_long_it_must_be_calm():
    for calm_for, clear_for, words in ((3, 1, "3 min"), (3, 60, "1 h")):
        flapping = Flapping(2, timedelta(hours=1), calm_for * MINUTE)
        rule = replace(FULL, flapping=flapping, clear_for=clear_for * MINUTE)
        message = only(written(a_telling(kind=TellingKind.FLAPPING), alerting=replace(ALERTING, rules=(rule,))))
        assert f"it stays open until it has been calm for {words}, and you hear of it then" in message.subject


def a_mismatch(value: float, declared: float, computed: float, **more: object) -> NewMessage:
    rule = replace(FULL, title="Declared above computed", measure="pressure_mismatch", raise_at=1, stand_down_at=0)
    until = AT + timedelta(hours=4)
    values = [
        Value("pressure_declared", "northgate", declared, State.FRESH, AT - 15 * MINUTE, AT, stale_at=until),
        Value("pressure_level", "northgate", computed, State.FRESH, AT - MINUTE, AT),
    ]
    alert = an_alert(17, rule, value=value, **more)
    picture = a_picture(AT, *values)
    kind = TellingKind.CLEARED if alert.cleared_at else TellingKind.RAISED
    alerting = replace(ALERTING, rules=(rule,))
    return only(written(a_telling(kind=kind), alerts=(alert,), alerting=alerting, picture=picture, at=AT))


def test_a_mismatch_says_what_is_declared_and_what_is_computed_each_of_its_own_moment():
    rows = a_mismatch(1, 3, 2).text.splitlines()
    assert "Value: declared 1 level above computed (limit 1 level above or more)" in rows
    assert "Declared: level 3, at 07:45, until 12:00" in rows
    assert "Computed: level 2, its oldest figure of 07:59, 1 min old" in rows
    assert not any(row.startswith("As of") for row in rows)
    message = a_mismatch(-1, 1, 2, cleared_at=AT)
    assert "Value: declared 1 level below computed (limit 1 level above or more)" in message.text.splitlines()
    assert "declared as is computed" in a_mismatch(0, 2, 2, cleared_at=AT).subject


def test_a_mismatch_that_has_moved_on_since_is_not_told_beside_other_levels():
    rows = a_mismatch(1, 2, 2).text.splitlines()
    assert not any(row.startswith(("Declared:", "Computed:")) for row in rows)
    assert "The older of the two is of: 07:54" in rows


def a_test(way: int) -> Telling:
    return Telling(f"test/2026-11-23/{way}/site", "site", TellingKind.TEST, Severity.NOTICE, AT, step=way)


def test_each_address_of_a_lead_is_tested_one_after_the_other():
    at = AT + 32 * MINUTE
    first = written(a_test(0), a_test(1), a_telling(), at=at)
    assert only(first).channel == "mail"
    assert only(first).telling_keys == (a_test(0).key, a_telling().key)
    assert first.again_at == at + 5 * SECOND
    second = only(written(a_test(1), at=at + 5 * SECOND, recent={"site": [at]}))
    assert second.channel == "text"
    assert second.text.startswith('NOTICE: weekly test of "text"')


def test_a_test_says_that_nothing_has_happened():
    message = only(written(a_test(0)))
    assert message.subject == 'NOTICE: weekly test of "mail", nothing has happened'
    assert "Northgate site manager" in message.text


def test_an_alert_whose_words_fail_is_told_with_fewer_and_keeps_nobody_from_the_others(monkeypatch):
    def fail(*_: object) -> str:
        raise ZeroDivisionError

    monkeypatch.setattr(figures, "value_and_limit", fail)
    cleared = an_alert(18, CROWDED, value=None)
    message = only(written(a_telling(), a_telling(18, rule=CROWDED), alerts=(an_alert(), cleared)))
    assert message.subject.startswith("CRITICAL: Beds full, northgate: see the page")
    assert "See: https://flow.example/alerts/17" in message.text
    assert "Acknowledge: https://flow.example/alerts/18" in message.text


def test_what_is_told_of_an_invented_county_says_that_it_is_invented():
    picture = a_picture(AT, occupancy(), county=replace(COUNTY, demonstration=True))
    message = only(written(a_telling(), picture=picture))
    assert message.subject.startswith("DEMONSTRATION CRITICAL: Beds full")
    assert message.text.startswith("DEMONSTRATION: every figure in this is invented.")
    kept = Message(1, message.key, "site", "mail", message.subject, message.text, AT)
    assert letter_of([kept], Since(), ALERTING, AT).severity is Severity.CRITICAL
    text = only(written(a_telling(lead="director"), picture=picture))
    assert text.text.startswith("DEMONSTRATION CRITICAL: Beds full")


# --- Several alerts in one message ------------------------------------------------------------------


def many(count: int, rule: object = CROWDED) -> tuple[tuple[Telling, ...], tuple[Alert, ...]]:
    alerts = tuple(an_alert(number, rule) for number in range(100, 100 + count))  # type: ignore[arg-type]
    return tuple(a_telling(alert.id) for alert in alerts), alerts


def test_what_waits_for_a_lead_goes_in_one_message_the_gravest_first():
    tellings, alerts = many(2)
    over = an_alert(50, state=AlertState.CLEAR, cleared_at=AT)
    message = only(
        written(*tellings, a_telling(50), a_telling(17), alerts=(*alerts, over, an_alert())),
    )
    assert message.subject.startswith("CRITICAL: Beds full, Northgate")
    assert message.subject.endswith("; and 3 more")
    heads = [line for line in message.text.splitlines() if line.startswith(("CRITICAL", "WARNING", "OVER"))]
    assert heads == [
        "CRITICAL: Beds full",
        "WARNING: A&E crowded",
        "WARNING: A&E crowded",
        "OVER: Beds full - cleared 08:00 (was critical)",
    ]


def test_of_a_storm_the_first_are_listed_and_the_others_counted():
    tellings, alerts = many(5_000)
    message = only(written(*tellings, alerts=alerts))
    assert message.text.count("Where:") == LISTED
    assert "and 4980 more: https://flow.example/alerts" in message.text
    assert len(message.telling_keys) == 5_000


def test_two_leads_get_a_message_each():
    result = written(a_telling(), a_telling(lead="desk"))
    assert [message.lead for message in result.messages] == ["site", "desk"]
    assert len({message.key for message in result.messages}) == 2


def test_the_key_is_the_same_when_it_is_written_again_and_names_nobody():
    first, second = only(written(a_telling())), only(written(a_telling(), at=AT + 40 * MINUTE))
    assert first.key == second.key
    assert "site" not in first.key


def test_what_one_would_have_to_know_of_first_is_asked_for():
    result = written(a_telling(17), a_telling(18, lead="desk"), alerts=(an_alert(18),))
    assert result.unknown == {17}
    assert [message.lead for message in result.messages] == ["desk"]


# --- Text messages ----------------------------------------------------------------------------------


def test_a_text_message_is_short_and_says_all_that_matters():
    message = only(written(a_telling(lead="director", kind=TellingKind.ESCALATED)))
    assert message.channel == "text"
    assert message.text == (
        "CRITICAL: Beds full, Northgate: 96.4 % (limit 95.0 % or more), as of 07:54, since 08:00, "
        "nobody has acknowledged it for 32 min. Card: beds-full. https://flow.example/alerts/17"
    )


def test_a_text_message_of_what_cannot_tell_says_how_old_its_figure_is_and_since_when():
    blind = an_alert(state=AlertState.BLIND, blind_since=AT + 20 * MINUTE)
    message = only(written(a_telling(lead="director", kind=TellingKind.BLIND), alerts=(blind,)))
    assert "as of 07:54, since 08:00, still open, and cannot tell since 08:20. Card" in message.text
    silent = an_alert(20, SILENT, "beds", value=None, limit=None)
    telling = replace(a_telling(20, "director", rule=SILENT), subject="beds")
    picture = a_picture(AT, feeds=[FeedStatus(BEDS, State.STALE, observed_at=AT - 46 * MINUTE)])
    message = only(written(telling, alerts=(silent,), picture=picture, at=AT))
    assert "Northgate bed state: last heard 07:14, since 08:00. Card" in message.text


def test_a_text_message_of_many_is_no_longer_than_three_parts_and_ends_with_the_link():
    tellings, alerts = many(40)
    message = only(written(*(replace(each, lead="director") for each in tellings), alerts=alerts))
    assert len(message.text) <= 450
    assert "; and 37 more https://flow.example/alerts" in message.text
    assert message.text.isascii()  # else it would be sent in twice as many parts


# --- The budget -------------------------------------------------------------------------------------


def test_a_lead_who_has_just_heard_waits_for_what_comes_with_it():
    at = AT + 32 * MINUTE
    result = written(a_telling(), recent={"site": [at - 2 * SECOND]}, at=at)
    assert not result.messages
    assert result.again_at == at + 3 * SECOND
    assert only(written(a_telling(), recent={"site": [at - 5 * SECOND]}, at=at))


def test_another_lead_does_not_wait():
    at = AT + 32 * MINUTE
    assert only(written(a_telling(lead="desk"), recent={"site": [at - SECOND]}, at=at)).lead == "desk"


def test_a_lead_gets_ten_messages_in_five_minutes_and_the_tenth_says_so():
    at = AT + 32 * MINUTE
    nine = [at - 4 * MINUTE + each * 10 * SECOND for each in range(9)]
    tenth = only(written(a_telling(), recent={"site": nine}, at=at))
    assert "More may follow, and is held back until 08:33: see https://flow.example/alerts" in tenth.text
    assert "More may follow" not in only(written(a_telling(), recent={"site": nine[1:]}, at=at)).text
    eleventh = written(a_telling(), recent={"site": [*nine, at - 10 * SECOND]}, at=at)
    assert not eleventh.messages
    assert eleventh.again_at == nine[0] + 5 * MINUTE


def test_what_is_not_critical_leaves_two_of_the_ten_to_what_is():
    at = AT + 32 * MINUTE
    eight = [at - 4 * MINUTE + each * 10 * SECOND for each in range(8)]
    crowded = a_telling(18, rule=CROWDED)
    alerts = (an_alert(), an_alert(18, CROWDED))
    eighth = only(written(crowded, alerts=alerts, recent={"site": eight[1:]}, at=at))
    assert "More may follow, and is held back" in eighth.text
    assert not written(crowded, alerts=alerts, recent={"site": eight}, at=at).messages
    ninth = only(written(crowded, a_telling(), alerts=alerts, recent={"site": eight}, at=at))
    assert ninth.telling_keys == (crowded.key, a_telling().key)  # what waited goes with it


def test_a_storm_of_an_hour_makes_ten_messages_in_any_five_minutes_and_tells_everything():
    sent: list[datetime] = []
    waiting: list[Telling] = []
    told = 0
    for second in range(0, 3600, 5):
        at = AT + second * SECOND
        waiting += [a_telling(each) for each in range(second * 10, second * 10 + 7)]
        alerts = tuple(an_alert(telling.alert or 0) for telling in waiting[:1])
        book = replace(a_book(), alerts={telling.alert or 0: alerts[0] for telling in waiting})
        result = write(waiting, {"site": sent}, book, at)
        if result.messages:
            told += len(result.messages[0].telling_keys)
            sent.append(at)
            waiting = []
    assert max(sum(start <= each < start + 5 * MINUTE for each in sent) for start in sent) == 10
    assert told + len(waiting) == 720 * 7


def test_a_telephone_gets_sixty_text_messages_in_an_hour_at_most():
    at = AT + 59 * MINUTE
    hour = [AT + each * 50 * SECOND for each in range(60)]
    result = written(a_telling(lead="director"), at=at, in_the_hour={"director": hour})
    assert not result.messages
    assert result.again_at == AT + 60 * MINUTE
    assert written(a_telling(), at=at, in_the_hour={"site": hour}).messages  # not by mail


# --- The next address -------------------------------------------------------------------------------


def a_message(**more: object) -> Message:
    made = only(written(a_telling()))
    message = Message(
        1, made.key, made.lead, made.channel, made.subject, made.text, AT, MessageState.SENDING, alerts=(17,)
    )
    return replace(message, **more)  # type: ignore[arg-type]


def test_the_next_address_gets_the_same_in_its_own_length():
    message = a_message()
    other = fallback(message, SITE, {"text"}, "https://flow.example/alerts/17", AT + MINUTE)
    assert other is not None
    assert (other.lead, other.channel, other.due_at) == ("site", "text", AT + MINUTE)
    assert other.text == f"{message.subject}. https://flow.example/alerts/17"
    assert other.key != message.key


def test_two_addresses_by_one_channel_are_two_ways():
    lead = Lead("site", "Site", (("mail", "first@northgate.example"), ("mail", "second@northgate.example")))
    other = fallback(a_message(), lead, (), "", AT)
    assert other is not None
    assert other.channel == "mail"
    assert fallback(a_message(key=other.key), lead, (), "", AT) is None


def test_who_has_one_address_has_no_other():
    assert fallback(a_message(), DIRECTOR, (), "", AT) is None
    assert fallback(a_message(), None, (), "", AT) is None


def test_a_message_about_a_channel_goes_by_another_one():
    about = Telling("channel mail/1/site", "site", TellingKind.CHANNEL, Severity.WARNING, AT, subject="mail")
    message = only(written(about, failing={"mail": "the mail server cannot be reached"}))
    assert message.channel == "text"
    assert "mail" in message.subject


def test_a_kept_message_is_handed_over_with_its_link_and_how_grave_it_is():
    letter = letter_of([a_message()], Since(), ALERTING, AT)
    assert (letter.severity, letter.link) == (Severity.CRITICAL, "https://flow.example/alerts/17")
    assert letter_of([a_message(alerts=(17, 18))], Since(), ALERTING, AT).link == "https://flow.example/alerts"


@pytest.mark.parametrize("head", ["", "DEMONSTRATION "])
def test_what_goes_out_long_after_it_was_written_says_when_that_was(head: str):
    subject = f"{head}CRITICAL: A&E crowded"
    message = a_message(subject=subject, text=f"{subject}, 96 people")
    soon, late = (letter_of([message], Since(), ALERTING, AT + after) for after in (59 * SECOND, 2 * timedelta(days=1)))
    assert (soon.subject, soon.text) == (subject, f"{subject}, 96 people")
    assert late.subject == f"{head}Written {clock_words(AT, AT + timedelta(days=2))}, and late: CRITICAL: A&E crowded"
    assert late.text.startswith(f"{head}Written ")
    assert late.severity is Severity.CRITICAL
    a_minute = letter_of([message], Since(), ALERTING, AT + MINUTE)
    assert a_minute.subject == f"{head}Written 08:00, and late: CRITICAL: A&E crowded"


def test_while_a_lead_is_held_back_none_of_their_alerts_is_looked_up():
    lately = [AT - timedelta(seconds=1)]
    book = Book(ALERTING, a_picture(AT, occupancy()), {}, frozenset({"text"}))
    held = write([a_telling()], {"site": lately}, book, AT)
    assert (held.unknown, held.messages) == (frozenset(), ())
    assert held.again_at == lately[0] + TOGETHER
    assert write([a_telling()], {}, book, AT).unknown == {17}


def test_a_lead_who_is_gone_is_written_to_all_the_same_so_that_it_is_seen_as_undeliverable():
    message = only(written(a_telling(lead="gone")))
    assert (message.lead, message.channel) == ("gone", "")


# --- What nobody has verified -----------------------------------------------------------------------


@pytest.mark.parametrize("measure", ["pressure_level", "pressure_score", "pressure_mismatch"])
@pytest.mark.parametrize("kind", [TellingKind.RAISED, TellingKind.ESCALATED, TellingKind.CLEARED, TellingKind.BLIND])
@pytest.mark.parametrize("lead", ["site", "director"])
def test_each_message_of_a_computed_level_says_by_itself_that_it_is_indicative(measure, kind, lead):
    rule = replace(FULL, measure=measure, title="Two hours at level 3", raise_at=3, stand_down_at=2, words="")
    scored = ScoringRules(
        "acute", "Acute", Pillar.ACUTE, ("northgate",), (), (11, 22, 33), 44, "a test", date(2026, 1, 1)
    )
    alerts = [
        an_alert(
            number,
            rule,
            value=None if kind is TellingKind.BLIND else 3,
            blind_since=AT if kind is TellingKind.BLIND else None,
            blind_why="no answer" if kind is TellingKind.BLIND else "",
            cleared_at=AT + MINUTE if kind is TellingKind.CLEARED else None,
        )
        for number in range(1, 6)
    ]
    for told in (alerts[:1], alerts):
        county = replace(COUNTY, pressure=PressureRules((scored,)))
        book = replace(a_book(*told), alerting=replace(ALERTING, rules=(rule,)))
        book = replace(book, picture=replace(book.picture, county=county))
        result = write([a_telling(each.id, lead, kind) for each in told], {}, book, AT + 32 * MINUTE)
        message = only(result)
        # As often as the title stands there, in whatever is read: the subject, the text, and no more than a text message of it.
        for words in (message.subject, message.text):
            assert words.count("Two hours at level 3") == words.count(
                "Two hours at level 3 (indicative, locally configured)"
            )
        assert "indicative, locally configured" in message.text
        county = replace(county, pressure=PressureRules((replace(scored, verified_by="J. Bell"),)))
        book = replace(book, picture=replace(book.picture, county=county))
        result = write([a_telling(each.id, lead, kind) for each in told], {}, book, AT + 32 * MINUTE)
        assert "indicative" not in only(result).text
