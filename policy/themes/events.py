"""What happens on the theme desk."""

from dataclasses import dataclass

from core.events.event import Event


@dataclass(frozen=True)
class ProposalPlaced(Event, kind="theme.placed", stream="desk"):
    """The machine said where one proposal stands; 0 is "cannot tell"."""

    proposal: int
    theme: int
    before: int


@dataclass(frozen=True)
class ThemesRegrouped(Event, kind="themes.regrouped", stream="desk"):
    """The machine grouped anew what nobody had placed; `themes` as `3,5` are those it touched."""

    themes: str
    moved: int


@dataclass(frozen=True)
class RegroupAsked(Event, kind="themes.regroup_asked", stream="desk"):
    """An analyst asked the machine to group anew what no person has placed."""

    forum: int


@dataclass(frozen=True)
class ProposalsMoved(Event, kind="theme.moved", stream="desk"):
    """A person moved proposals; `themes` are those they left and came to."""

    themes: str
    proposals: str


@dataclass(frozen=True)
class ThemeMade(Event, kind="theme.made", stream="desk"):
    """A person made a theme."""

    theme: int
    themes: str


@dataclass(frozen=True)
class ThemeRenamed(Event, kind="theme.renamed", stream="desk"):
    """A person gave a theme another name; `themes` are those that share proposals with it."""

    theme: int
    themes: str


@dataclass(frozen=True)
class ThemesMerged(Event, kind="themes.merged", stream="desk"):
    """`source` became part of `theme`; `themes` are all those whose proposals it touched."""

    theme: int
    source: int
    themes: str


@dataclass(frozen=True)
class ThemeSplit(Event, kind="theme.split", stream="desk"):
    """Some proposals of `theme` became a theme of their own."""

    theme: int
    made: int
    themes: str


@dataclass(frozen=True)
class ThemeDropped(Event, kind="theme.dropped", stream="desk"):
    """A theme without proposals was given up."""

    theme: int


@dataclass(frozen=True)
class ThemeMarked(Event, kind="theme.marked", stream="desk"):
    """Pinned or not, or another quotation."""

    theme: int


@dataclass(frozen=True)
class ThemeReviewed(Event, kind="theme.reviewed", stream="desk"):
    """An analyst has read the theme through, or takes that back."""

    theme: int


@dataclass(frozen=True)
class DeskUndone(Event, kind="desk.undone", stream="desk"):
    """An act was taken back by the one who did it."""

    act: int
    themes: str


@dataclass(frozen=True)
class ThemeTextsChanged(Event, kind="theme.texts_changed", stream="desk"):
    """A proposal of these themes was reworded, hidden, restored, parked, merged or withdrawn."""

    themes: str


@dataclass(frozen=True)
class SupportChanged(Event, kind="theme.support_changed", stream="desk"):
    """The desk took over the stances on proposals of these themes."""

    themes: str


@dataclass(frozen=True)
class ClaimsChanged(Event, kind="desk.claims_changed", stream="desk"):
    """Who looks at which proposal of the queue changed."""

    proposal: int


@dataclass(frozen=True)
class MissingReported(Event, kind="theme.missing_reported", stream="desk"):
    """A resident said that something was left out."""

    report: int
    table: int


@dataclass(frozen=True)
class MissingResolved(Event, kind="theme.missing_resolved", stream="desk"):
    """An analyst has seen to what was left out."""

    report: int


@dataclass(frozen=True)
class ThemesSuggested(Event, kind="themes.suggested", stream="desk"):
    """New themes are suggested, or a suggestion was taken or left."""

    suggestions: int


@dataclass(frozen=True)
class ThemesFrozen(Event, kind="themes.frozen", stream="forum"):
    """A version of the themes is fixed and may be shown."""

    version: int
    settled: bool


def listed(ids: set[int]) -> str:
    """Ids as an event carries them."""
    return ",".join(str(one) for one in sorted(ids) if one)


def ids_in(written: str) -> list[int]:
    """The ids of an event's list."""
    return [int(one) for one in written.split(",") if one]
