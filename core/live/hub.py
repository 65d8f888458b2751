"""The application's socket server, where other rooms of the house may ask it for something."""

from flask import Flask, current_app

from core.live.server import LiveServer

EXTENSION = "hyeondap-live"


def init_live(app: Flask, async_mode: str) -> LiveServer:
    """Make the socket server of an application."""
    server = LiveServer(app, async_mode)
    app.extensions[EXTENSION] = server
    app.extensions["drop_person"] = server.drop_person
    return server


def live_server(app: Flask | None = None) -> LiveServer:
    """The socket server of `app`, or of the application at hand."""
    server: LiveServer = (app or current_app).extensions[EXTENSION]
    return server
