"""The multipart form, parsed as it arrives, in memory and within bounds."""

from ekyc_chassis.errors import EkycError
from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from ekyc_gateway.refused import RefusedError

FIELD = b"image"
MAX_PARTS = 8
MAX_HEADERS_OF_A_PART = 8
MAX_HEADER_BYTES = 1024
"""Of one header line of a part; bounds the field name and the file name too."""


class ImageForm:
    """Collects the bytes of the field "image" and drops everything else.

    The part's file name and content type are the client's claims: they are never looked at.
    Starlette's own parser spools each file to disk through threads; a picture is used at once and forgotten.
    """

    def __init__(self, content_type: str, max_image_bytes: int) -> None:
        """Prepare for one form.

        Args:
            content_type: The request's header, with the boundary.
            max_image_bytes: Of the image part alone.

        Raises:
            RefusedError: request_invalid, when this is no multipart form.
        """
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary")
        if kind != b"multipart/form-data" or not boundary:
            raise RefusedError("request_invalid", "Send multipart/form-data with a boundary")
        self._free = max_image_bytes
        self._chunks: list[bytes] = []
        self._parts = 0
        self._seen = self._inside = self._complete = False
        self._header_name = self._header_value = self._disposition = b""
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._part_begin,
                    "on_header_field": self._header_field,
                    "on_header_value": self._header_text,
                    "on_header_end": self._header_end,
                    "on_headers_finished": self._headers_finished,
                    "on_part_data": self._part_data,
                    "on_end": self._end,
                },
                max_header_count=MAX_HEADERS_OF_A_PART,
                max_header_size=MAX_HEADER_BYTES,
            )
        except FormParserError as error:
            raise RefusedError("request_invalid", "The boundary is too long") from error

    def feed(self, chunk: bytes) -> None:
        """Parse the next bytes of the body.

        Raises:
            RefusedError: request_invalid, when the form is malformed, has too many parts or two pictures.
            EkycError: image_too_large.
        """
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise RefusedError("request_invalid", "The multipart form is malformed") from error

    def image(self) -> bytes:
        """Return the picture, when the whole body has been fed.

        Raises:
            RefusedError: request_invalid, when the form has no end.
            EkycError: image_missing or image_empty.
        """
        if not self._complete:
            raise RefusedError("request_invalid", "The multipart form ends too early")
        if not self._seen:
            raise EkycError("image_missing")
        if not self._chunks:
            raise EkycError("image_empty")
        return b"".join(self._chunks)

    def _part_begin(self) -> None:
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise RefusedError("request_invalid", f"The form has more than {MAX_PARTS} parts")
        self._disposition = b""

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _header_text(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _header_end(self) -> None:
        if self._header_name.lower() == b"content-disposition":
            self._disposition = self._header_value
        self._header_name = self._header_value = b""

    def _headers_finished(self) -> None:
        kind, options = parse_options_header(self._disposition)
        self._inside = kind == b"form-data" and options.get(b"name") == FIELD
        if self._inside and self._seen:
            raise RefusedError("request_invalid", "The form has more than one field 'image'")
        self._seen |= self._inside

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if not self._inside:
            return
        self._free -= end - start
        if self._free < 0:
            raise EkycError("image_too_large")
        self._chunks.append(data[start:end])

    def _end(self) -> None:
        self._complete = True
