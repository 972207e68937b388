"""Build hook: compile ekyc/v1/*.proto into messages, gRPC stubs and their type stubs."""

import sys
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ProtocHook(BuildHookInterface[Any]):  # type: ignore[misc]  # hatchling lives in the build environment
    """Run protoc before a wheel (editable or not) is made."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the stubs beside their .proto files.

        Raises:
            RuntimeError: protoc rejected a file; its own message is on stderr.
        """
        del version, build_data
        from grpc_tools import protoc  # noqa: PLC0415 - exists in the build environment only

        root = Path(self.root)
        scripts = Path(sysconfig.get_path("scripts"))
        well_known = Path(protoc.__file__).parent / "_proto"
        suffix = ".exe" if sys.platform == "win32" else ""
        code = protoc.main(
            [
                "protoc",
                f"--proto_path={root}",
                f"--proto_path={well_known}",
                f"--plugin=protoc-gen-mypy={scripts / f'protoc-gen-mypy{suffix}'}",
                f"--plugin=protoc-gen-mypy_grpc={scripts / f'protoc-gen-mypy_grpc{suffix}'}",
                f"--python_out={root}",
                f"--grpc_python_out={root}",
                f"--mypy_out={root}",
                f"--mypy_grpc_out={root}",
                *(str(path) for path in sorted((root / "ekyc" / "v1").glob("*.proto"))),
            ]
        )
        if code:
            raise RuntimeError(f"protoc failed with exit code {code}")
