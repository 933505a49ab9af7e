#!/bin/sh
# A recording from the upload to the deletion, with curl alone: sh curl.sh talk.mp3 [address] [key]
set -eu
file=$1 address=${2:-http://127.0.0.1:8080} key=${3:-none}
call() { curl --silent --show-error --fail-with-body -H "Authorization: Bearer $key" "$@"; }
field() { sed "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/"; }

meeting=$(call -F "file=@$file" -F title="By curl" "$address/v1/uploads" | field meeting)
echo "meeting $meeting"
until call "$address/v1/meetings/$meeting" | grep -q '"status":"ended"'; do sleep 1; done
call "$address/v1/meetings/$meeting/transcript?format=txt"
call "$address/v1/search?q=budget" | head -c 300
echo
call -X DELETE "$address/v1/meetings/$meeting" | head -c 200
echo
