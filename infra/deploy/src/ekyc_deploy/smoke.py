"""One real request after a deployment."""

import time
from collections.abc import Callable

import httpx
from ekyc_stack.sample import sample_photo

from ekyc_deploy.deploy_error import DeployError

TRIES = 5
PAUSE = 2.0


def ask(url: str, key: str | None) -> str:
    """Have a public-domain portrait verified and return the answer in a line; without a key, ask only for /health.

    Args:
        url: Of the gateway, such as https://ekyc.example.com.
        key: An API key with the scope verify.

    Raises:
        DeployError: no answer, or not the right one.
    """
    with httpx.Client(base_url=url, timeout=30) as client:
        _patiently(lambda: client.get("/health"))
        if key is None:
            return f"{url} is alive; with SMOKE_API_KEY set, a photo is verified too"
        image = sample_photo().read_bytes()
        files = {"image": ("astronaut.png", image, "image/png")}
        body = _patiently(lambda: client.post("/verify/face", files=files, headers={"X-API-Key": key})).json()
    return f"{url}: {body['decision']}, verification {body['verification_id']}"


def _patiently(send: Callable[[], httpx.Response]) -> httpx.Response:
    """Send until the answer is 200: a load balancer takes seconds to see a new target."""
    for attempt in range(TRIES):
        if attempt:
            time.sleep(PAUSE)
        try:
            answer = send()
        except httpx.TransportError as error:
            said = f"no answer: {error}"
            continue
        if answer.status_code == httpx.codes.OK:
            return answer
        said = f"{answer.request.url} answers {answer.status_code}: {answer.text[:200]}"
    raise DeployError(f"the smoke request failed: {said}")
