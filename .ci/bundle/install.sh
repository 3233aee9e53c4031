#!/bin/sh
# Installs bank-copilot from the folder in which this script lies. It opens no connection, and needs a POSIX shell and a
# CPython for which the bundle has wheels. A version is a folder of its own; the link `current` says which is in force and
# changes in one step, after the new version has proven itself: whenever this script is stopped, a working version stays.
set -eu
umask 022

usage() {
    cat <<'END'
usage: sh install.sh [--prefix DIR | --user] [options]

  --user              into ~/.local/share/bank-copilot, the command into ~/.local/bin (what happens without --prefix)
  --prefix DIR        into DIR, the command into DIR/bin
  --with-gateway      also what the gateway needs (an upgrade keeps it where it is installed)
  --vscode COMMAND    also install the extension into the VS Code that COMMAND starts (such as: code)
  --python COMMAND    the Python to use (else the first on PATH for which the bundle has wheels)
  --key FILE          public key of the bundle's signer: nothing is done unless the signature is theirs
  --rollback          back to the version before; settings and index stay
  --uninstall         remove every version; settings, index and counts stay
  --purge             with --uninstall: these too, and captured pairs
  --dry-run           say what would be done, change nothing
  --help              this text

exit codes: 0 done; 1 nothing to roll back to, or nothing installed; 2 wrong usage; 3 files of the bundle are damaged or
            the signature is not theirs; 4 no Python that fits; 5 not installed, the version before stays in force;
            6 another run is at work; 7 installed, but VS Code refused the extension; 130 interrupted
END
}

step() { printf '== %s\n' "$*"; }
note() { printf '   %s\n' "$*"; }
fail() { # exit code, text
    code=$1
    shift
    printf 'install.sh: %s\n' "$*" >&2
    exit "$code"
}
usage_error() {
    usage >&2
    fail 2 "$*"
}
fact() { sed -n "s/^$1=//p" "$here/MANIFEST"; } # a value of the bundle's MANIFEST
target_of() { # the version that a link names, '' when there is none
    if [ -L "$1" ]; then basename "$(readlink "$1")"; fi
}
whole() { [ -n "$1" ] && [ -f "$versions/$1/.complete" ]; }

main() {
    here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
    action=install prefix='' gateway='' vscode='' python='' key='' purge='' dry=''
    while [ $# -gt 0 ]; do
        case $1 in
            --prefix | --vscode | --python | --key)
                if [ $# -lt 2 ] || [ -z "$2" ]; then usage_error "$1 needs a value."; fi
                case $1 in
                    --prefix) prefix=$2 ;;
                    --vscode) vscode=$2 ;;
                    --python) python=$2 ;;
                    --key) key=$2 ;;
                esac
                shift
                ;;
            --user) user=yes ;;
            --with-gateway) gateway=yes ;;
            --rollback) action=rollback ;;
            --uninstall) action=uninstall ;;
            --purge) purge=yes ;;
            --dry-run) dry=yes ;;
            --help | -h) usage; exit 0 ;;
            *) usage_error "unknown option $1." ;;
        esac
        shift
    done
    if [ -n "$purge" ] && [ $action != uninstall ]; then usage_error "--purge goes with --uninstall."; fi
    if [ -n "${user:-}" ] && [ -n "$prefix" ]; then usage_error "either --user or --prefix."; fi
    if [ -z "${HOME:-}" ]; then usage_error "HOME is not set."; fi
    places
    case $action in
        install) install ;;
        rollback) rollback ;;
        uninstall) uninstall ;;
    esac
}

places() { # prefix, versions, bin; a copy of this script in a version's folder means that installation
    bin=$HOME/.local/bin
    if [ -n "$prefix" ]; then
        case $prefix in /*) ;; *) prefix=$(pwd -P)/$prefix ;; esac
        prefix=${prefix%/}
        bin=$prefix/bin
    else
        prefix=${XDG_DATA_HOME:-$HOME/.local/share}/bank-copilot
        if [ -z "${user:-}" ] && [ -f "$here/.complete" ] && ! same "$prefix" "${here%/versions/*}"; then
            prefix=${here%/versions/*}
            bin=$prefix/bin
        fi
    fi
    versions=$prefix/versions
}
same() { # two paths of one folder
    [ "$1" = "$2" ] || { [ -d "$1" ] && [ -d "$2" ] && [ "$(CDPATH='' cd -- "$1" && pwd -P)" = "$(CDPATH='' cd -- "$2" && pwd -P)" ]; }
}
ours() { # whether the command is a link into this prefix
    led=$(readlink "$bin/bank-copilot" 2>/dev/null) || return 1
    same "${led%/current/bin/bank-copilot}" "$prefix"
}

# --- installing -----------------------------------------------------------------------------------------------------

install() {
    if [ ! -f "$here/MANIFEST" ]; then fail 2 "$here is no bundle: this copy only serves --rollback and --uninstall."; fi
    verify
    version=$(fact version)
    vsix=$(fact vsix)
    if [ -n "$vscode" ]; then
        if [ -z "$vsix" ]; then fail 2 "this bundle holds no VS Code extension: leave out --vscode."; fi
        command -v "$vscode" >/dev/null || fail 2 "--vscode: $vscode is not found."
    fi
    choose_python
    before=$(target_of "$prefix/current")
    if whole "$before" && grep -q '^gateway$' "$versions/$before/.complete"; then gateway=yes; fi
    choose_name
    if [ -e "$bin/bank-copilot" ] && ! ours; then
        fail 5 "$bin/bank-copilot is not of $prefix: remove it, or choose another --prefix."
    fi
    if [ -n "$dry" ]; then
        step "would install bank-copilot $version into $versions/$name (now in force: ${before:-nothing})"
        if whole "$name"; then note "it is there already"; fi
        note "would point $prefix/current at it, and $bin/bank-copilot at $prefix/current/bin/bank-copilot"
        if [ -n "$vscode" ]; then note "would run: $vscode --install-extension $vsix"; fi
        exit 0
    fi
    lock
    if whole "$name"; then
        step "bank-copilot $version is there already: $versions/$name"
    else
        build
    fi
    prove "$name"
    switch "$name" "$before"
    mkdir -p "$bin" || fail 5 "cannot write to $bin."
    point "$bin/bank-copilot" "$prefix/current/bin/bank-copilot"
    prune
    extension=0
    if [ -n "$vscode" ]; then
        step "installing the extension into VS Code"
        "$vscode" --install-extension "$versions/$name/vscode/$vsix" --force || extension=7
    fi
    next_steps
    if [ $extension != 0 ]; then fail 7 "bank-copilot is installed, but $vscode did not take the extension."; fi
}

verify() {
    step "checking the bundle's files"
    if [ ! -s "$here/SHA256SUMS" ]; then fail 3 "$here/SHA256SUMS is missing: unpack the archive again."; fi
    if [ -n "$key" ]; then signature; fi
    if command -v sha256sum >/dev/null; then
        wrong=$(CDPATH='' cd -- "$here" && LC_ALL=C sha256sum -c SHA256SUMS 2>/dev/null | grep -v ': OK$') || true
        (CDPATH='' cd -- "$here" && sha256sum -c SHA256SUMS >/dev/null 2>&1) || damaged "$wrong"
    elif command -v shasum >/dev/null; then
        (CDPATH='' cd -- "$here" && shasum -a 256 -c SHA256SUMS >/dev/null 2>&1) || damaged ''
    else
        fail 3 "neither sha256sum nor shasum is here: the files cannot be checked."
    fi
}
damaged() {
    if [ -n "$1" ]; then printf '%s\n' "$1" >&2; fi
    fail 3 "files of the bundle are damaged or missing: bring the archive again. Nothing was changed."
}
signature() {
    if [ ! -f "$key" ]; then fail 2 "--key: there is no file $key."; fi
    if [ ! -f "$here/SHA256SUMS.sig" ]; then fail 3 "this bundle is not signed. Nothing was changed."; fi
    if grep -q 'BEGIN PUBLIC KEY' "$key"; then
        openssl pkeyutl -verify -pubin -inkey "$key" -rawin -in "$here/SHA256SUMS" -sigfile "$here/SHA256SUMS.sig" \
            >/dev/null 2>&1 || fail 3 "the signature is not of $key (or openssl is missing or older than 3.0)."
    else
        signers=$(mktemp)
        printf 'bank-copilot %s\n' "$(cat "$key")" >"$signers"
        good=yes
        ssh-keygen -q -Y verify -f "$signers" -I bank-copilot -n bank-copilot -s "$here/SHA256SUMS.sig" \
            <"$here/SHA256SUMS" >/dev/null 2>&1 || good=''
        rm -f "$signers"
        if [ -z "$good" ]; then fail 3 "the signature is not of $key (or ssh-keygen is missing or older than 8.1)."; fi
    fi
    note "signed with the private key of $key"
}

PYTHON_FITS='
import platform, sys, sysconfig
pythons, wanted = sys.argv[1].split(), sys.argv[2]
_, major, minor, machine = wanted.split("_", 3)
here = "%d.%d" % sys.version_info[:2]
name, libc = platform.libc_ver()
if here not in pythons:
    sys.exit("Python " + here)
if sys.implementation.name != "cpython" or sysconfig.get_config_var("Py_GIL_DISABLED"):
    sys.exit("not the usual CPython")
if platform.machine() != machine or sys.maxsize < 2**32:
    sys.exit("for another machine (" + platform.machine() + ")")
if name != "glibc" or tuple(map(int, libc.split(".")[:2])) < (int(major), int(minor)):
    sys.exit("another or older C library (%s %s)" % (name or "not glibc", libc))
try:
    import venv
except ImportError:
    sys.exit("its module venv is missing: install the system package python%s-venv" % here)
print(sys.executable)
'

choose_python() {
    pythons=$(fact pythons)
    if [ -n "$python" ]; then
        candidates=$python
    else
        candidates=''
        for one in $pythons; do candidates="python$one
$candidates"; done
        candidates="${candidates}python3
python"
    fi
    py='' refused=''
    while IFS= read -r candidate; do
        found=$(command -v "$candidate") || continue
        if answer=$("$found" -I -c "$PYTHON_FITS" "$pythons" "$(fact platform)" 2>&1); then
            py=$answer
            break
        fi
        refused="$refused
   $found: $(printf '%s\n' "$answer" | tail -n 1)"
    done <<END
$candidates
END
    if [ -z "$py" ]; then
        fail 4 "no Python here suits this bundle, which has wheels for CPython $pythons ($(fact platform)).${refused:-
   none is on PATH}
Install one, for example: apt-get install python3.11 python3.11-venv, or: dnf install python3.11
or name it with --python, or ask for a bundle for yours (make bundle PYTHONS=…)."
    fi
    short=py$("$py" -I -c 'import sys; print("%d%d" % sys.version_info[:2])')
    note "Python: $py"
}

choose_name() { # the folder of this version; another build of the same version gets a name of its own
    if command -v sha256sum >/dev/null; then digest=$(sha256sum <"$here/SHA256SUMS"); else digest=$(shasum -a 256 <"$here/SHA256SUMS"); fi
    digest=${digest%% *}
    part=editor name=$version
    if [ -n "$gateway" ]; then
        part=gateway name=$version-gateway
    fi
    if whole "$name" && ! grep -q "^$digest\$" "$versions/$name/.complete"; then
        name=$name-$(printf '%.8s' "$digest")
    fi
}

build() {
    folder=$versions/$name
    step "installing bank-copilot $version into $folder"
    rm -rf "$folder"
    mkdir -p "$folder" || fail 5 "cannot write to $versions."
    "$py" -I -m venv --without-pip "$folder" || fail 5 "Python cannot make an environment in $folder."
    requirements=$here/requirements/$short-$part.txt
    note "$(grep -c -v '^#' "$requirements") packages, from the bundle alone"
    pip install --no-index --find-links "$here/wheels" --require-hashes --no-deps --only-binary=:all: --no-cache-dir \
        --no-warn-script-location --progress-bar off -r "$requirements"
    pip check
    cp -R "$here/clients" "$folder/clients"
    if [ -n "$vsix" ]; then
        mkdir -p "$folder/vscode"
        cp "$here/vscode/$vsix" "$folder/vscode/"
    fi
    cp "$here/install.sh" "$here/sbom.cdx.json" "$here/MANIFEST" "$folder/"
    rm -f "$folder/MANIFEST.new"
    mv "$folder/MANIFEST" "$folder/bundle.txt"
    { printf '%s\n' "$digest"; if [ -n "$gateway" ]; then echo gateway; fi; } >"$folder/.complete.new"
    mv "$folder/.complete.new" "$folder/.complete"
}
pip() { # the bundle's own pip, deaf to this machine's settings for it
    PIP_CONFIG_FILE=/dev/null "$folder/bin/python" -I "$here/wheels/$(fact pip)/pip" --isolated --disable-pip-version-check \
        "$@" >"$folder/install.log" 2>&1 || {
        tail -n 12 "$folder/install.log" >&2
        fail 5 "pip $1 failed; all it said is in $folder/install.log. ${before:+$before stays in force.}"
    }
}

prove() { # a version: it starts, and doctor runs to its end; what doctor finds is for a person to read
    step "bank-copilot doctor"
    said=$("$versions/$1/bin/bank-copilot" --version 2>&1) || fail 5 "$versions/$1 does not start: $said"
    health=0
    (CDPATH='' cd -- "$versions/$1" && bin/bank-copilot doctor) || health=$?
    if [ $health -gt 1 ]; then fail 5 "bank-copilot doctor of $1 ended with $health. ${before:+$before stays in force.}"; fi
    if [ $health = 1 ]; then note "installed all the same: the lines with FAIL say what to do"; fi
}

point() { # link, target: changed in one step
    "$versions/$name/bin/python" -I -c '
import os, sys
link, target = sys.argv[1:]
if os.path.lexists(link + ".new"):
    os.unlink(link + ".new")
os.symlink(target, link + ".new")
os.replace(link + ".new", link)' "$1" "$2" || fail 5 "cannot write $1."
}

switch() { # new version, version before
    if [ "$1" != "$2" ]; then
        if whole "$2"; then point "$prefix/previous" "versions/$2"; fi
        point "$prefix/current" "versions/$1"
        step "in force: $1${2:+ (before: $2)}"
    fi
}

prune() { # two older versions are kept, the one before first; halves of interrupted runs go
    previous=$(target_of "$prefix/previous")
    kept=0
    if whole "$previous" && [ "$previous" != "$name" ]; then kept=1; fi
    # shellcheck disable=SC2012  # the names are versions
    ls -1t "$versions"/*/.complete | while IFS= read -r mark; do
        old=$(basename "$(dirname "$mark")")
        if [ "$old" = "$name" ] || [ "$old" = "$previous" ]; then continue; fi
        kept=$((kept + 1))
        if [ $kept -gt 2 ]; then
            step "removing $old"
            rm -f "$mark" && rm -rf "${versions:?}/$old"
        fi
    done
    for folder in "$versions"/*; do
        if [ ! -f "$folder/.complete" ]; then rm -rf "$folder"; fi
    done
}

next_steps() {
    step "bank-copilot $version is installed: $bin/bank-copilot"
    case :$PATH: in
        *":$bin:"*) ;;
        *) note "$bin is not on your PATH; add to your shell's profile:  export PATH=\"$bin:\$PATH\"" ;;
    esac
    if [ -n "$before" ] && [ "$before" != "$name" ]; then note "restart your editor: a running one keeps $before until then"; fi
    note "Try it:       $bin/bank-copilot demo"
    note "Neovim 0.12:  mkdir -p ~/.config/nvim/lua && cp '$prefix/current/clients/neovim/bank_copilot.lua' ~/.config/nvim/lua/"
    note "              and add to init.lua:  require(\"bank_copilot\").setup()"
    if [ -n "$vscode" ]; then
        note "VS Code:      the extension is installed; open a Python or Java file and type"
    elif [ -n "$vsix" ]; then
        note "VS Code:      code --install-extension '$prefix/current/vscode/$vsix'"
    else
        note "VS Code:      this bundle holds no extension"
    fi
    if [ -n "$vsix" ] && [ "$bin" != "$HOME/.local/bin" ]; then
        note "              and set bankCopilot.server.path to $bin/bank-copilot"
    fi
    note "Others:       $prefix/current/clients/README.md"
    note "Back again:   sh '$prefix/current/install.sh' --rollback"
}

# --- going back, and away -------------------------------------------------------------------------------------------

rollback() {
    before=$(target_of "$prefix/current")
    name=$(target_of "$prefix/previous")
    if ! whole "$name" || [ "$name" = "$before" ]; then
        name=''
        # shellcheck disable=SC2012
        for one in $(ls -1t "$versions"/*/.complete 2>/dev/null | while IFS= read -r mark; do basename "$(dirname "$mark")"; done); do
            if [ "$one" != "$before" ] && [ -z "$name" ]; then name=$one; fi
        done
    fi
    if [ -z "$name" ]; then fail 1 "no other version is installed in $prefix${before:+; $before stays in force}."; fi
    if [ -n "$dry" ]; then
        step "would go back from ${before:-nothing} to $name"
        exit 0
    fi
    lock
    prove "$name"
    point "$prefix/current" "versions/$name"
    if whole "$before"; then point "$prefix/previous" "versions/$before"; fi
    step "in force: $name (before: ${before:-nothing}); restart your editor"
    note "settings and index stay; an index that $name cannot read is built anew, and it says so"
}

uninstall() {
    if [ ! -d "$versions" ]; then fail 1 "nothing is installed in $prefix."; fi
    settings=${XDG_CONFIG_HOME:-$HOME/.config}/bank-copilot
    cache=${XDG_CACHE_HOME:-$HOME/.cache}/bank-copilot
    state=${XDG_STATE_HOME:-$HOME/.local/state}/bank-copilot
    if [ -n "$dry" ]; then
        step "would remove $prefix and its link in $bin${purge:+, $settings, $cache and $state}"
        exit 0
    fi
    lock
    step "removing $prefix"
    if ours; then rm -f "$bin/bank-copilot"; fi
    rm -f "$prefix/current" "$prefix/previous" "$prefix/current.new" "$prefix/previous.new"
    rm -rf "$versions"
    unlock
    rmdir "$prefix/bin" "$prefix" 2>/dev/null || true
    if [ -n "$purge" ]; then
        rm -rf "$settings" "$cache" "$state"
        note "removed: $settings, $cache, $state (an index folder that you set yourself stays)"
    else
        note "kept: $settings (settings), $cache (index), $state (counts, captured pairs); --uninstall --purge removes them"
    fi
    note "an extension in VS Code goes by: code --uninstall-extension NAME (code --list-extensions shows it)"
}

# --- one run at a time ----------------------------------------------------------------------------------------------

lock() {
    mkdir -p "$versions" 2>/dev/null || fail 5 "cannot write to $prefix: choose another --prefix, or run as its owner."
    if ! mkdir "$prefix/.lock" 2>/dev/null; then
        owner=$(cat "$prefix/.lock/pid" 2>/dev/null || true)
        if [ -n "$owner" ] && kill -0 "$owner" 2>/dev/null; then
            fail 6 "another run is at work on $prefix (process $owner). If that is no install.sh, remove $prefix/.lock"
        fi
        step "an earlier run was interrupted: starting over"
        mkdir -p "$prefix/.lock"
    fi
    printf '%s\n' $$ >"$prefix/.lock/pid" || fail 5 "cannot write to $prefix."
    trap unlock EXIT
    trap 'printf "install.sh: interrupted; what was in force stays in force\n" >&2; exit 130' HUP INT TERM
}
unlock() { rm -rf "$prefix/.lock"; }

main "$@"
