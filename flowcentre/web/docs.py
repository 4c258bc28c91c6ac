"""The API's description as a page, from files of our own: nothing is loaded from another site."""

from importlib.resources import files
from importlib.util import find_spec

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from flowcentre.web.finished import Finished, finish, respond

# Swagger UI's own colours are too faint to be read by everybody.
_INK = (
    ".swagger-ui .opblock-summary-method { color: #000 !important; text-shadow: none !important; }"
    ".swagger-ui .version-stamp .version { color: #000 !important; }"
    ".swagger-ui button[class^=json-schema] { color: #3b4151; }"
    ".swagger-ui :is(.info .url, .info a, .opblock-tag small a) { color: #005eb8; }"
    ".swagger-ui :focus-visible { outline: 3px solid #ffb81c; box-shadow: 0 0 0 5px #000; }"
)
_PAGE = (
    '<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>Flow Centre API</title>'
    '<meta name="viewport" content="width=device-width"><link rel="icon" href="/assets/icon.svg" type="image/svg+xml"><link rel="stylesheet" href="/docs/swagger-ui.css">'
    f"<style>{_INK}</style></head>"
    '<body><main id="swagger-ui"></main><script src="/docs/swagger-ui-bundle.js"></script>'
    '<script src="/docs/start.js"></script></body></html>'
)
# With links to each operation there would be links within buttons, which no screen reader can tell apart.
_START = 'SwaggerUIBundle({url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: false, validatorUrl: null});\n'
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
