"""A Kommune's own numbers from its Melderegister: read and checked, shown beside official ones, never mixed with them.

`read` gives `Counts`, whatever the file looks like; `Beside` sets them beside what the offices publish.
"""

from __future__ import annotations

from kommunalprofil.melderegister.model import Counts, Group
from kommunalprofil.melderegister.reading import read

__all__ = ["Counts", "Group", "read"]
