"""The blueprint that both kinds of pages hang on."""

from flask import Blueprint

blueprint = Blueprint("ballots", __name__)
