#!/bin/sh
# archive_command: puts one finished file of the log into the archive, compressed. Several servers may bring the same
# file (archive_mode = always); one that differs from what is there is refused, never written over.
# usage: archive-wal.sh FILE DIRECTORY NAME
set -eu
target=$2/$3.gz

if [ -f "$target" ]; then
  gzip -dc "$target" | cmp -s - "$1" && exit 0
  echo "archive-wal: $3 is in the archive with other contents" >&2
  exit 1
fi

scratch=$(mktemp "$2/.$3.XXXXXX")
trap 'rm -f "$scratch"' EXIT
gzip -nc "$1" > "$scratch"
sync "$scratch" 2>/dev/null || sync
# A link is made whole or not at all, and never over what another server has brought meanwhile.
if ! ln "$scratch" "$target" 2>/dev/null; then
  gzip -dc "$target" | cmp -s - "$1" || exit 1
fi
sync "$2" 2>/dev/null || sync
