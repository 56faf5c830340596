"""The steps in order. Each is a function of the kit that returns what was seen, or raises.

`needs`: the step is tried only if nothing before it failed. Probes go on among themselves, so that the evidence has them all.
"""

import acting
import alarms
import deploying
import probing


class Step:
    def __init__(self, name, title, how, expected, do, probe=False):
        self.name, self.title, self.how, self.expected, self.do, self.probe = name, title, how, expected, do, probe


def steps():
    return [
        Step("deploy-hub", "The hub is deployed under a name of its own, with its schedule off", "tools/deploy.sh hub",
             "the stack is complete, the function runs the very package, the schedule is DISABLED, the pause is `off`", deploying.hub),
        Step("deploy-roles", "The reading and the acting role are deployed", "tools/deploy.sh spoke", "both roles are there", deploying.roles),
        Step("deploy-twin", "The same roles once more, with the caller in place of the function in their trust", "tools/deploy.sh spoke",
             "their policies are those of the roles that the function uses, to the letter", deploying.twin),
        Step("launch", "One small instance is launched", "RunInstances", "it runs, its root volume is encrypted, nothing may connect to it, IMDSv2 is required", deploying.launch),
        Step("dry-run", "A dry run over the whole account finds this instance alone, and changes nothing", "the function, `plan`",
             "one candidate, the instance; nothing is unreachable; state and tags are as before", acting.dry_run),
        *probing.steps(Step),
        Step("not-armed", "A run that is not armed stops nothing", "the function, `apply` over the whole account with `armed = false`",
             "the verdict is `stop`, not armed because `run-not-armed`; no outcome; the instance runs", acting.not_armed),
        Step("kept", "The instance bears the keep tag: an armed run stops nothing", "the function, `apply`", "skipped by the rule `kept`; the instance runs", acting.kept),
        Step("paused", "The pause parameter has some other value than `off`: an armed run stops nothing", "the function, `apply`",
             "no step is done; the instance runs", acting.paused),
        Step("stop", "An armed run stops the instance", "the function, `apply`", "one outcome `stopped`; EC2 says stopped; the tag names the run", acting.stop),
        Step("start", "At the opening of its schedule it is started", "the function, `apply`", "one outcome `started`; EC2 says running; the tag is gone", acting.start),
        Step("undo", "A second stop is undone: dry run first, then the undo of the whole run", "the function, `undo`",
             "the dry run changes nothing; then one outcome `started`, the instance runs, and the undo has paused idle-reaper", acting.undo),
        Step("undone", "The next armed run leaves alone what was undone", "the function, `apply`", "skipped by the rule `undone`; the instance runs", acting.undone),
        Step("alarm-definition", "The alarm of a missing run is defined so that silence raises it", "DescribeAlarms",
             "the number of runs, below 1 in two intervals, missing data counts as breaching, to the operators' topic", alarms.definition),
        Step("alarm-rings", "The alarm reaches who subscribes to the operators' topic", "its state is set by SetAlarmState, a queue listens",
             "the queue has the message of the alarm", alarms.rings),
        Step("alarm-by-itself", "Without a run the alarm goes off by itself", "waiting for two intervals of 5 minutes", "CloudWatch itself sets OK, then ALARM", alarms.by_itself),
        Step("teardown", "Everything is removed", "tools/deploy.sh destroy, and a list of what is left", "nothing is left", None),
    ]  # fmt: skip
