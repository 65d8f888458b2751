"""The live pages of the host, of the hall's screen, and what the stage adds to the consoles."""

from facilitation.stage.fragments import console
from facilitation.stage.fragments.screen import SCREEN
from facilitation.stage.fragments.stage import STAGE

__all__ = ["SCREEN", "STAGE", "console"]
