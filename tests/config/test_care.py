"""What a county promises of packages of care: read as written, and every slip told with its line and what is right."""

from datetime import date, timedelta

import pytest

from flowcentre.model import CareTerms


def care(folder, *lines: str) -> None:
    folder.write(county="\n".join(['name = "Westshire"', "demonstration = true", "[care]", *lines]) + "\n")


def test_a_county_that_says_nothing_has_the_terms_of_the_model(folder):
    folder.write(county='name = "Westshire"\ndemonstration = true\n')
    assert folder.load().care == CareTerms()


def test_every_term_is_read_as_it_is_written(folder):
    care(
        folder,
        'start_within = "48h"',
        "runs_for_days = 28",
        "ending_soon_days = 3",
        "reference_waiting = 212",
        "reference_day = 2025-11-03",
        "tolerance_minutes = 10",
        "tolerance_share = 0.2",
        "drift_visits = 14",
        "virtual_ward_target = 80",
    )
    assert folder.load().care == CareTerms(
        timedelta(hours=48), 28, 3, 212, date(2025, 11, 3), 10, 0.2, 14, virtual_ward_target=80
    )


@pytest.mark.parametrize(
    ("line", "what", "right"),
    [
        ('start_within = "24"', '"24" is not a length of time', 'start_within = "24h"'),
        ("start_within = 24", "start_within is not a length of time in quotes", 'start_within = "24h"'),
        ('start_within = "0h"', "start_within 0s is no time in which", 'start_within = "24h"'),
        ("runs_for_days = 0", "runs_for_days 0 is no length", "runs_for_days = 42"),
        ("runs_for_days = 42.5", "runs_for_days is not a whole number", "runs_for_days = 42"),
        ("ending_soon_days = 42", "not from 0 to less than the 42 days", "ending_soon_days = 7"),
        ("ending_soon_days = -1", "not from 0 to less than the 42 days", "ending_soon_days = 7"),
        ("reference_day = 2026-01-15", "reference_day has no reference_waiting", "reference_waiting = 200"),
        ("reference_waiting = 200", "reference_waiting has no reference_day", "reference_day = 2026-01-15"),
        ('reference_day = "15 January"', "reference_day is not a date", "reference_day = 2026-01-15"),
        ("tolerance_minutes = -5", "tolerance_minutes -5 is no tolerance", "tolerance_minutes = 5"),
        ("tolerance_share = 15", "tolerance_share 15 is not a share", "tolerance_share = 0.15"),
        ("tolerance_share = nan", "tolerance_share nan is not a share", "tolerance_share = 0.15"),
        ("drift_visits = 0", "drift_visits 0 is no number", "drift_visits = 10"),
        ("virtual_ward_target = 0.8", "virtual_ward_target 0.8 is no percentage", "virtual_ward_target = 80"),
        ('start_whithin = "24h"', 'unknown key "start_whithin"', '"start_within"'),
    ],
)
def test_a_slip_is_told_with_its_line_and_what_is_right(folder, line, what, right):
    care(folder, line)
    mistakes = [mistake for mistake in folder.mistakes() if what in mistake.what]
    assert [(mistake.file, mistake.line) for mistake in mistakes] == [("county.toml", 4)]
    assert mistakes[0].what.startswith("[care]")
    assert right in mistakes[0].right


def test_every_slip_is_told_at_once(folder):
    care(folder, "runs_for_days = 0", "ending_soon_days = 7", "tolerance_share = 2", "drift_visit = 3")
    assert [mistake.line for mistake in folder.mistakes()] == [4, 5, 6, 7]


def test_a_care_that_is_no_table_is_told(folder):
    folder.write(county='name = "Westshire"\ndemonstration = true\ncare = 24\n')
    assert [(mistake.line, mistake.right) for mistake in folder.mistakes()] == [
        (3, '[care], with start_within = "24h" and the rest below it')
    ]
