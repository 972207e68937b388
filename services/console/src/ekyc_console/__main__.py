"""`python -m ekyc_console`: serve the console until SIGTERM."""

import signal
import sys
from pathlib import Path

import uvicorn
from pydantic import ValidationError
from streamlit import App
from streamlit.web.bootstrap import load_config_options

from ekyc_console.guard import Guard
from ekyc_console.headers import Headers
from ekyc_console.settings import MAX_IMAGE_MIB, Settings
from ekyc_console.theme import THEME

OPTIONS = {
    "browser_gatherUsageStats": False,
    "client_showErrorDetails": "none",
    "client_showErrorLinks": False,
    "client_toolbarMode": "minimal",
    "server_enableCORS": True,
    "server_enableXsrfProtection": True,
    "server_fileWatcherType": "none",
    "server_headless": True,
    "server_maxUploadSize": MAX_IMAGE_MIB,
}
SCRIPT = Path(__file__).with_name("app.py")
DRAIN_SECONDS = 2


def main() -> int:
    """Serve; exit 2 where a setting is wrong."""
    try:
        settings = Settings()
    except ValidationError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    load_config_options(
        {
            **OPTIONS,
            **THEME,
            "browser_serverAddress": settings.hostname or "localhost",
            "server_address": settings.host,
            "server_port": settings.port,
        }
    )
    # uvicorn drains on SIGTERM and then raises it once more: a clean end, not a death by signal.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    app = Guard(Headers(App(SCRIPT)), settings.hostname)
    sys.stdout.write(f"console on http://{settings.host}:{settings.port}\n")
    sys.stdout.flush()
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
