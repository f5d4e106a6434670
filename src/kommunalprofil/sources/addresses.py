"""Addresses of the services, and where they may send us on to: https, or plain http on this very machine."""

from __future__ import annotations

import os
from urllib.parse import urljoin, urlsplit

from kommunalprofil.errors import UsageError

LOCAL = ("localhost", "127.0.0.1", "::1")


def address(variable: str, default: str) -> str:
    """The start of every address of a service: the default, or what the environment variable says in its place.

    Raises UsageError for anything but https, plain http to this very machine, and for credentials in the address.
    """
    text = os.environ.get(variable, "").strip() or default
    scheme, host, named = _parts(text)
    if named:
        raise UsageError(f"{variable}: Zugangsdaten gehören nicht in die Adresse.")
    if not _trusted(scheme, host):
        raise UsageError(f"{variable}: „{text}“ ist keine Adresse, die mit https:// beginnt.")
    return text.rstrip("/")


def onward(url: str, location: str) -> str:
    """Where a redirect leads; empty if that is nowhere, or not to be trusted like the first address."""
    try:
        found = urljoin(url, location)
    except ValueError:
        return ""
    scheme, host, named = _parts(found)
    return found if location and _trusted(scheme, host) and not named else ""


def _parts(url: str) -> tuple[str, str, bool]:
    """Scheme and host of an address, and whether it holds credentials; empty for what is none."""
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname or "", parts.username is not None or parts.password is not None
    except ValueError:
        return "", "", False


def _trusted(scheme: str, host: str) -> bool:
    return bool(host) and (scheme == "https" or (scheme == "http" and host in LOCAL))
