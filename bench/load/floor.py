"""The plain way: Flask-SocketIO as its guides have it. Every vote is one commit and one emit to its table.

`python -m bench.load.floor PORT FILE`: SQLite with the same settings as ours, no sign-in, no log.
"""

from gevent import monkey

monkey.patch_all()

import sys  # noqa: E402

from flask import Flask, request  # noqa: E402
from flask_socketio import Namespace, SocketIO, emit, join_room  # noqa: E402
from sqlalchemy import select  # noqa: E402
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column  # noqa: E402

from core.db.engine import make_engine  # noqa: E402
from core.web.serving import open_socket, serve  # noqa: E402

SEATS_AT_A_TABLE = 10


class Base(DeclarativeBase):
    """The tables of the plain way."""


class Vote(Base):
    """The last vote of a phone."""

    __tablename__ = "votes"
    seat: Mapped[str] = mapped_column(primary_key=True)
    choice: Mapped[str]
    key: Mapped[str]


class Live(Namespace):  # type: ignore[misc]
    """The same two calls as ours."""

    joined = 0

    def on_join(self, _asked: dict[str, object]) -> dict[str, object]:
        table = Live.joined // SEATS_AT_A_TABLE
        Live.joined += 1
        seats[request.sid] = table  # type: ignore[attr-defined]
        join_room(f"table-{table}")
        return {"ok": True}

    def on_act(self, asked: dict[str, object]) -> dict[str, object]:
        data: dict[str, list[str]] = asked["data"]  # type: ignore[assignment]
        sid: str = request.sid  # type: ignore[attr-defined]
        with Session(engine) as session:
            vote = session.scalars(select(Vote).where(Vote.seat == sid)).one_or_none()
            if vote is None:
                vote = Vote(seat=sid)
                session.add(vote)
            vote.choice, vote.key = data["choice"][0], str(asked["key"])
            session.commit()
        emit("turnout", {"table": seats[sid], "voted": 1}, to=f"table-{seats[sid]}")
        return {"ok": True, "result": {"receipt": "ACDEFH", "at": "19:20"}, "message": "투표가 접수되었습니다."}


seats: dict[str, int] = {}

if __name__ == "__main__":
    app = Flask("floor")
    app.config["SECRET_KEY"] = "load"  # noqa: S105 - guards nothing
    engine = make_engine(f"sqlite:///{sys.argv[2]}", writes=True)
    Base.metadata.create_all(engine)
    socketio = SocketIO(app, async_mode="gevent", transports=["websocket"], ping_interval=12.5, ping_timeout=10)
    socketio.on_namespace(Live("/live"))
    serve(app, open_socket("127.0.0.1", int(sys.argv[1])), lambda: None)
