"""Documents of real places, built once in a run."""

from __future__ import annotations

from functools import cache

from kommunalprofil import render
from kommunalprofil.profile import Profile
from kommunalprofil.resources import data_dir
from once import once


@cache
def built(place: str) -> render.Document:
    """The document of a place."""
    return _of(Profile(place, data_dir()).region.ags)


@cache
def _of(ags: str) -> render.Document:
    return once(ags, lambda: render.document(Profile(ags, data_dir())))
