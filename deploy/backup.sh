#!/bin/sh
# What is done each night: a backup of GUATU_DB into BACKUP_FOLDER, of which the last BACKUP_KEEP stay; then the new
# day's assessment, which the store keeps, so that nobody waits for it in the morning.
#   guatu-backup            once (cron, a systemd timer)
#   guatu-backup --daily    now where there is no fresh one, then each day at BACKUP_AT
#   guatu-backup --fresh    exit code 0 where the newest is less than 26 hours old
set -eu
folder=${BACKUP_FOLDER:-/backups}
keep=${BACKUP_KEEP:-14}
at=${BACKUP_AT:-02:30}

is_fresh() {
    find "$folder" -maxdepth 1 -type f \( -name 'county-*.dump' -o -name 'county-*.gpkg' \) -mmin -1560 | grep -q .
}

back_up() {
    guatu backup --keep "$keep" "$folder" || return
    guatu assess >/dev/null || echo "guatu-backup: the day was not assessed; the first visitor will wait for it" >&2
}

sleep_until_next() {
    next=$(date -d "$at" +%s)
    now=$(date +%s)
    [ "$next" -gt "$now" ] || next=$(date -d "tomorrow $at" +%s)
    sleep $((next - now))
}

case ${1:-} in
    '') back_up ;;
    --fresh) is_fresh ;;
    --daily)
        is_fresh || back_up || echo "guatu-backup: failed, next try at $at" >&2
        while sleep_until_next; do
            back_up || echo "guatu-backup: failed, next try tomorrow at $at" >&2
        done
        ;;
    *) echo "guatu-backup [--daily | --fresh]" >&2; exit 2 ;;
esac
