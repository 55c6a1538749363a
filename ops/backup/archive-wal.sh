#!/bin/sh
# archive_command: puts one finished WAL file into the archive, compressed. Several servers may archive the same file
# (archive_mode = always); a file that differs from the archived one is refused, never written over it.
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
# A link is atomic, and never replaces a file that another server has archived meanwhile.
if ! ln "$scratch" "$target" 2>/dev/null; then
  gzip -dc "$target" | cmp -s - "$1" || exit 1
fi
sync "$2" 2>/dev/null || sync
