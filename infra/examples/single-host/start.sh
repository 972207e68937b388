#!/bin/bash
# The first start of the host: Docker, the sources at one commit, the services, a key in a file that root alone reads.
set -euo pipefail
dnf install -y -q docker git
install -d /usr/local/lib/docker/cli-plugins
curl -fsSL -o /usr/local/lib/docker/cli-plugins/docker-compose ${compose.url}
echo "${compose.sha256}  /usr/local/lib/docker/cli-plugins/docker-compose" | sha256sum --check --quiet
chmod +x /usr/local/lib/docker/cli-plugins/docker-compose
systemctl enable --now docker
git clone -q ${repository} /opt/ekyc
cd /opt/ekyc
git checkout -q ${commit}
umask 077
{ echo "API_KEY=$(head -c 32 /dev/urandom | base64 | tr -d '/+=')"; echo "KEY_PEPPER=$(head -c 48 /dev/urandom | base64 -w 0)"; } > .env
docker compose up --detach --build --wait
