"""Pages of ballots: the host's and the residents'."""

from participation.ballots import fragments, sockets
from participation.ballots.views import host, resident
from participation.ballots.views.blueprint import blueprint

__all__ = ["blueprint", "fragments", "host", "resident", "sockets"]
