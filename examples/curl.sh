#!/bin/sh
# A recording from the upload to the deletion, with curl alone: sh curl.sh talk.mp3 [address] [key] [seconds]
# It waits for the end of the transcript so many seconds (600), and then gives up.
set -eu
file=$1 address=${2:-http://127.0.0.1:8080} key=${3:-none} patience=${4:-600}
call() { curl --silent --show-error --fail-with-body -H "Authorization: Bearer $key" "$@"; }
field() { sed "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/"; }

meeting=$(call -F "file=@$file" -F title="By curl" "$address/v1/uploads" | field meeting)
echo "meeting $meeting"
until call "$address/v1/meetings/$meeting" | grep -q '"status":"ended"'; do
  patience=$((patience - 1))
  [ "$patience" -gt 0 ] || { echo "meeting $meeting has not ended" >&2; exit 1; }
  sleep 1
done
call "$address/v1/meetings/$meeting/transcript?format=txt"
call "$address/v1/search?q=budget" | head -c 300
echo
call -X DELETE "$address/v1/meetings/$meeting" | head -c 200
echo
