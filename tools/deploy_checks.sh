# shellcheck shell=bash
# shellcheck disable=SC2153,SC2154 # GIVEN, NAME and the like are deploy.sh's
# What tools/deploy.sh checks before it makes anything: the timeout, the quota, and what is fixed once it is there.

# The shortest time between two runs of a schedule, in seconds; nothing for one that runs once.
interval() {
  printf '%s\n' "$1" | awk '
    /^at\(/ { exit }
    /^rate\([0-9]+ (minute|hour|day)s?\)$/ {
      split(substr($0, 6), part, /[ )]/)
      print part[1] * (part[2] ~ /^minute/ ? 60 : part[2] ~ /^hour/ ? 3600 : 86400)
      exit
    }
    /^cron\(.*\)$/ {
      split(substr($0, 6), field, " ")
      once = field[2] ~ /^[0-9]+$/ # in one hour of a day
      count = split(field[1], some, ",")
      for (at = 1; at <= count; at++) {
        split(some[at], cut, "/")
        step = cut[2] == "" ? 1 : cut[2] + 0
        if (cut[1] == "*") { from = 0; to = 59 }
        else if (split(cut[1], ends, "-") == 2) { from = ends[1] + 0; to = ends[2] + 0 }
        else { from = cut[1] + 0; to = cut[2] == "" ? from : 59 }
        if (step < 1 || from > 59 || to > 59) { print "?"; exit }
        for (minute = from; minute <= to; minute += step) on[minute] = 1
      }
      # Over two hours, as if it ran in every one.
      last = -1; least = once ? 1440 : 60
      for (minute = 0; minute < (once ? 60 : 120); minute++) if ((minute % 60) in on) {
        if (last >= 0 && minute - last < least) least = minute - last
        last = minute
      }
      print least * 60
      exit
    }
    { print "?" }'
}

# What the function could not read is not uploaded. It gets this one file, in S3 or SSM, where nothing is beside it.
check_settings() {
  local checker name line
  [ -n "${SETTINGS:-}" ] || return 0
  [ -f "$SETTINGS" ] || die "the settings \`$SETTINGS\` are not there"
  line=$(includes "$SETTINGS")
  [ -z "$line" ] ||
    die "line $line of the settings \`$SETTINGS\` has \`include\`, and settings in S3 or SSM include no files: the function could not run. Move what the files hold into \`$SETTINGS\`, and remove \`include\`"
  checker="${IDLE_REAPER-$(command -v idle-reaper || true)}"
  if [ -z "$checker" ]; then
    echo "the settings are uploaded unchecked: \`idle-reaper\` is not in PATH, and \`IDLE_REAPER\` names no binary" >&2
    return 0
  fi
  checker=$(command -v "$checker") || die "\`IDLE_REAPER\` names \`$IDLE_REAPER\`, which is no program"
  case "$checker" in /*) ;; *) checker="$PWD/$checker" ;; esac
  # Alone in a folder, as the function finds it.
  name=$(basename "./$SETTINGS")
  mkdir "$TEMP/settings"
  cp "$SETTINGS" "$TEMP/settings/$name"
  (cd "$TEMP/settings" && "$checker" "--config=$name" check) >"$TEMP/checked" 2>&1 || {
    cat "$TEMP/checked" >&2
    die "\`$checker check\` refuses the settings \`$SETTINGS\`, so nothing was changed. If that binary is older than what you deploy, name another one in \`IDLE_REAPER\`; set to nothing, it leaves out the check"
  }
}

# The number of the line with an \`include\` at the top of the settings that is not an empty list; nothing where there is none.
includes() { # settings
  LC_ALL=C awk '
    NR == 1 { sub(/^\357\273\277/, "") }
    /^[ \t]*\[/ { exit } # the first table: what comes before it is the top
    /^[ \t]*(include|"include"|\047include\047)[ \t]*=/ {
      sub(/^[^=]*=[ \t]*/, "")
      if ($0 !~ /^\[[ \t]*\][ \t]*(#.*)?\r?$/) { print NR; exit }
    }' "$1"
}

# A run that hangs must have ended, and its lock with it, when the next one begins.
timeout_of() { # stack, template
  local expression every timeout longest
  expression=$(effective "$1" "$2" Expression)
  if [ -n "$expression" ]; then
    every=$(interval "$expression")
    [ "$every" != "?" ] || die "\`Expression=$expression\` is none that EventBridge Scheduler knows: rate(15 minutes), cron(0/15 6-23 ? * MON-FRI *)"
    [ -n "$every" ] || return 0
  else
    every=$(($(effective "$1" "$2" Minutes) * 60))
  fi
  longest=$((every - 120))
  [ "$longest" -le 900 ] || longest=900
  timeout=$(effective "$1" "$2" Timeout)
  if [ "$timeout" != auto ] && [ "$timeout" -ge "$every" ] && [ -z "$(given Timeout)" ]; then
    # The default of earlier releases, which was as long as the interval.
    timeout=$(declared "$2" | sed -n 's/^Timeout //p')
    GIVEN="$GIVEN
Timeout=$timeout"
    echo "$1: \`Timeout\` was not shorter than the interval, and is now $timeout" >&2
  fi
  if [ "$timeout" = auto ]; then
    timeout=$(($(effective "$1" "$2" Minutes) * 60 - 120))
    [ "$timeout" -le 900 ] || timeout=900
  fi
  [ "$timeout" -lt "$every" ] || die "the function may run for $timeout s, and the schedule runs it every $every s: a run that hangs would hold the lock when the next one begins. Give \`Timeout=$longest\` or less in \`PARAMETERS\`, or a longer interval"
}

# Lambda reserves only what leaves 100 concurrent executions of the account to others.
reservation() { # stack, template, function, how many
  local wanted limits total free own
  wanted=$(effective "$1" "$2" ReservedConcurrency)
  [ "$wanted" = yes ] || return 0
  limits=$(aws lambda get-account-settings --query "AccountLimit.[ConcurrentExecutions,UnreservedConcurrentExecutions]" --output text) ||
    die "could not ask whether this account's quota bears \`ReservedConcurrency=yes\`; it needs \`lambda:GetAccountSettings\`"
  total=$(echo "$limits" | awk '{ print $1 + 0 }')
  free=$(echo "$limits" | awk '{ print $2 + 0 }')
  own=$(aws lambda get-function-concurrency --function-name "$3" --query ReservedConcurrentExecutions --output text 2>/dev/null || true)
  own=$(echo "$own" | awk '{ print $1 + 0 }')
  [ $((free + own - $4)) -ge 100 ] || die "\`ReservedConcurrency=yes\` would reserve $4 of this account's $total concurrent executions in $REGION, of which $free are unreserved, and Lambda wants 100 left for others. Leave it out (runs are kept apart by the lock in the record anyway), or ask Service Quotas for more \"Concurrent executions\" of Lambda"
}

# IAM cannot move a role, and CloudFormation does not replace one that has a name.
same_path() { # stack, template
  local before after
  [ -n "$(status "$1")" ] || return 0
  before=$(kept "$1" RolePath)
  after=$(effective "$1" "$2" RolePath)
  [ "${before:-/}" = "$after" ] || die "the roles of \`$1\` have the path \`${before:-/}\`, and IAM cannot move them to \`$after\`: remove the stack and deploy it again"
}

# Object Lock is a property that a bucket is made with.
object_lock() {
  local before after people
  after=$(effective "$NAME" infra/hub.yaml RecordObjectLockDays)
  people=$(effective "$NAME" infra/hub.yaml KeepPeopleDays)
  [ "$people" = 0 ] || [ "$after" -le "$people" ] ||
    die "\`RecordObjectLockDays=$after\` would keep people's names longer than \`KeepPeopleDays=$people\`: nobody could delete them in time"
  [ -n "$(status "$NAME")" ] || return 0
  before=$(kept "$NAME" RecordObjectLockDays)
  case "${before:-0}:$after" in
    0:0 | [1-9]*:[1-9]*) ;;
    *) die "Object Lock is chosen when the bucket is made: \`RecordObjectLockDays\` of \`$NAME\` is ${before:-0} and cannot become $after. docs/hardening.md says how to get there" ;;
  esac
}

# In a new hub names expire. A hub of an earlier release keeps what it has, until somebody says otherwise. The template's own
# default is 0, so that an upgrade by other means expires nothing either.
keep_people() {
  if [ -n "$(given KeepPeopleDays)" ]; then
    :
  elif [ -z "$(status "$NAME")" ]; then
    GIVEN="$GIVEN
KeepPeopleDays=90"
  elif [ -z "$(kept "$NAME" KeepPeopleDays)" ]; then
    GIVEN="$GIVEN
KeepPeopleDays=0"
    echo "$NAME: names, owners and messages in the record are kept as long as the record, as before; \`KEEP_PEOPLE_DAYS=90 make deploy\` lets them expire" >&2
  fi
  savings_too
}

# The bucket cannot expire owners within the savings: the settings do that.
savings_too() {
  local days
  days=$(effective "$NAME" infra/hub.yaml KeepPeopleDays)
  [ "$days" != 0 ] && [ -n "${SETTINGS:-}" ] && ! grep -Eq '^[[:space:]]*("?run"?[[:space:]]*\.[[:space:]]*)?"?keep-people-days"?[[:space:]]*=' "$SETTINGS" || return 0
  echo "$NAME: the record names people for $days days, but its savings name owners as long as the record: \`keep-people-days = $days\` in [run] of \`$SETTINGS\` belongs to it" >&2
}
