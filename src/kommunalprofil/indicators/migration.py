"""Moves into and out of an area: counts, rates, the age groups of life phases.

Of a Kreis, a Land and Germany all moves over the border of a Kreis count (12711-04-02-4, 12711-05-02-4), of a Gemeinde
those over its own border (12711-01-03-5).
"""

from __future__ import annotations

from kommunalprofil.indicators.declare import Cause, Derived, Indicator, Oracle, Variant
from kommunalprofil.indicators.terms import AVERAGE, AVERAGE_TEXT, Term, counted, per, total

GEMEINDE_IN, GEMEINDE_OUT = "moves_in_gemeinde", "moves_out_gemeinde"
IN = counted("Zuzüge", "moves_in", gemeinde=GEMEINDE_IN)
OUT = counted("Fortzüge", "moves_out", gemeinde=GEMEINDE_OUT)
BORDER = (
    "Kreise, Länder und Deutschland: Wanderungen über Kreisgrenzen (12711-04-02-4, 12711-05-02-4); Gemeinden: über die"
    " Gemeindegrenze (12711-01-03-5)."
)
PHASES = ("0-17", "18-24", "25-29", "30-49", "50-64", "65+")
BREAKS = {"2016-12-31": "wanderungsstatistik"}
"""Since 2016 the statistic is made by another method; the offices call the years before hardly comparable."""
STATISTIC = "Wanderungsstatistik (12711)"


def _net(*intervals: tuple[int, int]) -> tuple[Term, Term]:
    """The balance of some age groups (none: of the selection), and all moves of it."""
    come = counted("Zuzüge", "moves_in", *intervals, gemeinde=GEMEINDE_IN)
    leave = counted("Fortzüge", "moves_out", *intervals, gemeinde=GEMEINDE_OUT)
    return come - leave, come + leave


NET, ALL_MOVES = _net()


def _count(id: str, de: str, en: str, words: str, term: Term) -> Indicator:  # noqa: A002
    return Indicator(
        id,
        de,
        en,
        "Personen",
        f"{words} eines Jahres.",
        STATISTIC,
        derived=total(term),
        measure="moves_in",
        gemeinde=GEMEINDE_IN,
        period="year",
        by=frozenset({"sex", "age", "nationality"}),
        denominator="keiner",
        symbol=term.symbol,
        note=BORDER,
        breaks=BREAKS,
        decimals=0,
    )


moves_in = _count("moves_in", "Zuzüge", "In-migration", "Zuzüge", IN)
moves_out = _count("moves_out", "Fortzüge", "Out-migration", "Fortzüge", OUT)
net_migration = _count("net_migration", "Wanderungssaldo", "Net migration", "Zuzüge abzüglich der Fortzüge", NET)


EXCEPTIONS = (
    Cause(
        "Eisenach wurde 1998 kreisfrei; das Amt teilt den Saldo von 1995 (+165) auf Eisenach (−211) und den übrigen"
        " Wartburgkreis (+376) auf, die Tabelle der Wanderungen nennt ihn ungeteilt",
        ("16056", "16063"),
        dates=("1995",),
    ),
    Cause(
        "eine Person Unterschied: mit einem Saldo von −328 statt −329 ergibt sich der gedruckte Wert",
        ("08237",),
        dates=("2000",),
    ),
)


def _rate(
    id: str, de: str, en: str, words: str, term: Term, cases: Term, reference: str, oracle: tuple[Oracle, ...] = ()  # noqa: A002
) -> Indicator:  # fmt: skip
    return Indicator(
        id,
        de,
        en,
        "je 10.000",
        f"{words} eines Jahres je 10.000 der Durchschnittsbevölkerung.",
        reference,
        derived=per(term, AVERAGE, 10_000, cases=cases),
        measure="moves_in",
        gemeinde=GEMEINDE_IN,
        against="population",
        period="year",
        by=frozenset({"sex", "nationality"}),
        oracle=oracle,
        denominator=AVERAGE_TEXT,
        symbol=f"({term.symbol}) / P̄ × 10.000",
        note=BORDER,
        breaks=BREAKS,
    )


in_migration_rate = _rate(
    "in_migration_rate", "Zuzüge je 10.000", "In-migration rate", "Zuzüge", IN, IN, "Regionalatlas"
)
out_migration_rate = _rate(
    "out_migration_rate", "Fortzüge je 10.000", "Out-migration rate", "Fortzüge", OUT, OUT, "Regionalatlas"
)
net_migration_rate = _rate(
    "net_migration_rate",
    "Wanderungssaldo je 10.000",
    "Net migration rate",
    "Zuzüge abzüglich der Fortzüge",
    NET,
    ALL_MOVES,
    "Regionalatlas AI0212, AI-N-03",
    (
        Oracle(
            "AI-N-03",
            "official_net_migration_rate",
            bound=15.0,
            inexact=1,
            causes=EXCEPTIONS,
            needs=frozenset({"moves_out", GEMEINDE_OUT, "average_population"}),
        ),
    ),
)


def _of_age(years: int, *intervals: tuple[int, int], scale: float = 1_000) -> Derived:
    """The balance of some age groups per persons of the same age and sex at the end of the year."""
    balance, moves = _net(*intervals)
    people = counted("P", "population", *intervals, any_base=True)
    return per(balance, people, scale, years, moves)


def _phase(id: str, de: str, en: str, ages: str, reference: str, *intervals: tuple[int, int]) -> Indicator:  # noqa: A002
    words = f"Zuzüge abzüglich der Fortzüge von Personen {ages} je 1.000 Personen dieses Alters am 31.12."
    return Indicator(
        id,
        de,
        en,
        "je 1.000",
        f"{words}, Wanderungen und Personen jeweils im Mittel der letzten vier Jahre.",
        reference,
        derived=_of_age(4, *intervals),
        measure="moves_in",
        gemeinde=GEMEINDE_IN,
        against="population",
        period="year",
        years=4,
        by=frozenset({"sex"}),
        variants={
            "one_year": Variant(
                derived=_of_age(1, *intervals),
                definition=f"{words} desselben Jahres.",
                symbol="(Zuzüge − Fortzüge) / P × 1.000",
            )
        },
        denominator="Personen desselben Alters und Geschlechts am 31.12., Mittel der letzten vier Jahre",
        symbol="Σ (Zuzüge − Fortzüge) / Σ P × 1.000, über vier Jahre",
        note=f"Mit Wanderungen über die Grenzen Deutschlands. {BORDER}",
        breaks=BREAKS,
    )


education_migration = _phase(
    "education_migration", "Bildungswanderung (18–24)", "Education migration", "von 18 bis 24 Jahren",
    "Wegweiser Kommune", (18, 25),
)  # fmt: skip
family_migration = _phase(
    "family_migration", "Familienwanderung (unter 18 und 30–49)", "Family migration",
    "unter 18 und von 30 bis 49 Jahren", "Wegweiser Kommune", (0, 18), (30, 50),
)  # fmt: skip
midlife_migration = _phase(
    "midlife_migration", "Wanderung in der Lebensmitte (50–64)", "Midlife migration",
    "von 50 bis 64 Jahren", "Wegweiser Kommune", (50, 65),
)  # fmt: skip
old_age_migration = _phase(
    "old_age_migration", "Alterswanderung (65+)", "Old-age migration", "ab 65 Jahren", "Wegweiser Kommune", (65, 200)
)

net_migration_age_rate = Indicator(
    "net_migration_age_rate",
    "Wanderungssaldo der Altersgruppe",
    "Net migration rate of the age group",
    "je 1.000",
    "Zuzüge abzüglich der Fortzüge von Personen der Altersgruppe je 1.000 Personen dieses Alters am 31.12. desselben"
    " Jahres.",
    "Wegweiser Kommune, INKAR",
    derived=_of_age(1),
    measure="moves_in",
    gemeinde=GEMEINDE_IN,
    against="population",
    period="year",
    by=frozenset({"sex", "age"}),
    members={"age": PHASES},
    own=frozenset({"age"}),
    variants={
        "four_year_mean": Variant(
            derived=_of_age(4),
            definition="Zuzüge abzüglich der Fortzüge von Personen der Altersgruppe je 1.000 Personen dieses Alters am"
            " 31.12., Wanderungen und Personen jeweils im Mittel der letzten vier Jahre.",
            years=4,
            symbol="Σ (Zuzüge − Fortzüge) / Σ P × 1.000, über vier Jahre",
        )
    },
    denominator="Personen desselben Alters und Geschlechts am 31.12. des Jahres",
    symbol="(Zuzüge(Alter) − Fortzüge(Alter)) / P(Alter) × 1.000",
    note=BORDER,
    breaks=BREAKS,
)

net_migration_18_29 = Indicator(
    "net_migration_18_29",
    "Wanderungssaldo 18–29",
    "Net migration rate, aged 18–29",
    "je 10.000",
    "Zuzüge abzüglich der Fortzüge von Personen von 18 bis 29 Jahren je 10.000 Personen desselben Alters und"
    " Geschlechts am 31.12.",
    "Regionalatlas AI0213, AI0214",
    derived=_of_age(1, (18, 30), scale=10_000),
    measure="moves_in",
    gemeinde=GEMEINDE_IN,
    against="population",
    period="year",
    by=frozenset({"sex"}),
    denominator="Personen von 18 bis 29 Jahren desselben Geschlechts am 31.12. des Jahres",
    symbol="(Zuzüge(18–29) − Fortzüge(18–29)) / P(18–29) × 10.000",
    note=BORDER,
    breaks=BREAKS,
)

migration_turnover = Indicator(
    "migration_turnover",
    "Wanderungsvolumen",
    "Migration turnover",
    "je 1.000",
    "Zuzüge und Fortzüge eines Jahres zusammen je 1.000 der Durchschnittsbevölkerung.",
    "INKAR „Gesamtwanderungsvolumen“",
    derived=per(ALL_MOVES, AVERAGE, 1_000),
    measure="moves_in",
    gemeinde=GEMEINDE_IN,
    against="population",
    period="year",
    by=frozenset({"sex"}),
    denominator=AVERAGE_TEXT,
    symbol="(Zuzüge + Fortzüge) / P̄ × 1.000",
    note=BORDER,
    breaks=BREAKS,
)


def _share(id: str, de: str, en: str, words: str, term: Term, by: frozenset[str], symbol: str) -> Indicator:  # noqa: A002
    return Indicator(
        id,
        de,
        en,
        "%",
        f"{words} in Prozent aller Zuzüge eines Jahres.",
        STATISTIC,
        derived=per(term, IN, 100),
        measure="moves_in",
        gemeinde=GEMEINDE_IN,
        period="year",
        by=by,
        denominator="alle Zuzüge desselben Jahres über dieselbe Grenze",
        symbol=f"{symbol} / Zuzüge × 100",
        note=BORDER,
        breaks=BREAKS,
    )


foreign_moves_share = _share(
    "foreign_moves_share",
    "Anteil der Ausländer an den Zuzügen",
    "Share of foreign nationals among in-migrants",
    "Zuzüge von Personen ohne deutsche Staatsangehörigkeit",
    counted("Zuzüge(Ausländer)", "moves_in", gemeinde=GEMEINDE_IN, nationality="AUS"),
    frozenset({"sex"}),
    "Zuzüge(Ausländer)",
)
moves_abroad_share = _share(
    "moves_abroad_share",
    "Anteil der Zuzüge aus dem Ausland",
    "Share of in-migration from abroad",
    "Zuzüge aus dem Ausland",
    counted("Zuzüge(Ausland)", "moves_in_abroad"),
    frozenset({"sex", "nationality", "age"}),
    "Zuzüge(Ausland)",
)
