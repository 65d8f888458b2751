"""Dates, times and spans as Korean and English readers expect them, in the city's zone."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from core.i18n.catalog import current_locale

_zone = ZoneInfo("Asia/Seoul")
FIRM_SPACE = "\u00a0"
_DAYS_KO = "월화수목금토일"
_DAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS_EN = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def set_zone(name: str) -> None:
    """Show times in this zone from now on."""
    global _zone
    _zone = ZoneInfo(name)


def local(moment: datetime) -> datetime:
    """`moment` in the city's zone."""
    return moment.astimezone(_zone)


def local_date(moment: datetime) -> date:
    """The calendar day of `moment` in the city."""
    return local(moment).date()


def format_date(day: date | datetime) -> str:
    """`2026. 11. 22.(일)` or `Sun 22 Nov 2026`, the English one with spaces that never break."""
    if isinstance(day, datetime):
        day = local(day).date()
    if current_locale() == "ko":
        return f"{day.year}. {day.month}. {day.day}.({_DAYS_KO[day.weekday()]})"
    return FIRM_SPACE.join((_DAYS_EN[day.weekday()], str(day.day), _MONTHS_EN[day.month - 1], str(day.year)))


def format_day(day: date | datetime) -> str:
    """Without year and weekday: `11. 22.` or `22 Nov`."""
    if isinstance(day, datetime):
        day = local(day).date()
    if current_locale() == "ko":
        return f"{day.month}. {day.day}."
    return f"{day.day}{FIRM_SPACE}{_MONTHS_EN[day.month - 1]}"


def format_time(moment: datetime) -> str:
    """`19:05`."""
    return f"{local(moment):%H:%M}"


def format_moment(moment: datetime) -> str:
    """`2026. 11. 22.(일) 14:00` or `Sun 22 Nov 2026, 14:00`."""
    joint = " " if current_locale() == "ko" else ", "
    return f"{format_date(moment)}{joint}{format_time(moment)}"


def format_clock(seconds: float) -> str:
    """A span as `13:40`, over an hour `1:05:00`; never negative."""
    total = max(0, int(seconds))
    hours, rest = divmod(total, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"
