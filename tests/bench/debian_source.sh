#!/usr/bin/env bash
# Unpacks the upstream source of a Debian package, without a system change: lists and files lie under the folder.
# Usage: tests/bench/debian_source.sh PACKAGE FOLDER
set -eu

package="$1"
mkdir -p "$2"
folder="$(cd "$2" && pwd)"
mkdir -p "$folder"/apt/{state/lists/partial,cache/archives/partial,parts} "$folder/source"
if ls /etc/apt/sources.list.d/*.sources >/dev/null 2>&1; then
    cat /etc/apt/sources.list.d/debian*.sources | sed 's/^Types:.*/Types: deb-src/' >"$folder/apt/parts/source.sources"
fi
sed -n 's/^deb /deb-src /p' /etc/apt/sources.list >"$folder/apt/parts/source.list" 2>/dev/null || true
apt() {
    apt-get -qq -o Dir::State="$folder/apt/state" -o Dir::State::status=/var/lib/dpkg/status -o Dir::Cache="$folder/apt/cache" \
        -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$folder/apt/parts" -o APT::Sandbox::User="" "$@"
}
apt update
cd "$folder/apt" && apt source --download-only --tar-only "$package" >/dev/null
tar -C "$folder/source" --strip-components=1 -xf "$folder"/apt/*.orig.tar.*
