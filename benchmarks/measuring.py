"""Time and memory of whole processes with their children, for the benchmarks."""

from __future__ import annotations

import resource
import subprocess
import threading
import time
from pathlib import Path


def memory(root: int) -> float:
    """MiB that a process and its children hold now, shared pages counted once."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(entry.parent.name)] = int(entry.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
    family = {root}
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    total = 0
    for pid in family:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        except OSError:
            continue
    return total / 1024


def measured(command: list[str], *, watched: bool = True) -> tuple[float, float, float, str]:
    """Wall and processor seconds, peak MiB and the last line of one run of a command. Raises CalledProcessError.

    To watch the memory takes time from the process itself; unwatched its peak is 0.
    """
    before, start, peak = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter(), [0.0]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.1):
            peak[0] = max(peak[0], memory(process.pid))

    watcher = threading.Thread(target=watch)
    if watched:
        watcher.start()
    out, _ = process.communicate()
    ended.set()
    if watched:
        watcher.join()
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu, peak[0], out.splitlines()[-1] if out else ""
