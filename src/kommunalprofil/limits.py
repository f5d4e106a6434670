"""What the system allows this process; loads nothing, for the command line asks before anything else."""

from __future__ import annotations

import sys


def allowed_memory() -> int | None:
    """Bytes a process may address (`ulimit -v`); None without such a limit. Where it is near, threads end badly."""
    if sys.platform == "win32":
        return None
    import resource

    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    return None if limit == resource.RLIM_INFINITY else limit
