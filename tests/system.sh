#!/usr/bin/env bash
# Makes sure that the named system packages are there: installs them as root, else says what to install.
# Usage: tests/system.sh [browser] [bubblewrap] [code-server] [faketime] [headers] [jdk] [jdk-source] [nginx] [node] [venv]
set -eu

need() { # package, why
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "== installing the system package $1 ($2)"
        apt-get update -qq >/dev/null || true
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1" >/dev/null
    else
        echo "Please install the system package '$1' ($2), for example: sudo apt-get install $1" >&2
        exit 1
    fi
}

for wanted in "$@"; do
    case "$wanted" in
        browser)
            command -v chromium >/dev/null || need chromium "in which VS Code is driven"
            ls /usr/share/fonts/truetype/dejavu >/dev/null 2>&1 || need fonts-dejavu-core "what it writes with"
            ls /usr/share/fonts/truetype/wqy >/dev/null 2>&1 || need fonts-wqy-microhei "what it writes Chinese with"
            ;;
        bubblewrap) command -v bwrap >/dev/null || need bubblewrap "sandbox in which project code runs" ;;
        code-server) # what its native parts are compiled with
            command -v g++ >/dev/null || need g++ "compiles code-server's native parts"
            command -v pkg-config >/dev/null || need pkg-config "finds the libraries that code-server needs"
            test -f /usr/include/gssapi/gssapi.h || need libkrb5-dev "code-server needs it"
            test -f /usr/include/libsecret-1/libsecret/secret.h || need libsecret-1-dev "code-server needs it"
            test -f /usr/include/X11/extensions/XKBfile.h || need libxkbfile-dev "code-server needs it"
            ;;
        faketime) ls /usr/lib/*/faketime/libfaketime.so.1 >/dev/null 2>&1 || need libfaketime "repeats generated tests under another date" ;;
        headers) test -f /usr/include/asm-generic/unistd.h || need linux-libc-dev "the kernel's numbers, for the sandbox's filter" ;;
        jdk) command -v javac >/dev/null || need default-jdk-headless "compiles the generated Java in the tests" ;;
        jdk-source) ls /usr/lib/jvm/*/lib/src.zip >/dev/null 2>&1 || need openjdk-17-source "Java code that the completion is measured on" ;;
        nginx) command -v nginx >/dev/null || test -x /usr/sbin/nginx || need nginx-light "serves TLS in the gateway's tests" ;;
        node) command -v npm >/dev/null || need npm "fetches node and packages: VS Code's extension, and the agent that the completion is measured beside" ;;
        venv) need python3-venv "creates .venv" ;;
        *) echo "unknown system package: $wanted" >&2; exit 2 ;;
    esac
done
