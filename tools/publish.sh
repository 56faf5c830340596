#!/usr/bin/env bash
# Publishes the files of a folder as the release TAG of GH_REPO, with `gh`. `make release-publish` calls it.
#
# The release is a draft until every file is there: what is published may be immutable. A draft that an earlier try left is made
# again; a release that is public is never touched.
set -euo pipefail
die() { echo "error: $*" >&2; exit 1; }
[ -n "${TAG:-}" ] || die "\`TAG\` is not set: the tag to release, such as \`v0.1.0\`"
DIST="${1:?the folder with the files of the release}"
FOLDER=$(mktemp -d)
trap 'rm -rf "$FOLDER"' EXIT
"${PYTHON:-python3}" "$(dirname "$0")/release.py" notes >"$FOLDER/notes.md"

if draft=$(gh release view "$TAG" --json isDraft --jq .isDraft 2>"$FOLDER/said"); then
  [ "$draft" = true ] || die "\`$TAG\` is published already; a mistake in it is mended by the next version"
  gh release delete "$TAG" --yes
else
  grep -q "release not found" "$FOLDER/said" || die "could not ask whether \`$TAG\` is released: $(cat "$FOLDER/said")"
fi
kind=(--draft)
# A tag such as v0.2.0-rc.1 is not what people get who ask for the newest release.
case "$TAG" in *-*) kind+=(--prerelease) ;; esac
gh release create "$TAG" "${kind[@]}" --verify-tag --title "$TAG" --notes-file "$FOLDER/notes.md"
gh release upload "$TAG" "$DIST"/*
wanted=$(find "$DIST" -type f | wc -l | tr -d ' ')
found=$(gh release view "$TAG" --json assets --jq '.assets | length')
[ "$found" = "$wanted" ] || die "the draft \`$TAG\` has $found of $wanted files; it was not published"
gh release edit "$TAG" --draft=false
echo "$TAG: published with $found files"
