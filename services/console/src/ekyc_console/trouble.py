"""Why there is no answer, in words for whoever sits at the console."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import httpx

UNREACHABLE = "unreachable"
NO_KEY = "no_key"

SENTENCES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        UNREACHABLE: ("The gateway does not answer.", "Is it running? Look at CONSOLE_API_URL, then try again."),
        "timeout": ("The gateway took too long.", "Try again in a moment."),
        "answer_unreadable": (
            "The answer could not be understood.",
            "Is CONSOLE_API_URL the address of an eKYC-facial gateway of this version?",
        ),
        NO_KEY: ("The console has no API key.", "Set CONSOLE_API_KEY and start the console again."),
        "key_missing": ("The console has no API key.", "Set CONSOLE_API_KEY and start the console again."),
        "key_invalid": (
            "The gateway does not accept the console's API key.",
            "It may be mistyped, expired or revoked. Set CONSOLE_API_KEY to a live one and start the console again.",
        ),
        "scope_missing": (
            "The console's API key may not do this.",
            "Reviewing needs a key with the scope review (CONSOLE_REVIEW_KEY), verifying one with the scope verify.",
        ),
        "rate_limited": ("Too many requests with this API key.", "Wait {seconds} s, then try again."),
        "overloaded": ("The gateway is busy.", "Try again in {seconds} s."),
        "backend_unavailable": ("A part of the service is away.", "Try again in {seconds} s."),
        "storage_unavailable": ("The picture cannot be kept just now.", "Try again in {seconds} s."),
        "deadline_exceeded": ("The answer took too long.", "Try again in a moment."),
        "image_too_large": ("This file is too large.", "A picture may have 12 MiB."),
        "image_type_unsupported": ("This file is not a picture that we know.", "Use JPEG, PNG, WebP or HEIC."),
        "image_too_many_pixels": ("This picture has too many pixels.", "Use a smaller one."),
        "image_truncated": ("This picture ends too early.", "Copy it again from where it came."),
        "image_corrupt": ("This picture cannot be read.", "The file is damaged; use another one."),
        "image_empty": ("This file is empty.", "Use another one."),
        "profile_unknown": (
            "The quality service knows no camera profile of that name.",
            "Leave the name empty, or put the profile into its folder (QUALITY_PROFILES).",
        ),
        "case_unknown": ("This case is gone.", "It was erased. Refresh the queue."),
        "case_decided": ("Somebody decided this case before you.", "Refresh the queue to see what they said."),
    }
)


@dataclass
class TroubleError(Exception):
    """A request that got no answer.

    Attributes:
        code: The gateway's `code`, or one of ours.
        what: What happened.
        then: What to do about it.
        request_id: The gateway's name of the request, for its log; empty where it was not reached.
        wait_seconds: How long the gateway asks to wait; None where trying again does not help.
    """

    code: str
    what: str
    then: str
    request_id: str = ""
    wait_seconds: float | None = None

    @property
    def text(self) -> str:
        """Both sentences, and the request's name."""
        name = f" (request {self.request_id})" if self.request_id else ""
        return f"{self.what} {self.then}{name}"


def trouble(code: str) -> TroubleError:
    """Return one of our own: unreachable, timeout, answer_unreadable or no_key."""
    what, then = SENTENCES[code]
    return TroubleError(code, what, then)


def trouble_of(response: httpx.Response) -> TroubleError:
    """Read a problem document (RFC 9457); of an unknown code, its own title is shown."""
    try:
        problem = response.json()
    except ValueError:
        problem = None
    if not isinstance(problem, dict) or "code" not in problem:
        return trouble("answer_unreadable")
    code, request_id = str(problem["code"]), str(problem.get("request_id", ""))
    wait = _seconds(response.headers.get("retry-after"))
    what, then = SENTENCES.get(code, (f"{problem.get('title', code)}.", str(problem.get("detail") or "")))
    return TroubleError(code, what, then.format(seconds=f"{wait or 1:.0f}"), request_id, wait)


def _seconds(text: str | None) -> float | None:
    try:
        return max(1.0, float(text)) if text else None
    except ValueError:
        return None
