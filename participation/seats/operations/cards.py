"""Printed cards: one for each place."""

import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.permissions import Actor, check
from participation.forums.clock import locked_forum
from participation.seats.models import SeatCard
from participation.seats.operations.door import AT_THE_DOOR, free_code


def print_cards(session: Session, actor: Actor, forum_id: int) -> list[SeatCard]:
    """A card for every place, by table and place; those printed before stay as they are. Raises `Forbidden`."""
    check(actor.has_any(forum_id, *AT_THE_DOOR))
    forum = locked_forum(session, forum_id)
    cards = session.scalars(select(SeatCard).where(SeatCard.forum_id == forum_id))
    known = {(card.table_number, card.place): card for card in cards}
    places = [(t, p) for t in range(1, forum.tables + 1) for p in range(1, forum.seats_per_table + 1)]
    for table, place in places:
        if (table, place) not in known:
            card = SeatCard(forum_id=forum_id, table_number=table, place=place, code=free_code(session, forum_id))
            card.token = secrets.token_urlsafe(16)
            session.add(card)
            session.flush()
            known[(table, place)] = card
    return [known[where] for where in places]
