"""The command `similar`: which places are most like one."""

from __future__ import annotations

from typing import Annotated

import typer

from kommunalprofil.cli_options import DataDir, Json, opened, print_json
from kommunalprofil.errors import KommunalprofilError, UsageError


def similar(
    ort: Annotated[str, typer.Argument(metavar="ORT", help="Name, Kurzname, AGS oder ARS.")],
    count: Annotated[int, typer.Option("-n", min=1, max=1000, help="So viele Orte zeigen.")] = 10,
    indicators: Annotated[
        str,
        typer.Option("--indicators", metavar="IDS", help="Nur in diesen Kennzahlen vergleichen; mit Komma getrennt."),
    ] = "",
    data: DataDir = None,
    as_json: Json = False,
) -> int:
    """Zeigen, welche Orte gleicher Ebene und Größenklasse einem Ort am ähnlichsten sind, und worin."""
    from kommunalprofil import asking, similar_text
    from kommunalprofil import similar as distances
    from kommunalprofil.comparison import Comparison, absent

    measures = distances.chosen(indicators)
    state, register = opened(data)
    region = asking.place_of(state, register, ort)
    if region.level == "bund":
        raise UsageError("Für Deutschland gibt es keine vergleichbaren Orte: Auf seiner Ebene ist es allein.")
    comparison = Comparison.load(state, region.level, register)
    if comparison is None:
        raise absent(state)
    space = distances.Space.of(comparison, register, measures)
    found = space.alike(region.ags, count)
    if found is None or not found.neighbours:
        raise KommunalprofilError(similar_text.none(found, region))
    if as_json:
        weights = dict(zip(space.measures, map(float, space.weights), strict=True))
        print_json(similar_text.record(found, measures, register, comparison, weights))
    else:
        print(similar_text.text(found, measures, register, comparison))
    return 0
