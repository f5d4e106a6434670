"""Every official table this package reads, one declaration each; their order is the order in which they are asked.

For one question (measure, breakdown, date) the first table that carries it answers. Totals therefore come first,
then the finest ages, then coarser ones: 12411-04-02-4 (single years) before 12411-03-03-4 (21 groups, nationality)
before the 17 groups of 12411-02-03-4, 12411-0018 (no totals) and 12411-0017 (no sexes).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kommunalprofil.provenance import DESTATIS
from kommunalprofil.sources.declare import Table


def _dims(*names: str) -> frozenset[str]:
    return frozenset(names)


_KREISE = frozenset({"KREISE", "DINSG", "DLAND", "REGBEZ"})

INCOMPLETE_GEMEINDEN = frozenset((region, "2008-12-31") for region in ("05", "03241", "10041", "12060", "12064"))
"""In 2008 the Gemeinde table leaves out the towns of Aachen, Hannover and Saarbrücken, and books a Gemeinde of
Brandenburg in the Kreis it moved to only later."""

POPULATION = (
    Table(
        "12411-01-01-4",
        "Bevölkerung nach Geschlecht – Kreise und kreisfreie Städte",
        "kreis",
        _dims("sex"),
        flat=("12411", frozenset({"GES"}), "BEVSTD", _KREISE),
        sum_up=True,
    ),
    Table(
        "12411-04-02-4",
        "Bevölkerung nach Geschlecht und Altersjahren (79) – Kreise und kreisfreie Städte",
        "kreis",
        _dims("sex", "age"),
    ),
    Table(
        "12411-03-03-4",
        "Bevölkerung nach Geschlecht, Nationalität und Altersgruppen (21) – Kreise und kreisfreie Städte",
        "kreis",
        _dims("sex", "nationality", "age"),
    ),
    Table(
        "12411-02-03-4",
        "Bevölkerung nach Geschlecht und Altersgruppen (17) – Kreise und kreisfreie Städte",
        "kreis",
        _dims("sex", "age"),
    ),
    Table(
        "12411-0018",
        "Bevölkerung: Kreise, Stichtag, Geschlecht, Altersgruppen",
        "kreis",
        _dims("sex", "age"),
        producer=DESTATIS,
        sum_up=True,
        reading_note="ohne Zeilen für Deutschland und Länder, ohne Insgesamt-Spalten",
    ),
    Table(
        "12411-0017",
        "Bevölkerung: Kreise, Stichtag, Altersgruppen",
        "kreis",
        _dims("age"),
        producer=DESTATIS,
        sum_up=True,
    ),
    Table(
        "12411-01-01-5",
        "Bevölkerung nach Geschlecht – Gemeinden",
        "gemeinde",
        _dims("sex"),
        incomplete=INCOMPLETE_GEMEINDEN,
    ),
    Table(
        "12411-02-03-5",
        "Bevölkerung nach Geschlecht und Altersgruppen (17) – Gemeinden",
        "gemeinde",
        _dims("sex", "age"),
    ),
)

AREAS = (
    Table(
        "GV-Auszug",
        "Gemeindeverzeichnis: alle politisch selbständigen Gemeinden mit Fläche und Bevölkerung",
        "gemeinde",
        _dims("sex"),
        producer=DESTATIS,
        base="as_read",
    ),
    Table(
        "GV100AD",
        "Gemeindeverzeichnis GV100AD: administrative Gebietseinheiten",
        "gemeinde",
        _dims("sex"),
        producer=DESTATIS,
        base="as_read",
    ),
)


def _columns(prefix: str, dim: str, *codes: str | None, **same: object) -> dict[str, Mapping[str, Any] | None]:
    """Heading `<prefix>__<n>` → the member it stands for; None marks a column that repeats another one."""
    return {f"{prefix}__{n}": None if c is None else {dim: c, **same} for n, c in enumerate(codes, start=1)}


_INFRASTRUCTURE_AGES = (
    (0, 3),
    (3, 6),
    (6, 10),
    (10, 16),
    (16, 19),
    (19, 25),
    (25, 40),
    (40, 60),
    (60, 67),
    (67, 75),
    (75, 200),
)

CENSUS = (
    Table(
        "Zensus2022-Demografie",
        "Zensus 2022: Regionaltabelle Demografie",
        "gemeinde",
        _dims("sex", "nationality", "age", "migration", "household"),
        base="census",
        tolerance=30,
        incomplete=frozenset({("DE", "2022-05-15")}),  # the Bund counts staff posted abroad, the Länder do not
        flag="cell_key",
        columns={
            "0_Insgesamt_": {"flag": "normal"},
            **_columns("GESCHLECHT", "sex", "M", "F"),
            **_columns("Staatsange_kurz", "nationality", "DE", "AUS"),
            **{
                f"Alter_infr__{n:02d}": {"age_from": lo, "age_to": hi}
                for n, (lo, hi) in enumerate(_INFRASTRUCTURE_AGES, start=1)
            },
            **_columns(
                "FAMSTND_KURZ",
                "household",
                "status_single",
                "status_married",
                "status_widowed",
                "status_divorced",
                "status_other",
            ),
            "Einwanderungserf_ausf__1": {"migration": "without"},
            "Einwanderungserf_ausf__2": {"migration": "with"},
            "Einwanderungserf_ausf__21": {"migration": "immigrated"},
            "Einwanderungserf_ausf__22": {"migration": "descendant"},
            "Einwanderungserf_ausf__3": {"migration": "one_sided"},
        },
        reading_note="Cell-Key-Verfahren: Teile ergeben nicht genau die Summe",
    ),
    Table(
        "Zensus2022-Haushalte",
        "Zensus 2022: Regionaltabelle Haushalte",
        "gemeinde",
        _dims("household"),
        measure="households",
        base="census",
        tolerance=30,
        region_tolerance=100,
        flag="cell_key",
        columns={
            "0_Insgesamt_": {"household": "_T"},
            **_columns("HH_SIZE_NAT", "household", "size_1", "size_2", "size_3", "size_4", "size_5", "size_6plus"),
            **_columns(
                "HHTYP_FAM",
                "household",
                "one_person",
                "couple_without_child",
                "couple_with_child",
                "lone_parent",
                "shared",
            ),
            **_columns(
                "HHTYP_LEB",
                "household",
                None,
                "married",
                "registered_partnership",
                "unmarried_couple",
                "lone_mother",
                "lone_father",
                None,
            ),
            **_columns("HHTYP_SENIOR_HH", "household", "seniors_only", "seniors_and_younger", "no_seniors"),
        },
        reading_note="Cell-Key-Verfahren: Teile ergeben nicht genau die Summe",
    ),
)

OFFICIAL = (
    Table(
        "12411-07-01-4",
        "Durchschnittsalter der Bevölkerung – Kreise und kreisfreie Städte",
        "kreis",
        _dims("sex"),
        measure="official_mean_age",
        oracle=True,
    ),
    Table(
        "12411-08-01-4",
        "Jugendquotient, Altenquotient – Kreise und kreisfreie Städte",
        "kreis",
        _dims("sex"),
        measures={"Jugendquotient": "official_youth_ratio", "Altenquotient": "official_old_age_ratio"},
        oracle=True,
    ),
)
