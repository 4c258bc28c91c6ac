"""The part of Westshire that the connectors' samples speak of, awkward codes included."""

from flowcentre.model import Level, Place, PlaceKind, Places

WESTSHIRE = Places(
    [
        Place("westshire", "Westshire", Level.SYSTEM, PlaceKind.SYSTEM),
        Place("north", "North Westshire", Level.LOCALITY, PlaceKind.LOCALITY, parent="westshire"),
        Place("mid", "Mid Westshire", Level.LOCALITY, PlaceKind.LOCALITY, parent="westshire"),
        Place("south", "South Westshire", Level.LOCALITY, PlaceKind.LOCALITY, parent="westshire"),
        Place(
            "westshire-hospitals",
            "Westshire Hospitals",
            Level.ORGANISATION,
            PlaceKind.TRUST,
            parent="westshire",
            ods="ZW1",
        ),
        *(
            Place(
                site,
                name,
                Level.SITE,
                PlaceKind.ACUTE_HOSPITAL,
                parent="westshire-hospitals",
                locality=locality,
                codes=(code,),
            )
            for site, name, locality, code in (
                ("northgate", "Northgate General", "north", "ZW101"),
                ("southmere", "Southmere General", "south", "ZW102"),
            )
        ),
        *(
            Place(
                f"northgate-{code.lower()}",
                f"Ward {code}",
                Level.UNIT,
                PlaceKind.WARD,
                parent="northgate",
                codes=(code,),
            )
            for code in ("A1", "A2", "007", "1E5", "NA")
        ),
        Place(
            "northgate-itu",
            "Intensive care",
            Level.UNIT,
            PlaceKind.CRITICAL_CARE_UNIT,
            parent="northgate",
            codes=("ITU",),
        ),
        Place("southmere-a1", "Ward A1", Level.UNIT, PlaceKind.WARD, parent="southmere", codes=("A1",)),
        Place(
            "westshire-health-and-care",
            "Westshire Health and Care",
            Level.ORGANISATION,
            PlaceKind.TRUST,
            parent="westshire",
            ods="ZW2",
        ),
        *(
            Place(place, name, Level.SITE, kind, parent="westshire-health-and-care", locality=locality, codes=(code,))
            for place, name, kind, locality, code in (
                ("eastfield", "Eastfield", PlaceKind.COMMUNITY_HOSPITAL, "mid", "ZW201"),
                ("hartwell", "Hartwell", PlaceKind.COMMUNITY_HOSPITAL, "south", "ZW202"),
                ("millbrook", "Millbrook", PlaceKind.RECOVERY_UNIT, "north", "ZW203"),
                ("virtual-ward-north", "Virtual ward", PlaceKind.VIRTUAL_WARD, "north", "VWN"),
                ("wect-north", "Enhanced Care Team", PlaceKind.REABLEMENT, "north", "WECTN"),
            )
        ),
        *(
            Place(provider, name, Level.ORGANISATION, PlaceKind.PROVIDER, parent="westshire", ods=ods)
            for provider, name, ods in (
                ("ashdown", "Ashdown", "ZW31"),
                ("kestrel", "Kestrel Homecare", "ZW32"),
                ("neighbours", "Good Neighbours", None),
            )
        ),
        *(
            Place(place, name, Level.UNIT, kind, parent=provider, locality=locality, codes=(code,))
            for place, name, kind, provider, locality, code in (
                ("ashdown-north", "Ashdown", PlaceKind.HOME_CARE, "ashdown", "north", "1E5"),
                ("ashdown-mid", "Ashdown", PlaceKind.HOME_CARE, "ashdown", "mid", "1E6"),
                ("kestrel-south", "Kestrel", PlaceKind.HOME_CARE, "kestrel", "south", "KES"),
                ("neighbours-north", "Home from hospital", PlaceKind.VOLUNTARY, "neighbours", "north", "VS-N"),
            )
        ),
        Place(
            "westshire-council",
            "Westshire Council",
            Level.ORGANISATION,
            PlaceKind.COUNCIL,
            parent="westshire",
            ods="ZW9",
        ),
        *(
            Place(
                home, name, Level.SITE, PlaceKind.CARE_HOME, parent="westshire-council", locality="south", codes=(code,)
            )
            for home, name, code in (("the-limes", "The Limes", "007"), ("quay-house", "Quay House", "NA"))
        ),
        *(
            Place(
                f"{team}-{locality}",
                name,
                Level.UNIT,
                kind,
                parent="westshire-council",
                locality=locality,
                codes=(code,),
            )
            for team, name, kind, locality, code in (
                ("brokerage", "Brokerage", PlaceKind.BROKERAGE, "north", "BRK-N"),
                ("brokerage", "Brokerage", PlaceKind.BROKERAGE, "mid", "BRK-M"),
                ("wupi", "Urgent Promoting Independence", PlaceKind.REABLEMENT, "north", "WUPIN"),
                ("wupi", "Urgent Promoting Independence", PlaceKind.REABLEMENT, "mid", "WUPIM"),
            )
        ),
        Place(
            "lime-court",
            "Lime Court",
            Level.SITE,
            PlaceKind.EXTRA_CARE,
            parent="westshire-council",
            locality="south",
            codes=("EC1",),
        ),
    ]
)
