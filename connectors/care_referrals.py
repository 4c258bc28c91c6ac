"""Referrals for care at home and for recovery beds: each locality's whole list, one row a referral.

CSV or XLSX in a drop folder, or JSON over HTTP; docs/packages.md gives the layout and what is done with a bad
row. ``person`` is the pseudonym by which the discharge lists know the same person, or is made of the same number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import ClassVar

from pydantic import Field, field_validator

from connectors import _care_words as words
from connectors._list_documents import Layout, Listing
from connectors._list_feeds import ListOfPeople, ListSettings, is_said, matched_tidily
from connectors._personal import refused_columns
from connectors._persons import ReadBefore, each_once, read_each, without_names
from connectors._referral_course import alike_in_pairs, course_of, in_pairs, is_doubled
from connectors._words import find_flag, find_pathway, spelt
from flowcentre.feeds.contract import Document, FeedMalformed, PlaceCodes, RowHeld
from flowcentre.feeds.pseudonyms import pseudonym
from flowcentre.feeds.tables import Row, tidy
from flowcentre.measures.care_words import FUNDING, OUTCOME_BY_KEY
from flowcentre.measures.packages import REFERRALS_REPORT
from flowcentre.measures.packages_week import TEAMS
from flowcentre.model import CareReferral, CareService, Fact, Held, ReferralReason, RefusedColumn, WholeList

LAYOUT = Layout(
    place="locality",
    find=PlaceCodes.locality,
    noun="locality",
    another="another county's list",
    required=(
        *("ref", "person", "referred", "setting", "reason", "pathway", "service", "team"),
        *("weekly_hours", "visits_a_day", "carers", "therapy"),
        *("accepted", "sent_back", "triaged", "sourced", "provider", "started", "planned_end", "ended"),
        *("outcome", "therapy_again", "offers", "funding"),
    ),
    optional=("ready", "waits_for"),
    lists="localities",
    rows="referrals",
    fractions=frozenset({"weekly_hours"}),
    flags=frozenset({"therapy_again"}),
    whose="person",
    strays=True,
)
MOST_HOURS = 168  # in a week


class CareReferralsSettings(ListSettings):
    """Where the lists come from, and what their own words mean."""

    reasons: Mapping[str, str] = Field(default_factory=dict)  # local word -> "discharge", "step-up", ...
    services: Mapping[str, str] = Field(default_factory=dict)  # local word -> "home care", "reablement", "recovery bed"
    outcomes: Mapping[str, str] = Field(default_factory=dict)  # local word -> key of an outcome
    funding: Mapping[str, str] = Field(default_factory=dict)  # local word -> key of a funding stream
    row_for_each_carer: bool = False  # True: two rows alike are how a package of two carers is written, and no news

    @field_validator("reasons")
    @classmethod
    def _are_reasons(cls, given: Mapping[str, str]) -> Mapping[str, str]:
        return matched_tidily(given, list(ReferralReason), "a reason for a referral")

    @field_validator("services")
    @classmethod
    def _are_services(cls, given: Mapping[str, str]) -> Mapping[str, str]:
        return matched_tidily(given, list(CareService), "a service")

    @field_validator("outcomes")
    @classmethod
    def _are_outcomes(cls, given: Mapping[str, str]) -> Mapping[str, str]:
        return matched_tidily(given, OUTCOME_BY_KEY, "the key of an outcome")

    @field_validator("funding")
    @classmethod
    def _are_streams(cls, given: Mapping[str, str]) -> Mapping[str, str]:
        return matched_tidily(given, FUNDING, "the key of a funding stream")


class CareReferrals(ListOfPeople):
    """One document, the whole list of each locality that occurs in it. A locality that does not stays silent."""

    provides: ClassVar = REFERRALS_REPORT  # what the poller counts from the referrals
    Settings: ClassVar = CareReferralsSettings
    settings: CareReferralsSettings

    def __init__(self, settings: CareReferralsSettings, places: PlaceCodes) -> None:
        super().__init__(settings, places)
        self._before = ReadBefore[CareReferral]()

    def parse(self, document: Document) -> Iterator[Fact | RefusedColumn]:
        layout = self.layout(LAYOUT)
        listing = self.listing(document, layout)
        if listing is None:
            return
        read = self._before.reader(lambda row: self._referral(row, listing.at), listing.at)
        each = read_each(listing.rows, read, self._whose)
        if is_doubled(each):
            raise FeedMalformed(f"{document.name}: most refs stand there in two rows alike; is the file doubled?")
        rows = in_pairs(each)
        named = list(without_names(rows, "person", lambda one: one.person))
        yield from each_once(without_names(named, "ref", lambda one: one.ref))
        for locality, listed in listing.listed.items():
            # The source's count was of rows, and has been checked; two rows of a pair are one referral.
            yield WholeList("referrals", locality, listing.at, 0 if listed == 0 else None)
        if not self.settings.row_for_each_carer and (count := alike_in_pairs(each)):
            packages = "1 package stands" if count == 1 else f"{count} packages stand"
            why = f"{packages} in two rows that are wholly alike: counted as for two carers"
            yield Held(f"{document.name} column carers", why)
        yield from self._not_known(document, listing)
        yield from refused_columns(listing.columns, layout.agreed)

    def _whose(self, row: Row) -> str | None:
        """The locality of a row; all of them where it is not known, for it may be any."""
        return self.places.locality(row.text("locality")) or self.places.top

    def _referral(self, row: Row, list_time: datetime) -> CareReferral:
        locality = self.places.locality(row.text("locality"))
        if locality is None:
            raise RowHeld("locality is not a locality of this feed")
        service, setting = self._service(row.text("service")), words.SETTINGS.get(spelt(row.text("setting")))
        if service is None:
            raise RowHeld("service is not one that is known")
        if setting is None:
            raise RowHeld("setting is neither hospital nor community")
        outcome = self._outcome(row.text("outcome"))
        course = course_of(row, list_time, outcome)
        visits, offers = row.count("visits_a_day"), row.count("offers")
        return CareReferral(
            ref=pseudonym(row.text("ref")),
            place=locality,
            person=self.who(row, "person"),
            referred_at=course.referred_at,
            service=service,
            setting=setting,
            reason=self._reason(row.text("reason")),
            team=self._place_in("team", row.text("team"), row.text("locality")),
            pathway=find_pathway(row.text("pathway")),
            ready_at=course.ready_at,
            weekly_hours=_hours(row),
            visits_a_day=None if visits is None else int(visits),
            carers=words.carers(row, "carers"),
            therapy=words.THERAPIES.get(spelt(row.text("therapy"))),
            accepted_at=course.accepted_at,
            sent_back_at=course.sent_back_at,
            triaged_at=course.triaged_at,
            sourced_at=course.sourced_at,
            provider=self._place_in("provider", row.text("provider"), row.text("locality")),
            started_at=course.started_at,
            planned_end=course.planned_end,
            ended_at=course.ended_at,
            outcome=outcome,
            therapy_again=find_flag(row.text("therapy_again")) or False,
            offers=None if offers is None else int(offers),
            funding=self._funding(row.text("funding")),
            waits_for=words.NEXT_STEPS.get(spelt(row.text("waits_for"))),
        )

    # --- Words and codes ------------------------------------------------------------------

    def _service(self, said: str) -> CareService | None:
        local = self.settings.services.get(tidy(said))
        return CareService(local) if local else words.SERVICES.get(spelt(said))

    def _reason(self, said: str) -> ReferralReason | None:
        local = self.settings.reasons.get(tidy(said))
        return ReferralReason(local) if local else words.REASONS.get(spelt(said))

    def _outcome(self, said: str) -> str | None:
        return self.settings.outcomes.get(tidy(said)) or words.find_outcome(said)

    def _funding(self, said: str) -> str | None:
        return self.settings.funding.get(tidy(said)) or words.FUNDINGS.get(spelt(said))

    def _place_in(self, column: str, said: str, locality: str) -> str | None:
        """The team or the provider that a column names; of several with one name the one of the row's locality."""
        kinds = TEAMS if column == "team" else words.PROVIDERS
        return self.places.service(said, kinds, self.places.locality(locality))

    def _not_known(self, document: Document, listing: Listing) -> Iterator[Held]:
        """Codes of teams and providers that are nobody's here: their referrals are there, and it is said."""
        rows = [row for row in listing.rows if isinstance(row, Row)]
        for column in ("team", "provider"):
            named = Counter((row.text(column), row.text("locality")) for row in rows)  # the same few, many times
            count = sum(
                times
                for (said, locality), times in named.items()
                if is_said(said) and self._place_in(column, said, locality) is None
            )
            if count:
                cells = f"{count} cell{'s' * (count > 1)}"
                why = f"{cells} with a {column} that is not known here: the referrals are counted without one"
                yield Held(f"{document.name} column {column}", why)


def _hours(row: Row) -> float | None:
    hours = row.number("weekly_hours")
    if hours is not None and not 0 <= hours <= MOST_HOURS:
        raise RowHeld(f"weekly_hours is {'below zero' if hours < 0 else f'more than the {MOST_HOURS} of a week'}")
    return hours
