#!/bin/sh
# Installs what the browser tests need from Debian or Ubuntu: Chromium and a font. Does nothing when they are there.
set -eu
packages="chromium fonts-liberation"

for browser in chromium chromium-browser google-chrome; do
    if command -v "$browser" >/dev/null; then
        exit 0
    fi
done

if ! command -v apt-get >/dev/null; then
    echo "browser tests: there is no Chromium here, and no apt-get to install it with. Install Chromium to run them." >&2
    exit 0
fi

as_root=""
if [ "$(id -u)" -ne 0 ]; then
    if ! sudo --non-interactive true 2>/dev/null; then
        echo "browser tests: there is no Chromium here. To run them: sudo apt-get install $packages" >&2
        exit 0
    fi
    as_root="sudo"
fi

echo "browser tests: installing $packages"
# Package lists may be absent (fresh containers) or old, hence the update.
if ! { $as_root apt-get update -qq && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages; } >/dev/null; then
    echo "browser tests: $packages could not be installed; the tests that need a browser will say so." >&2
fi
