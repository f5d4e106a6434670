"""The yardstick: the same profile the way one would write it first – pandas, geopandas, pyplot, WeasyPrint.

    python benchmarks/plain.py DATA OUT REGION [REGION …]

It reads the same data set (once, whatever the number of Kreise), draws the figures of the full profile and prints their
tables, as HTML and PDF, and writes daten.csv and profil.json. Nothing here is slowed down on purpose; nothing is tuned
either. Needs `pip install -r benchmarks/requirements.txt` and the Pango libraries WeasyPrint asks for.
"""

from __future__ import annotations

import base64
import io
import json
import sys
from pathlib import Path

import geopandas as gpd
import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt
import pandas as pd
import weasyprint
from jinja2 import Template

PAGE = Template(
    """<!doctype html><html lang="de"><meta charset="utf-8"><title>{{ name }}</title>
<style>@page{size:A4;margin:22mm 24mm} body{font:10pt/1.45 sans-serif} img{width:100%} td{text-align:right}
table{width:100%;border-collapse:collapse;font-size:8.5pt} tr{border-bottom:.3pt solid #999}</style>
<h1>{{ name }}</h1>{% for title, image, table in parts %}<h2>{{ title }}</h2>
{% if image %}<img alt="{{ title }}" src="{{ image }}">{% endif %}{{ table }}{% endfor %}</html>"""
)
BLUE, RED, TEAL, PALE = "#1D5A73", "#C4592F", "#0B6E6E", "#E8F1F2"
Part = tuple[str, str, str]


def picture(figure: plt.Figure) -> str:
    """The figure as an SVG data address."""
    sink = io.BytesIO()
    figure.savefig(sink, format="svg", bbox_inches="tight")
    plt.close(figure)
    return "data:image/svg+xml;base64," + base64.b64encode(sink.getvalue()).decode()


def chart(title: str, table: pd.DataFrame, kind: str = "line", **options: object) -> Part:
    """A figure with its table."""
    figure, axes = plt.subplots(figsize=(6.4, 3.4), layout="constrained")
    getattr(table.plot, kind)(ax=axes, **options)
    return title, picture(figure), table.round(1).to_html()


def mapped(title: str, outlines: gpd.GeoDataFrame, region: str, column: str | None = None) -> Part:
    """A map of the Kreise of a Land with one of them marked."""
    figure, axes = plt.subplots(figsize=(6.4, 4), layout="constrained")
    mine = outlines[outlines["ags"].str.startswith(region[:2])]
    if column:
        mine.plot(ax=axes, column=column, cmap="Blues", edgecolor="white", legend=True)
    else:
        mine.plot(ax=axes, color=PALE, edgecolor="white")
    own = mine[mine["ags"] == region]
    own.plot(ax=axes, facecolor="none" if column else TEAL, edgecolor=TEAL)
    axes.set_axis_off()
    return title, picture(figure), ""


def groups(frame: pd.DataFrame, cuts: list[tuple[int, int]], by: list[str]) -> pd.DataFrame:
    """People in some age groups."""
    sums = {
        f"{lo}–{hi}": frame[(frame["age_from"] >= lo) & (frame["age_to"] <= hi)]
        .groupby(by, observed=True)["value"]
        .sum()
        for lo, hi in cuts
    }
    return pd.DataFrame(sums)


def main(data: Path, out: Path, regions: list[str]) -> None:
    """Write plain.html, plain.pdf, daten.csv and profil.json for each Kreis."""
    everything = pd.concat([pd.read_parquet(p) for p in sorted((data / "observations").glob("*.parquet"))])
    kreise = gpd.read_parquet(next((data / "outlines").glob("kreise*.parquet")))
    newest = everything[(everything["source"] == "12411-0018") & (everything["region"].str.len() == 5)]
    newest = newest[newest["date"] == newest["date"].max()]
    ages = groups(newest, [(0, 20), (20, 65), (65, 200)], ["region"])
    ratio = (ages["65–200"] / ages["20–65"] * 100).rename("ratio")
    kreise = kreise.merge(ratio, left_on="ags", right_index=True, how="left")
    for region in regions:
        profile(everything, kreise, ratio, region, out / region)


def profile(everything: pd.DataFrame, kreise: gpd.GeoDataFrame, ratios: pd.Series, region: str, out: Path) -> None:
    """One profile."""
    frame = everything[everything["region"].isin([region, region[:2], "DE"])]
    names = {region: "Kreis", region[:2]: "Land", "DE": "Deutschland"}
    people = frame[(frame["measure"] == "population") & (frame["household"] == "_Z") & (frame["migration"] == "_T")]
    whole = (frame["age_from"] == 0) & (frame["age_to"] == 200)
    german = people["nationality"] == "_T"
    by_age = people[german & ((people["age_from"] > 0) | (people["age_to"] < 200))]

    def yearly(measure: str, source: str, **dims: str) -> pd.Series:
        """A count of the Kreis over the years."""
        found = frame[whole & (frame["measure"] == measure) & (frame["source"] == source) & (frame["region"] == region)]
        for name, code in ({"sex": "_T", "nationality": "_T"} | dims).items():
            found = found[found[name] == code]
        return found.groupby(found["date"].astype("str").str[:4])["value"].last()

    parts = [mapped("Lage", kreise, region), mapped("Altenquotient der Kreise", kreise, region, "ratio")]
    total = people[german & (people["sex"] == "_T") & (people["age_from"] == 0) & (people["age_to"] == 200)]
    series = total.drop_duplicates(["region", "date", "base"]).pivot_table(
        index="date", columns="region", values="value", observed=True
    )
    parts.append(chart("Bevölkerung", series[[region]]))
    parts.append(chart("Veränderung", (series / series.shift() * 100 - 100).rename(columns=names)))

    single = by_age[(by_age["source"] == "12411-04-02-4") & (by_age["region"] == region)]
    single = single[single["date"] == single["date"].max()]
    figure, axes = plt.subplots(figsize=(6.4, 5), layout="constrained")
    for sex, sign, colour in (("M", -1, BLUE), ("F", 1, RED)):
        part = single[single["sex"] == sex].sort_values("age_from")
        width = (part["age_to"].clip(upper=95) - part["age_from"]).astype(float)
        axes.barh(part["age_from"], sign * part["value"] / width, height=width, align="edge", color=colour)
    parts.append(("Bevölkerung nach Alter", picture(figure), ""))

    both = by_age[by_age["source"].isin(["12411-02-03-4", "12411-0018", "12411-0017"]) & (by_age["sex"] == "_T")]
    cuts = groups(both, [(0, 20), (20, 65), (65, 200), (65, 75), (75, 200)], ["region", "date"])
    for title, column in (("Altenquotient", "65–200"), ("Jugendquotient", "0–20"), ("Hochaltrige", "75–200")):
        shares = (cuts[column] / cuts["20–65"] * 100).unstack("region")
        parts.append(chart(title, shares.rename(columns=names)))
    latest = both[both["date"] == both["date"].max()]
    shares = latest.pivot_table(index="age_from", columns="region", values="value", aggfunc="sum", observed=True)
    parts.append(chart("Altersgruppen", (shares / shares.sum() * 100).rename(columns=names), "barh"))

    nation = people[(people["source"] == "12411-03-03-4") & (people["region"] == region)]
    nation = nation[(nation["age_to"] - nation["age_from"]) < 100]
    table = nation[nation["sex"] == "_T"].pivot_table(
        index="age_from", columns="nationality", values="value", aggfunc="sum", observed=True
    )
    parts.append(chart("Ausländeranteil nach Alter", (table["AUS"] / table["_T"] * 100).to_frame("Anteil"), "barh"))
    parts.append(
        chart("Gruppen", groups(nation, [(0, 18), (18, 65), (65, 200)], ["sex", "nationality"]).unstack(), "bar")
    )
    foreign = people[(people["source"] == "12411-03-03-4") & (people["sex"] == "_T")]
    foreign = groups(foreign, [(0, 200)], ["region", "date", "nationality"])["0–200"].unstack("nationality")
    parts.append(
        chart("Ausländeranteil", (foreign["AUS"] / foreign["_T"] * 100).unstack("region").rename(columns=names))
    )

    births, deaths = yearly("births", "12612-01-01-4"), yearly("deaths", "12613-01-01-4")
    average = yearly("average_population", "12411-05-01-4")
    parts.append(chart("Geburten und Sterbefälle", pd.DataFrame({"Geburten": births, "Sterbefälle": deaths})))
    rates = pd.DataFrame({"Geburten": births / average * 1000, "Sterbefälle": deaths / average * 1000})
    parts.append(chart("Je 1.000 Menschen", rates))
    mothers = frame[(frame["source"] == "12612-02-01-4") & (frame["region"] == region) & ~whole]
    mothers = mothers.pivot_table(index="age_from", columns="nationality", values="value", aggfunc="sum", observed=True)
    parts.append(chart("Alter der Mütter", mothers, "bar"))
    women = single[single["sex"] == "F"].set_index("age_from")["value"]
    fertile = pd.DataFrame({"Geburten": mothers["_T"], "Frauen": [women.loc[a : a + 4].sum() for a in mothers.index]})
    parts.append(
        chart("Geburten je 1.000 Frauen", (fertile["Geburten"] / fertile["Frauen"] * 1000).to_frame("je 1.000"))
    )
    dead = frame[(frame["source"] == "demo_r_magec3") & (frame["region"] == region) & ~whole & (frame["sex"] != "_T")]
    alive = frame[
        (frame["source"] == "demo_r_pjangrp3") & (frame["region"] == region) & ~whole & (frame["sex"] != "_T")
    ]
    key = ["date", "sex", "age_from"]
    mortality = dead.groupby(key, observed=True)["value"].sum() / alive.groupby(key, observed=True)["value"].sum()
    alive = (1 - mortality.clip(upper=0.2) * 2.5).groupby(["date", "sex"], observed=True).cumprod()
    years = 5 * alive.groupby(["date", "sex"], observed=True).sum()
    parts.append(chart("Lebenserwartung", years.unstack("sex")))

    flows = {name: yearly(name, "12711-04-02-4") for name in ("moves_in", "moves_out")}
    moves = pd.DataFrame(flows)
    parts.append(chart("Zu- und Fortzüge", moves))
    parts.append(chart("Wanderungssaldo", (moves["moves_in"] - moves["moves_out"]).to_frame("Saldo"), "bar"))
    ages = frame[(frame["source"] == "12711-04-02-4") & (frame["region"] == region) & ~whole & (frame["sex"] == "_T")]
    ages = ages.pivot_table(index="age_from", columns="measure", values="value", aggfunc="mean", observed=True)
    parts.append(chart("Wanderung nach Alter", ages, "bar"))
    parts.append(chart("Lebensphasen", (ages["moves_in"] - ages["moves_out"]).to_frame("Saldo"), "barh"))
    nations = pd.DataFrame(
        {
            code: yearly("moves_in", "12711-05-02-4", nationality=code)
            - yearly("moves_out", "12711-05-02-4", nationality=code)
            for code in ("DE", "AUS")
        }
    )
    parts.append(chart("Saldo nach Staatsangehörigkeit", nations))
    causes = pd.DataFrame({"natürlich": births - deaths, "Wanderung": flows["moves_in"] - flows["moves_out"]})
    parts.append(chart("Woraus sie sich ändert", causes, "bar"))

    history = frame[frame["migration"].isin(["with", "one_sided", "without"])]
    history = history.pivot_table(index="region", columns="migration", values="value", observed=True)
    history = history.div(history.sum(axis=1), axis=0) * 100
    parts.append(chart("Einwanderungsgeschichte", history.rename(index=names), "barh", stacked=True))
    homes = frame[frame["measure"] == "households"].pivot_table(
        index="household", columns="region", values="value", observed=True
    )
    homes = homes / homes.loc["_T"] * 100
    for title, rows in (
        ("Haushaltstypen", ["one_person", "couple_without_child", "couple_with_child", "lone_parent", "shared"]),
        ("Haushaltsgrößen", ["size_1", "size_2", "size_3", "size_4", "size_5", "size_6plus"]),
        ("Haushalte von Senioren", [row for row in homes.index if "senior" in row]),
    ):
        parts.append(chart(title, homes.loc[rows].rename(columns=names), "barh"))
    figure, axes = plt.subplots(figsize=(6.4, 1.2), layout="constrained")
    axes.plot(ratios, [0] * len(ratios), "|", color=PALE)
    axes.plot(ratios[region], 0, "o", color=TEAL)
    parts.append(("Im Vergleich", picture(figure), ratios.describe().to_frame().to_html()))

    out.mkdir(parents=True, exist_ok=True)
    html = PAGE.render(name=region, parts=parts)
    (out / "plain.html").write_text(html, encoding="utf-8")
    weasyprint.HTML(string=html).write_pdf(out / "plain.pdf", pdf_variant="pdf/ua-1")
    own = frame[frame["region"] == region].astype({"date": "str", "gebietsstand": "str"})
    own.to_csv(out / "daten.csv", index=False)
    (out / "profil.json").write_text(json.dumps(own.to_dict("records"), ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:])
