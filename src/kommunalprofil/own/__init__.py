"""What a Kommune makes its own: one `profil.toml` with logo, colour, foreword, chapters, figures and templates.

`load` reads and checks everything first; whoever gets an `Own` can rely on it. Rendering lies with render.py.
"""

from __future__ import annotations

from kommunalprofil.own.model import NOTHING, Chapter, Own
from kommunalprofil.own.settings import load

__all__ = ["NOTHING", "Chapter", "Own", "load"]
