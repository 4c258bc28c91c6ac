"""Hours of home care that are bought in blocks: what is bought, used and left over, and what that costs.

A block is paid for whether it is used or not. What is used comes from the list of referrals, what is bought
from the list of contracts; each provider is counted for itself, and the sums are of the providers.
"""

from __future__ import annotations

from flowcentre.measures.packages_now import LOCALITIES, REFERRALS
from flowcentre.model import Formula, Measure, PlaceKind, StockOrFlow, Summing, Worse

PROVIDERS = frozenset({PlaceKind.HOME_CARE})
_CONTRACTS = "A locality's list of contracts for care: a local definition."
_BOTH_LISTS = "The localities' lists of referrals and of contracts: a local definition."


def _stock(id: str, label: str, short: str, unit: str, definition: str, **more: object) -> Measure:
    settings: dict[str, object] = {"source": _CONTRACTS, "reported_by": PROVIDERS} | more
    return Measure(
        id=id,
        label=label,
        short_label=short,
        unit=unit,
        stock_or_flow=StockOrFlow.STOCK,
        definition=definition,
        **settings,  # type: ignore[arg-type]
    )


def _worked_out(
    id: str, label: str, short: str, unit: str, definition: str, formula: Formula, **more: object
) -> Measure:
    settings: dict[str, object] = {"source": _BOTH_LISTS, "reported_by": frozenset(), "worse": Worse.HIGH} | more
    return _stock(id, label, short, unit, definition, formula=formula, **settings)


CONTRACTS = _stock(
    "care_contracts_now",
    "Contracts for care in force",
    "Contracts in force",
    "contracts",
    "Rows of the list of contracts that are in force today: of hours, beds or people, in blocks or on the spot.",
    reported_by=LOCALITIES,
)
BOUGHT = _stock(
    "block_hours_bought",
    "Block hours of home care bought",
    "Block hours bought",
    "hours a week",
    "Hours of carers a week that block contracts of the provider buy today, as the newest list tells: begun, and neither the "
    "contract, the amount nor its funding ended.",
)
RATE = _stock(
    "block_hourly_rate",
    "Price of a block hour",
    "Price of an hour",
    "pounds",
    "What an hour of the block contracts in force costs, each contract counted by its hours. Not known where one of them "
    "gives no price, or none is in force.",
    decimals=2,
    across_places=Summing.NEVER,
    over_time=Summing.LAST,
)
COST = _stock(
    "block_hours_cost",
    "Cost of block hours, a week",
    "Cost of block hours",
    "pounds a week",
    "Block hours bought at the price of each contract: paid for whether they are used or not. Not known where a contract "
    "in force gives no price.",
)
USED = _stock(
    "block_hours_used",
    "Hours of running packages at providers",
    "Hours used",
    "hours a week",
    "Hours of carers a week of the running packages of care at home that the provider gives in its locality, however each "
    "of them is paid for. Packages whose hours are not known are not in it.",
    source=REFERRALS,
)
UNFILLED = _worked_out(
    "block_hours_unfilled",
    "Block hours bought and not used",
    "Block hours unfilled",
    "hours a week",
    "Block hours bought less the hours of running packages, provider by provider and never below nothing: what a provider "
    "gives beyond its block is bought on the spot, and fills no other provider's block.",
    Formula(
        plus=("block_hours_bought",),
        minus=("block_hours_used",),
        at_least=0,
        words="bought - used, and not below 0",
    ),
)
UNFILLED_COST = _worked_out(
    "block_hours_unfilled_cost",
    "Cost of block hours bought and not used, a week",
    "Cost unfilled",
    "pounds a week",
    "Block hours bought and not used, at the price of a block hour of the same provider.",
    Formula(
        plus=("block_hours_unfilled",),
        times=("block_hourly_rate",),
        words="block hours unfilled x price of a block hour",
    ),
)
UTILISATION = _worked_out(
    "block_hours_utilisation",
    "Hours used as a share of block hours bought",
    "Block hours used %",
    "%",
    "Hours of running packages as a share of the block hours bought. Above 100 % more is used than is bought in blocks: "
    "the rest is bought on the spot.",
    Formula(plus=("block_hours_used",), per=("block_hours_bought",), scale=100, words="used / bought", in_use=True),
    decimals=1,
    worse=Worse.LOW,
    across_places=Summing.RATIO,
    over_time=Summing.RATIO,
)

OF_CONTRACTS = (CONTRACTS, BOUGHT, RATE, COST)
MEASURES = (CONTRACTS, BOUGHT, USED, UNFILLED, UTILISATION, RATE, COST, UNFILLED_COST)
