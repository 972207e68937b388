"""Version 1 of the wire contract; the modules beside this file are generated at build time."""
