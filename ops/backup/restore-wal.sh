#!/bin/sh
# restore_command. Exit code 1 if the archive lacks the file: recovery ends or looks elsewhere. A code above 125 aborts
# recovery: a file that cannot be read must not pass for the end of the log.
# usage: restore-wal.sh DIRECTORY NAME TARGET
[ -f "$1/$2.gz" ] || exit 1
gzip -dc "$1/$2.gz" > "$3" && exit 0
echo "restore-wal: $2 cannot be read from the archive" >&2
rm -f "$3"
exit 200
