"""What other rooms show of themes: rows for the screen in the hall, options for a ballot."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from participation.ballots.sources import Offer, OfferedOption
from participation.forums.queries import the_forum
from policy.themes import events as happened
from policy.themes.queries import latest_version, settled_themes, unplaced_count

# What changes the themes as they form; `FREEZING` alone changes what was fixed for the room.
FORMING = (
    happened.ProposalPlaced,
    happened.ThemesRegrouped,
    happened.ProposalsMoved,
    happened.ThemeMade,
    happened.ThemeRenamed,
    happened.ThemesMerged,
    happened.ThemeSplit,
    happened.ThemeDropped,
    happened.ThemeMarked,
    happened.DeskUndone,
    happened.ThemeTextsChanged,
)
FREEZING = (happened.ThemesFrozen,)


@dataclass(frozen=True)
class BoardRow:
    """One theme on the screen."""

    name: str
    quote: str
    tables: int
    proposals: int
    dissent: int


@dataclass(frozen=True)
class Board:
    """The themes of a forum on the screen, those with the most proposals first."""

    rows: tuple[BoardRow, ...]
    tables_total: int
    unplaced: int


def board(session: Session, forum_id: int, *, frozen: bool) -> Board:
    """The themes as the desk last fixed them, where `frozen` and it has; else as they form."""
    version = latest_version(session, forum_id) if frozen else None
    if version is not None:
        rows = tuple(BoardRow(one.label, one.quote, one.tables, one.proposals, one.dissent) for one in version.entries)
        return Board(rows, version.tables_total, version.unplaced)
    themes = settled_themes(session, forum_id)
    forming = tuple(BoardRow(one.label, one.quote, one.tables, one.proposals, one.dissent) for one in themes)
    return Board(forming, the_forum(session, forum_id).tables, unplaced_count(session, forum_id))


class FrozenThemes:
    """Offers the themes of the latest frozen version as options of a ballot."""

    def offer(self, session: Session, forum_id: int) -> Offer:
        """The themes, those with the most proposals first; nothing before a version was frozen."""
        version = latest_version(session, forum_id)
        if version is None:
            return Offer()
        options = tuple(
            OfferedOption(one.label_ko, one.label_en, one.proposals, one.tables, one.theme_id)
            for one in version.entries
        )
        return Offer(options, version.id)
