"""Tides, from the moon alone: good enough to plan a walk."""

from datetime import datetime, timedelta

from typing_extensions import override

BETWEEN = timedelta(hours=12, minutes=25)


class Table:
    """High waters of a harbour."""

    def __init__(self, first: datetime):
        self.first = first

    def next(self, after: datetime) -> datetime:
        return self.first + BETWEEN * -((self.first - after) // BETWEEN)


class Estuary(Table):
    """A harbour up a river, where the tide comes later."""

    def __init__(self, first: datetime, delay: timedelta):
        super().__init__(first)
        self.delay = delay

    @override
    def next(self, after: datetime) -> datetime:
        return super().next(after - self.delay) + self.delay
