"""Several charts as one figure: panels side by side or below each other."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from kommunalprofil.figures import style

_HEAD = re.compile(r'<svg [^>]*viewBox="0 0 ([\d.]+) ([\d.]+)"[^>]*>')

BEYOND = 5
"""A panel that reaches so many times as far as the others would leave them flat on a common scale."""


def apart(reaches: Mapping[str, float]) -> frozenset[str]:
    """Which panels need a scale of their own, by how far their values reach: never more than half of them.

    From the nearest to the farthest, the first that reaches more than `BEYOND` times as far as the one before, and all
    after it.
    """
    order = sorted(reaches, key=lambda name: reaches[name])
    half = (len(order) + 1) // 2
    jumps = (n for n in range(half, len(order)) if reaches[order[n]] > BEYOND * reaches[order[n - 1]])
    return frozenset(order[next(jumps, len(order)) :])


def beside(charts: Sequence[str], slots: int = 0) -> str:
    """Charts of one width side by side over the full text width, tops aligned; `slots` leaves room for so many."""
    sizes = [size(chart) for chart in charts]
    missing = max(slots - len(charts), 0)
    whole = sum(width for width, _ in sizes) + missing * sizes[0][0]
    gap = (style.WIDTHS["full"] - whole) / max(1, len(charts) + missing - 1)
    lefts = [sum(width + gap for width, _ in sizes[:i]) for i in range(len(charts))]
    return _joined(charts, [(left, 0.0) for left in lefts], style.WIDTHS["full"], max(height for _, height in sizes))


def above(charts: Sequence[str], gap: float = 12) -> str:
    """Charts below each other, aligned at the left, `gap` points apart."""
    sizes = [size(chart) for chart in charts]
    tops = [sum(height + gap for _, height in sizes[:i]) for i in range(len(charts))]
    return _joined(charts, [(0.0, top) for top in tops], max(width for width, _ in sizes), tops[-1] + sizes[-1][1])


def size(chart: str) -> tuple[float, float]:
    """Width and height of a chart in points. Raises ValueError for an SVG from elsewhere."""
    head = _HEAD.match(chart)
    if head is None:
        raise ValueError("not a chart of this package")
    return float(head[1]), float(head[2])


def _joined(charts: Sequence[str], places: Sequence[tuple[float, float]], width: float, height: float) -> str:
    head = _HEAD.match(charts[0])
    assert head is not None
    start = re.sub(r' (width|height)="[^"]*"| viewBox="[^"]*"', "", head[0])
    size = f' width="{width:.2f}pt" height="{height:.2f}pt" viewBox="0 0 {width:.2f} {height:.2f}">'
    parts = [
        f'<g transform="translate({x:.2f} {y:.2f})">\n{_HEAD.sub("", chart).replace("</svg>", "").strip()}\n</g>\n'
        for chart, (x, y) in zip(charts, places, strict=True)
    ]
    return start[:-1] + size + "\n" + "".join(parts) + "</svg>\n"
