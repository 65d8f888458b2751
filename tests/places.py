"""Every page of the demo, and who opens it: for the pictures and for the accessibility tests."""

from dataclasses import dataclass

LIVE = "/forums/geumgok-street"
CLOSED = "/forums/childcare-neighbourhood"
COMING = "/forums/school-walk"


@dataclass(frozen=True)
class Place:
    """A page. `who` is a role of the demo's sign-ins, "seat" for the holder of a seat, "" for anyone."""

    name: str
    path: str
    who: str = ""
    widths: tuple[int, ...] = (360, 1280)
    height: int = 800
    whole: bool = True
    status: int = 200


PLACES = (
    Place("home", "/"),
    Place("forums", "/forums"),
    Place("forum-coming", COMING),
    Place("forum-closed", CLOSED),
    Place("forum-live", LIVE),
    Place("join", "/j"),
    Place("join-forum", "/j/{code}"),
    Place("join-under-14", "/j/{code}/under-14"),
    Place("sign-in", "/sign-in"),
    Place("results", CLOSED + "/results"),
    Place("report", CLOSED + "/report", widths=(1280,)),
    Place("commitments", "/commitments"),
    Place("commitment", "/commitments/{commitment}"),
    Place("receipt", "/receipt"),
    Place("receipt-own", "/receipt/{receipt}", "seat"),
    Place("ballot-secrecy", LIVE + "/ballot/secrecy"),
    Place("help", "/help"),
    Place("privacy", "/privacy"),
    Place("design", "/design"),
    Place("not-there", "/nowhere", status=404),
    Place("phone-seat", LIVE + "/seat", "seat"),
    Place("phone", LIVE, "seat", whole=False),
    Place("work", "/work", "coordinator"),
    Place("forum-new", "/forums/new", "coordinator"),
    Place("setup", COMING + "/setup", "coordinator"),
    Place("agenda", COMING + "/agenda", "coordinator"),
    Place("staffing", COMING + "/staffing", "coordinator"),
    Place("check-in", LIVE + "/check-in", "coordinator"),
    Place("cards", LIVE + "/cards", "coordinator", widths=(1280,)),
    Place("ballots", LIVE + "/ballots", "host"),
    Place("stage", LIVE + "/stage", "host", whole=False),
    Place("console", LIVE + "/tables/1", "facilitator", widths=(360, 820, 1180), height=820, whole=False),
    Place("desk", LIVE + "/themes", "analyst", widths=(360, 1280, 1440), height=900, whole=False),
    Place("commitments-manage", "/commitments/manage", "staff"),
    Place("people", "/people", "administrator"),
    Place("account", "/account", "staff"),
)
