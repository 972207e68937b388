#!/bin/sh
# Cuts what the console never loads: Streamlit's tables, charts and maps (PyArrow, pandas, PyDeck, Altair), for its bars and
# plots are HTML and SVG of its own. tests/containers opens every page of what is left.
#   strip.sh SITE_PACKAGES
set -eu
cd "$1"
rm -rf pyarrow* pandas* pydeck* altair* narwhals* tzdata*
rm -rf streamlit/hello streamlit/.agents
find streamlit/static -name '*.map' -delete
