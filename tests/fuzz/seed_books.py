"""Seeds of the readers of workbooks that hold tables: GENESIS, Eurostat, life tables."""

from __future__ import annotations

from datetime import date
from typing import Any

import workbooks


def european() -> bytes:
    """PROJ_19RP3: a sheet for each sex, all Kreise by name."""
    from kommunalprofil import nuts, territory

    names = list(nuts.names())[: territory.number_of_kreise(date(2018, 12, 31))]
    sheets: dict[str, list[list[Any]]] = {}
    for number, (sex, n) in enumerate((("Total", 2), ("Males", 1), ("Females", 1)), 1):
        head = [["Data extracted on 05/12/2021 15:11:49 from [ESTAT]"], ["Dataset: ", "Population [PROJ_19RP3]"],
                ["Last updated: ", "25/03/2021 23:00"], [], ["Time frequency", "Annual"],
                ["Type of projection", "Baseline projections"], ["Sex", sex], ["Unit of measure", "Person"],
                ["Time", "2019"], [], ["AGE (Labels)", "Total", "Less than 1 year", "1 year or over"],
                ["GEO (Labels)"]]  # fmt: skip
        sheets[f"Sheet {number}"] = [*head, *([name, 10 * n, 3 * n, 7 * n] for name in names), [], ["Special value"]]
    return workbooks.workbook({"Summary": [["x"]], **sheets})


LAENDER = (
    "Schleswig-Holstein", "Hamburg", "Niedersachsen", "Bremen", "Nordrhein-Westfalen", "Hessen", "Rheinland-Pfalz",
    "Baden-Württemberg", "Bayern", "Saarland", "Berlin", "Brandenburg", "Mecklenburg-Vorpommern", "Sachsen",
    "Sachsen-Anhalt", "Thüringen", "Deutschland",
)  # fmt: skip


def life() -> bytes:
    """A report on life tables: single years of both sexes, and the Länder."""
    q = 0.01
    sheets: dict[str, list[list[Any]]] = {"Titel": [["Sterbetafeln"], ["© Statistisches Bundesamt (Destatis), 2021"]]}
    for sex in ("Männlich", "Weiblich"):
        rows: list[list[Any]] = [["Sterbetafel 2018/2020"], ["Deutschland"], [sex], [],
                                 ["x", "q x", "p x", "l x", "d x", "L x", "T x", "e x"], ["Jahre"]]  # fmt: skip
        rows += [[age, q, 1 - q, 1000.0, 1000 * q, 995.0, 80000.0, 80.0] for age in range(101)]
        sheets[f"D {sex}"] = [*rows, ["ab Alter 96 Schätzwerte"]]
    laender: list[list[Any]] = [
        ["Durchschnittliche fernere Lebenserwartung in den Bundesländern"],
        ["Sterbetafel 2018/2020"],
        [],
        ["Land", 0, 20, 65],
    ]
    for sex in ("Männlich", "Weiblich"):
        laender += [["", sex], *([name, 80.0, 80.0, 80.0] for name in LAENDER)]
    return workbooks.workbook({**sheets, "Länder": laender})


def genesis() -> bytes:
    """12711-04-02-4 saved as a workbook: merged headings, the key in the first row of its block."""
    above = ["Zuzüge - Wanderungen über die Kreisgrenzen", "Fortzüge - Wanderungen über die Kreisgrenzen"]
    rows: list[list[Any]] = [["Zu- und Fortzüge"], ["Wanderungsstatistik"], ["Jahr: 2019"],
                             ["", "", "", above[0], "", "", above[1], "", ""],
                             ["", "", "", "Geschlecht", "", "", "Geschlecht", "", ""],
                             ["", "", "", *["Insgesamt", "männlich", "weiblich"] * 2],
                             ["", "", "", *["Anzahl"] * 6]]  # fmt: skip
    for key in ("DG", "01", "01051"):
        rows += [[key, f"  Ort {key}", "unter 18 Jahre", 5, 2, 3, 7, 3, 4],
                 ["", "", "18 Jahre und mehr", 5, 3, 2, 3, 2, 1],
                 ["", "", "Insgesamt", 10, 5, 5, 10, 5, 5]]  # fmt: skip
    rows += [["16056", "  Eisenach", "unter 18 Jahre", *"------"], ["", "", "18 Jahre und mehr", *"------"],
             ["", "", "Insgesamt", *"------"], ["______________"],
             ["© Statistische Ämter des Bundes und der Länder, 2021 | Stand: 08.04.2021 / 16:26:29"]]  # fmt: skip
    return workbooks.workbook({"12711-04-02-4": rows}, {"12711-04-02-4": ["D4:F4", "G4:I4", "D5:F5", "G5:I5"]})
