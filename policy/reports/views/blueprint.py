"""The one blueprint of results and receipts."""

from flask import Blueprint

blueprint = Blueprint("reports", __name__)
