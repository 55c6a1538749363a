#!/bin/sh
# restore_command: 1 where the archive does not have the file, which ends recovery or makes it look elsewhere. Past 125
# recovery is broken off: a file that cannot be read must not pass for the end of the log.
# usage: restore-wal.sh DIRECTORY NAME TARGET
[ -f "$1/$2.gz" ] || exit 1
gzip -dc "$1/$2.gz" > "$3" && exit 0
echo "restore-wal: $2 cannot be read from the archive" >&2
rm -f "$3"
exit 200
