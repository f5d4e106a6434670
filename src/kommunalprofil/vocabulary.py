"""Closed code lists with German and English labels (SDMX words: `_T` total, `_Z` not applicable, `_U` unknown)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag

TOTAL, NOT_APPLICABLE, UNKNOWN = "_T", "_Z", "_U"


@dataclass(frozen=True, slots=True)
class Code:
    """One member of a code list: `export` is what users' files show (INDICATORS contract)."""

    id: str
    de: str
    en: str
    export: str = ""

    @property
    def printed(self) -> str:
        """The code as the export prints it."""
        return self.export or self.id


def _codes(*codes: Code) -> dict[str, Code]:
    return {c.id: c for c in codes}


_TOTAL = Code(TOTAL, "insgesamt", "total", "T")
_NA = Code(NOT_APPLICABLE, "entfällt", "not applicable", "T")

SEX = _codes(_TOTAL, Code("M", "männlich", "male"), Code("F", "weiblich", "female"), _NA)
NATIONALITY = _codes(
    _TOTAL, Code("DE", "Deutsche", "German"), Code("AUS", "Ausländerinnen und Ausländer", "foreign"), _NA
)
MIGRATION = _codes(
    _TOTAL,
    Code("without", "ohne Einwanderungsgeschichte", "without immigration history"),
    Code("with", "mit Einwanderungsgeschichte", "with immigration history"),
    Code("immigrated", "Eingewanderte", "immigrated"),
    Code("descendant", "Nachkommen von Eingewanderten", "descendants of immigrants"),
    Code("one_sided", "einseitige Einwanderungsgeschichte", "one immigrated parent"),
    Code("unknown", "unbekannt", "unknown"),
    _NA,
)
HOUSEHOLD = _codes(
    _TOTAL,
    _NA,
    Code("one_person", "Einpersonenhaushalte", "one-person households"),
    Code("couple_without_child", "Paare ohne Kind", "couples without children"),
    Code("couple_with_child", "Paare mit Kind(ern)", "couples with children"),
    Code("lone_parent", "Alleinerziehende", "lone parents"),
    Code("shared", "Mehrpersonenhaushalte ohne Kernfamilie", "shared households"),
    Code("size_1", "1 Person", "1 person"),
    Code("size_2", "2 Personen", "2 persons"),
    Code("size_3", "3 Personen", "3 persons"),
    Code("size_4", "4 Personen", "4 persons"),
    Code("size_5", "5 Personen", "5 persons"),
    Code("size_6plus", "6 und mehr Personen", "6 or more persons"),
    Code("married", "Ehepaare", "married couples"),
    Code("registered_partnership", "eingetragene Lebenspartnerschaften", "registered partnerships"),
    Code("unmarried_couple", "nichteheliche Lebensgemeinschaften", "unmarried couples"),
    Code("lone_mother", "alleinerziehende Mütter", "lone mothers"),
    Code("lone_father", "alleinerziehende Väter", "lone fathers"),
    Code("seniors_only", "Haushalte nur mit Seniorinnen und Senioren", "seniors only"),
    Code("seniors_and_younger", "Haushalte mit Älteren und Jüngeren", "seniors and younger"),
    Code("no_seniors", "Haushalte ohne Seniorinnen und Senioren", "no seniors"),
    Code("status_single", "ledig", "single"),
    Code("status_married", "verheiratet oder in eingetragener Lebenspartnerschaft", "married or registered"),
    Code("status_widowed", "verwitwet", "widowed"),
    Code("status_divorced", "geschieden", "divorced"),
    Code("status_other", "sonstiger oder unbekannter Familienstand", "other or unknown"),
)
DIMENSION = {
    "sex": ("Geschlecht", SEX),
    "nationality": ("Staatsangehörigkeit", NATIONALITY),
    "age": ("Alter", {}),
    "migration": ("Einwanderungsgeschichte", MIGRATION),
    "household": ("Haushalt", HOUSEHOLD),
}
"""What people may be split by: the name of each dimension and its codes (ages are intervals)."""


def printed_labels(dimension: str) -> dict[str, str]:
    """The codes of a dimension as files show them, with their German labels; `T` means the total."""
    labels: dict[str, str] = {}
    for code in DIMENSION[dimension][1].values():
        labels.setdefault(code.printed, code.de)
    return labels


BASE = _codes(
    Code("volkszaehlung_1987", "Fortschreibung auf Basis der Volkszählung 1987", "base census 1987"),
    Code("zensus_2011", "Fortschreibung auf Basis des Zensus 2011", "base census 2011"),
    Code("zensus_2022", "Fortschreibung auf Basis des Zensus 2022", "base census 2022"),
    Code("census_2011", "Zählung im Zensus 2011", "census 2011"),
    Code("census_2022", "Zählung im Zensus 2022", "census 2022"),
    Code("register", "Register", "register"),
    *(
        Code(
            f"kbv_14_v{n:02d}",
            f"14. koordinierte Bevölkerungsvorausberechnung, Variante {n}",
            f"14th projection, variant {n}",
        )
        for n in range(1, 31)
    ),
    *(
        Code(
            f"kbv_15_v{n:02d}",
            f"15. koordinierte Bevölkerungsvorausberechnung, Variante {n}",
            f"15th projection, variant {n}",
        )
        for n in range(1, 31)
    ),
    Code("none", "–", "–"),
)
COUNTED = {"census_2011": "zensus_2011", "census_2022": "zensus_2022"}
"""The count of a census and the population base that begins with it: no break lies between the two."""


def census_of(base: str) -> str:
    """The census a population base rests on: a count and the Fortschreibung built on it are of one."""
    return COUNTED.get(base, base)


LEVEL = _codes(
    Code("bund", "Bund", "federation"),
    Code("land", "Land", "state"),
    Code("kreis", "Kreis oder kreisfreie Stadt", "district"),
    Code("gemeinde", "Gemeinde", "municipality"),
)
PERIOD = _codes(
    Code("stock", "Bestand am Stichtag", "stock"),
    Code("year", "Summe des Jahres", "year"),
    Code("month", "Summe des Monats", "month"),
    Code("years", "Mittel mehrerer Jahre", "mean of several years"),
)


@dataclass(frozen=True, slots=True)
class Measure:
    """What is counted: unit and kind decide what may be done with it (counts add up, means never)."""

    id: str
    de: str
    unit: str
    kind: str = "count"


MEASURE = {
    m.id: m
    for m in (
        Measure("population", "Bevölkerung", "Personen"),
        Measure("households", "private Haushalte", "Haushalte"),
        Measure("area", "Gebietsfläche", "km²"),
        Measure("average_population", "Durchschnittsbevölkerung", "Personen"),
        Measure("population_quarterly", "Bevölkerung am Ende eines Quartals", "Personen"),
        Measure("population_private_households", "Bevölkerung in privaten Haushalten (Stichprobe)", "Personen"),
        Measure("population_projected", "vorausberechnete Bevölkerung", "Personen"),
        Measure("births", "Lebendgeborene", "Personen"),
        Measure("births_monthly", "Lebendgeborene im Monat", "Personen"),
        Measure("births_in_marriage", "Lebendgeborene verheirateter Eltern", "Personen"),
        Measure("births_out_of_marriage", "Lebendgeborene nicht verheirateter Eltern", "Personen"),
        Measure("deaths", "Gestorbene", "Personen"),
        Measure("deaths_monthly", "Gestorbene im Monat", "Personen"),
        Measure("marriages", "Eheschließungen", "Eheschließungen"),
        Measure("naturalisations", "Einbürgerungen", "Personen"),
        Measure("moves_in", "Zuzüge über die Kreisgrenze", "Personen"),
        Measure("moves_out", "Fortzüge über die Kreisgrenze", "Personen"),
        Measure("moves_in_gemeinde", "Zuzüge über die Gemeindegrenze", "Personen"),
        Measure("moves_out_gemeinde", "Fortzüge über die Gemeindegrenze", "Personen"),
        Measure("moves_in_abroad", "Zuzüge aus dem Ausland", "Personen"),
        Measure("moves_out_abroad", "Fortzüge ins Ausland", "Personen"),
        Measure("foreigners_register", "Ausländerinnen und Ausländer im Ausländerzentralregister", "Personen"),
        Measure("municipalities", "Gemeinden", "Gemeinden"),
        Measure("care_recipients", "Pflegebedürftige", "Personen"),
        Measure("care_ambulatory", "Pflegebedürftige in ambulanter Pflege", "Personen"),
        Measure("care_residential", "Pflegebedürftige in vollstationärer Pflege", "Personen"),
        Measure("care_allowance", "Empfängerinnen und Empfänger von Pflegegeld", "Personen"),
        Measure("death_probability", "Sterbewahrscheinlichkeit q(x)", "Wahrscheinlichkeit", "mean"),
        Measure("survivors", "Überlebende l(x) der Sterbetafel", "Personen", "mean"),
        Measure("life_table_deaths", "Gestorbene d(x) der Sterbetafel", "Personen", "mean"),
        Measure("person_years", "durchlebte Jahre L(x) der Sterbetafel", "Jahre", "mean"),
        Measure("person_years_above", "noch zu durchlebende Jahre T(x) der Sterbetafel", "Jahre", "mean"),
        Measure("official_life_expectancy", "fernere Lebenserwartung e(x) (amtlich)", "Jahre", "mean"),
        Measure("official_fertility_rate", "Geborene je 1.000 Frauen des Alters (amtlich)", "je 1.000", "mean"),
        Measure("official_infant_mortality", "Säuglingssterblichkeit (amtlich)", "je 1.000", "mean"),
        Measure("official_youth_ratio", "Jugendquotient (amtlich)", "je 100", "mean"),
        Measure("official_old_age_ratio", "Altenquotient (amtlich)", "je 100", "mean"),
        Measure("official_total_dependency_ratio", "Gesamtquotient (amtlich)", "je 100", "mean"),
        Measure("official_mean_age", "Durchschnittsalter (amtlich)", "Jahre", "mean"),
        Measure("official_net_migration_rate", "Wanderungssaldo (amtlich)", "je 10.000", "mean"),
        Measure("official_migration_background_share", "Anteil mit Migrationshintergrund (amtlich)", "%", "mean"),
        Measure("official_household_size", "durchschnittliche Haushaltsgröße (amtlich)", "Personen", "mean"),
        Measure("official_one_person_share", "Anteil der Einpersonenhaushalte (amtlich)", "%", "mean"),
        Measure("official_families_share", "Anteil der Haushalte mit Kindern (amtlich)", "%", "mean"),
        Measure("official_settlement_area_share", "Anteil der Siedlungs- und Verkehrsfläche (amtlich)", "%", "mean"),
        Measure(
            "official_settlement_area_change", "Veränderung der Siedlungs- und Verkehrsfläche (amtlich)", "%", "mean"
        ),
        Measure("official_care_need_65", "Pflegebedürftige je 1.000 ab 65 (amtlich)", "je 1.000", "mean"),
    )
}


class Flag(IntFlag):
    """Facts about a value; bits add up in arithmetic. A value is missing exactly when a bit of GAP is set."""

    NORMAL = 0
    PROVISIONAL = 1
    REVISED = 2
    ESTIMATED = 4
    LOW_RELIABILITY = 8
    CELL_KEY = 16
    REGION_ABSENT = 256
    SECRET = 512
    UNRELIABLE = 1024
    LATER = 2048
    BLOCKED = 4096
    NOT_COMPUTABLE = 8192
    ZERO_DENOMINATOR = 16384
    NOT_PUBLISHED = 32768


QUALITY = Flag.PROVISIONAL | Flag.REVISED | Flag.ESTIMATED | Flag.LOW_RELIABILITY | Flag.CELL_KEY
GAP = Flag(0xFF00)

FLAG_TEXT = {
    "provisional": "vorläufig",
    "revised": "berichtigt",
    "estimated": "geschätzt",
    "low_reliability": "eingeschränkt aussagekräftig",
    "cell_key": "durch Geheimhaltung leicht verändert (Cell-Key-Verfahren)",
    "region_absent": "das Gebiet gab es an diesem Stichtag nicht",
    "secret": "unbekannt oder geheim zu halten",
    "unreliable": "nicht veröffentlicht, weil nicht sicher genug",
    "later": "Angabe fällt später an",
    "blocked": "gesperrt, weil die Aussage nicht sinnvoll ist",
    "not_computable": "aus den veröffentlichten Angaben nicht berechenbar",
    "zero_denominator": "die Bezugsgröße ist null",
    "not_published": "nicht veröffentlicht",
}


def flag_names(bits: int) -> list[str]:
    """The names of all bits set, in order; the empty list for a plain value."""
    return [f.name.lower() for f in Flag if f and f & bits and f.name]


def flag_bits(text: str) -> int:
    """The inverse of joining `flag_names` by `|`; `normal` and the empty text are 0. Raises KeyError on the unknown."""
    return sum(Flag[name.upper()] for name in text.split("|") if name and name != "normal")
