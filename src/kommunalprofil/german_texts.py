"""German for what the command line library says in English: help pages and messages on wrong calls."""

from __future__ import annotations

import re
from collections.abc import Sequence

import typer
from typer._click import exceptions as calls
from typer._click.core import Command, Context
from typer._click.formatting import HelpFormatter
from typer.core import TyperGroup
from typer.main import get_command

_HEADINGS = {"Arguments": "Angaben", "Options": "Optionen", "Commands": "Befehle"}
_USAGE = {"[OPTIONS]": "[OPTIONEN]", "COMMAND": "BEFEHL", "[ARGS]...": "[ANGABEN]..."}
_TYPES = {
    "str": "",
    "bool": "",
    "int": "<Ganzzahl>",
    "float": "<Zahl>",
    "int range": "<Ganzzahl>",
    "float range": "<Zahl>",
    "path": "<Pfad>",
    "Path": "<Pfad>",
    "file": "<Datei>",
    "dir": "<Ordner>",
    "datetime": "<Datum>",
}
_PATHS = {"path": "Pfad", "file": "Datei", "dir": "Ordner"}

# Patterns of whole messages, and what they say in German; {1}, {2} are the groups.
_MESSAGES: tuple[tuple[str, str], ...] = (
    (r"Missing command\.", "Es fehlt der Befehl."),
    (r"No such command (.+?)\. Did you mean (.+)\?", "Den Befehl {1} gibt es nicht. Gemeint sein könnte: {2}."),
    (r"No such command (.+)\.", "Den Befehl {1} gibt es nicht."),
    (r"Got unexpected extra argument\(s\) \((.+)\)", "Zu viele Angaben: {1}"),
    (r"Option (.+) does not take a value\.", "Die Option {1} nimmt keinen Wert an."),
    (r"Option (.+) requires an argument\.", "Die Option {1} braucht einen Wert."),
    (r"Option (.+) requires (\d+) arguments\.", "Die Option {1} braucht {2} Werte."),
    (r"Argument (.+) takes (\d+) values\.", "Die Angabe {1} braucht {2} Werte."),
    (r"Input should be a valid integer.*", "Erwartet wird eine ganze Zahl."),
    (r"Input should be a valid number.*", "Erwartet wird eine Zahl."),
    (r"Input should be a finite number", "Erwartet wird eine endliche Zahl."),
    (r"Input should be a valid boolean.*", "Erwartet wird ja oder nein (true oder false)."),
    (r"Input should be a valid date.*", "Erwartet wird ein Datum wie 2015-12-31."),
    (r"Input should be greater than or equal to (.+)", "Der Wert muss mindestens {1} sein."),
    (r"Input should be less than or equal to (.+)", "Der Wert darf höchstens {1} sein."),
    (r"Input should .*", "Der Wert hat nicht die erwartete Form."),
    (r"(.+) is not one of (.+)\.", "{1} gehört nicht dazu; möglich sind {2}."),
    (r"(.+) does not match the formats (.+)\.", "{1} hat keine der Formen {2}."),
    (r"Value (.+) is not a valid .+\.", "{1} hat nicht die erwartete Form."),
    (r"(\d+) values are required, but (\d+) given\.", "Nötig sind {1} Werte, angegeben {2}."),
    (r"Could not open file (.+?): .*", "Die Datei {1} lässt sich nicht öffnen."),
    (r"(.+): No such file or directory", "{1} gibt es nicht."),
    (r"(.+): Permission denied", "Für {1} fehlt die Berechtigung."),
    (r"(.+): Is a directory", "{1} ist ein Ordner."),
    (r"(path|file|dir) (.+) does not exist\.", "{1} {2} gibt es nicht."),
    (r"(path|file|dir) (.+) is a file\.", "{2} ist eine Datei, erwartet wird ein Ordner."),
    (r"(path|file|dir) (.+) is a directory\.", "{2} ist ein Ordner, erwartet wird eine Datei."),
    (r"(path|file|dir) (.+) is not readable\.", "{1} {2} ist nicht lesbar."),
    (r"(path|file|dir) (.+) is not writable\.", "{1} {2} ist nicht beschreibbar."),
)
_HELP_EXTRAS = (
    (r"\bdefault: ", "Vorgabe: "),
    (r"\brequired\b", "Pflichtangabe"),
    (r"\benv var: ", "Umgebungsvariable: "),
    (r"\(dynamic\)", "(berechnet)"),
    (r"(\S+)<=x<=(\S+)", r"von \1 bis \2"),
    (r"x<=(\S+)", r"höchstens \1"),
    (r"x>=(\S+)", r"mindestens \1"),
)


class GermanFormatter(HelpFormatter):
    """Help pages with German headings, type names and marks."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the usage line; placeholders that typer adds by itself become German."""
        words = re.sub(r"[{}]", "", " ".join(_USAGE.get(word, word) for word in args.split(" ")))
        super().write_usage(prog, words, "Aufruf: " if prefix is None else prefix)

    def write_heading(self, heading: str) -> None:
        """Write the heading of a section."""
        super().write_heading(_HEADINGS.get(heading, heading))

    def write_dl(self, rows: Sequence[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write a list of terms and explanations."""
        german = [(_german_term(first), _german_explanation(second)) for first, second in rows]
        super().write_dl(german, col_max, col_spacing)


class _GermanContext(Context):
    formatter_class = GermanFormatter


def _german_term(term: str) -> str:
    """`--year INTEGER` style terms: types in German, and none where the name says enough."""
    plain = re.sub(r"<list\[(.+)\]>", r"<\1>", term)
    return re.sub(r" ?<([^<>|]+)>", lambda m: _type_name(m[0], m[1]), plain)


def _type_name(written: str, name: str) -> str:
    german = _TYPES.get(name)
    if german is None:
        return written
    return f" {german}" if german else ""


def _german_explanation(text: str) -> str:
    if text == "Show this message and exit.":
        return "Diese Hilfe anzeigen."
    text = text.replace("(DEPRECATED", "(veraltet").replace("(deprecated", "(veraltet")
    head, bracket, extras = text.rpartition("[")
    if bracket and extras.endswith("]"):
        for pattern, german in _HELP_EXTRAS:
            extras = re.sub(pattern, german, extras)
    return head + bracket + extras


def _quoted(text: str) -> str:
    return re.sub(r"'([^']*)'", "„\\1“", text)


def german_message(message: str) -> str:
    """The German text for a message of the command line library; unknown messages, our own, come back unchanged."""
    message = message.removeprefix("Value error, ")
    for pattern, german in _MESSAGES:
        if match := re.fullmatch(pattern, message, re.DOTALL):
            words = [_PATHS.get(group, group) for group in match.groups()]
            return _quoted(german.format("", *words))
    return message


def german_call_error(error: calls.ClickException) -> str:
    """One sentence in German on what is wrong with the call."""
    if isinstance(error, calls.NoSuchOption):
        text = f"Die Option „{error.option_name}“ gibt es nicht."
        if error.possibilities:
            text += " Gemeint sein könnte: " + ", ".join(f"„{name}“" for name in sorted(error.possibilities)) + "."
        return text
    if isinstance(error, calls.MissingParameter):
        kind = error.param.param_type_name if error.param is not None else error.param_type
        text = f"Es fehlt {'die Option' if kind == 'option' else 'die Angabe'} {_hint(error)}".rstrip() + "."
        choices = error.param.get_missing_message(ctx=error.ctx) if error.param is not None else ""
        if choices:
            text += " Möglich sind: " + ", ".join(choices.partition(":")[2].replace(",", " ").split()) + "."
        return text
    if isinstance(error, calls.BadParameter):
        return f"Ungültiger Wert für {_hint(error)}: {german_message(error.message)}".replace(" für :", ":")
    if isinstance(error, calls.FileError):
        return german_message(error.format_message())
    return german_message(error.message)


def _hint(error: calls.BadParameter) -> str:
    hint = error.param_hint if error.param_hint is not None else error.param and error.param.get_error_hint()
    if not hint:
        return ""
    names = hint if isinstance(hint, str) else " / ".join(f"'{part}'" for part in hint)
    return _quoted(names.replace("(env var:", "(Umgebungsvariable"))


def german_command(app: typer.Typer) -> Command:
    """The command of `app` with every help page in German."""
    return _germanize(get_command(app))


def _germanize(command: Command) -> Command:
    command.context_class = _GermanContext
    if isinstance(command, TyperGroup):
        for child in command.commands.values():
            _germanize(child)
    return command
