#!/usr/bin/env bash
# Installs and removes idle-reaper with the AWS CLI and nothing else. `make deploy` and its kin call it; what it asks
# for stands in docs/operating.md. The account and Region are those of the CLI's own configuration.
set -euo pipefail
cd "$(dirname "$0")/.."

NAME="${NAME:-idle-reaper}"
ARCH="${ARCH:-x86_64}"
PACKAGE="${PACKAGE:-target/package/idle-reaper-$ARCH.zip}"
export AWS_PAGER=""
# The first major version of the CLI knows the second name only.
[ -z "${AWS_REGION:-}" ] || export AWS_DEFAULT_REGION="$AWS_REGION"

die() { echo "error: $*" >&2; exit 1; }
need() { [ -n "${!1:-}" ] || die "\`$1\` is not set: $2"; }
hash_of() { sha256sum "$1" | cut -c 1-16; }
exists() { aws cloudformation describe-stacks --stack-name "$1" >/dev/null 2>&1; }

where() {
  ACCOUNT=$(aws sts get-caller-identity --query Account --output text) || die "the AWS CLI has no credentials; try \`aws sso login\`"
  REGION="${AWS_REGION:-${AWS_DEFAULT_REGION:-$(aws configure get region || true)}}"
  [ -n "$REGION" ] || die "no Region is configured; set \`AWS_REGION\`"
  export AWS_REGION="$REGION" AWS_DEFAULT_REGION="$REGION"
  CODE="$NAME-code-$ACCOUNT-$REGION"
  RECORD="$NAME-$ACCOUNT-$REGION"
}

organization() {
  ORGANIZATION="${ORGANIZATION:-$(aws organizations describe-organization --query Organization.Id --output text 2>/dev/null || true)}"
  need ORGANIZATION "the organisation's id, such as o-a1b2c3d4e5; this account may not ask for it"
}

code_bucket() {
  aws s3api head-bucket --bucket "$CODE" >/dev/null 2>&1 && return
  local constraint=()
  [ "$REGION" = us-east-1 ] || constraint=(--create-bucket-configuration "LocationConstraint=$REGION")
  aws s3api create-bucket --bucket "$CODE" "${constraint[@]}" >/dev/null
  aws s3api put-public-access-block --bucket "$CODE" --public-access-block-configuration \
    BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true
}

# The hash in the key: CloudFormation sees a change only where a parameter changes.
upload() { # file, key without hash, ending
  KEY="$2-$(hash_of "$1").$3"
  aws s3 cp --only-show-errors "$1" "s3://$CODE/$KEY"
}

stack() { # name, template, Name=value ...
  local name="$1" template="$2"
  shift 2
  aws cloudformation deploy --stack-name "$name" --template-file "$template" --capabilities CAPABILITY_NAMED_IAM \
    --no-fail-on-empty-changeset --tags "Application=$NAME" --parameter-overrides "$@"
}

spoke_parameters() {
  need EXTERNAL_ID "the \`external-id\` of the settings, 16 characters or more"
  SPOKE=("OrganizationId=$ORGANIZATION" "HubAccount=${HUB_ACCOUNT:-$ACCOUNT}" "HubRole=$NAME-hub" "ExternalId=$EXTERNAL_ID" "Acting=${ACTING:-no}")
}

# Rules that forward events, only where Regions are named for them.
events_parameters() {
  [ -n "${EVENT_REGIONS:-}" ] || return 0
  HUB_BUS="${HUB_BUS:-$(aws cloudformation describe-stacks --stack-name "$NAME" --query "Stacks[0].Outputs[?OutputKey=='Bus'].OutputValue" --output text 2>/dev/null || true)}"
  need HUB_BUS "the output \`Bus\` of the hub, which there is after \`PARAMETERS=Events=yes make deploy\`"
  upload infra/spoke-events.yaml templates/spoke-events yaml
  SPOKE+=("EventsTemplate=https://$CODE.s3.$REGION.amazonaws.com/$KEY" "EventRegions=$EVENT_REGIONS" "HubBus=$HUB_BUS")
}

delete_stack() {
  exists "$1" || { echo "$1: is not there"; return; }
  aws cloudformation delete-stack --stack-name "$1"
  aws cloudformation wait stack-delete-complete --stack-name "$1"
  echo "$1: deleted"
}

# A versioned bucket is empty only when its versions and delete markers are gone, too.
delete_bucket() {
  aws s3api head-bucket --bucket "$1" >/dev/null 2>&1 || return 0
  local kind found
  for kind in Versions DeleteMarkers; do
    while :; do
      found=$(aws s3api list-object-versions --bucket "$1" --max-items 500 --output json --query "{Objects: $kind[].{Key: Key, VersionId: VersionId}, Quiet: \`true\`}")
      [[ "$found" == *'"Key"'* ]] || break
      aws s3api delete-objects --bucket "$1" --delete "$found" >/dev/null
    done
  done
  aws s3api delete-bucket --bucket "$1"
  echo "$1: deleted"
}

case "${1:-}" in
  hub)
    [ -f "$PACKAGE" ] || die "\`$PACKAGE\` is not there; \`make package\` or \`make package-arm64\` makes it"
    where
    organization
    if ! exists "$NAME" && aws s3api head-bucket --bucket "$RECORD" >/dev/null 2>&1; then
      die "the bucket \`$RECORD\` is left from an earlier installation; docs/operating.md, \"Uninstall\", says how to take it in again or to delete it"
    fi
    code_bucket
    upload "$PACKAGE" "code/$ARCH" zip
    # shellcheck disable=SC2086 # PARAMETERS is a list of Name=value
    stack "$NAME" infra/hub.yaml "Name=$NAME" "OrganizationId=$ORGANIZATION" "CodeBucket=$CODE" "CodeKey=$KEY" "Architecture=$ARCH" ${PARAMETERS:-}
    [ -z "${SETTINGS:-}" ] || aws s3 cp --only-show-errors "$SETTINGS" "s3://$RECORD/reaper.toml"
    aws cloudformation describe-stacks --stack-name "$NAME" --query "Stacks[0].Outputs[].[OutputKey,OutputValue]" --output text
    ;;
  fan-out)
    where
    exists "$NAME" || die "the hub \`$NAME\` is not there, whose role and record the parts use; first \`make deploy\`"
    [ -f "$PACKAGE" ] || die "\`$PACKAGE\` is not there; \`make package\` or \`make package-arm64\` makes it"
    # The parts go by the settings of the hub, and by no others that may lie about.
    FROM=$(aws cloudformation describe-stacks --stack-name "$NAME" --query "Stacks[0].Parameters[?ParameterKey=='Settings'].ParameterValue" --output text)
    [ "$FROM" = s3 ] || [ "$FROM" = ssm ] || die "the hub \`$NAME\` does not tell where its settings are (\`$FROM\`)"
    code_bucket
    upload "$PACKAGE" "code/$ARCH" zip
    # shellcheck disable=SC2086 # PARAMETERS is a list of Name=value
    stack "$NAME-parts" infra/fan-out.yaml "Name=$NAME" "CodeBucket=$CODE" "CodeKey=$KEY" "Architecture=$ARCH" ${PARAMETERS:-} "Settings=$FROM"
    aws cloudformation describe-stacks --stack-name "$NAME-parts" --query "Stacks[0].Outputs[].[OutputKey,OutputValue]" --output text
    ;;
  organization)
    need UNITS "organisational units, such as ou-ab12-34cd56ef,ou-ab12-98ab76cd"
    where
    organization
    spoke_parameters
    code_bucket
    upload infra/spoke.yaml templates/spoke yaml
    SPOKE+=("SpokeTemplate=https://$CODE.s3.$REGION.amazonaws.com/$KEY")
    events_parameters
    stack "$NAME-${GROUP:-organization}" infra/organization.yaml "${SPOKE[@]}" "Units=$UNITS" "CallAs=${CALL_AS:-DELEGATED_ADMIN}"
    ;;
  spoke)
    need HUB_ACCOUNT "the account of the hub"
    where
    organization
    spoke_parameters
    stack "$NAME-spoke" infra/spoke.yaml "${SPOKE[@]}"
    ;;
  destroy)
    where
    exists "$NAME-${GROUP:-organization}" && [ "${FORCE:-}" != yes ] && die "the roles in the accounts are still there; first \`make destroy-organization\`, or \`FORCE=yes\`"
    delete_stack "$NAME-parts"
    delete_stack "$NAME"
    delete_bucket "$CODE"
    if [ "${RECORD_TOO:-}" = yes ]; then
      delete_bucket "$RECORD"
    else
      echo "$RECORD: kept, with the run records and the settings; \`RECORD_TOO=yes\` deletes it"
    fi
    ;;
  destroy-fan-out) where; delete_stack "$NAME-parts" ;;
  destroy-organization) where; delete_stack "$NAME-${GROUP:-organization}" ;;
  destroy-spoke) where; delete_stack "$NAME-spoke" ;;
  *) die "tools/deploy.sh hub | fan-out | organization | spoke | destroy | destroy-fan-out | destroy-organization | destroy-spoke" ;;
esac
