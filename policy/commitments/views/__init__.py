"""Pages of commitments: for everyone, and for those who follow up."""

from flask import Blueprint

from policy.commitments.views.departments import blueprint as departments
from policy.commitments.views.manage import blueprint as manage
from policy.commitments.views.public import blueprint as commitments

BLUEPRINTS: tuple[Blueprint, ...] = (commitments, manage, departments)

__all__ = ["BLUEPRINTS"]
