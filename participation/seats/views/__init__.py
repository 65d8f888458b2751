"""Pages of the door and of a seat."""

from participation.proposals import sockets as proposals
from participation.seats import sockets
from participation.seats.views import desk, door, own
from participation.seats.views.blueprint import blueprint
from participation.seats.views.own import show_resident

__all__ = ["blueprint", "desk", "door", "own", "proposals", "show_resident", "sockets"]
