"""What is on offer for a forum's ballots, from the sources that the application wired."""

from flask import current_app
from sqlalchemy.orm import Session

from participation.ballots.sources import Offer, OptionSource, TopProposals

SOURCES = "ballot-option-sources"


def on_offer(session: Session, forum_id: int) -> Offer:
    """Everything on offer: what the application wired (themes), then the tables' top proposals."""
    sources: list[OptionSource] = [*current_app.extensions.get(SOURCES, ()), TopProposals()]
    offers = [source.offer(session, forum_id) for source in sources]
    version = next((offer.version for offer in offers if offer.version is not None), None)
    return Offer(tuple(option for offer in offers for option in offer.options), version)
