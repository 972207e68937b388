"""The page /demo and its two files. They are the same for everybody and hold no key."""

from importlib.resources import files

from fastapi import APIRouter, Response

HEADERS = {
    "cache-control": "no-cache",
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; media-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(self), microphone=(), geolocation=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
PAGES = {
    "/demo": ("page.html", "text/html"),
    "/demo/demo.css": ("demo.css", "text/css"),
    "/demo/demo.js": ("demo.js", "text/javascript"),
}


def demo_router() -> APIRouter:
    """The three files, read once."""
    routes = APIRouter()
    for path, (name, media_type) in PAGES.items():
        _add(routes, path, files(__package__).joinpath(name).read_bytes(), media_type)
    return routes


def _add(routes: APIRouter, path: str, content: bytes, media_type: str) -> None:
    async def page() -> Response:
        return Response(content, headers=HEADERS, media_type=media_type)

    routes.add_api_route(path, page, methods=["GET"], include_in_schema=False)
