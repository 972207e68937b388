"""`docker compose up` works the first time, is locked down, heals itself, and leaves nothing behind."""

import os
import re
import signal
import threading
import time
from typing import Any

import cv2
import httpx
import numpy as np
import pytest
from playwright.sync_api import Browser

from tests.browser import opened, wait_for_camera
from tests.containers.conftest import PROJECT, Compose, wait_until
from tests.pictures import astronaut, jpeg, png

pytestmark = pytest.mark.timeout(1500)

IMAGE = jpeg(astronaut())
SERVICES = ("gateway", "quality", "liveness")
IMAGES = (*SERVICES, "console")


def in_container(compose: Compose, service: str, *command: str) -> tuple[int, str]:
    code, output = compose.container(service).exec_run(list(command))
    return code, output.decode()


def healthy(compose: Compose, service: str) -> bool:
    container = compose.container(service)
    return str(container.attrs["State"].get("Health", {}).get("Status")) == "healthy"


def test_a_photo_is_verified_through_the_published_port(compose: Compose) -> None:
    answer = compose.verify(IMAGE)
    assert answer.status_code == 200, answer.text
    assert answer.json()["decision"] in {"accept", "review", "reject"}
    assert compose.get("/ready").status_code == 200


@pytest.mark.parametrize("service", IMAGES)
def test_it_is_locked_down(compose: Compose, service: str) -> None:
    host = compose.container(service).attrs["HostConfig"]
    assert host["ReadonlyRootfs"] is True
    assert host["CapDrop"] == ["ALL"]
    assert "no-new-privileges:true" in host["SecurityOpt"]
    assert host["Memory"] > 0
    assert host["PidsLimit"] == 256
    assert in_container(compose, service, "id", "-u")[1].strip() == "10001"
    status = in_container(compose, service, "cat", "/proc/1/status")[1]
    assert "CapEff:\t0000000000000000" in status
    assert "NoNewPrivs:\t1" in status
    assert in_container(compose, service, "touch", "/app/x")[0] != 0
    for tool in ("gcc", "uv", "strip"):
        assert in_container(compose, service, "sh", "-c", f"command -v {tool}")[0] != 0
    assert in_container(compose, service, "sh", "-c", "ls /root/.cache")[0] != 0


def test_only_gateway_and_console_are_published_and_only_on_this_machine(compose: Compose) -> None:
    for service in (*IMAGES, "s3"):
        ports = compose.container(service).attrs["NetworkSettings"]["Ports"]
        bound = [binding["HostIp"] for bindings in ports.values() for binding in bindings or ()]
        assert bound == (["127.0.0.1"] if service in {"gateway", "console"} else []), service
    network = compose.engine.networks.get(f"{PROJECT}_backends")
    assert network.attrs["Internal"] is True


def test_the_images_say_what_they_are_and_what_is_in_them(compose: Compose) -> None:
    for service in IMAGES:
        image = compose.container(service).image
        assert image.labels["org.opencontainers.image.title"] == f"ekyc-{service}"
        assert image.attrs["Config"]["Entrypoint"] == ["python", "-m", f"ekyc_{service}"]
        assert image.attrs["Config"]["User"] == "10001:10001"
        code, sbom = in_container(compose, service, "cat", "/app/sbom.json")
        assert code == 0
        assert '"CycloneDX"' in sbom
        assert ('"streamlit"' if service == "console" else '"grpcio"') in sbom
        assert '"torch"' not in sbom


def test_the_console_reaches_the_gateway_alone_and_its_pages_work(compose: Compose, browser: Browser) -> None:
    reach = "import socket; socket.create_connection(('{}', {}), 3)"
    assert in_container(compose, "console", "python", "-c", reach.format("gateway", 8000))[0] == 0
    for service, port in (("quality", 50051), ("liveness", 50052), ("s3", 8333)):
        assert in_container(compose, "console", "python", "-c", reach.format(service, port))[0] != 0, service
    url = f"http://127.0.0.1:{compose.console_port}"
    with opened(browser) as page:
        page.goto(url)
        page.get_by_role("button", name="Take photo").wait_for()
        wait_for_camera(page)
        page.get_by_role("button", name="Take photo").click()
        page.get_by_role("heading", name="Accepted").wait_for()
        large = png(np.asarray(cv2.resize(astronaut(), (1500, 1500), interpolation=cv2.INTER_CUBIC), np.uint8))
        assert len(large) > 2 * 2**20, "more than a form part that stays in memory"
        page.get_by_text("Files", exact=True).click()
        page.locator("input[type=file]").set_input_files({"name": "l.png", "mimeType": "image/png", "buffer": large})
        page.get_by_text("1500 x 1500 png").wait_for()
        page.goto(f"{url}/review")
        page.get_by_role("radio", name=re.compile(r"^1\. ")).wait_for()
        page.goto(f"{url}/calibrate")
        page.locator("input[type=file]").first.set_input_files(
            {"name": "one.jpg", "mimeType": "image/jpeg", "buffer": IMAGE}
        )
        page.get_by_role("button", name="Measure the pictures").click()
        page.get_by_role("button", name="Download camera.yaml").wait_for()
        page.goto(f"{url}/model")
        page.get_by_text("Equal error rate").wait_for()


@pytest.mark.parametrize("service", IMAGES)
def test_a_service_that_crashes_comes_back(compose: Compose, service: str) -> None:
    container = compose.container(service)
    restarts = container.attrs["RestartCount"]
    try:
        # `docker kill` counts as a stop, after which nothing is restarted: kill the process itself.
        os.kill(container.attrs["State"]["Pid"], signal.SIGKILL)
    except PermissionError:
        pytest.skip("killing a container's process needs root")
    wait_until(lambda: bool(compose.container(service).attrs["RestartCount"] > restarts))
    wait_until(lambda: healthy(compose, service))
    wait_until(lambda: compose.verify(IMAGE).status_code == 200, 30)


def test_a_service_that_comes_back_at_another_address_is_found(compose: Compose) -> None:
    def address() -> str:
        networks = compose.container("liveness").attrs["NetworkSettings"]["Networks"]
        return str(networks[f"{PROJECT}_backends"]["IPAddress"])

    before = address()
    compose.container("liveness").stop()
    taker = compose.engine.containers.run(
        compose.container("s3").image,
        detach=True,
        network=f"{PROJECT}_backends",
        remove=True,
        entrypoint=["sleep", "600"],
    )
    try:
        compose.container("liveness").start()
        wait_until(lambda: healthy(compose, "liveness"))
        assert address() != before, "the address did not change: nothing was tried"
        wait_until(lambda: compose.verify(IMAGE).status_code == 200, 30)
    finally:
        taker.kill()


def test_sigterm_lets_a_request_in_flight_finish(compose: Compose) -> None:
    large = png(np.asarray(cv2.resize(astronaut(), (4500, 4500), interpolation=cv2.INTER_NEAREST), np.uint8))
    answers: list[httpx.Response] = []
    client = threading.Thread(target=lambda: answers.append(compose.verify(large, timeout=60)))
    client.start()
    time.sleep(0.4)
    gateway = compose.container("gateway")
    gateway.stop(timeout=45)
    client.join(60)
    assert answers[0].status_code == 200, answers[0].text
    gateway.reload()
    assert gateway.attrs["State"]["ExitCode"] == 0
    gateway.start()
    wait_until(lambda: healthy(compose, "gateway"))


def test_pictures_land_in_s3_and_outlive_a_gateway(compose: Compose) -> None:
    verification_id = compose.verify(IMAGE).json()["verification_id"]
    wait_until(lambda: compose.get(f"/reviews/{verification_id}").status_code == 200, 30)
    assert compose.get(f"/reviews/{verification_id}/image").content == IMAGE
    listing = in_container(compose, "s3", "sh", "-c", "find /data/reviews -name '*.jpg'")[1]
    assert "/ekyc/cases/" in listing
    assert verification_id in listing


def test_a_liveness_service_without_openvino_runs_on_the_cpu_provider(compose: Compose) -> None:
    image = compose.container("liveness").image
    command = {"entrypoint": ["python", "-m", "ekyc_liveness.check"], "environment": {"LIVENESS_PROVIDER": "cpu"}}
    said: Any = compose.engine.containers.run(image, remove=True, **command)
    assert b"runs on cpu" in said


def test_down_leaves_nothing(compose: Compose) -> None:
    compose.run("down", "--volumes", "--remove-orphans")
    label = {"label": f"com.docker.compose.project={PROJECT}"}
    assert compose.engine.containers.list(all=True, filters=label) == []
    assert compose.engine.volumes.list(filters=label) == []
    assert compose.engine.networks.list(filters=label) == []
