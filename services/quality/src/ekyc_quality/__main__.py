"""`python -m ekyc_quality`. Imports nothing at the top: each spawned worker imports this file again."""

import sys

if __name__ == "__main__":
    from ekyc_quality.serve import serve

    sys.exit(serve())
