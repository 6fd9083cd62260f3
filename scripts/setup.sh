#!/bin/sh
# Makes .venv with the packages of requirements.txt and compiles the translations; does nothing when all that stands.
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
stamp=.venv/installed

give_up() {
    echo "setup: $1" >&2
    exit 1
}

make_venv() {
    command -v "$python" >/dev/null || give_up "there is no $python here. Install Python 3.11 or newer, or name it: make PYTHON=/path/to/python3"
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        give_up "$("$python" -V) is too old: Python 3.11 or newer is needed. Name another one: make PYTHON=/path/to/python3"
    "$python" -c 'import ensurepip, venv' 2>/dev/null ||
        give_up "$python cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv"
    echo "setup: making .venv with $("$python" -V)"
    "$python" -m venv --clear .venv
}

install_packages() {
    echo "setup: installing the packages of requirements.txt (a minute or two, only when that file has changed)"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement requirements.txt ||
        give_up "the packages could not be installed; pip says why above. Run the same command again to go on."
}

compile_translations() {
    [ -d lms/translations ] || return 0
    for catalogue in lms/translations/*/LC_MESSAGES/*.po; do
        compiled=${catalogue%.po}.mo
        [ -e "$catalogue" ] || continue
        [ -e "$compiled" ] && [ -z "$(find "$catalogue" -newer "$compiled")" ] && continue
        .venv/bin/pybabel --quiet compile --input-file "$catalogue" --output-file "$compiled"
    done
}

# A virtual environment holds its own address, so one that was moved here is made again.
wanted="$(cksum <requirements.txt) $(pwd -P)"
if ! .venv/bin/python -c '' 2>/dev/null; then
    make_venv
fi
if [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
    [ ! -e "$stamp" ] || [ "$(cut -d ' ' -f 3- "$stamp")" = "$(pwd -P)" ] || make_venv
    install_packages
    echo "$wanted" >"$stamp"
fi
compile_translations
