"""`python -m ekyc_liveness.check`: is the bundle what its manifest says, and does it answer?"""

import sys

from ekyc_liveness.bundle import BundleError, open_bundle
from ekyc_liveness.session import ProviderError, Session
from ekyc_liveness.settings import Settings


def main() -> int:
    """Verify, load, run once; return 1 where it fails."""
    settings = Settings()
    try:
        bundle = open_bundle(settings.bundle, allow_test=settings.environment != "production")
        Session(bundle, provider=settings.provider, threads=1).warm_up()
    except (BundleError, ProviderError) as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 - a command prints
        return 1
    print(f"{bundle.manifest.version} {bundle.manifest.sha256} runs on {settings.provider}")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
