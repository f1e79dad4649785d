"""Bars as inline SVG: a share in a cell, and the days of a period side by side."""

from __future__ import annotations

from collections.abc import Sequence

from ccd.reports.report import DayFigures

__all__ = ["bar", "days_chart"]

WIDTH, HEIGHT, FOOT = 1000, 120, 14


def bar(share: float) -> str:
    """As long as the share; what is more than all is shown as all."""
    length = round(max(min(share, 1.0), 0.0) * 36, 1)
    return (
        '<svg class="bar" width="36" height="4" viewBox="0 0 36 4" aria-hidden="true">'
        '<rect width="36" height="4" fill="#e3e8ee"/>'
        f'<rect width="{length}" height="4" fill="#2f5f8f"/></svg>'
    )


def days_chart(days: Sequence[DayFigures], labels: Sequence[str]) -> str:
    """Behind: what was planned; before it who was there, and on top of that who was absent."""
    most = max((max(day.planned, day.present + day.absent) for day in days), default=0) or 1
    step = WIDTH / len(days)
    wide = min(step * 0.7, 60.0)
    parts = []
    for number, (day, label) in enumerate(zip(days, labels, strict=True)):
        left = number * step + (step - wide) / 2
        heights = [round(count / most * HEIGHT, 1) for count in (day.planned, day.present, day.absent)]
        tops = (HEIGHT - heights[0], HEIGHT - heights[1], HEIGHT - heights[1] - heights[2])
        for top, height, colour in zip(tops, heights, ("#dbe2ea", "#2f5f8f", "#b3402f"), strict=True):
            if height:
                size = f'x="{left:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{height}"'
                parts.append(f'<rect {size} fill="{colour}"/>')
        middle = number * step + step / 2
        parts.append(f'<text x="{middle:.1f}" y="{HEIGHT + 10}" text-anchor="middle">{label}</text>')
    return (
        f'<svg class="days" viewBox="0 0 {WIDTH} {HEIGHT + FOOT}" role="img">'
        f'<line x1="0" y1="{HEIGHT}" x2="{WIDTH}" y2="{HEIGHT}" stroke="#aab4c0"/>{"".join(parts)}</svg>'
    )
