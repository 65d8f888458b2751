"""Joining seats to the house: the browser that spoke for a seat before is told when another one does."""

from flask import Flask

from core.events.log import Recorded
from core.live.hub import live_server
from core.web.context import services
from participation.seats.events import SeatTakenOver


def connect(app: Flask) -> None:
    """Close the pages of a seat that was taken over, whichever server it was asked of."""
    server = live_server(app)

    def hear(recorded: list[Recorded]) -> None:
        for item in recorded:
            if isinstance(item.event, SeatTakenOver):
                server.drop_seat(item.event.seat, below=item.event.epoch)

    services(app).database.listen(hear)
