"""The camera profiles that a gate knows."""

from pathlib import Path

import yaml
from ekyc_policy.profile import DEFAULT_PROFILE, Profile
from pydantic import ValidationError


class PolicyError(Exception):
    """A profile file is not valid, or a profile is not known."""


class Profiles:
    """Profiles by name; "" is "default"."""

    def __init__(self, *profiles: Profile) -> None:
        """Know the default profile and these; one that is named "default" takes its place."""
        self._by_name = {profile.name: profile for profile in (DEFAULT_PROFILE, *profiles)}

    def get(self, name: str) -> Profile:
        """Return a profile.

        Raises:
            PolicyError: There is none of that name.
        """
        profile = self._by_name.get(name or DEFAULT_PROFILE.name)
        if profile is None:
            raise PolicyError(f"no camera profile named {name!r}; known are {', '.join(sorted(self._by_name))}")
        return profile


def read_profiles(folder: Path | None) -> Profiles:
    """Read every ``*.yaml`` of a folder.

    Raises:
        PolicyError: A file is not a valid profile.
    """
    return Profiles(*(read_profile(path) for path in sorted(folder.glob("*.yaml")))) if folder else Profiles()


def read_profile(path: Path) -> Profile:
    """Read one profile.

    Raises:
        PolicyError: The file is missing, not YAML, or has an unknown key or a wrong value.
    """
    try:
        return Profile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise PolicyError(f"{path}: {error}") from error
