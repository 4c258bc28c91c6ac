"""The words and codes of lists of referrals: how each may be written, and what is done with one that is not known."""

import re
import tomllib
from pathlib import Path

import pytest
from pydantic import ValidationError

from connectors._care_words import find_outcome
from connectors.care_referrals import LAYOUT, CareReferralsSettings
from flowcentre.feeds.files import DropFolderSettings
from flowcentre.feeds.http import HttpSettings
from flowcentre.measures.care_words import FUNDING, OUTCOMES, Outcome
from flowcentre.model import CareService, Held, NextStep, ReferralReason, Setting, Therapy
from tests.connectors.referrals import facts, held, referral, referrals

# --- Words --------------------------------------------------------------------------------

WORDS = [
    *(
        ("service", said, CareService.HOME_CARE)
        for said in ("Home care", "HOMECARE", "domiciliary care", "home support")
    ),
    *(("service", said, CareService.REABLEMENT) for said in ("re-ablement", "ST-Max", "ST Max", "Reablement")),
    *(("service", said, CareService.RECOVERY_BED) for said in ("recovery bed", "Bed-based recovery", "RECOVERY BEDS")),
    *(("setting", said, Setting.HOSPITAL) for said in ("Hospital", "acute", "in hospital")),
    *(("setting", said, Setting.COMMUNITY) for said in ("COMMUNITY", "own home", "Home")),
    *(("reason", said, ReferralReason.STEP_UP) for said in ("step-up", "Step up", "STEPUP", "step\N{EN DASH}up")),
    *(
        ("reason", said, ReferralReason.ADMISSION_AVOIDANCE)
        for said in ("AA", "Admission Avoidance", "admission-avoidance")
    ),
    *(
        ("reason", said, ReferralReason.DISCHARGE)
        for said in ("Discharge", "hospital discharge", "discharge to assess")
    ),
    *(("reason", said, ReferralReason.RESTART) for said in ("restart", "Re-start", "restart of care")),
    *(("therapy", said, Therapy.NOT_TRIAGED) for said in ("Not yet triaged", "untriaged")),
    *(("therapy", said, Therapy.THERAPY_AND_CARE) for said in ("Therapy and care", "therapy & care", "Yes")),
    *(("therapy", said, Therapy.CARE_ONLY) for said in ("Care only", "care-only", "No")),
    *(("therapy", said, Therapy.THERAPY_ONLY) for said in ("THERAPY ONLY",)),
    *(("waits_for", step.value.upper(), step) for step in NextStep),
    *(("funding", said, "better_care_fund") for said in ("BCF", "Better Care Fund", "better_care_fund")),
    *(("funding", said, "self") for said in ("Self-funded", "self funder", "self")),
    *(("pathway", said, 2) for said in ("2", "P2", "Pathway 2")),
    *(("therapy_again", said, True) for said in ("yes", "Y", "TRUE", "1")),
    *(("therapy_again", said, False) for said in ("no", "N", "false", "0", "", "perhaps")),
]


@pytest.mark.parametrize(("column", "said", "meant"), WORDS)
def test_a_word_is_known_however_it_is_written(column: str, said: str, meant: object) -> None:
    assert getattr(referral({column: said}), column) == meant


@pytest.mark.parametrize("column", ["reason", "therapy", "waits_for", "funding", "pathway", "outcome"])
@pytest.mark.parametrize("said", ["", "-", "Zebedee"])
def test_whoever_has_a_word_that_is_not_known_is_kept_without_it(column: str, said: str) -> None:
    assert getattr(referral({column: said}), column) is None


@pytest.mark.parametrize("said", ["", "meals", "home"])
def test_a_service_that_is_not_known_holds_the_row(said: str) -> None:
    assert held(facts({"service": said})) == ["service is not one that is known"]


def test_a_setting_that_is_not_known_holds_the_row() -> None:
    assert held(facts({"setting": "elsewhere"})) == ["setting is neither hospital nor community"]


@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda outcome: outcome.key)
def test_an_outcome_is_known_by_key_by_text_and_by_its_number_in_the_client_level_data(outcome: Outcome) -> None:
    for said in (outcome.key, outcome.text.upper(), outcome.text.replace("No further action:", "NFA \N{EN DASH}")):
        assert find_outcome(said) == outcome.key
    if outcome.national is not None:
        assert find_outcome(str(outcome.national)) == find_outcome(f"CLD {outcome.national:02}") == outcome.key


@pytest.mark.parametrize("said", ["3", "5", "18", "99", "NFA", "No further action"])
def test_what_ends_nothing_is_no_outcome(said: str) -> None:
    assert find_outcome(said) is None


@pytest.mark.parametrize("key", FUNDING)
def test_a_funding_stream_is_known_by_key_and_text(key: str) -> None:
    assert {referral({"funding": said}).funding for said in (key, FUNDING[key], FUNDING[key].upper())} == {key}


def test_a_countys_own_words_come_first() -> None:
    local = {
        "reasons": {"Rapid": "step-up"},
        "services": {"home care": "reablement"},
        "outcomes": {"Moved on": "other_authority"},
        "funding": {"winter money": "discharge_fund"},
    }
    found = referral({"reason": "RAPID", "outcome": "moved  on", "funding": "Winter Money"}, **local)
    assert (found.reason, found.service) == (ReferralReason.STEP_UP, CareService.REABLEMENT)
    assert (found.outcome, found.funding) == ("other_authority", "discharge_fund")


# --- Teams and providers --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("locality", "said", "meant"),
    [
        ("north", "1E5", "ashdown-north"),  # a ward has that code too
        ("north", "1e5", "ashdown-north"),
        ("north", "Ashdown", "ashdown-north"),
        ("mid", "ASHDOWN", "ashdown-mid"),
        ("mid", "ZW31", "ashdown-mid"),  # whoever runs it
        ("south", "Kestrel Homecare", "kestrel-south"),
        ("north", "kestrel-south", "kestrel-south"),  # from elsewhere
        ("south", "007", "the-limes"),
        ("south", "NA", "quay-house"),
        ("north", "WECTN", "wect-north"),
        ("north", "ZW203", "millbrook"),
    ],
)
def test_a_provider_is_known_by_its_code_its_name_or_whoever_runs_it(locality: str, said: str, meant: str) -> None:
    found = facts({"locality": locality, "provider": said, "team": ""})
    assert (referrals(found)[0].provider, held(found)) == (meant, [])


@pytest.mark.parametrize("said", ["ZX99", "Ashdown", "A1", "BRK-N", "northgate", "ZW9"])
def test_a_provider_that_is_not_known_is_said_and_the_person_is_there_all_the_same(said: str) -> None:
    found = facts({"locality": "south", "provider": said, "team": ""}, {"ref": "cr-2", "locality": "south", "team": ""})
    assert [one.provider for one in referrals(found)] == [None, None]
    assert [(fact.place, fact.reason) for fact in found if isinstance(fact, Held)] == [
        (None, "1 cell with a provider that is not known here: the referrals are counted without one")
    ]
    assert said not in repr([fact for fact in found if isinstance(fact, Held)])


def test_no_provider_yet_is_nothing_to_say() -> None:
    assert held(facts({"provider": "-", "team": "n/a"})) == []


@pytest.mark.parametrize(("said", "meant"), [("WUPIN", "wupi-north"), ("brokerage", "brokerage-north"), ("1E5", None)])
def test_a_team_is_one_that_can_be_asked_for_care(said: str, meant: str | None) -> None:
    assert referral({"team": said}).team == meant


# --- Settings and the guide -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"reasons": {"x": "stepup"}}, '"stepup" is not a reason for a referral: "step-up"\\?'),
        ({"services": {"x": "homecare"}}, '"homecare" is not a service: "home care"\\?'),
        ({"outcomes": {"x": "dead"}}, '"dead" is not the key of an outcome'),
        ({"funding": {"x": "bcf"}}, '"bcf" is not the key of a funding stream'),
        ({"url": "https://a.example/"}, "give one of folder and url"),
        ({"pasword": "x"}, "pasword"),
    ],
)
def test_a_setting_that_cannot_be_is_a_mistake(settings: dict[str, object], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        CareReferralsSettings.model_validate({"folder": "a"} | settings)


GUIDE = (Path(__file__).parents[2] / "docs" / "packages.md").read_text()
CHAPTER = GUIDE.split("\n## Referrals\n")[1].split("\n## ")[0]


def test_every_column_and_setting_is_in_the_guide() -> None:
    assert set(re.findall(r"^\| `(\w+)` \| (?:required|optional)", CHAPTER, re.MULTILINE)) == (
        LAYOUT.with_nhs_numbers().agreed
    )
    own = (
        set(CareReferralsSettings.model_fields) - set(HttpSettings.model_fields) - set(DropFolderSettings.model_fields)
    )
    assert not [setting for setting in own if f"`{setting}`" not in CHAPTER]


def test_every_word_of_ours_is_in_the_guide() -> None:
    ours = [
        *CareService,
        *Setting,
        *ReferralReason,
        *Therapy,
        *NextStep,
        *FUNDING,
        *(outcome.key for outcome in OUTCOMES),
    ]
    assert not [word for word in ours if f"`{word}`" not in CHAPTER]


def test_the_guides_feed_is_one() -> None:
    feed = tomllib.loads(CHAPTER.split("```toml\n")[1].split("```")[0])["feed"][0]
    assert feed["connector"] == "care_referrals"
    CareReferralsSettings.model_validate(feed["settings"])
