#!/usr/bin/env bash
# What action.yml runs: `binary` gets a verified release, `judge` checks the settings and compares what they decide.
#
# Inputs are environment variables and are never part of a script. What a pull request brings (settings, snapshots, names) is
# only data: it is shown in fences that it cannot end, its lines are no commands of the runner, its symbolic links are not
# followed, and the binary gets no credentials.
# shellcheck disable=SC2016 # backticks in single quotes are Markdown's
set -euo pipefail
HERE=$(cd "$(dirname "$0")/.." && pwd)
TEMP=$(mktemp -d)
trap 'rm -rf "$TEMP"' EXIT
# shellcheck source=tools/deploy_parts.sh
. "$HERE/tools/deploy_parts.sh"
# shellcheck source=tools/deploy_release.sh
. "$HERE/tools/deploy_release.sh"

# A value of one line, as the runner's files of outputs want it.
output() { # name, value
  case "$2" in *$'\n'* | *$'\r'*) die "\`$1\` has a line break in it" ;; esac
  printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"
}

binary() {
  local target name
  if [ -n "${BINARY:-}" ]; then
    [ -x "$BINARY" ] || die "the input \`binary\` names \`$BINARY\`, which is no program"
    output binary "$(cd "$(dirname "$BINARY")" && pwd)/$(basename "$BINARY")"
    return
  fi
  case "$RUNNER_OS-$RUNNER_ARCH" in
    Linux-X64) target=x86_64-unknown-linux-gnu ;;
    Linux-ARM64) target=aarch64-unknown-linux-gnu ;;
    macOS-ARM64) target=aarch64-apple-darwin ;;
    *) die "there is no release for $RUNNER_OS on $RUNNER_ARCH: build the binary, and pass it as \`binary\`" ;;
  esac
  REPOSITORY="${REPOSITORY:-idle-reaper/idle-reaper}"
  RELEASE="${RELEASE:-v$(awk -F '"' '/^version = / { print $2; exit }' "$HERE/Cargo.toml")}"
  release_named
  verifiable
  name="idle-reaper-${RELEASE#v}-$target"
  download SHA256SUMS "$TEMP"
  download "$name.tar.gz" "$TEMP"
  listed "$TEMP/$name.tar.gz" "$TEMP/SHA256SUMS"
  attested "$TEMP/$name.tar.gz"
  tar -xzf "$TEMP/$name.tar.gz" -C "$RUNNER_TEMP"
  output binary "$RUNNER_TEMP/$name/idle-reaper"
}

# Whether a file or folder of the checkout is there. What leads out of the checkout is an error.
inside() { # input, path
  local path="$2" folder root
  # A name that begins with a dash is no option.
  case "$path" in /*) ;; *) path="./$path" ;; esac
  root=$(cd "$GITHUB_WORKSPACE" && pwd -P)
  if [ -L "$path" ]; then die "the input \`$1\` names \`$(inline "$2")\`, a symbolic link, which is not followed"; fi
  [ -e "$path" ] || return 1
  if [ -d "$path" ]; then folder=$(cd "$path" && pwd -P); else folder=$(cd "$(dirname "$path")" && pwd -P); fi
  case "$folder/" in "$root"/*) ;; *) die "the input \`$1\` names \`$(inline "$2")\`, which is outside the checkout" ;; esac
  if [ -d "$path" ] && [ -n "$(find "$path" -type l | head -n 1)" ]; then die "the folder \`$(inline "$2")\` holds symbolic links, which are not followed"; fi
}

# Text of others as one line that ends no code span.
inline() { printf '%s' "$1" | tr '`' "'" | tr '\000-\037\177' ' '; }

# A file as a block of code, with a fence longer than any in it. The runner takes 1 MiB for a summary, of which there are others.
LIMIT=400000
fenced() { # file
  local fence
  fence=$(awk 'BEGIN { longest = 2 } { while (match($0, /`+/)) { if (RLENGTH > longest) longest = RLENGTH; $0 = substr($0, RSTART + RLENGTH) } } END { for (at = 0; at <= longest; at++) printf "`" }' "$1")
  printf '%stext\n' "$fence"
  head -c "$LIMIT" "$1"
  printf '\n%s\n\n' "$fence"
  [ "$(wc -c <"$1")" -le "$LIMIT" ] || printf 'It goes on: the artefact has all of it.\n\n'
}

# No credentials: neither the runner's environment, nor its home folder, nor its machine's role.
reaper() { # options before a verb, and the rest
  env -i PATH=/usr/bin:/bin HOME="$TEMP" AWS_EC2_METADATA_DISABLED=true NO_COLOR=1 COLUMNS=140 IDLE_REAPER_LOCALE=en "$BINARY" "$@"
}

# What ends the job stands in its summary, too.
die() {
  echo "error: $*" >&2
  [ -z "${GITHUB_STEP_SUMMARY:-}" ] || printf '## idle-reaper could not judge\n\n%s\n' "$*" >>"$GITHUB_STEP_SUMMARY"
  exit 1
}

judge() {
  local report="$RUNNER_TEMP/idle-reaper-report" code
  rm -rf "$report"
  mkdir -p "$report"
  output report "$report"
  cd "$GITHUB_WORKSPACE"
  [ -n "${SETTINGS:-}" ] || die "the input \`settings\` is empty"
  inside settings "$SETTINGS" || die "the settings \`$(inline "$SETTINGS")\` are not in the checkout"
  code=0
  reaper "--config=$SETTINGS" check >"$report/check.txt" 2>&1 || code=$?
  {
    if [ "$code" = 0 ]; then printf '## The settings are valid\n\n'; else printf '## The settings have mistakes\n\n'; fi
    printf '`%s`\n\n' "$(inline "$SETTINGS")"
    fenced "$report/check.txt"
  } >"$report/summary.md"
  if [ "$code" = 0 ]; then backtest "$report" || code=$?; fi
  cat "$report/summary.md" >>"$GITHUB_STEP_SUMMARY"
  shown "$report/summary.md"
  return "$code"
}

# Judges the snapshots by the new settings, compared with the old ones where they are there and valid.
backtest() { # report folder
  local report="$1" code=0 arguments
  [ -n "${SNAPSHOTS:-}" ] || return 0
  inside snapshots "$SNAPSHOTS" || die "the snapshots \`$(inline "$SNAPSHOTS")\` are not in the checkout"
  arguments=(plan "--inventory=$SNAPSHOTS")
  [ -z "${AT:-}" ] || arguments+=("--at=$AT")
  printf '## What they decide\n\n' >>"$report/summary.md"
  if [ -n "${BASE:-}" ]; then
    if ! inside base "$BASE"; then
      printf 'There are no settings `%s` to compare with: what follows is by the new settings alone.\n\n' "$(inline "$BASE")" >>"$report/summary.md"
    elif ! reaper "--config=$BASE" check >"$TEMP/base" 2>&1; then
      printf 'The settings `%s` have mistakes: what follows is by the new settings alone.\n\n' "$(inline "$BASE")" >>"$report/summary.md"
    else
      arguments+=("--against=$BASE")
    fi
  fi
  reaper "--config=$SETTINGS" --format=json "${arguments[@]}" >"$report/backtest.json" 2>"$TEMP/said" || code=$?
  reaper "--config=$SETTINGS" --format=table "${arguments[@]}" >"$report/backtest.txt" 2>"$TEMP/said" || code=$?
  cat "$TEMP/said" >>"$report/backtest.txt"
  fenced "$report/backtest.txt" >>"$report/summary.md"
  # Degraded: a snapshot is incomplete, and what is missing is shown.
  if [ "$code" = 3 ]; then
    echo "::warning::a snapshot is incomplete: what is missing in it was not judged"
    code=0
  fi
  return "$code"
}

# Prints a file of others: none of its lines is a command of the runner.
shown() {
  local token
  token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  echo "::stop-commands::$token"
  cat "$1"
  echo "::$token::"
}

case "${1:-}" in
  binary) binary ;;
  judge) judge ;;
  *) die "tools/action.sh binary | judge" ;;
esac
