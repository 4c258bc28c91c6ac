"""How pressure is scored, as somebody writes it: each slip is told with its line and with what is right."""

import shutil
from datetime import date
from itertools import product

import pytest

from flowcentre.config import DEFAULTS, Reloader
from flowcentre.model import Parameter, Pillar
from tests.config.conftest import CONNECTORS, LAYOUTS, VARIABLES

PRESSURE = """\
[pillar_weights]
acute = 3
"NHS 111" = 1

[[rules]]
id = "acute-2023"
title = "Acute hospitals"
pillar = "acute"
places = ["northgate"]
out_of = 44
cut_offs = [11, 22, 33]
source = "a test"
effective_from = 2025-04-01
effective_to = 2026-03-31
verified_by = "J. Bell, chief operating officer"
verified_on = 2025-03-20
weights = { northgate = 0.6 }

[[rules.parameter]]
measure = "ga_beds_occupied"
limits = [20, 25]
points = [0, 1, 3]
weight = 2

[[rules.parameter]]
measure = "ae_patients_now"
limits = [40]
points = [0, 3]

[[rules]]
id = "acute-2026"
title = "Acute hospitals"
pillar = "acute"
places = "each acute hospital"
out_of = 44
cut_offs = [11, 22, 33]
source = "another test"
effective_from = 2026-04-01

[[rules.parameter]]
measure = "ae_patients_now"
limits = [50, 60]
points = [0, 1, 2]
"""


def write_level_cards(folder):
    """One for each level of what is scored here, and of the system."""
    cards = folder.path / "action_cards" / "levels"
    cards.mkdir(parents=True)
    for kind, level in product(("acute-hospital", "system"), (2, 3, 4)):
        (cards / f"{kind}-level-{level}.md").write_text("# What to do\n", encoding="utf-8")


@pytest.fixture
def scored(folder):
    folder.write(pressure=PRESSURE)
    write_level_cards(folder)
    return folder


def test_rules_are_read_as_they_are_written_and_the_file_may_be_left_out(scored):
    pressure = scored.load().pressure
    first, second = pressure.rules
    assert pressure.pillar_weights == ((Pillar.ACUTE, 3.0), (Pillar.NHS_111, 1.0))
    assert first.parameters == (
        Parameter("ga_beds_occupied", (20.0, 25.0), (0.0, 1.0, 3.0), 2.0),
        Parameter("ae_patients_now", (40.0,), (0.0, 3.0)),
    )
    assert (first.weights, first.verified, first.verified_on) == ((("northgate", 0.6),), True, date(2025, 3, 20))
    assert (second.places, second.verified) == (("northgate",), False)
    assert [each.id for day in (date(2026, 3, 31), date(2026, 4, 1)) for each in pressure.on(day)] == [
        "acute-2023",
        "acute-2026",
    ]
    for nothing in ("# None yet.\n", None):
        scored.write(pressure=nothing)
        assert scored.load().pressure.rules == ()


MISTAKES = {
    "an unknown pillar to weigh": ("acute = 3", "acuet = 3 #!", 'has no "acuet" to weigh', "acute"),
    "no such pillar": ('pillar = "acute"\nplaces = ["n', 'pillar = "acuet" #!\nplaces = ["n', 'no pillar "acuet"', "acute"),
    "no such place": ('["northgate"]', '["northgat"] #!', 'no place "northgat"', "northgate"),
    "the system itself": ('["northgate"]', '["westshire"] #!', "the mean of the pillars", "below the system"),
    "a kind of which there is none": ('"each acute hospital"', '"each virtual ward" #!', "there is none", "kind of place"),
    "a misspelt kind": ('"each acute hospital"', '"each acute hospitl" #!', "no kind or level", "each acute hospital"),
    "four cut-offs": ('cut_offs = [11, 22, 33]\nsource = "a t', 'cut_offs = [11, 22, 33, 44] #!\nsource = "a t', "has 4 cut-offs", "[11, 22, 33]"),
    "a cut-off at the top": ('cut_offs = [11, 22, 33]\nsource = "a t', 'cut_offs = [11, 22, 44] #!\nsource = "a t', "level 4 is never reached", "out_of = 44"),
    "cut-offs that fall": ('cut_offs = [11, 22, 33]\nsource = "a t', 'cut_offs = [33, 22, 11] #!\nsource = "a t', "do not rise", "[11, 22, 33]"),
    "no scale": ('out_of = 44\ncut_offs = [11, 22, 33]\nsource = "a t', 'out_of = 0 #!\ncut_offs = [11, 22, 33]\nsource = "a t', "is no scale", "44"),
    "verified on no day": ("verified_on = 2025-03-20", "#", "verified by somebody on no day", "verified_on"),
    "verified by nobody": ('verified_by = "J. Bell, chief operating officer"', "", "verified by nobody", "verified_by"),
    "an end before the start": ("effective_to = 2026-03-31", "effective_to = 2025-03-31 #!", "before it begins", "last day"),
    "two editions at once": ("effective_from = 2026-04-01", "effective_from = 2026-03-31", 'both score "northgate"', 'effective_to on "acute-2023"'),
    "no such measure": ('"ga_beds_occupied"', '"ga_bed_occupied" #!', 'no measure "ga_bed_occupied"', "ga_beds_occupied"),
    "pressure of pressure": ('"ga_beds_occupied"', '"pressure_score" #!', "looks at pressure itself", "a feed reports"),
    "a measure that nobody reports": ('"ga_beds_occupied"', '"ga_occupancy" #!', "at any of its places", "reported there"),
    "one measure twice": ('"ga_beds_occupied"', '"ae_patients_now"', "twice", "once"),
    "limits that go to and fro": ("[20, 25]", "[20, 20] #!", "neither rise", "[92, 95, 98]"),
    "limits the wrong way": ("[20, 25]", "[25, 20] #!", "go the other way", "rise"),
    "limits in part of a bed": ("[20, 25]", "[0.5, 25] #!", "is no limit of", "counted in whole beds"),
    "too few points": ("points = [0, 1, 3]", "points = [0, 1] #!", "3 bands, and points has 2", "points = [0, 1, 2]"),
    "points that fall": ("points = [0, 1, 3]", "points = [3, 1, 0] #!", "do not rise", "[0, 1, 2, 3]"),
    "a weight that is none": ("weight = 2", "weight = -1 #!", "-1 is no weight", "weight = 1"),
    "a weight that no scale can be made of": ("weight = 2", "weight = 1e-320 #!", "is no weight", "weight = 1"),
    "points that no scale can be made of": ("points = [0, 1, 3]", "points = [0, 0, 1e-320] #!", "do not rise", "[0, 1, 2, 3]"),
    "a place that weighs nothing": ("{ northgate = 0.6 }", "{ northgate = 1e-320 } #!", "no weight of 0.001 or more", "northgate = 1"),
    "an unknown key": ("weight = 2", "wieght = 2 #!", 'unknown key "wieght"', "weight"),
    "an unknown table": ("[pillar_weights]", "[pillars] #!", '"pillars"', "[pillar_weights]"),
}  # fmt: skip


@pytest.mark.parametrize("case", MISTAKES)
def test_one_slip_is_told_with_its_line_and_what_is_right(scored, case):
    old, new, what, right = MISTAKES[case]
    line = scored.change("pressure.toml", old, new)
    found = [each for each in scored.mistakes() if what in each.what and right in each.right]
    assert found, "\n".join(map(str, scored.mistakes()))
    assert {each.file for each in scored.mistakes()} == {"pressure.toml"}
    if line:
        assert found[0].line == line


def test_a_share_that_is_written_as_a_part_of_one_is_told_with_what_is_probably_meant(tmp_path):
    from connectors import find_connectors
    from flowcentre.config import ConfigurationMistakes, load

    folder = tmp_path / "westshire"
    shutil.copytree(DEFAULTS / "westshire", folder)
    text = (folder / "pressure.toml").read_text("utf-8")
    assert "limits = [92, 95, 98]" in text
    (folder / "pressure.toml").write_text(text.replace("limits = [92, 95, 98]", "limits = [0.92, 0.95, 0.98]"), "utf-8")
    variables = {"drop": "/drop", "demo": "http://127.0.0.1:1"}
    with pytest.raises(ConfigurationMistakes) as found:
        load(folder, variables, find_connectors())
    (mistake,) = found.value.mistakes
    assert (mistake.file, "did you mean 92?" in mistake.right) == ("pressure.toml", True)


def test_rules_of_one_day_share_one_scale_and_broken_scoring_does_not_make_sound_alerts_look_wrong(alerting):
    alerting.write(pressure=PRESSURE)
    write_level_cards(alerting)
    alerting.change(
        "alerts.toml",
        'measure = "ae_patients_now"\nplaces = ["westshire"]',
        'measure = "pressure_level"\nplaces = ["westshire"]',
    )
    alerting.change("alerts.toml", "raise_at = 90", "raise_at = 3")
    alerting.change("alerts.toml", 'stand_down_at = 85\nhold_for = "2h"', 'stand_down_at = 2\nhold_for = "2h"')
    assert {rule.measure for rule in alerting.load().alerting.rules} >= {"pressure_level"}
    alerting.change(
        "pressure.toml",
        'out_of = 44\ncut_offs = [11, 22, 33]\nsource = "another',
        'out_of = 100\ncut_offs = [25, 50, 75]\nsource = "another',
    )
    assert alerting.load().pressure.rules[1].out_of == 100  # of another day
    alerting.change("pressure.toml", "effective_to = 2026-03-31", "effective_to = 2026-04-30")
    assert {each.file for each in alerting.mistakes()} == {"pressure.toml"}
    assert any("another scale" in each.what for each in alerting.mistakes())


def test_each_kind_of_place_that_is_scored_has_an_action_card_for_each_level_from_two_on(scored):
    (scored.path / "action_cards" / "levels" / "acute-hospital-level-3.md").unlink()
    (mistake,) = scored.mistakes()
    assert mistake.what.startswith('there is no action card "levels/acute-hospital-level-3"')
    assert mistake.right == "a file action_cards/levels/acute-hospital-level-3.md"


def test_a_change_of_the_rules_is_taken_while_it_runs_and_a_broken_one_never(scored):

    current = scored.load()
    reloader = Reloader(scored.path, VARIABLES, CONNECTORS, LAYOUTS, None, current=current)
    assert reloader.look() is None
    scored.change("pressure.toml", 'cut_offs = [11, 22, 33]\nsource = "a t', 'cut_offs = [10, 20, 30]\nsource = "a t')
    changed = [look for _ in range(3) if (look := reloader.look()) is not None]
    assert [each.pressure.rules[0].cut_offs for each in changed] == [(10.0, 20.0, 30.0)]
    scored.change("pressure.toml", "cut_offs = [10, 20, 30]", "cut_offs = [10, 20]")
    assert [reloader.look() for _ in range(3)] == [None] * 3
    assert "has 2 cut-offs" in reloader.mistakes[0].what
