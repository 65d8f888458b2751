"""The live page of a table's facilitator, and what a table adds to the phones of its residents."""

from facilitation.tables.fragments import phone, touched
from facilitation.tables.fragments.console import CONSOLE, proposals_at, table_at

__all__ = ["CONSOLE", "phone", "proposals_at", "table_at", "touched"]
