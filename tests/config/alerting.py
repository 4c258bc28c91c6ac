"""A small Westshire's rules and leads, to break one thing at a time."""

ALERTS = """\
[[rule]]
id = "ae-crowded"
title = "A&E crowded"
severity = "warning"
measure = "ae_patients_now"
places = ["northgate"]
raise_at = 95
stand_down_at = 85
hold_for = "30m"
clear_for = "20m"
routes = ["northgate"]
action_card = "ae-crowded"
words = "More people in A&E than it has room for."
flapping = { times = 3, within = "1h" }

[[rule.morning]]
sees = "96 96 96 93 84"
gives = "pending pending raised raised clearing"
every = "15m"

[[rule]]
id = "beds-full"
title = "Beds full"
severity = "critical"
measure = "ga_beds_occupied"
places = "each ward"
raise_at = 28
stand_down_at = 26
hold_for = "0m"
clear_for = "1h"
routes = ["northgate"]
action_card = "beds-full"

[[rule]]
id = "ae-jump"
title = "A&E filling quickly"
kind = "step"
severity = "notice"
measure = "ae_patients_now"
places = "each acute hospital"
raise_at = 20
stand_down_at = 5
over = "2h"
action_card = "ae-crowded"
on_trial = true

[[rule]]
id = "ae-long-crowded"
title = "A&E crowded for long"
kind = "time at level"
severity = "notice"
measure = "ae_patients_now"
places = ["westshire"]
raise_at = 90
stand_down_at = 85
hold_for = "2h"
over = "3h"
routes = ["northgate"]
action_card = "ae-crowded"

[[rule]]
id = "silent"
title = "Figures missing"
kind = "silence"
severity = "warning"
feeds = "each feed"
routes = ["northgate"]
action_card = "silent"
"""
LEADS = """\
[alerting]
public_url = "https://flow.westshire.example/"
test_at = "mon 10:00"
dead_man = "https://watch.westshire.example/flow"

[[channel]]
id = "letters"
kind = "maildir"
demonstration = true
[channel.settings]
folder = "${drop}/letters"

[[channel]]
id = "texts"
kind = "notify"
demonstration = true
[channel.settings]
api_key_env = "WESTSHIRE_NOTIFY"

[[lead]]
id = "site-manager"
title = "Northgate site manager"
addresses = [{ channel = "texts", to = "+447700900001" }, { channel = "letters", to = "site.manager@northgate.example" }]

[[lead]]
id = "night-manager"
title = "Northgate night manager"
addresses = [{ channel = "letters", to = "night.manager@northgate.example" }]

[[lead]]
id = "director"
title = "Director on call"
addresses = [{ channel = "letters", to = "director@northgate.example" }]

[[team]]
id = "northgate-site"
title = "Northgate site team"

[[team.turn]]
lead = "site-manager"
weekdays = "mon-fri"
starts = "08:00"
until = "20:00"
bank_holidays = "never"

[[team.turn]]
lead = "night-manager"
starts = "20:00"
until = "08:00"

[[team.turn]]
lead = "night-manager"
weekdays = "sat, sun"
starts = "08:00"
until = "20:00"

[[team.turn]]
lead = "night-manager"
weekdays = "mon-fri"
starts = "08:00"
until = "20:00"
bank_holidays = "only"

[[route]]
id = "northgate"
title = "Northgate: the site, then the director"

[[route.step]]
after = "0m"
to = ["northgate-site"]

[[route.step]]
after = "15m"
to = ["northgate-site", "director"]

[huddle]
to = ["night-manager"]
"""
CARDS = ("ae-crowded", "beds-full", "silent")


def maildir(settings, secret):
    """A kind of channel that needs a folder, and knows nothing else."""
    if set(settings) != {"folder"}:
        raise ValueError('the channel needs the setting "folder", and no other')


def any_settings(settings, secret):
    """One that takes what it is given."""


CHANNELS = {"maildir": maildir, "notify": any_settings, "smtp": any_settings, "teams": any_settings}
