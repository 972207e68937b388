"""What this processor can do for INT8."""

from pathlib import Path

INTERESTING = ("avx2", "avx512f", "avx512_vnni", "avx_vnni", "amx_int8")


def int8_flags(cpuinfo: Path = Path("/proc/cpuinfo")) -> tuple[str, ...]:
    """Return the processor's flags that decide INT8's speed and drift; empty where the system does not tell."""
    try:
        text = cpuinfo.read_text()
    except OSError:
        return ()
    flags = next((line.split() for line in text.splitlines() if line.startswith("flags")), [])
    return tuple(flag for flag in INTERESTING if flag in flags)
