#!/usr/bin/env bash
# Installs and removes idle-reaper with the AWS CLI. `make deploy` and its kin call it; what it asks for stands in
# docs/operating.md. The account and Region are those of the CLI's own configuration.
#
# It runs under the bash 3.2 of macOS: no array is ever empty, and no tool is called that only Linux has.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=tools/deploy_parts.sh
. tools/deploy_parts.sh
# shellcheck source=tools/deploy_release.sh
. tools/deploy_release.sh
# shellcheck source=tools/deploy_checks.sh
. tools/deploy_checks.sh

NAME="${NAME:-idle-reaper}"
ARCH="${ARCH:-x86_64}"
GIVEN_PACKAGE="${PACKAGE:-}"
PACKAGE="${PACKAGE:-target/package/idle-reaper-$ARCH.zip}"
REPOSITORY="${REPOSITORY:-idle-reaper/idle-reaper}"
export AWS_PAGER=""
# The first major version of the CLI knows the second name only.
[ -z "${AWS_REGION:-}" ] || export AWS_DEFAULT_REGION="$AWS_REGION"
TEMP=$(mktemp -d)
trap 'rm -rf "$TEMP"' EXIT

where() {
  ACCOUNT=$(aws sts get-caller-identity --query Account --output text) || die "the AWS CLI has no credentials; try \`aws sso login\`"
  PARTITION=$(aws sts get-caller-identity --query Arn --output text | cut -d : -f 2)
  REGION="${AWS_REGION:-${AWS_DEFAULT_REGION:-$(aws configure get region || true)}}"
  [ -n "$REGION" ] || die "no Region is configured; set \`AWS_REGION\`"
  export AWS_REGION="$REGION" AWS_DEFAULT_REGION="$REGION"
  CODE="$NAME-code-$ACCOUNT-$REGION"
  RECORD="$NAME-$ACCOUNT-$REGION"
  PAUSE="/$NAME/pause"
}

organization() {
  ORGANIZATION="${ORGANIZATION:-$(aws organizations describe-organization --query Organization.Id --output text 2>/dev/null || true)}"
  need ORGANIZATION "the organisation's id, such as o-a1b2c3d4e5; this account may not ask for it"
}

code_bucket() {
  local there
  there=$(bucket "$CODE")
  [ "$there" = no ] || return 0
  if [ "$REGION" = us-east-1 ]; then
    aws s3api create-bucket --bucket "$CODE" >/dev/null
  else
    aws s3api create-bucket --bucket "$CODE" --create-bucket-configuration "LocationConstraint=$REGION" >/dev/null
  fi
  aws s3api put-public-access-block --bucket "$CODE" --expected-bucket-owner "$ACCOUNT" --public-access-block-configuration \
    BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true
}

# The hash in the key: CloudFormation sees a change only where a parameter changes.
upload() { # file, key without hash, ending
  local hash
  hash=$(hash_of "$1")
  KEY="$2-$hash.$3"
  put "$1" "$CODE" "$KEY"
}

# The settings go where the function reads them: an object in the record's bucket, or a parameter.
settings_source() { effective "$NAME" infra/hub.yaml Settings; }
put_settings() {
  local source
  [ -n "${SETTINGS:-}" ] || return 0
  source=$(settings_source)
  if [ "$source" = ssm ]; then
    aws ssm put-parameter --name "/$NAME/settings" --type String --tier Intelligent-Tiering --overwrite --value "file://$SETTINGS" >/dev/null
  else
    put "$SETTINGS" "$RECORD" reaper.toml
  fi
}
settings_there() {
  local source
  source=$(settings_source)
  if [ "$source" = ssm ]; then
    aws ssm get-parameter --name "/$NAME/settings" >/dev/null 2>&1
  else
    aws s3api head-object --bucket "$RECORD" --key reaper.toml --expected-bucket-owner "$ACCOUNT" >/dev/null 2>&1
  fi
}

# A new stack begins with its schedule off, and is switched on by a second deployment. Until the first run has ended its
# alarm "no run" is in alarm without having rung, and so it does not ring.
quietly() { # alarm
  aws cloudwatch set-alarm-state --alarm-name "$1" --state-value ALARM --state-reason "installed just now; the first run ends this" 2>/dev/null ||
    echo "the alarm \`$1\` could not be kept quiet: it may ring once before the first run has ended" >&2
}

tell_schedule() { # stack, verb
  local state
  state=$(kept "$1" State)
  [ "$state" = ENABLED ] || echo "the schedule of $1 is $state, so nothing runs by itself; \`PARAMETERS=State=ENABLED make $2\` switches it on"
}

hub() {
  check_settings
  packaged
  where
  organization
  parameters infra/hub.yaml
  recover "$NAME"
  timeout_of "$NAME" infra/hub.yaml
  same_path "$NAME" infra/hub.yaml
  keep_people
  object_lock
  reservation "$NAME" infra/hub.yaml "$NAME" 1
  local state there wanted
  state=$(status "$NAME")
  there=$(bucket "$RECORD")
  if [ -z "$state" ] && [ "$there" = yes ]; then
    die "the bucket \`$RECORD\` is left from an earlier installation; docs/operating.md, \"Uninstall\", says how to take it in again or to delete it"
  fi
  wanted=$(effective "$NAME" infra/hub.yaml State)
  code_bucket
  upload "$PACKAGE" "code/$ARCH" zip
  override "Name=$NAME" "OrganizationId=$ORGANIZATION" "CodeBucket=$CODE" "CodeKey=$KEY" "Architecture=$ARCH"
  if [ -z "$state" ]; then
    first_pause
    defaults infra/hub.yaml
    stack "$NAME" infra/hub.yaml State=DISABLED
    put_settings
    quietly "$NAME-no-run"
    enable "$wanted"
  elif [ "$(kept "$NAME" State)" = ENABLED ]; then
    keep_pause
    stack "$NAME" infra/hub.yaml
    put_settings
    check_pause
  else
    keep_pause
    put_settings
    enable "$wanted"
    check_pause
  fi
  outputs "$NAME"
  tell_schedule "$NAME" deploy
}

# Deploys with the wanted state of the schedule: on only where there are settings to run by.
enable() { # state
  if [ "$1" = ENABLED ] && ! settings_there; then
    echo "there are no settings yet, so the schedule stays off: \`SETTINGS=reaper.toml PARAMETERS=State=ENABLED make deploy\`" >&2
    stack "$NAME" infra/hub.yaml State=DISABLED
  else
    stack "$NAME" infra/hub.yaml "State=$1"
  fi
}

# A parameter that the parts have from the hub, unless it is given.
of_the_hub() { # parameter, what an earlier release has
  local value
  [ -z "$(given "$1")" ] || return 0
  value=$(kept "$NAME" "$1") || exit 1
  GIVEN="$GIVEN
$1=${value:-${2:-}}"
}

fan_out() {
  where
  local parts="$NAME-parts" state hub from wanted
  hub=$(status "$NAME")
  [ -n "$hub" ] || die "the hub \`$NAME\` is not there, whose role and record the parts use; first \`make deploy\`"
  packaged
  # The parts go by the settings of the hub, and by no others that may lie about. Its role and its key are theirs, too.
  from=$(kept "$NAME" Settings)
  [ "$from" = s3 ] || [ "$from" = ssm ] || die "the hub \`$NAME\` does not tell where its settings are (\`$from\`)"
  parameters infra/fan-out.yaml
  recover "$parts"
  of_the_hub RolePath /
  of_the_hub KmsKeyArn
  of_the_hub PermissionsBoundary
  of_the_hub CodeSigningConfigArn
  timeout_of "$parts" infra/fan-out.yaml
  reservation "$parts" infra/fan-out.yaml "$parts" "$(effective "$parts" infra/fan-out.yaml Children)"
  state=$(status "$parts")
  wanted=$(effective "$parts" infra/fan-out.yaml State)
  code_bucket
  upload "$PACKAGE" "code/$ARCH" zip
  override "Name=$NAME" "CodeBucket=$CODE" "CodeKey=$KEY" "Architecture=$ARCH"
  if [ -z "$state" ]; then
    defaults infra/fan-out.yaml
    stack "$parts" infra/fan-out.yaml "Settings=$from" State=DISABLED
    quietly "$NAME-parts-no-run"
  fi
  stack "$parts" infra/fan-out.yaml "Settings=$from" "State=$wanted"
  outputs "$parts"
  tell_schedule "$parts" deploy-fan-out
}

spoke_parameters() { # template
  need EXTERNAL_ID "the \`external-id\` of the settings, 16 characters or more"
  parameters "$1"
  override "OrganizationId=$ORGANIZATION" "HubAccount=${HUB_ACCOUNT:-$ACCOUNT}" "HubRole=$NAME-hub" "ExternalId=$EXTERNAL_ID" "Acting=${ACTING:-no}"
  # What is not set here keeps its value; what is set to nothing is taken away.
  [ -z "${TAG_PREFIX+set}" ] || override "TagPrefix=$TAG_PREFIX"
  [ -z "${KMS_KEYS+set}" ] || override "KmsKeys=$KMS_KEYS"
  [ -z "${READING_PRINCIPALS+set}" ] || override "ReadingPrincipals=$READING_PRINCIPALS"
}

# Rules that forward events, only where Regions are named for them. CloudFormation keeps what it is not told, so taking
# them away has to be said.
events_parameters() {
  if [ -z "${EVENT_REGIONS:-}" ]; then
    override EventsTemplate= HubBus=
    return
  fi
  HUB_BUS="${HUB_BUS:-$(aws cloudformation describe-stacks --stack-name "$NAME" --query "Stacks[0].Outputs[?OutputKey=='Bus'].OutputValue" --output text 2>/dev/null || true)}"
  need HUB_BUS "the output \`Bus\` of the hub, which there is after \`PARAMETERS=Events=yes make deploy\`"
  upload infra/spoke-events.yaml templates/spoke-events yaml
  override "EventsTemplate=https://$CODE.s3.$REGION.$(domain)/$KEY" "EventRegions=$EVENT_REGIONS" "HubBus=$HUB_BUS"
}

organization_wide() {
  need UNITS "organisational units, such as ou-ab12-34cd56ef,ou-ab12-98ab76cd"
  local group call_as="${CALL_AS:-DELEGATED_ADMIN}"
  group="$NAME-${GROUP:-organization}"
  where
  organization
  spoke_parameters infra/organization.yaml
  recover "$group"
  same_path "$group" infra/organization.yaml
  code_bucket
  upload infra/spoke.yaml templates/spoke yaml
  override "SpokeTemplate=https://$CODE.s3.$REGION.$(domain)/$KEY" "Units=$UNITS" "CallAs=$call_as"
  events_parameters
  stack "$group" infra/organization.yaml
  failed_instances "$group-spokes" "$call_as"
  [ -z "${EVENT_REGIONS:-}" ] || failed_instances "$group-events" "$call_as"
}

spoke() {
  need HUB_ACCOUNT "the account of the hub"
  where
  organization
  spoke_parameters infra/spoke.yaml
  recover "$NAME-spoke"
  same_path "$NAME-spoke" infra/spoke.yaml
  stack "$NAME-spoke" infra/spoke.yaml
}

destroy() {
  where
  local roles
  # Every stack of ours with roles, whatever its group is called: an external id, and the hub's role, are what they have
  # in common.
  roles=$(aws cloudformation describe-stacks --output text --query "Stacks[?Parameters[?ParameterKey=='HubRole' && ParameterValue=='$NAME-hub'] && Parameters[?ParameterKey=='ExternalId'] && StackStatus!='ROLLBACK_COMPLETE' && StackStatus!='DELETE_COMPLETE' && StackStatus!='REVIEW_IN_PROGRESS'].StackName")
  if [ -n "$roles" ] && [ "$roles" != None ] && [ "${FORCE:-}" != yes ]; then
    die "roles are still deployed, by the stacks: $(echo "$roles" | tr '\t\n' '  ') - first \`make destroy-organization\`, with the \`GROUP\` of each, or \`make destroy-spoke\`; or \`FORCE=yes\`"
  fi
  delete_stack "$NAME-parts"
  delete_stack "$NAME"
  delete_parameter "$PAUSE"
  delete_bucket "$CODE"
  if [ "${RECORD_TOO:-}" = yes ]; then
    delete_parameter "/$NAME/settings"
    delete_bucket "$RECORD"
  else
    echo "$RECORD: kept, with the run records and the settings; \`RECORD_TOO=yes\` deletes it"
  fi
}

case "${1:-}" in
  hub) hub ;;
  fan-out) fan_out ;;
  organization) organization_wide ;;
  spoke) spoke ;;
  destroy) destroy ;;
  destroy-fan-out) where; delete_stack "$NAME-parts" ;;
  destroy-organization) where; delete_stack "$NAME-${GROUP:-organization}" ;;
  destroy-spoke) where; delete_stack "$NAME-spoke" ;;
  *) die "tools/deploy.sh hub | fan-out | organization | spoke | destroy | destroy-fan-out | destroy-organization | destroy-spoke" ;;
esac
