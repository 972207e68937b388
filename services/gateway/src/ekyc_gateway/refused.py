"""A refusal with a sentence about this one request."""

from ekyc_chassis.errors import EkycError


class RefusedError(EkycError):
    """An EkycError whose problem document carries a `detail`.

    Attributes:
        detail: Written here, for the client; never a text from a library or from the request.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason)
        self.detail = detail
