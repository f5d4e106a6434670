"""Credentials: where they are found, how they are sent, and that nobody sees them."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from kommunalprofil.errors import UsageError
from kommunalprofil.sources import credentials
from kommunalprofil.sources.credentials import Credentials

USER, PASSWORD, TOKEN = credentials.variables("regio")


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (USER, PASSWORD, TOKEN):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setitem(sys.modules, "keyring", None)


def keyring(monkeypatch: pytest.MonkeyPatch, held: dict[tuple[str, str], str] | str) -> None:
    """A keyring that holds something, or raises the error of that name."""
    module, errors = ModuleType("keyring"), ModuleType("keyring.errors")
    errors.KeyringError = type("KeyringError", (Exception,), {})  # type: ignore[attr-defined]
    errors.NoKeyringError = type("NoKeyringError", (errors.KeyringError,), {})  # type: ignore[attr-defined]

    def get_password(service: str, name: str) -> str | None:
        if isinstance(held, str):
            raise getattr(errors, held)("secret detail")
        return held.get((service, name))

    module.get_password = get_password  # type: ignore[attr-defined]
    module.errors = errors  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", module)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)


def test_the_environment_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    keyring(monkeypatch, {("kommunalprofil-regio", "user"): "ring", ("kommunalprofil-regio", "password"): "rose"})
    assert credentials.find("regio") == Credentials("ring", "rose")
    assert credentials.find("destatis") is None
    monkeypatch.setenv(USER, "nutzer")
    monkeypatch.setenv(PASSWORD, "wort")
    assert credentials.find("regio") == Credentials("nutzer", "wort")
    monkeypatch.setenv(TOKEN, "t" * 32)
    found = credentials.find("regio")
    assert found == Credentials("t" * 32)
    assert found.token


def test_nothing_found_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    assert credentials.find("regio") is None
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert credentials.hint("regio") == (
        "braucht Zugangsdaten der Regionaldatenbank Deutschland: KOMMUNALPROFIL_REGIO_USER und"
        " KOMMUNALPROFIL_REGIO_PASSWORD (oder KOMMUNALPROFIL_REGIO_TOKEN) setzen oder den Schlüsselbund des Systems"
        ' nutzen (pip install "kommunalprofil[keyring]")'
    )
    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    assert "keyring set kommunalprofil-zensus user" in credentials.hint("zensus")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({USER: "nutzer"}, f"unvollständig: {PASSWORD} fehlt."),
        ({PASSWORD: "geheim"}, f"unvollständig: {USER} fehlt."),
        ({TOKEN: "kurz"}, "Ein Token hat 32 Zeichen, dieses 4."),
        ({USER: "nutzer", PASSWORD: "geh\neim"}, f"{PASSWORD}: Zeilenumbrüche"),
        ({USER: "nutzer", PASSWORD: "geheim\r"}, f"{PASSWORD}: Zeilenumbrüche"),
        ({USER: "nut\x7fzer", PASSWORD: "geheim"}, f"{USER}: Zeilenumbrüche und Steuerzeichen"),
        ({USER: "nutzer", PASSWORD: " geheim"}, f"{PASSWORD}: Leerzeichen am Anfang"),
    ],
)
def test_what_cannot_be_sent_is_refused_unseen(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], said: str
) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(UsageError) as caught:
        credentials.find("regio")
    assert said in str(caught.value)
    assert "geh" not in str(caught.value)
    assert "kurz" not in str(caught.value)


def test_a_keyring_that_is_locked_or_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    keyring(monkeypatch, "NoKeyringError")
    assert credentials.find("regio") is None
    keyring(monkeypatch, "KeyringError")
    with pytest.raises(UsageError, match="ist er gesperrt") as caught:
        credentials.find("regio")
    assert "secret detail" not in str(caught.value)


def test_headers_hold_any_character() -> None:
    found = Credentials("ä:ß", '"€"')
    assert found.headers() == {"username": "ä:ß".encode("latin-1"), "password": '"€"'.encode()}
    assert Credentials("t" * 32).headers()["password"] == b""


def test_nobody_sees_them() -> None:
    found = Credentials("nutzer", "geheim")
    assert "geheim" not in f"{found} {found!r} {[found]} {found.token}"
    assert "nutzer" not in f"{found} {found!r}"
    assert found.mask("Nutzung durch nutzer mit geheim") == "Nutzung durch **** mit ****"
    assert Credentials("es", "geheim").mask("Es gibt geheim") == "Es gibt ****"
    assert Credentials("t" * 32).mask(f"Token {'t' * 32}") == "Token ****"
