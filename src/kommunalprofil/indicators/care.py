"""People in need of care."""

from __future__ import annotations

from kommunalprofil.ages import OPEN
from kommunalprofil.indicators.declare import Indicator, Oracle
from kommunalprofil.indicators.terms import counted, per

care_need_65 = Indicator(
    "care_need_65",
    "Pflegebedürftige je 1.000 ab 65",
    "Persons in need of care per 1,000 aged 65 and over",
    "je 1.000",
    "Pflegebedürftige jeden Alters, die Leistungen der Pflegeversicherung erhalten, je 1.000 Personen ab 65 Jahren.",
    "Regionalatlas AI1402, Tabelle AI014-2",
    derived=per(counted("Pflegebedürftige", "care_recipients"), counted("P(65+)", "population", (65, OPEN)), 1000),
    measure="care_recipients",
    against="population",
    by=frozenset({"sex"}),
    oracle=(Oracle("AI014-2", "official_care_need_65"),),
    denominator="Personen ab 65 Jahren am selben 31.12.",
    symbol="Pflegebedürftige / P(65+) × 1.000",
    breaks={"2017-12-31": "pflegegrade"},
    note="Erhoben in ungeraden Jahren. Seit 2017 gelten Pflegegrade statt Pflegestufen; der Kreis der"
    " Pflegebedürftigen ist seitdem größer.",
)
