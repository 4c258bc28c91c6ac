"""The API's description as a page, from files of our own: nothing is loaded from another site."""

from importlib.resources import files
from importlib.util import find_spec

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from flowcentre.web.finished import Finished, finish, respond

_PAGE = (
    '<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>Flow Centre API</title>'
    '<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/docs/swagger-ui.css"></head>'
    '<body><div id="swagger-ui"></div><script src="/docs/swagger-ui-bundle.js"></script>'
    '<script src="/docs/start.js"></script></body></html>'
)
_START = 'SwaggerUIBundle({url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null});\n'
_MEDIA_TYPES = {"swagger-ui.css": "text/css", "swagger-ui-bundle.js": "text/javascript"}


def docs_routes() -> list[Route]:
    """The page and its files; none where the package that brings Swagger UI is not installed."""
    if find_spec("fastapi_offline") is None:
        return []
    finished: dict[str, Finished] = {}

    async def page(_request: Request) -> Response:
        return HTMLResponse(_PAGE)

    def file(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in finished:
            if name == "start.js":
                content, media_type = _START.encode(), "text/javascript"
            elif name in _MEDIA_TYPES:
                content = files("fastapi_offline").joinpath("static", name).read_bytes()
                media_type = _MEDIA_TYPES[name]
            else:
                return Response("There is no such page.", 404, media_type="text/plain")
            finished[name] = finish(content, media_type)
        return respond(request, finished[name])

    return [Route("/docs", page), Route("/docs/{name}", file)]
