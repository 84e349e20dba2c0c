"""Walls are in metres, and paint is in litres."""

PER_LITRE = 6.5


def area(wall):
    """Without doors and windows, in square metres."""
    return round(wall["width"] * wall["height"] - sum(wall.get("openings", [])), 2)


def litres(area, coats=2):
    return round(area * coats / PER_LITRE, 1)
