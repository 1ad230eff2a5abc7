#!/bin/sh
# Installs the outside programs that tests and benches run against, from Debian's own archive (Debian 12).
# Run as root. Does nothing when all are there. No service is started: tests run each program themselves.
set -eu

packages="curl wrk nginx-light libnginx-mod-http-lua lighttpd lighttpd-modules-lua lighttpd-mod-openssl chromium openssl strace nghttp2-client systemd haproxy libnginx-mod-http-js apache2-bin varnish php8.2-fpm"

missing=""
for package in $packages; do
  status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing="$missing $package"
done
if [ -z "$missing" ]; then
  echo "All peers are installed."
  exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "Missing:$missing. Run this script as root to install them." >&2
  exit 1
fi

# Debian asks this program before it starts a service after installing it; 101 means "not allowed".
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  trap 'rm -f "$policy"' EXIT
  trap 'exit 1' HUP INT TERM
fi

export DEBIAN_FRONTEND=noninteractive
install_missing() {
  # shellcheck disable=SC2086 # a list of words on purpose
  apt-get install --yes --quiet --no-install-recommends $missing
}
# The lists of packages may be absent or older than the archive; both show as a failed installation.
install_missing || { apt-get update --quiet && install_missing; }
