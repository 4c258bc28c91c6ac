"""Who may sign in and what they may is read as written; a slip that would open something is told with its line."""

from datetime import timedelta

import pytest

from flowcentre.config import DEFAULTS, Reloader
from flowcentre.model import (
    EVERYWHERE,
    NO_SIGN_IN,
    Access,
    Grant,
    Machine,
    Oidc,
    Permission,
    Role,
    Scope,
    SmallNumbers,
    TrustedProxy,
)
from tests.config.conftest import CHANNELS, CONNECTORS, LAYOUTS, VARIABLES

ACCESS = """\
[sign_in]
public_url = "https://flow.westshire.example/"
local = true
idle = "45m"
idle_people = "10m"
forwarded_by = ["192.0.2.3"]

[oidc]
issuer = "https://login.westshire.example/tenant/v2.0"
client_id = "flow-centre"
client_secret_env = "FLOWCENTRE_OIDC"
algorithms = ["RS256", "ES256"]
acr = ["strong"]

[[grant]]
to = "group:site-managers"
roles = ["manager", "lead"]
places = ["northgate", "north"]

[[grant]]
to = "account:duty.admin"
roles = ["administrator"]

[[grant]]
to = "everybody"
roles = ["viewer"]

[[machine]]
id = "metrics"
token_env = "FLOWCENTRE_METRICS"

[[machine]]
id = "warehouse"
token_env = "FLOWCENTRE_WAREHOUSE"
may = ["aggregates", "people"]
places = ["north"]

[displays]
unseen = "14d"
small_numbers = { hide_to = 5 }
"""
OIDC = ACCESS[ACCESS.index("[oidc]") : ACCESS.index("[[grant]]")]
PROXY = """\
[proxy]
peers = ["10.1.2.3", "fd00:1::/64"]
user_header = "X-Remote-User"
groups_header = "X-Remote-Groups"
secret_env = "FLOWCENTRE_PROXY"

"""


def test_access_is_read_as_it_is_written(folder):
    folder.write(access=ACCESS)
    assert folder.load().access == Access(
        configured=True,
        public_url="https://flow.westshire.example",
        forwarded_by=("192.0.2.3",),
        local=True,
        oidc=Oidc(
            "https://login.westshire.example/tenant/v2.0",
            "flow-centre",
            "FLOWCENTRE_OIDC",
            algorithms=("RS256", "ES256"),
            acr=("strong",),
        ),
        grants=(
            Grant(
                "group:site-managers", frozenset({Role.MANAGER, Role.LEAD}), Scope(frozenset({"northgate", "north"}))
            ),
            Grant("account:duty.admin", frozenset({Role.ADMINISTRATOR}), EVERYWHERE),
            Grant("everybody", frozenset({Role.VIEWER}), EVERYWHERE),
        ),
        machines=(
            Machine("metrics", "FLOWCENTRE_METRICS"),
            Machine(
                "warehouse",
                "FLOWCENTRE_WAREHOUSE",
                frozenset({Permission.AGGREGATES, Permission.PEOPLE}),
                Scope(frozenset({"north"})),
            ),
        ),
        idle=timedelta(minutes=45),
        idle_people=timedelta(minutes=10),
        absolute=timedelta(hours=12),
        display_unseen=timedelta(days=14),
        small_numbers=SmallNumbers(5, 5),
    )


def test_a_proxy_is_read_as_it_is_written_and_displays_hide_small_numbers_unless_told_not_to(folder):
    text = ACCESS.replace(OIDC, PROXY)
    folder.write(access=text[: text.index("[displays]")])
    found = folder.load().access
    assert found.proxy == TrustedProxy(
        ("10.1.2.3", "fd00:1::/64"), "X-Remote-User", "X-Remote-Groups", "FLOWCENTRE_PROXY"
    )
    assert found.small_numbers == SmallNumbers()
    folder.write(access=text.replace("{ hide_to = 5 }", "false"))
    assert folder.load().access.small_numbers is None


def test_without_the_file_a_county_is_open_and_says_so(folder):
    assert folder.load().access == NO_SIGN_IN
    assert not NO_SIGN_IN.configured


# Each: what stood there, what is written instead (with #! where the line should be told), words of what is wrong, and
# words of what is right.
MISTAKES = {
    "an unknown table": ("[[machine]]\nid = \"metrics\"", "[grants] #!\n[[machine]]\nid = \"metrics\"", '"grants"', '"grant"'),
    "no [sign_in]": ('[sign_in]\npublic_url = "https://flow.westshire.example/"\nlocal = true\nidle = "45m"\nidle_people = "10m"\nforwarded_by = ["192.0.2.3"]\n',
                     "#!\n", "no [sign_in]", "public_url =", ('to = "account:duty.admin"', 'to = "group:admins"')),
    "no address": ('public_url = "https://flow.westshire.example/"', "#!", 'has no "public_url"', "https://", ("[sign_in]\n#!", "[sign_in] #!")),
    "an address in the clear": ('"https://flow.westshire.example/"', '"http://flow.westshire.example" #!', "not the address of a server by https", "https://"),
    "an address with a path": ("westshire.example/\"", "westshire.example/flow\" #!", "not the address of a server", "without a path"),
    "an address that only begins like this machine": ('"https://flow.westshire.example/"', '"http://localhost.westshire.example" #!', "by https", "this machine alone"),
    "an address with somebody in it": ("https://flow.", "https://anna@flow.", "by https", "https://", ('example/"\nlocal', 'example/" #!\nlocal')),
    "an idle limit longer than the absolute": ('"45m"', '"13h" #!', "idle 13h is no limit", "from 1m to 12h"),
    "rows of people left open longer than the rest": ('"10m"', '"50m" #!', "idle_people 50m is no limit", "from 1m to 45m"),
    "a proxy from anywhere": ('["192.0.2.3"]', '["::/0"] #!', "at one of them could say where they are", "the address of the proxy"),
    "a session for a month": ('idle = "45m"', 'idle = "45m"\nabsolute = "30d" #!', "absolute 30d is no limit", 'absolute = "12h"'),
    "a secret in the clear": ('client_secret_env = "FLOWCENTRE_OIDC"', 'client_secret_env = "s3cr3t" #!', "not the name of an environment variable", "in capitals"),
    "an issuer in the clear": ('"https://login.', '"http://login.', "issuer is no address by https", "as the provider writes it", ('v2.0"', 'v2.0" #!')),
    "a signature that anybody can make": ('["RS256", "ES256"]', '["RS256", "none"] #!', '"none" is no signature', '"RS256"'),
    "a signature by what we know ourselves": ('["RS256", "ES256"]', '["HS256"] #!', '"HS256" is no signature', '"RS256"'),
    "no algorithm": ('["RS256", "ES256"]', "[] #!", "no algorithm", '["RS256"]'),
    "scopes that do not say who": ("algorithms =", 'scopes = "profile email" #!\nalgorithms =', "lack openid", '"openid profile"'),
    "two who say who asks": ("[oidc]", "#!\n[oidc]", "both say who asks", "the one of the two", ("#!\n", PROXY.replace("[proxy]", "[proxy] #!"))),
    "a proxy that proves nothing": (OIDC, PROXY.replace("[proxy]", "[proxy] #!"), 'has no "secret_env"', "FLOWCENTRE_PROXY_SECRET",
                                    ('secret_env = "FLOWCENTRE_PROXY"\n', "")),
    "a proxy that is anybody": (OIDC, PROXY, "0.0.0.0/0 takes in 4,294,967,296 addresses", "the proxy alone", ('"10.1.2.3"', '"0.0.0.0/0"'),
                                ('/64"]', '/64"] #!')),
    "a peer that is none": (OIDC, PROXY, '"proxy.westshire.example" is no address', "10.1.2.0/28", ('"10.1.2.3"', '"proxy.westshire.example"'),
                            ('/64"]', '/64"] #!')),
    "nobody to trust": (OIDC, PROXY, "no peer to trust", "peers =", ('["10.1.2.3", "fd00:1::/64"]', "[] #!")),
    "a header that browsers send": (OIDC, PROXY, 'user_header "Cookie" is no header', '"X-Forwarded-User"', ('"X-Remote-User"', '"Cookie" #!')),
    "groups in the user's header": (OIDC, PROXY, "groups_header is the user_header", "X-Forwarded-Groups", ('"X-Remote-Groups"', '"x-remote-user" #!')),
    "groups that no header tells": (OIDC, PROXY, 'no way that tells of a group', "groups_header", ('groups_header = "X-Remote-Groups"\n', ""),
                                    ('"group:site-managers"', '"group:site-managers" #!')),
    "an account where there are none": ("local = true\n", "", "no way that tells of an account", "local = true", ('duty.admin"', 'duty.admin" #!')),
    "a name that no account has": ("account:duty.admin", "account:Duty Admin", "can be no account's name", "lower-case", ('Admin"', 'Admin" #!')),
    "a grant to nobody": ('"group:site-managers"', '"group:" #!', "grants something to nobody", '"group:flow-leads"'),
    "a grant to one that is of no kind": ('"group:site-managers"', '"site-managers" #!', "is nobody to grant something to", '"everybody"'),
    "everybody as manager": ('["viewer"]', '["viewer", "manager"]\neverywhere = true', "everybody who can sign in would be manager", '["viewer"] for everybody',
                             ('"everybody"', '"everybody" #!')),
    "an unknown role": ('"manager", "lead"', '"manger", "lead"', 'no role "manger"', '"manager"', ('"lead"]', '"lead"] #!')),
    "a person as a display": ('["viewer"]', '["display"] #!', "no person is a display", '["viewer"]'),
    "no role": ('["viewer"]', "[] #!", '"everybody" is granted no role', '["viewer"]'),
    "an unknown place": ('"northgate", "north"]', '"northgate", "nort"] #!', 'no place "nort"', '"north"'),
    "a manager of nowhere": ('places = ["northgate", "north"]', "", "is lead, manager of nowhere", "everywhere = true",
                             ('[[grant]]\nto = "group', '[[grant]] #!\nto = "group')),
    "places, and everywhere too": ('places = ["northgate", "north"]', 'places = ["northgate"]\neverywhere = true #!', "everywhere as well", "the one of the two"),
    "places that narrow nothing": ('roles = ["viewer"]', 'roles = ["viewer"]\nplaces = ["northgate"] #!', "places narrow nothing for viewer", "no places"),
    "a machine that acts": ('["aggregates", "people"]', '["aggregates", "people", "administer"] #!', 'may not "administer"', '"people"'),
    "a machine with people of nowhere": ('may = ["aggregates", "people"]\nplaces = ["north"]', 'may = ["people"] #!', "people of nowhere", "everywhere = true"),
    "a machine whose places are for nothing": ('may = ["aggregates", "people"]\nplaces = ["north"]', 'places = ["north"] #!', "reads aggregates", '"people"]'),
    "two machines of one id": ('id = "warehouse"', 'id = "metrics" #!', 'second machine with the id "metrics"', "line 29 has it"),
    "one token for two machines": ('"FLOWCENTRE_WAREHOUSE"', '"FLOWCENTRE_METRICS" #!', "second machine with the token_env", "another"),
    "a token in the clear": ('"FLOWCENTRE_METRICS"', '"s3cr3t-token" #!', "not the name of an environment variable", "in capitals"),
    "a screen remembered for ever": ('"14d"', '"3650d" #!', "unseen 3650d is no time", 'unseen = "30d"'),
    "small numbers of no form": ("{ hide_to = 5 }", "true #!", "neither false nor a table", "hide_to = 7"),
    "small numbers that hide nothing": ("{ hide_to = 5 }", "{ hide_to = 0 } #!", "hide_to 0 hides no counts", "hide_to = 7"),
    "a rounding to nothing": ("{ hide_to = 5 }", "{ round_to = 0 } #!", "round_to 0 is nothing", "round_to = 5"),
}  # fmt: skip


@pytest.mark.parametrize("case", MISTAKES)
def test_one_slip_is_one_mistake_told_with_its_line_and_what_is_right(folder, case):
    old, new, what, right, *more = MISTAKES[case]
    text = ACCESS
    for was, becomes in ((old, new), *more):
        assert was in text, was
        text = text.replace(was, becomes, 1)
    folder.write(access=text)
    told = folder.mistakes()
    assert len(told) == 1, "\n".join(map(str, told))
    assert what in told[0].what, told[0]
    assert right in told[0].right, told[0]
    if told[0].line is not None and "no [sign_in]" not in what:
        assert (told[0].file, told[0].line) == ("access.toml", text[: text.index("#!")].count("\n") + 1)
    assert "s3cr3t" not in str(told[0])


def test_a_file_that_lets_nobody_in_is_no_way_to_be_open(folder):
    folder.write(access="# nothing yet\n")
    told = [mistake.what for mistake in folder.mistakes()]
    assert told == [
        "the file has no [sign_in]",
        "there is no way to sign in",
        "nothing is granted to anybody: whoever signs in would be refused",
    ]


def test_grants_change_while_a_county_runs_and_the_way_to_sign_in_never_does(folder):
    folder.write(access=ACCESS)
    reloader = Reloader(folder.path, VARIABLES, CONNECTORS, LAYOUTS, CHANNELS, current=folder.load())
    folder.write(access=ACCESS.replace('["manager", "lead"]', '["manager"]'))
    county = [reloader.look() for _ in range(2)][-1]
    assert county is not None
    assert county.access.grants[0].roles == {Role.MANAGER}
    folder.write(access=ACCESS.replace("tenant/v2.0", "another/v2.0"))
    assert [reloader.look() for _ in range(2)] == [None, None]
    assert "cannot change how people sign in" in reloader.untold()[0].what
    (folder.path / "access.toml").unlink()
    assert [reloader.look() for _ in range(2)] == [None, None]
    assert reloader.untold()[0].what == "the file access.toml is gone while it is in use"
    assert reloader.current.access.configured


def test_a_county_that_runs_open_does_not_begin_to_ask_in_the_middle(folder):
    reloader = Reloader(folder.path, VARIABLES, CONNECTORS, LAYOUTS, CHANNELS, current=folder.load())
    folder.write(access=ACCESS)
    assert [reloader.look() for _ in range(2)] == [None, None]
    assert "start anew" in reloader.untold()[0].right


def test_the_counties_that_come_with_it_are_open_and_on_this_machine_alone():
    assert not list(DEFAULTS.rglob("access.toml"))
