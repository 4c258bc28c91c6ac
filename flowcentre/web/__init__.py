"""The server: finished bytes for displays, a live stream, a JSON API, health and metrics, behind one gate."""

from flowcentre.web.glass import AskedPage, Glass, fingerprint_of
from flowcentre.web.serve import NotLoopback, PortTaken, serve, serving
from flowcentre.web.server import FlowServer, create_server

__all__ = [
    "AskedPage",
    "FlowServer",
    "Glass",
    "NotLoopback",
    "PortTaken",
    "create_server",
    "fingerprint_of",
    "serve",
    "serving",
]
