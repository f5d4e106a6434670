"""The yardstick: the same profile the way one would write it first – pandas, geopandas, pyplot, WeasyPrint.

It reads the same data set, draws the same kinds of figures and prints the same kinds of tables, as HTML and PDF.
Nothing here is slowed down on purpose; nothing is tuned either. Needs `pip install -r benchmarks/requirements.txt`
and the Pango libraries WeasyPrint asks for.
"""

from __future__ import annotations

import base64
import io
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


def picture(figure: plt.Figure) -> str:
    """The figure as an SVG data address."""
    sink = io.BytesIO()
    figure.savefig(sink, format="svg", bbox_inches="tight")
    plt.close(figure)
    return "data:image/svg+xml;base64," + base64.b64encode(sink.getvalue()).decode()


def main(data: Path, region: str, out: Path) -> None:
    """Write `out`/plain.html and `out`/plain.pdf for a Kreis."""
    frame = pd.concat([pd.read_parquet(p) for p in sorted((data / "observations").glob("*.parquet"))])
    land = region[:2]
    frame = frame[frame["region"].isin([region, land, "DE"])]
    names = {region: "Kreis", land: "Land", "DE": "Deutschland"}
    people = frame[(frame["measure"] == "population") & (frame["household"] == "_Z") & (frame["migration"] == "_T")]
    german = people["nationality"] == "_T"
    ages = people[german & ((people["age_from"] > 0) | (people["age_to"] < 200))]
    parts = []

    kreise = gpd.read_parquet(data / "outlines" / "kreise.parquet")
    figure, axes = plt.subplots(figsize=(6.4, 4), layout="constrained")
    mine = kreise[kreise["ags"].str.startswith(land)]
    mine.plot(ax=axes, color="#E8F1F2", edgecolor="white")
    mine[mine["ags"] == region].plot(ax=axes, color="#0B6E6E")
    axes.set_axis_off()
    parts.append(("Lage", picture(figure), ""))

    total = people[german & (people["sex"] == "_T") & (people["age_from"] == 0) & (people["age_to"] == 200)]
    series = total.drop_duplicates(["region", "date", "base"]).pivot_table(
        index="date", columns="region", values="value", observed=True
    )
    figure, axes = plt.subplots(figsize=(6.4, 3.2), layout="constrained")
    series[region].plot(ax=axes)
    parts.append(("Bevölkerung", picture(figure), series[[region]].to_html()))

    single = ages[(ages["source"] == "12411-04-02-4") & (ages["region"] == region)]
    single = single[single["date"] == single["date"].max()]
    figure, axes = plt.subplots(figsize=(6.4, 5), layout="constrained")
    for sex, sign, colour in (("M", -1, "#1D5A73"), ("F", 1, "#C4592F")):
        part = single[single["sex"] == sex].sort_values("age_from")
        width = (part["age_to"].clip(upper=95) - part["age_from"]).astype(float)
        axes.barh(part["age_from"], sign * part["value"] / width, height=width, align="edge", color=colour)
    parts.append(("Bevölkerung nach Alter", picture(figure), ""))

    grouped = ages[ages["source"].isin(["12411-02-03-4", "12411-0018", "12411-0017"])]
    both = grouped[grouped["sex"] == "_T"]
    sums = {
        key: both[(both["age_from"] >= lo) & (both["age_to"] <= hi)]
        .groupby(["region", "date"], observed=True)["value"]
        .sum()
        for key, lo, hi in (("young", 0, 20), ("working", 20, 65), ("old", 65, 200))
    }
    for key, title in (("old", "Altenquotient"), ("young", "Jugendquotient")):
        ratio = (sums[key] / sums["working"] * 100).unstack("region")
        figure, axes = plt.subplots(figsize=(6.4, 3.2), layout="constrained")
        ratio.rename(columns=names).plot(ax=axes)
        parts.append((title, picture(figure), ratio.round(1).to_html()))

    newest = both[both["date"] == both["date"].max()]
    shares = newest.pivot_table(index="age_from", columns="region", values="value", aggfunc="sum", observed=True)
    shares = shares / shares.sum() * 100
    figure, axes = plt.subplots(figsize=(6.4, 4), layout="constrained")
    shares.rename(columns=names).plot.barh(ax=axes)
    parts.append(("Altersgruppen", picture(figure), shares.round(1).to_html()))

    nation = people[(people["source"] == "12411-03-03-4") & (people["sex"] == "_T") & (people["region"] == region)]
    nation = nation[(nation["age_to"] - nation["age_from"]) < 100]
    table = nation.pivot_table(index="age_from", columns="nationality", values="value", aggfunc="sum", observed=True)
    share = (table["AUS"] / table["_T"] * 100).to_frame("Anteil")
    figure, axes = plt.subplots(figsize=(6.4, 3.6), layout="constrained")
    share.plot.barh(ax=axes, legend=False)
    parts.append(("Ausländeranteil nach Alter", picture(figure), share.round(1).to_html()))

    history = frame[frame["migration"].isin(["with", "one_sided", "without"])]
    history = history.pivot_table(index="region", columns="migration", values="value", observed=True)
    history = history.div(history.sum(axis=1), axis=0) * 100
    figure, axes = plt.subplots(figsize=(6.4, 2.4), layout="constrained")
    history.rename(index=names).plot.barh(ax=axes, stacked=True)
    parts.append(("Einwanderungsgeschichte", picture(figure), history.round(1).to_html()))

    homes = frame[frame["measure"] == "households"].pivot_table(
        index="household", columns="region", values="value", observed=True
    )
    homes = homes / homes.loc["_T"] * 100
    for title, rows in (
        ("Haushaltstypen", ["one_person", "couple_without_child", "couple_with_child", "lone_parent", "shared"]),
        ("Haushaltsgrößen", ["size_1", "size_2", "size_3", "size_4", "size_5", "size_6plus"]),
    ):
        figure, axes = plt.subplots(figsize=(6.4, 3.2), layout="constrained")
        homes.loc[rows].rename(columns=names).plot.barh(ax=axes)
        parts.append((title, picture(figure), homes.loc[rows].round(1).to_html()))

    html = PAGE.render(name=region, parts=parts)
    out.mkdir(parents=True, exist_ok=True)
    (out / "plain.html").write_text(html, encoding="utf-8")
    weasyprint.HTML(string=html).write_pdf(out / "plain.pdf", pdf_variant="pdf/ua-1")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
