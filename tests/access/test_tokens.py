"""Sessions, screens, machines and proxies: what ends, ends everywhere and soon, and what cannot prove itself is nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.datastructures import Headers

from flowcentre.access import displays
from flowcentre.access.displays import Displays
from flowcentre.access.machines import Machines, WeakToken
from flowcentre.access.proxied import SECRET_HEADER, Proxied, ReachableDirectly, must_not_be_reached_directly
from flowcentre.access.sessions import Sessions
from flowcentre.model import EVERYWHERE, Access, Grant, Machine, Permission, Role, Scope, TrustedProxy

NORTHGATE = Scope(frozenset({"northgate"}))
PROXY = TrustedProxy(("10.1.2.0/28", "::1"), "X-Remote-User", "X-Remote-Groups", "FLOWCENTRE_PROXY")
SECRET = "0123456789abcdef0123456789abcdef"
ACCESS = Access(
    configured=True,
    local=True,
    proxy=PROXY,
    grants=(
        Grant("everybody", frozenset({Role.VIEWER}), EVERYWHERE),
        Grant("account:manager", frozenset({Role.MANAGER}), NORTHGATE),
        Grant("group:managers", frozenset({Role.MANAGER}), NORTHGATE),
    ),
    machines=(
        Machine("metrics", "FLOWCENTRE_METRICS"),
        Machine("warehouse", "FLOWCENTRE_WAREHOUSE", frozenset({Permission.PEOPLE}), NORTHGATE),
    ),
)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


class Setting:
    """A configuration that can change while it runs, and two servers that read it."""

    def __init__(self, store):
        self.access = ACCESS
        self.here, self.there = Sessions(store, lambda: self.access), Sessions(store, lambda: self.access)


@pytest.fixture
def setting(store):
    return Setting(store)


def identity(name: str):
    from flowcentre.access.grants import identity_of

    found = identity_of(ACCESS, "local", name, name)
    assert found is not None
    return found


@pytest.mark.parametrize(("name", "minutes"), [("viewer", 60), ("manager", 15)])
def test_a_session_ends_when_nobody_does_anything_and_sooner_for_whoever_sees_people(setting, store, at, name, minutes):
    token, begun = setting.here.begin(identity(name), at)
    last = at + timedelta(minutes=minutes) - SECOND
    assert setting.here.who(token, last) == begun
    setting.there.active(token, last)
    assert setting.there.who(token, last + timedelta(minutes=minutes) - SECOND) is not None
    assert setting.there.who(token, last + timedelta(minutes=minutes)) is None
    assert store.session(begun.token_hash).ended_by == "idle"
    # What is over is not brought to life by what its person does next.
    setting.here.active(token, last + timedelta(minutes=minutes))
    assert setting.here.who(token, at) is None


def test_to_be_asked_who_somebody_is_keeps_no_session_alive(setting, at):
    token, _ = setting.here.begin(identity("manager"), at)
    for minute in range(15):
        assert setting.here.who(token, at + minute * MINUTE) is not None
    assert setting.here.who(token, at + 15 * MINUTE) is None


def test_a_session_ends_after_half_a_day_whatever_is_done(setting, store, at):
    token, begun = setting.here.begin(identity("viewer"), at)
    moment = at
    while moment < at + timedelta(hours=12):
        setting.here.active(token, moment)
        assert setting.here.who(token, moment) is not None, moment
        moment += 30 * MINUTE
    assert setting.here.who(token, moment) is None
    assert store.session(begun.token_hash).ended_by == "absolute"


def test_a_clock_that_is_put_back_makes_no_session_longer(setting, store, at):
    token, begun = setting.here.begin(identity("viewer"), at)
    assert setting.here.who(token, at - 4 * MINUTE) is not None
    assert setting.here.who(token, at - 5 * MINUTE) is None
    assert store.session(begun.token_hash).ended_by == "absolute"


def test_an_activity_is_written_once_in_half_a_minute(setting, store, at, monkeypatch):
    token, _ = setting.here.begin(identity("viewer"), at)
    written, write = [], store.session_active
    monkeypatch.setattr(store, "session_active", lambda *given: (written.append(given), write(*given)))
    for second in range(120):
        setting.here.active(token, at + second * SECOND)
    assert len(written) == 3


def test_a_session_that_is_ended_elsewhere_is_over_within_two_seconds_and_at_once_where_it_is_ended(setting, store, at):
    token, begun = setting.here.begin(identity("manager"), at)
    assert setting.here.who(token, at)
    assert setting.there.who(token, at)
    assert setting.here.end(token, at)
    assert setting.here.who(token, at) is None
    assert setting.there.who(token, at + 2 * SECOND) is None
    assert not setting.there.end(token, at)
    assert store.session(begun.token_hash).ended_by == "signed out"


def test_what_is_granted_no_more_is_gone_at_once(setting, store, at):
    token, begun = setting.here.begin(identity("manager"), at)
    setting.access = replace(ACCESS, grants=ACCESS.grants[:1])
    found = setting.here.who(token, at)
    assert found is not None
    assert found.identity.may(Permission.AGGREGATES)
    assert not found.identity.may(Permission.PEOPLE)
    setting.access = replace(ACCESS, local=False)
    assert setting.here.who(token, at) is None
    assert store.session(begun.token_hash).ended_by == "nothing is granted any more"


def test_the_store_has_no_token_and_what_is_no_token_asks_it_nothing(setting, store, at, monkeypatch):
    token, begun = setting.here.begin(identity("viewer"), at, id_token="theirs")
    assert token not in repr(store.session(begun.token_hash))
    assert begun.key not in (token, begun.token_hash)
    asked = []
    monkeypatch.setattr(store, "session", asked.append)
    forged = Sessions(store, lambda: ACCESS)
    for text in ("", token[:-1], token + "=", begun.token_hash, "../" + token[3:], "\u0661" * 43):
        assert forged.who(text, at) is None
        assert not forged.end(text, at)
    assert asked == []


def test_a_screen_may_show_one_board_until_it_is_revoked_or_stays_away(store, at):
    token, display = displays.make(store, "county", "by the site office", "local|admin", at)
    screens = Displays(store, lambda: ACCESS)
    found = screens.who(token, at)
    assert found is not None
    assert (found.issuer, found.board, found.title) == ("display", "county", "by the site office")
    assert set(found.scopes) == {Permission.BOARD}
    day = timedelta(days=1)
    assert screens.who(token, at + 30 * day - SECOND) is not None  # which is seen, and written down
    assert screens.who(token, at + 60 * day - 2 * SECOND) is not None
    assert screens.who(token, at + 90 * day) is None
    store.revoke_display(display.id, at)
    assert screens.who(token, at + 60 * day) is None


def test_a_revoked_screen_is_dark_within_two_seconds(store, at):
    token, display = displays.make(store, "county", "ward", "local|admin", at)
    screens = Displays(store, lambda: ACCESS)
    assert screens.who(token, at) is not None
    store.revoke_display(display.id, at)
    assert screens.who(token, at + 2 * SECOND) is None


def test_that_a_screen_was_seen_is_written_once_a_minute(store, at, monkeypatch):
    token, display = displays.make(store, "county", "ward", "local|admin", at)
    written, write = [], store.display_seen
    monkeypatch.setattr(store, "display_seen", lambda *given: (written.append(given), write(*given)))
    screens = Displays(store, lambda: ACCESS)
    for second in range(0, 180, 5):
        assert screens.who(token, at + second * SECOND) is not None
    assert [moment for _, moment in written] == [at, at + MINUTE, at + 2 * MINUTE]
    assert store.displays()[0].seen_at == at + 2 * MINUTE


TOKENS = {"FLOWCENTRE_METRICS": "m" * 32, "FLOWCENTRE_WAREHOUSE": "w" * 40, "FLOWCENTRE_PROXY": SECRET}


def test_a_machine_is_known_by_its_token_and_may_what_it_was_given():
    machines = Machines(lambda: ACCESS, TOKENS.__getitem__)
    machines.check()
    metrics, warehouse = machines.who("m" * 32), machines.who("w" * 40)
    assert metrics is not None
    assert warehouse is not None
    assert metrics.id == "machine|metrics"
    assert metrics.scopes == {Permission.AGGREGATES: EVERYWHERE, Permission.BOARD: EVERYWHERE}
    assert (warehouse.id, dict(warehouse.scopes)) == ("machine|warehouse", {Permission.PEOPLE: NORTHGATE})
    assert [machines.who(token) for token in ("", "m" * 31, "m" * 33, "W" * 40)] == [None] * 4


def test_a_machine_without_a_token_or_with_one_to_guess_is_nobody_and_is_told():
    weak = Machines(lambda: ACCESS, (TOKENS | {"FLOWCENTRE_METRICS": "s3cr3t"}).__getitem__)
    assert weak.who("s3cr3t") is None
    with pytest.raises(WeakToken, match="FLOWCENTRE_METRICS is shorter than 32") as told:
        weak.check()
    assert "s3cr3t" not in str(told.value)
    unset = Machines(lambda: ACCESS, {"FLOWCENTRE_METRICS": "m" * 32}.__getitem__)
    assert unset.who("m" * 32) is not None
    assert unset.who("") is None
    with pytest.raises(LookupError):
        unset.check()


def headers(**named: str) -> Headers:
    return Headers(raw=[(name.replace("_", "-").encode(), value.encode()) for name, value in named.items()])


OWN = {"x_remote_user": "anna", "x_flow_proxy_secret": SECRET}


def test_a_proxy_is_believed_for_its_address_and_its_secret_together():
    proxied = Proxied(lambda: ACCESS, PROXY, SECRET)
    found = proxied.who(headers(**OWN, x_remote_groups="choir; managers"), "10.1.2.7")
    assert found is not None
    assert (found.id, found.groups, found.scope(Permission.PEOPLE)) == ("proxy|anna", {"managers"}, NORTHGATE)
    for peer in ("::1", "::ffff:10.1.2.7"):
        assert proxied.who(headers(**OWN), peer) is not None
    assert not proxied.who(headers(**OWN), "::1").may(Permission.PEOPLE)
    for peer in ("10.1.2.16", "127.0.0.1", "", "testclient"):
        assert proxied.who(headers(**OWN), peer) is None, peer
    for wrong in (
        {"x_flow_proxy_secret": SECRET[:-1]},
        {"x_flow_proxy_secret": ""},
        {"x_remote_user": " "},
        {"x_remote_user": "x" * 201},
    ):
        assert proxied.who(headers(**OWN | wrong), "10.1.2.7") is None, wrong
    assert proxied.who(headers(x_remote_user="anna"), "10.1.2.7") is None


def test_a_header_that_is_there_twice_says_nothing_for_one_of_them_is_a_browsers():
    proxied = Proxied(lambda: ACCESS, PROXY, SECRET)
    for name, value in (("X-Remote-User", "admin"), ("x-remote-groups", "managers"), (SECRET_HEADER, SECRET)):
        raw = [*headers(**OWN, x_remote_groups="choir").raw, (name.lower().encode(), value.encode())]
        assert proxied.who(Headers(raw=raw), "10.1.2.7") is None, name


def test_a_server_that_could_be_reached_past_its_proxy_does_not_start():
    assert must_not_be_reached_directly(PROXY, "0.0.0.0", TOKENS.__getitem__) == SECRET
    bare = replace(PROXY, secret_env="")
    for host, word in (("0.0.0.0", "the network could"), ("10.1.2.3", "10.1.2.3"), ("127.0.0.1", "this machine could")):
        with pytest.raises(ReachableDirectly, match=word):
            must_not_be_reached_directly(bare, host, TOKENS.__getitem__)
    with pytest.raises(ReachableDirectly, match="nothing to prove itself by"):
        must_not_be_reached_directly(PROXY, "127.0.0.1", {}.__getitem__)
    with pytest.raises(ReachableDirectly, match="can be guessed") as told:
        must_not_be_reached_directly(PROXY, "127.0.0.1", {"FLOWCENTRE_PROXY": "s3cr3t"}.__getitem__)
    assert "s3cr3t" not in str(told.value)
