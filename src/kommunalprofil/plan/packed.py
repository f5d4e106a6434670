"""Office files that are the same bytes every time: the libraries stamp them with the time of day."""

from __future__ import annotations

import io
import re
import zipfile

CORE = "docProps/core.xml"
_FIRST = (1980, 1, 1, 0, 0, 0)  # the first day an archive knows
_STAMP = re.compile(rb"(<dcterms:(?:created|modified)\b[^>]*>)[^<]*")


def settled(data: bytes, day: str) -> bytes:
    """The file with the ISO date `day` as the day it was made, in place of every time of day inside."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            content = before.read(name)
            if name == CORE:
                content = _STAMP.sub(rb"\g<1>" + f"{day}T00:00:00Z".encode(), content)
            entry = zipfile.ZipInfo(name, _FIRST)
            entry.create_system, entry.compress_type, entry.external_attr = 3, zipfile.ZIP_DEFLATED, 0o644 << 16
            after.writestr(entry, content)
    return out.getvalue()
