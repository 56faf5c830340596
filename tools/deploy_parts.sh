# shellcheck shell=bash
# shellcheck disable=SC2153,SC2154 # ACCOUNT, NAME, PARTITION, TEMP and the like are deploy.sh's
# What tools/deploy.sh is made of: parameters, stacks, buckets and the pause parameter.

die() { echo "error: $*" >&2; exit 1; }
need() { [ -n "${!1:-}" ] || die "\`$1\` is not set: $2"; }

sha256_of() {
  local hash
  hash=$({ shasum -a 256 "$1" || openssl dgst -sha256 -r "$1" || python3 -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' "$1"; } 2>/dev/null | cut -c 1-64)
  [ "${#hash}" = 64 ] || die "no tool computes a SHA-256: neither shasum, nor openssl, nor python3"
  echo "$hash"
}

# As much of it as a key needs.
hash_of() { local hash; hash=$(sha256_of "$1"); echo "$hash" | cut -c 1-16; }

# What host names of this partition end in.
domain() {
  case "$PARTITION" in
    aws-cn) echo amazonaws.com.cn ;;
    aws-eusc) echo amazonaws.eu ;;
    aws-iso) echo c2s.ic.gov ;;
    aws-iso-b) echo sc2s.sgov.gov ;;
    aws-iso-e) echo cloud.adc-e.uk ;;
    aws-iso-f) echo csp.hci.ic.gov ;;
    *) echo amazonaws.com ;;
  esac
}

# --- parameters -------------------------------------------------------------------------------------------------

# The parameters of a template and their defaults, `Name default`, line by line.
declared() {
  awk '
    /^[A-Za-z]/ { on = /^Parameters:/; next }
    on && /^  [A-Za-z0-9]+:/ { if (name != "") print name " " value; name = $1; sub(/:$/, "", name); value = "" }
    on && /^    Default:/ { value = $0; sub(/^    Default: */, "", value); gsub(/^["\047]|["\047]$/, "", value) }
    END { if (name != "") print name " " value }
  ' "$1"
}

# Writes a list of `name=value` line by line. A value goes on up to the next ` name=`, so that it may have spaces and
# stars in it; one that has a ` name=` in it stands in quotes. `names` is what a name looks like.
pairs() { # variable, list, names
  VARIABLE="$1" LIST="$2" NAMES="$3" awk '
    function refuse(why) { print "error: " why > "/dev/stderr"; exit 1 }
    function closing(text, quote,    at) {
      for (at = 2; at <= length(text); at++)
        if (substr(text, at, 1) == quote && substr(text, at + 1) ~ /^([ \t\n]|$)/) return at
      return 0
    }
    BEGIN {
      first = "^" ENVIRON["NAMES"] "="
      next_one = "[ \\t\\n]+" ENVIRON["NAMES"] "="
      rest = ENVIRON["LIST"]
      sub(/^[ \t\n]+/, "", rest)
      while (rest != "") {
        if (!match(rest, first)) refuse("`" ENVIRON["VARIABLE"] "` is a list of Name=value, and this is none: " rest)
        name = substr(rest, 1, RLENGTH - 1)
        rest = substr(rest, RLENGTH + 1)
        quote = substr(rest, 1, 1)
        end = quote == "\"" || quote == "\047" ? closing(rest, quote) : 0
        if (end) { value = substr(rest, 2, end - 2); rest = substr(rest, end + 1) }
        else if (match(rest, next_one)) { value = substr(rest, 1, RSTART - 1); rest = substr(rest, RSTART) }
        else { value = rest; rest = ""; sub(/[ \t\n]+$/, "", value) }
        gsub(/\n/, " ", value)
        print name "=" value
        sub(/^[ \t\n]+/, "", rest)
      }
    }'
}

# Reads PARAMETERS into GIVEN, `Name=value` line by line.
parameters() { # template
  local known name
  known=$(declared "$1" | cut -d ' ' -f 1)
  GIVEN=$(pairs PARAMETERS "${PARAMETERS:-}" '[A-Za-z][A-Za-z0-9]*') || exit 1
  for name in $(printf '%s\n' "$GIVEN" | sed -n 's/^\([A-Za-z][A-Za-z0-9]*\)=.*/\1/p'); do
    printf '%s\n' "$known" | grep -qx "$name" || die "$1 has no parameter \`$name\`; if it is part of a value, put that into quotes"
  done
  OVERRIDES=""
  chosen "$1" ROLE_PATH RolePath /
  chosen "$1" PERMISSIONS_BOUNDARY PermissionsBoundary
  chosen "$1" CODE_SIGNING_CONFIG_ARN CodeSigningConfigArn
  chosen "$1" KMS_KEY_ARN KmsKeyArn
  chosen "$1" RECORD_OBJECT_LOCK_DAYS RecordObjectLockDays 0
  chosen "$1" RECORD_OBJECT_LOCK_MODE RecordObjectLockMode GOVERNANCE
  chosen "$1" ARCHIVE_BUCKET ArchiveBucket
  chosen "$1" ARCHIVE_ACCOUNT ArchiveAccount
  chosen "$1" ARCHIVE_KMS_KEY_ARN ArchiveKmsKeyArn
  chosen "$1" KEEP_PEOPLE_DAYS KeepPeopleDays 0
}

# A variable that stands for a parameter, where the template has that. PARAMETERS wins over it. What is not set keeps its
# value; what is set to nothing is taken away.
chosen() { # template, variable, parameter, what nothing means
  [ -n "${!2+set}" ] || return 0
  declared "$1" | grep -q "^$3 " || return 0
  [ -z "$(given "$3")" ] || return 0
  GIVEN="$GIVEN
$3=${!2:-${4:-}}"
}

# Adds parameters that the script itself knows; those of PARAMETERS win over them.
override() {
  local one
  for one in "$@"; do OVERRIDES="$OVERRIDES$one
"; done
}

# Says the defaults of a template as well, so that a second deployment right after the first changes what it names alone.
defaults() { # template
  OVERRIDES="$(declared "$1" | sed 's/ /=/')
$OVERRIDES"
}

# What a parameter was given in PARAMETERS, with `=` before it; nothing where it was not.
given() { printf '%s\n' "$GIVEN" | sed -n "s/^$1=/=/p" | tail -n 1; }

# The value that a parameter had at the last deployment; nothing where there was none.
kept() { # stack, parameter
  local value
  value=$(describe "$1" "Stacks[0].Parameters[?ParameterKey=='$2'].ParameterValue") || exit 1
  [ "$value" = None ] || echo "$value"
}

# What a parameter is going to be: given now, kept from the last deployment, or the template's default.
effective() { # stack, template, parameter
  local value
  value=$(given "$3")
  if [ -n "$value" ]; then echo "${value#=}"; return; fi
  value=$(kept "$1" "$3") || exit 1
  [ -n "$value" ] || value=$(declared "$2" | sed -n "s/^$3 //p")
  echo "$value"
}

# --- stacks -----------------------------------------------------------------------------------------------------

# What is asked of a stack; nothing where there is none. What cannot be asked is an error, and not "none".
describe() { # stack, query
  if ! aws cloudformation describe-stacks --stack-name "$1" --query "$2" --output text 2>"$TEMP/said"; then
    ! [ -s "$TEMP/said" ] || grep -q "does not exist" "$TEMP/said" || die "could not ask whether the stack \`$1\` exists: $(cat "$TEMP/said")"
  fi
}

# The state of a stack; nothing where there is none, or only a change set that was never carried out.
status() {
  local state
  state=$(describe "$1" "Stacks[0].StackStatus") || exit 1
  [ "$state" = REVIEW_IN_PROGRESS ] || echo "$state"
}

# A stack whose first creation failed can only be deleted.
recover() {
  local state
  state=$(status "$1")
  case "$state" in
    ROLLBACK_COMPLETE | ROLLBACK_FAILED | CREATE_FAILED)
      echo "$1: its first installation failed ($state), so it is deleted and made again. What failed:" >&2
      aws cloudformation describe-stack-events --stack-name "$1" --query "StackEvents[?ResourceStatus=='CREATE_FAILED'].[LogicalResourceId,ResourceStatusReason]" --output text >&2 || true
      delete_stack "$1"
      ;;
  esac
}

# The tags of a stack, `key=value` line by line: those of TAGS, or what it has. One on a line may have spaces in its key.
tags() { # stack
  local found
  if [ -z "${TAGS+set}" ]; then
    found=$(describe "$1" "Stacks[0].Tags[].[Key,Value]" | sed -n 's/	/=/p') || exit 1
  else
    case "$TAGS" in
      *"
"*) found=$(printf '%s\n' "$TAGS" | sed 's/^[ 	]*//; s/[ 	]*$//' | grep . || true) ;;
      *) found=$(pairs TAGS "$TAGS" '[A-Za-z0-9_.:/@+-]+') || exit 1 ;;
    esac
    ! printf '%s\n' "$found" | grep . | grep -qv '^[^=][^=]*=' || die "\`TAGS\` is a list of key=value, and this is none: $TAGS"
    ! printf '%s\n' "$found" | grep -qi '^aws:' || die "\`TAGS\`: keys that begin with \`aws:\` are AWS's own"
  fi
  # Without it, nothing says whose the stack is.
  printf '%s\n' "$found" | grep -q '^Application=' || echo "Application=$NAME"
  printf '%s\n' "$found" | grep . || true
}

# Deploys a template with OVERRIDES, with GIVEN, and with what is said here; the last one of a name wins.
stack() { # stack, template, Name=value ...
  local stack="$1" template="$2" line arguments
  shift 2
  { printf '%s' "$OVERRIDES"; printf '%s\n' "$GIVEN" "$@"; } | grep . >"$TEMP/parameters"
  tags "$stack" >"$TEMP/tags" || exit 1
  arguments=(--tags)
  while IFS= read -r line; do arguments+=("$line"); done <"$TEMP/tags"
  arguments+=(--parameter-overrides)
  while IFS= read -r line; do arguments+=("$line"); done <"$TEMP/parameters"
  if ! aws cloudformation deploy --stack-name "$stack" --template-file "$template" --capabilities CAPABILITY_NAMED_IAM \
    --no-fail-on-empty-changeset "${arguments[@]}" 2>"$TEMP/deploy"; then
    # An endpoint other than AWS's own may refuse what changes nothing.
    grep -q "No updates are to be performed" "$TEMP/deploy" || { cat "$TEMP/deploy" >&2; die "the stack \`$stack\` was not deployed"; }
  fi
}

outputs() { aws cloudformation describe-stacks --stack-name "$1" --query "Stacks[0].Outputs[].[OutputKey,OutputValue]" --output text; }

delete_stack() {
  local state
  state=$(status "$1")
  [ -n "$state" ] || { echo "$1: is not there"; return; }
  aws cloudformation delete-stack --stack-name "$1"
  aws cloudformation wait stack-delete-complete --stack-name "$1"
  echo "$1: deleted"
}

# Accounts that refuse do not stop a StackSet, so they have to be asked for.
failed_instances() { # StackSet, whose name it is called in
  local failed
  if ! failed=$(aws cloudformation list-stack-instances --stack-set-name "$1" --call-as "$2" --output text \
    --query "Summaries[?Status!='CURRENT'].[Account,Region,Status,StackInstanceStatus.DetailedStatus,StatusReason]" 2>"$TEMP/said"); then
    echo "$1: could not ask in which accounts it failed: $(cat "$TEMP/said")" >&2
  elif [ -n "$failed" ] && [ "$failed" != None ]; then
    echo "$1: not deployed in these accounts, which stay unreachable:" >&2
    echo "$failed" >&2
  fi
}

# --- buckets ----------------------------------------------------------------------------------------------------

# Whether there is such a bucket, `yes` or `no`. Names of buckets are everybody's: one of another account is an error.
bucket() {
  if aws s3api head-bucket --bucket "$1" --expected-bucket-owner "$ACCOUNT" >/dev/null 2>"$TEMP/said"; then
    echo yes
  elif [ ! -s "$TEMP/said" ] || grep -Eqi "404|not found|NoSuchBucket" "$TEMP/said"; then
    echo no
  elif grep -Eqi "403|forbidden|denied" "$TEMP/said"; then
    die "the bucket \`$1\` belongs to another account, or this one may not ask for it; choose another \`NAME\` if it is not yours"
  else
    die "could not ask whether the bucket \`$1\` exists: $(cat "$TEMP/said")"
  fi
}

put() { # file, bucket, key
  aws s3api put-object --bucket "$2" --key "$3" --body "$1" --expected-bucket-owner "$ACCOUNT" >/dev/null
}

# A versioned bucket is empty only when its versions and delete markers are gone, too. One call deletes 1,000 of both at
# most, and the CLI's own paging cuts versions alone; a list of 1,000 is too long for a command line.
delete_bucket() {
  local there
  there=$(bucket "$1")
  [ "$there" = yes ] || return 0
  while :; do
    aws s3api list-object-versions --bucket "$1" --expected-bucket-owner "$ACCOUNT" --no-paginate --max-keys 1000 --output json \
      --query "{Objects: ([Versions, DeleteMarkers][])[:1000].{Key: Key, VersionId: VersionId}, Quiet: \`true\`}" >"$TEMP/versions"
    grep -q '"Key"' "$TEMP/versions" || break
    aws s3api delete-objects --bucket "$1" --expected-bucket-owner "$ACCOUNT" --delete "file://$TEMP/versions" >"$TEMP/said"
    ! grep -q '"Code"' "$TEMP/said" || die "\`$1\` cannot be emptied: $(head -c 2000 "$TEMP/said")"
  done
  aws s3api delete-bucket --bucket "$1" --expected-bucket-owner "$ACCOUNT"
  echo "$1: deleted"
}

# --- parameters of SSM: the pause -------------------------------------------------------------------------------

# The value of a parameter; nothing where there is none.
parameter() {
  if ! aws ssm get-parameter --name "$1" --query Parameter.Value --output text 2>"$TEMP/said"; then
    ! [ -s "$TEMP/said" ] || grep -q ParameterNotFound "$TEMP/said" || die "could not read the parameter \`$1\`: $(cat "$TEMP/said")"
  fi
}

set_pause() { aws ssm put-parameter --name "$PAUSE" --type String --value "$1" --description "Exactly \`off\` lets idle-reaper act; anything else, and it stops and starts nothing." >/dev/null; }

# `off` is written once, before there is a hub, and never over what is there.
first_pause() {
  local value
  value=$(parameter "$PAUSE")
  if [ -z "$value" ]; then set_pause off; else [ "$value" = off ] || echo "$PAUSE is there and says \`$value\`: idle-reaper stays paused"; fi
}

# In hubs of earlier releases the pause was a resource of the stack, which would go with it, or write `off` again. Here it
# is let go, with all its properties as they were, so that CloudFormation does not touch its value.
keep_pause() {
  PAUSED=$(parameter "$PAUSE")
  aws cloudformation describe-stack-resource --stack-name "$NAME" --logical-resource-id Pause >/dev/null 2>&1 || return 0
  awk '{ print } /^Resources:/ {
    print "  Pause:\n    Type: AWS::SSM::Parameter\n    DeletionPolicy: Retain\n    Properties:\n      Name: !Sub \"/${Name}/pause\"\n      Type: String\n      Value: \"off\""
    print "      Description: Exactly `off` lets idle-reaper act; anything else, and it stops and starts nothing."
  }' infra/hub.yaml >"$TEMP/hub.yaml"
  stack "$NAME" "$TEMP/hub.yaml" "State=$(kept "$NAME" State)"
}

# A pause that is gone is set again: it may have been set after it was read.
check_pause() {
  local value
  value=$(parameter "$PAUSE")
  [ -z "$value" ] || return 0
  case "$PAUSED" in
    "" | off) PAUSED="on: the pause was not there after a deployment; write \`off\` when you have looked" ;;
  esac
  set_pause "$PAUSED"
  echo "$PAUSE was not there, and says now \`$PAUSED\`: idle-reaper is paused" >&2
}

delete_parameter() {
  local value
  value=$(parameter "$1")
  [ -n "$value" ] || return 0
  aws ssm delete-parameter --name "$1"
  echo "$1: deleted"
}
