"""Steps: each Deny, by a call that must be refused. probes.py has the calls."""

import json

from cli import Failed
from deploying import Unexpected, expect
from evidence import NotShown
from probes import ALLOWED, DENIED, PROBES

REFUSED = ("UnauthorizedOperation", "AccessDenied", "AccessDeniedException")
# Denies of the record bucket's policy for the function's role, which nobody else can take on to try them.
OF_THE_RECORD = ("SettingsAreNotTheFunctions", "ThePastIsNotTheFunctions", "OnlyTheLockGoes")
# What EC2 answers to a dry run that would have been done.
WOULD = "DryRunOperation"


def steps(step):
    """A step for each probe, and those that need no role."""
    made = [
        step("trust", "Nobody but the function may take on the roles that the function uses", "AssumeRole by the caller, with the right external id",
             "AccessDenied, twice", trust, probe=True)
    ]  # fmt: skip
    for one in PROBES:
        expected = f"refused by the Deny `{one.sid}`" if one.sid else "allowed"
        how = "IAM's simulator" + (", and the call with `--dry-run` by the twin role" if one.live else " alone: this cannot be tried by a dry run")
        made.append(step(one.name, capital(one.title), how, expected, lambda kit, one=one: probe(kit, one), probe=True))
    made.append(step("deny-record", "The function cannot write its own settings, nor change or delete what it recorded",
                     "the bucket's policy, and IAM's simulator about the function's role",
                     f"the Denies {', '.join(f'`{one}`' for one in OF_THE_RECORD)} name the function's role; its own policies allow none of it",
                     own_record, probe=True))  # fmt: skip
    made.append(step("deny-plain-http", "Record and topic refuse what is not encrypted on its way", "GetObject and Publish over plain HTTP",
                     "AccessDenied for both, by the Denies `OnlyTls`; over TLS the same call is allowed", plain_http, probe=True))  # fmt: skip
    return made


def capital(text):
    return text[:1].upper() + text[1:]


def trust(kit):
    seen = []
    for name in kit.config.roles().values():
        try:
            assume(kit, name)
        except Failed as refused:
            expect(refused.code in REFUSED, f"{name}: {refused}")
            seen.append(f"{name}: {refused.code}")
        else:
            raise Unexpected(f"the caller could take on {name}")
    return "; ".join(seen)


def assume(kit, name):
    given = kit.cli(
        "sts", "assume-role", "--role-arn", kit.config.role_arn(name), "--role-session-name", f"idle-reaper-{kit.config.run}",
        "--external-id", kit.config.external_id)["Credentials"]  # fmt: skip
    return {"AWS_ACCESS_KEY_ID": given["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"], "AWS_SESSION_TOKEN": given["SessionToken"]}


def session(kit, who):
    """Credentials of the twin role. A new role takes some seconds to be known everywhere."""
    if who not in kit.sessions:

        def ask():
            try:
                return assume(kit, kit.config.roles(kit.config.twin)[who])
            except Failed:
                return None

        given = kit.cli.until(ask, 90, every=5)
        expect(given, f"the caller cannot take on the twin of the {who} role")
        kit.sessions[who] = given
    return kit.sessions[who]


def probe(kit, one):
    wanted = DENIED if one.sid else ALLOWED
    seen = [simulated(kit, one, wanted)]
    if one.live and kit.twin:
        seen.append(tried(kit, one))
    elif one.live:
        seen.append("the call was not tried: the caller is no role")
    return "; ".join(seen)


def arn(kit, resource):
    config = kit.config
    ec2 = f"arn:{config.partition}:ec2:{config.region}:{config.account}"
    return {
        "INSTANCE": f"{ec2}:instance/{kit.instance}", "VOLUME": f"{ec2}:volume/{kit.volume}", "ROLE": config.role_arn(f"{config.name}-act"),
        "KEY": f"arn:{config.partition}:kms:{config.region}:{config.account}:key/11111111-2222-3333-4444-555555555555",
        "OBJECT": f"arn:{config.partition}:s3:::{config.record}/reaper.toml", "*": "*",
    }[resource]  # fmt: skip


def simulate(kit, role, action, resource, context="[]"):
    words = ["--policy-source-arn", kit.config.role_arn(role), "--action-names", action, "--resource-arns", resource]
    answer = kit.cli("iam", "simulate-principal-policy", *words, "--context-entries", context)
    return answer["EvaluationResults"][0]["EvalDecision"]


def simulated(kit, one, wanted):
    role = kit.config.roles()[one.who]
    decision = simulate(kit, role, one.action, arn(kit, one.resource), one.context(kit.config.prefix, kit.config.region))
    expect(decision == wanted, f"IAM's simulator says `{decision}` about {role}, and not `{wanted}`")
    return f"IAM's simulator: {decision}"


def tried(kit, one):
    tags = {key.replace("PREFIX", kit.config.prefix): value for key, value in one.tags.items()}
    credentials = session(kit, one.who)
    if tags:
        kit.tag(tags)
    try:
        # A tag that was just written takes some seconds until IAM knows it.
        code, message = kit.cli.until(lambda: attempt(kit, one, credentials), 30) or attempt(kit, one, credentials, last=True)
    finally:
        if tags:
            kit.untag(list(tags))
    return f"the call: {code}" + (", with an explicit deny" if "explicit deny" in message else "")


def attempt(kit, one, credentials, last=False):
    """The dry run's code and message where it is what was expected; None before the last time where it is not."""
    wanted = REFUSED if one.sid else (WOULD,)
    role = kit.config.roles(kit.config.twin)[one.who]
    try:
        kit.cli(*one.command(kit.config.prefix, kit.instance, kit.volume), credentials=credentials, role=role)
        code, message = "no error", ""
    except Failed as answer:
        code, message = answer.code, answer.message
    if code in wanted:
        return code, message
    expect(not last, f"the call by {role} ended with `{code}` {message}, and not with {' or '.join(wanted)}")
    return None


def own_record(kit):
    config, role = kit.config, f"{kit.config.name}-hub"
    if config.simulated:
        raise NotShown("the simulated AWS makes no bucket policies, nor evaluates their conditions")
    policy = json.loads(kit.cli("s3api", "get-bucket-policy", "--bucket", config.record)["Policy"])
    found = {one.get("Sid"): one for one in policy["Statement"] if one["Effect"] == "Deny"}
    for sid in OF_THE_RECORD:
        expect(config.role_arn(role) in json.dumps(found.get(sid)), f"`{sid}` is {json.dumps(found.get(sid))}")
    settings, report = (f"arn:{config.partition}:s3:::{config.record}/{key}" for key in ("reaper.toml", "record/runs/1/report.json"))
    seen = []
    for action, resource in (("s3:PutObject", settings), ("s3:DeleteObject", report), ("s3:DeleteObjectVersion", report)):
        decision = simulate(kit, role, action, resource)
        expect(decision != ALLOWED, f"IAM's simulator says that {role} may {action} on {resource}")
        seen.append(f"{action} on {resource}: {decision}")
    return f"the bucket's policy has all three; IAM's simulator about the role's own policies: {'; '.join(seen)}"


def plain_http(kit):
    config = kit.config
    if config.simulated:
        raise NotShown("the simulated AWS is reached over plain HTTP alone")
    host = ".".join((config.region, "amazonaws.com.cn" if config.partition == "aws-cn" else "amazonaws.com"))
    get = ["s3api", "head-object", "--bucket", config.record, "--key", "reaper.toml"]
    kit.cli(*get)
    publish = ["sns", "publish", "--topic-arn", config.topic, "--message", "acceptance: this must not arrive"]
    seen = []
    for words, endpoint in ((get, f"http://s3.{host}"), (publish, f"http://sns.{host}")):
        try:
            kit.cli(*words, "--endpoint-url", endpoint, attempts=1)
        except Failed as refused:
            # HeadObject has no body, so its refusal has no other code than the status.
            if not refused.code:
                raise NotShown(f"{endpoint} could not be reached over plain HTTP: {refused}") from refused
            expect(refused.code in (*REFUSED, "403", "AuthorizationError"), f"{endpoint}: {refused}")
            seen.append(f"{endpoint}: {refused.code}")
        else:
            raise Unexpected(f"{endpoint} did what it was asked over plain HTTP")
    return "; ".join(seen)
