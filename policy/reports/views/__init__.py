"""Pages of results and receipts."""

from flask import Blueprint

from policy.reports.views.blueprint import blueprint
from policy.reports.views.receipts import open_receipt
from policy.reports.views.results import results

BLUEPRINTS: tuple[Blueprint, ...] = (blueprint,)

__all__ = ["BLUEPRINTS", "open_receipt", "results"]
