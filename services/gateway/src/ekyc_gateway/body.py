"""One bounded read of the request's body."""

import asyncio

from ekyc_chassis.errors import EkycError
from starlette.requests import ClientDisconnect, Request

from ekyc_gateway.form import ImageForm
from ekyc_gateway.refused import RefusedError

FORM_OVERHEAD = 64 * 2**10
"""Bytes that boundaries, part headers and other fields may add to the picture."""


async def read_image(request: Request, *, max_image_bytes: int, seconds: float) -> bytes:
    """Read the picture out of the form, holding no more of the body than the picture itself.

    Args:
        request: Its body has not been touched.
        max_image_bytes: Of the picture. A Content-Length that cannot fit is refused before anything is read.
        seconds: How long the client may take to send it.

    Returns:
        The file as the client sent it, at least one byte.

    Raises:
        EkycError: image_missing, image_empty, image_too_large, deadline_exceeded or request_invalid.
        ClientDisconnect: The client is gone.
    """
    free = max_image_bytes + FORM_OVERHEAD
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > free:
        raise EkycError("image_too_large")
    form = ImageForm(request.headers.get("content-type", ""), max_image_bytes)
    try:
        async with asyncio.timeout(seconds):
            while True:
                message = await request.receive()
                if message["type"] == "http.disconnect":
                    raise ClientDisconnect
                chunk = message.get("body", b"")
                free -= len(chunk)
                if free < 0:
                    raise EkycError("image_too_large")
                form.feed(chunk)
                if not message.get("more_body", False):
                    return form.image()
    except TimeoutError as error:
        raise RefusedError("deadline_exceeded", "The upload took too long") from error
