# shellcheck shell=bash
# shellcheck disable=SC2153,SC2154 # ARCH, PACKAGE, REPOSITORY and TEMP are deploy.sh's
# The package that tools/deploy.sh deploys: the one that was built here, one with its SHA256SUMS beside it, or that of a release.

# Compares a file with the list of hashes; a file that is not listed is as wrong as one with another hash.
listed() { # file, SHA256SUMS
  local name wanted found
  name=$(basename "$1")
  wanted=$(tr -d '\r' <"$2" | awk -v name="$name" '{ hash = $1; sub(/^[^ ]+ [ *]/, ""); if ($0 == name) { print hash; exit } }')
  [ -n "$wanted" ] || die "\`$2\` does not list \`$name\`, so nothing says that it is the released file"
  found=$(sha256_of "$1")
  [ "$found" = "$wanted" ] || die "\`$1\` has the hash $found, and \`$2\` says $wanted: it is damaged or was changed; download it again, and do not deploy it"
  echo "$name: the hash is the one of SHA256SUMS"
}

# One file of the release, from `gh`, which knows private repositories, or else from the public address.
download() { # name, folder
  rm -f "$2/$1"
  if command -v gh >/dev/null; then
    gh release download "$RELEASE" --repo "$REPOSITORY" --pattern "$1" --dir "$2" || die "\`$1\` of \`$RELEASE\` could not be downloaded from \`$REPOSITORY\`; \`gh auth status\` says whether you are signed in"
  elif command -v curl >/dev/null; then
    curl --fail --silent --show-error --location --proto '=https' --output "$2/$1" "https://github.com/$REPOSITORY/releases/download/$RELEASE/$1" ||
      die "\`$1\` of \`$RELEASE\` could not be downloaded from \`$REPOSITORY\`: is there such a release?"
  else
    die "neither \`gh\` nor \`curl\` is there to download \`$RELEASE\`; download it by hand and set \`PACKAGE\`"
  fi
}

# Zip file and list come from one place, so a hash alone proves nothing: whoever could change one could change both.
verifiable() {
  [ "${ATTESTATION:-}" = no ] || command -v gh >/dev/null ||
    die "\`gh\` is not installed, and only it can verify who built \`$RELEASE\`: install the GitHub CLI. \`ATTESTATION=no\` compares the hash only, which does not show who built it"
}

# Who built it, from which tag.
attested() { # file
  if [ "${ATTESTATION:-}" = no ]; then
    echo "$(basename "$1"): its attestation was not verified (\`ATTESTATION=no\`)" >&2
  else
    verifiable
    gh attestation verify "$1" --repo "$REPOSITORY" --signer-workflow "$REPOSITORY/.github/workflows/release.yml" --source-ref "refs/tags/$RELEASE" >"$TEMP/attestation" 2>&1 ||
      die "\`gh\` could not verify the attestation of \`$1\`: $(cat "$TEMP/attestation"). \`ATTESTATION=no\` compares the hash only"
    echo "$(basename "$1"): attested by $REPOSITORY, $RELEASE"
  fi
}

# Both become parts of addresses and file names.
release_named() {
  [[ "$RELEASE" =~ ^v[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]] || die "\`RELEASE\` is \`$RELEASE\`, and is the tag of a release, such as \`v0.1.0\`"
  [[ "$REPOSITORY" =~ ^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$ ]] || die "\`REPOSITORY\` is \`$REPOSITORY\`, and has the form \`owner/name\`"
}

released() {
  local name version here folder="${RELEASED:-target/released}"
  [ -z "$GIVEN_PACKAGE" ] || die "\`RELEASE\` and \`PACKAGE\` are both set; a release brings its own package"
  release_named
  verifiable
  version="${RELEASE#v}"
  here=$(awk -F '"' '/^version = / { print $2; exit }' Cargo.toml)
  [ "$here" = "$version" ] || echo "the templates of this checkout are of $here, and the package is of $version: \`git checkout $RELEASE\` has both alike" >&2
  name="idle-reaper-$version-lambda-$ARCH.zip"
  mkdir -p "$folder"
  download SHA256SUMS "$folder"
  download "$name" "$folder"
  PACKAGE="$folder/$name"
  listed "$PACKAGE" "$folder/SHA256SUMS"
  attested "$PACKAGE"
}

packaged() {
  if [ -n "${RELEASE:-}" ]; then
    released
    return
  fi
  [ -f "$PACKAGE" ] || die "\`$PACKAGE\` is not there; \`make package\` or \`make package-arm64\` makes it, and \`RELEASE=v0.1.0\` downloads one"
  if [ -f "$(dirname "$PACKAGE")/SHA256SUMS" ]; then listed "$PACKAGE" "$(dirname "$PACKAGE")/SHA256SUMS"; fi
}
