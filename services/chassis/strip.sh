#!/bin/sh
# Cuts from an environment what no service loads: tests, and boto's descriptions of services that we do not call.
#   strip.sh SITE_PACKAGES
set -eu
cd "$1"
find . -type d \( -name tests -o -name test -o -name testing \) -path './[a-z]*' ! -path './numpy/*' -prune -exec rm -rf {} +
if [ -d botocore/data ]; then
  for service in botocore/data/*/; do
    case $(basename "$service") in s3 | s3control | logs | secretsmanager | sts | sso | sso-oidc) ;; *) rm -rf "$service" ;; esac
  done
fi
find . -name '*.pyx' -delete
# Notes of the installer that hold the time of the build: without them two builds are the same.
find . -name uv_cache.json -delete
sed -i '/uv_cache\.json/d' ekyc_*.dist-info/RECORD
