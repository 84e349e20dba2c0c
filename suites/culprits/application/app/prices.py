"""Tins and their prices."""

# Litres and euros, largest first.
TINS = [(10, 59.9), (5, 34.9), (2.5, 19.9)]
DISCOUNT_FROM = 100


def tins_for(litres):
    """Enough tins, the large ones first."""
    tins = []
    while litres > 0:
        size = next((size for size, _ in TINS if size <= litres), TINS[-1][0])
        tins.append(size)
        litres -= size
    return tins


def price(tins):
    sum_ = sum(dict(TINS)[size] for size in tins)
    return sum_ * 0.95 if sum_ >= DISCOUNT_FROM else sum_
