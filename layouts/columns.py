"""What the wall shows of each hospital, from the door to the way out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the board: its main figure, and those that qualify it, each in its words."""

    name: str
    what: str
    measure: str
    others: tuple[tuple[str, str], ...] = ()
    why: str | None = None  # of the others, the sum that those after it explain: only those that add to it are named


COLUMNS = (
    Column(
        "Came to A&E",
        "since midnight",
        "ae_attendances_today",
        (
            ("ae_streamed_today", "{} streamed"),
            ("ae_streamed_navigation_today", "{} navigated"),
            ("ae_streamed_gp_today", "{} GP"),
            ("ae_streamed_sdec_today", "{} SDEC"),
        ),
    ),
    Column(
        "In A&E now",
        "from arrival",
        "ae_patients_now",
        (("ae_over_4h_now", "{} over 4 h"), ("ae_over_12h_now", "{} over 12 h")),
    ),
    Column("Waiting for a bed", "to be admitted", "ae_waiting_for_bed_now"),
    Column(
        "Ambulances waiting",
        "to hand over",
        "ambulances_waiting_now",
        (("ambulance_longest_handover_now", "longest {}"),),
    ),
    Column(
        "Bed occupancy",
        "general and acute",
        "ga_occupancy",
        (("ga_beds_occupied", "{} of"), ("ga_beds_open", "{} open"), ("ga_beds_free", "{} free")),
    ),
    Column(
        "Escalation beds",
        "open",
        "ga_beds_escalation_open",
        (
            ("beds_closed", "{} beds closed"),
            ("beds_closed_infection", "{} infection"),
            ("beds_closed_staffing", "{} staffing"),
            ("beds_closed_estates", "{} estates"),
            ("beds_closed_other", "{} other"),
        ),
        why="beds_closed",
    ),
    Column("Admitted", "since midnight", "admissions_today"),
    Column("Discharged", "since midnight", "discharges_today"),
    Column(
        "No criteria to reside",
        "in an acute bed",
        "nctr_now",
        (("nctr_share", "{} of beds"),),
    ),
)
