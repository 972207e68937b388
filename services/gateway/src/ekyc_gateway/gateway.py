"""What the routes share: made once by `create_app`, alive as long as the app."""

from dataclasses import dataclass

from ekyc_gateway.backends import Backends
from ekyc_gateway.keys import Keyring
from ekyc_gateway.settings import Settings
from ekyc_gateway.slots import Slots


@dataclass(frozen=True, slots=True)
class Gateway:
    """One gateway process."""

    settings: Settings
    keyring: Keyring
    slots: Slots
    backends: Backends
