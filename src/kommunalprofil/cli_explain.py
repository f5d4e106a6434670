"""The command `explain`: how one value came about."""

from __future__ import annotations

from typing import Annotated

import typer

from kommunalprofil.cli_options import DataDir, Json, data_dir, print_json


def explain(
    indicator: Annotated[str, typer.Argument(metavar="INDIKATOR", help="Kennung, zum Beispiel old_age_ratio.")],
    ort: Annotated[str, typer.Argument(metavar="ORT", help="Name, Kurzname, AGS oder ARS.")],
    date: Annotated[
        str,
        typer.Option(
            "--date", metavar="DATUM", help="2015-12-31, 2015 (der letzte Stichtag mit einem Wert) oder latest."
        ),
    ] = "latest",
    variant: Annotated[str, typer.Option("--variant", metavar="ID", help="Variante der Definition.")] = "",
    sex: Annotated[str, typer.Option("--sex", metavar="M|F", help="Nur Männer oder Frauen.")] = "",
    nationality: Annotated[
        str, typer.Option("--nationality", metavar="DE|AUS", help="Nur Deutsche oder Ausländer.")
    ] = "",
    age: Annotated[str, typer.Option("--age", metavar="ALTER", help="Nur eine Altersgruppe: 18-24, 65+.")] = "",
    migration: Annotated[
        str, typer.Option("--migration", metavar="ID", help="Nur eine Gruppe nach Einwanderungsgeschichte.")
    ] = "",
    household: Annotated[
        str, typer.Option("--household", metavar="ID", help="Nur eine Haushaltsart oder ein Familienstand.")
    ] = "",
    data: DataDir = None,
    as_json: Json = False,
) -> int:
    """Zeigen, wie ein Wert zustande kommt: Formel, jede amtliche Zahl dahinter, Varianten, amtlicher Wert."""
    from kommunalprofil import asking, explain_json, explain_text
    from kommunalprofil import explain as facts
    from kommunalprofil.indicators import declared
    from kommunalprofil.indicators.recorded import Recorded
    from kommunalprofil.indicators.tabulate import date_filter
    from kommunalprofil.regions import Register
    from kommunalprofil.store import Store

    declaration = declared()[asking.chosen_indicators([indicator])[0]]
    given = {"sex": sex, "nationality": nationality, "age": age, "migration": migration, "household": household}
    selection = facts.selected(declaration, given)
    dates = date_filter(date or "latest")
    folder = data_dir(data)
    store = Store(folder)
    region = asking.find_place(store.state, Register.load(folder), ort)
    told = facts.explain(Recorded(store, [region.ags]), region, declaration, selection, variant, dates)
    if as_json:
        print_json(explain_json.as_json(told))
    else:
        print(explain_text.text(told))
    return 0
