"""`python -m ekyc_deploy`."""

import sys

from ekyc_deploy.command import main

sys.exit(main())
