"""Pages of forums: the public ones, and those where a forum is set up."""

from participation.forums.views import agenda, public, setup, work
from participation.forums.views.blueprint import blueprint

__all__ = ["agenda", "blueprint", "public", "setup", "work"]
