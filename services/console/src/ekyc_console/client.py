"""The REST API: everything that the console knows comes through here."""

import time
from collections.abc import Iterator
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, SecretStr, ValidationError

from ekyc_console.answer import Answer, Case, CasePage, Status, Verdict, Verified
from ekyc_console.trouble import NO_KEY, UNREACHABLE, TroubleError, trouble, trouble_of

PAGE = 100
TRIES = 5

T = TypeVar("T", bound=BaseModel)


class Client:
    """A gateway, and the keys for it. Safe to share between threads."""

    def __init__(
        self,
        url: str,
        *,
        verify_key: SecretStr | None,
        review_key: SecretStr | None,
        timeout_seconds: float,
    ) -> None:
        """Talk to the gateway at ``url``; nothing is sent yet."""
        self._verify_key, self._review_key = verify_key, review_key or verify_key
        self._http = httpx.Client(base_url=url.rstrip("/"), timeout=timeout_seconds, trust_env=False)

    def verify(self, image: bytes, profile: str = "") -> Verified:
        """Verify one picture.

        Args:
            image: The file's bytes.
            profile: Camera profile; the default one when empty.

        Raises:
            TroubleError: There is no answer.
        """
        begin = time.perf_counter()
        response = self._ask(
            "POST",
            "/verify/face",
            self._verify_key,
            files={"image": image},
            params={"detail": "full", **({"profile": profile} if profile else {})},
        )
        milliseconds = (time.perf_counter() - begin) * 1000
        return Verified(answer=_read(Answer, response), raw=response.json(), milliseconds=milliseconds)

    def verify_patiently(self, image: bytes, profile: str = "") -> Verified:
        """Verify one picture of many: where the gateway says how long to wait, wait and try again.

        Raises:
            TroubleError: There is no answer, also after some tries.
        """
        for _ in range(TRIES):
            try:
                return self.verify(image, profile)
            except TroubleError as error:
                if error.wait_seconds is None:
                    raise
                time.sleep(error.wait_seconds)
        return self.verify(image, profile)

    def cases(self, status: Status | None, *, days: float, most: int) -> tuple[list[Case], bool]:
        """Return kept cases, oldest first, and whether there are more than ``most``.

        Raises:
            TroubleError: There is no answer.
        """
        found: list[Case] = []
        for page in self._pages(status, days):
            found += page.cases
            if len(found) >= most:
                return found[:most], len(found) > most or page.next is not None
        return found, False

    def _pages(self, status: Status | None, days: float) -> Iterator[CasePage]:
        params: dict[str, Any] = {"days": days, "limit": PAGE, **({"status": status} if status else {})}
        while True:
            page = _read(CasePage, self._ask("GET", "/reviews", self._review_key, params=params))
            yield page
            if page.next is None:
                return
            params = {**params, "after": page.next}

    def picture(self, verification_id: str) -> bytes:
        """Return a case's picture as it was sent.

        Raises:
            TroubleError: There is no answer.
        """
        return self._ask("GET", f"/reviews/{verification_id}/image", self._review_key).content

    def decide(self, verification_id: str, verdict: Verdict, note: str) -> Case:
        """Say what a reviewer decided, and return the case as it stands now.

        Raises:
            TroubleError: There is no answer; "case_decided" where somebody was faster.
        """
        said = {"decision": verdict, "note": note}
        return _read(Case, self._ask("POST", f"/reviews/{verification_id}/decision", self._review_key, json=said))

    def _ask(self, method: str, path: str, key: SecretStr | None, **more: Any) -> httpx.Response:
        if key is None:
            raise trouble(NO_KEY)
        try:
            response = self._http.request(method, path, headers={"X-API-Key": key.get_secret_value()}, **more)
        except httpx.TimeoutException as error:
            raise trouble("timeout") from error
        # A key that no header can hold (not ASCII) is as wrong as any other.
        except UnicodeEncodeError:
            raise trouble("key_invalid") from None
        except httpx.HTTPError as error:
            raise trouble(UNREACHABLE) from error
        if response.status_code != httpx.codes.OK:
            raise trouble_of(response)
        return response


def _read(kind: type[T], response: httpx.Response) -> T:
    try:
        return kind.model_validate_json(response.content)
    except ValidationError as error:
        raise trouble("answer_unreadable") from error
