"""Credentials of the three databases: from the environment or the system's keyring, sent in headers, never shown.

They live in one object for one run. Its text is stars, nothing writes it anywhere, and what a server echoes is masked.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field

from kommunalprofil.errors import UsageError

NAMES = {
    "regio": "Regionaldatenbank Deutschland",
    "destatis": "GENESIS-Online (Destatis)",
    "zensus": "Zensusdatenbank",
}
"""The three databases; each has accounts of its own."""
STARS = "****"
SHORTEST = 4
"""User names below this length stand in ordinary words, and hiding them there would hide the message."""
TOKEN_LENGTH = 32
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
EXTRA = 'pip install "kommunalprofil[keyring]"'


@dataclass(frozen=True)
class Credentials:
    """User and password of one database, or its token, which is sent as user with an empty password."""

    user: str = field(repr=False)
    password: str = field(repr=False, default="")

    def __repr__(self) -> str:
        return f"Credentials({STARS})"

    @property
    def token(self) -> bool:
        """Whether this is a token: GENESIS creates no jobs for it."""
        return not self.password

    def headers(self) -> dict[str, bytes]:
        """The request headers. HTTP sends headers as Latin-1; what that does not have goes as UTF-8."""
        return {"username": _encoded(self.user), "password": _encoded(self.password)}

    def mask(self, text: str) -> str:
        """The text without the credentials, should a server have repeated them."""
        for secret in sorted((self.user, self.password), key=len, reverse=True):
            if len(secret) >= SHORTEST or (secret and secret == self.password):
                text = text.replace(secret, STARS)
        return text


def _encoded(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8")


def variables(database: str) -> tuple[str, str, str]:
    """The environment variables of a database: user, password, token."""
    start = f"KOMMUNALPROFIL_{database.upper()}"
    return f"{start}_USER", f"{start}_PASSWORD", f"{start}_TOKEN"


def service(database: str) -> str:
    """The name under which a keyring holds `user`, `password` or `token` of a database."""
    return f"kommunalprofil-{database}"


def find(database: str) -> Credentials | None:
    """The credentials of a database: environment first, then keyring; None if there are none.

    Raises UsageError if half of a pair is missing or a value cannot be sent; its text never holds the value.
    """
    user, password, token = variables(database)
    found = {
        name: os.environ.get(variable, "") for name, variable in zip(_FIELDS, (user, password, token), strict=True)
    }
    where = {"user": user, "password": password, "token": token}
    if not any(found.values()):
        found = _from_keyring(service(database))
        where = {name: f"Schlüsselbund {service(database)}/{name}" for name in _FIELDS}
    for name, value in found.items():
        _check(value, where[name])
    if found["token"]:
        if len(found["token"]) != TOKEN_LENGTH:
            raise UsageError(f"{where['token']}: Ein Token hat {TOKEN_LENGTH} Zeichen, dieses {len(found['token'])}.")
        return Credentials(found["token"])
    if bool(found["user"]) != bool(found["password"]):
        missing = where["password" if found["user"] else "user"]
        raise UsageError(f"Zugangsdaten der {NAMES[database]} unvollständig: {missing} fehlt.")
    return Credentials(found["user"], found["password"]) if found["user"] else None


_FIELDS = ("user", "password", "token")


def _check(value: str, where: str) -> None:
    if _CONTROL.search(value):
        raise UsageError(f"{where}: Zeilenumbrüche und Steuerzeichen lassen sich nicht übertragen.")
    if value != value.strip():
        raise UsageError(f"{where}: Leerzeichen am Anfang oder Ende lassen sich nicht übertragen.")


def _from_keyring(name: str) -> dict[str, str]:
    """What the system's keyring holds; nothing where the library is not installed or no keyring answers."""
    try:
        import keyring
        import keyring.errors
    except ImportError:
        return dict.fromkeys(_FIELDS, "")
    try:
        return {key: keyring.get_password(name, key) or "" for key in _FIELDS}
    except keyring.errors.NoKeyringError:
        return dict.fromkeys(_FIELDS, "")
    except keyring.errors.KeyringError:
        raise UsageError(f"Der Schlüsselbund des Systems gibt {name} nicht heraus; ist er gesperrt?") from None


def hint(database: str) -> str:
    """What to do to give credentials of a database."""
    from importlib.util import find_spec

    user, password, token = variables(database)
    text = f"braucht Zugangsdaten der {NAMES[database]}: {user} und {password} (oder {token}) setzen"
    if find_spec("keyring") is None:
        return f"{text} oder den Schlüsselbund des Systems nutzen ({EXTRA})"
    return f"{text} oder „keyring set {service(database)} user“ und „… password“ aufrufen"
