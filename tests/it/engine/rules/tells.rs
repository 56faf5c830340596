//! Every tell of the rules that have several, and what is no tell.

use idle_reaper::engine::model::{Instance, Reason};

use crate::fake::{EVENING, Shape, at, instance, judge, with};

fn reason(found: &Instance) -> Reason {
    judge(&with(&[]), found, at(EVENING)).verdict.reason()
}

fn of_kind(kind: &str) -> Instance {
    Instance { kind: kind.into(), ..instance("i-1") }
}

#[test]
fn keys_that_tell_protect_by_their_presence() {
    for (expected, keys) in [
        (Reason::Kept, &["idle-reaper:keep", "Idle-Reaper:Keep", "IDLE-REAPER:KEEP"][..]),
        (Reason::AutoScalingMember, &["aws:autoscaling:groupName"]),
        (
            Reason::KubernetesNode,
            &[
                "eks:cluster-name",
                "eks:nodegroup-name",
                "aws:eks:cluster-name",
                "kubernetes.io/cluster/blue",
                "karpenter.sh/nodepool",
                "karpenter.k8s.aws/ec2nodeclass",
                "k8s.io/role/node",
                "sigs.k8s.io/cluster-api-provider-aws/cluster/blue",
                "KubernetesCluster",
            ],
        ),
        (
            Reason::ContainerHost,
            &[
                "AmazonECSManaged",
                "amazonecsmanaged",
                "AWSBatchServiceTag",
                "aws:ecs:clusterName",
                "aws:batch:compute-environment",
            ],
        ),
        (
            Reason::ManagedService,
            &[
                "aws:elasticmapreduce:job-flow-id",
                "aws:elasticmapreduce:instance-group-role",
                "elasticbeanstalk:environment-id",
                "parallelcluster:cluster-name",
                "parallelcluster:version",
                "ParallelCluster:node-type",
                "aws:pcs:cluster-id",
                "aws:pcs:compute-node-group-id",
                "aws:ec2fleet:fleet-id",
                "aws:ec2spot:fleet-request-id",
                "AWSRDSCustom",
                "Ec2ImageBuilderArn",
            ],
        ),
    ] {
        for key in keys {
            for value in ["", "false", "no", "off", "x"] {
                assert_eq!(reason(&instance("i-1").tag(key, value)), expected, "`{key}` = `{value}`");
            }
        }
    }
}

#[test]
fn tags_that_tell_by_their_value_protect_by_that_value_alone() {
    for (key, value, wrong) in
        [("Vendor", "Databricks", "Acme"), ("vendor", "DATABRICKS", ""), ("CreatedBy", "EC2 Image Builder", "ana")]
    {
        assert_eq!(reason(&instance("i-1").tag(key, value)), Reason::ManagedService, "`{key}` = `{value}`");
        assert_eq!(reason(&instance("i-1").tag(key, wrong)), Reason::OutsideHours, "`{key}` = `{wrong}`");
    }
}

#[test]
fn servers_of_a_migration_are_recognised_by_name_and_tag_and_what_they_migrated_is_not() {
    for (key, service) in [
        ("AWSApplicationMigrationServiceManaged", "AWS Application Migration Service"),
        ("AWSElasticDisasterRecoveryManaged", "AWS Elastic Disaster Recovery"),
    ] {
        for server in ["Replication Server", "Conversion Server"] {
            let named = instance("i-1").tag("Name", &format!("{service} {server}"));
            let theirs = named.clone().tag(key, "mgn.amazonaws.com");
            assert_eq!(reason(&theirs), Reason::ManagedService, "{service} {server}");
            assert_eq!(reason(&named), Reason::OutsideHours, "a name alone is anybody's: {service} {server}");
        }
        for name in ["shop-db", "", "Recovery Instance", "AWS Elastic Disaster Recovery Recovery Instance"] {
            let migrated = instance("i-1").tag(key, "mgn.amazonaws.com").tag("Name", name);
            assert_eq!(reason(&migrated), Reason::OutsideHours, "`{key}` stays on `{name}`, which was migrated");
        }
    }
    let crossed = instance("i-1").tag("AWSElasticDisasterRecoveryManaged", "drs.amazonaws.com");
    let crossed = crossed.tag("Name", "AWS Application Migration Service Conversion Server");
    assert_eq!(reason(&crossed), Reason::OutsideHours, "the name of one service and the tag of the other");
}

#[test]
fn keys_that_only_look_like_a_marker_protect_nothing() {
    for key in [
        "keep",
        "idle-reaper:note",
        "idle:keep",
        "other:keep",
        "aws:autoscaling",
        "kubernetes",
        "eks",
        "parallelcluster",
        "pcs:cluster-id",
        "aws:ec2fleet",
        "Databricks",
    ] {
        assert_eq!(reason(&instance("i-1").tag(key, "yes")), Reason::OutsideHours, "`{key}`");
    }
}

#[test]
fn the_settings_may_name_other_tags_that_keep() {
    let settings =
        with(&[("[busy]", "[tags]\nprefix = \"team/\"\nalso-keep = [\"Do*Stop\", \"Lifetime=perm*\"]\n\n[busy]")]);
    let reason =
        |key: &str, value: &str| judge(&settings, &instance("i-1").tag(key, value), at(EVENING)).verdict.reason();
    for (key, value) in [("donotstop", ""), ("Do-Stop", "0"), ("LIFETIME", "Permanent"), ("Team/Keep", "")] {
        assert_eq!(reason(key, value), Reason::Kept, "`{key}` = `{value}`");
    }
    for (key, value) in [("Lifetime", "short"), ("idle-reaper:keep", ""), ("stop", "")] {
        assert_eq!(reason(key, value), Reason::OutsideHours, "`{key}` = `{value}`");
    }
}

#[test]
fn who_manages_an_instance_tells_which_service() {
    let managed = |by: &str| reason(&Instance { operator: Some(by.into()), ..instance("i-1") });
    assert_eq!(managed("eks.amazonaws.com"), Reason::KubernetesNode);
    assert_eq!(managed("elasticbeanstalk.amazonaws.com"), Reason::ManagedService);
    assert_eq!(managed(""), Reason::ManagedService);
}

#[test]
fn any_lifecycle_but_on_demand_is_spared() {
    for lifecycle in ["spot", "scheduled", "capacity-block", "interruptible-capacity-reservation", "something-new"] {
        let found = Instance { lifecycle: Some(lifecycle.into()), ..instance("i-1") };
        assert_eq!(reason(&found), Reason::Spot, "`{lifecycle}`");
    }
}

#[test]
fn data_that_a_stop_erases_is_spared() {
    let root = |root: &str| Instance { root: Some(root.into()), ..instance("i-1") };
    for found in [
        root("instance-store"),
        root("something-new"),
        Instance { ephemeral: true, ..instance("i-1") },
        of_kind("m5d.large"),
        of_kind("i3.large"),
        of_kind("c5ad.metal"),
        of_kind("x99z.large"), // a family that this release does not know
        of_kind("quantum"),
    ] {
        assert_eq!(reason(&found), Reason::InstanceStore, "{} {:?}", found.kind, found.root);
    }
    for kind in ["t3.micro", "m5.large", "c7g.xlarge", "p3.2xlarge", "t2.nano"] {
        assert_eq!(reason(&of_kind(kind)), Reason::OutsideHours, "{kind}");
    }
}

#[test]
fn what_is_paid_for_anyway_is_spared() {
    let some = |text: &str| Some(Box::from(text));
    for found in [
        Instance { host: some("h-1"), ..instance("i-1") },
        Instance { tenancy: some("host"), ..instance("i-1") },
        Instance { reservation: some("cr-1"), ..instance("i-1") },
        Instance { outpost: some("arn:aws:outposts:us-west-2:111111111111:outpost/op-1"), ..instance("i-1") },
        of_kind("mac1.metal"),
        of_kind("mac2-m2pro.metal"),
    ] {
        assert_eq!(reason(&found), Reason::NoSaving, "{found:?}");
    }
    let dedicated = Instance { tenancy: some("dedicated"), ..instance("i-1") };
    assert_eq!(reason(&dedicated), Reason::OutsideHours, "a dedicated instance is paid for by the hour");
}

#[test]
fn what_others_depend_on_is_spared() {
    let product = Instance { product_codes: Box::new(["abc123".into()]), ..instance("i-1") };
    let router = Instance { forwards: true, ..instance("i-1") };
    assert_eq!((reason(&product), reason(&router)), (Reason::Appliance, Reason::Appliance));
}

#[test]
fn whatever_never_names_is_spared_in_any_case_of_its_letters() {
    use idle_reaper::engine::history::past_runs::History;
    use idle_reaper::engine::judge::Judge;
    use idle_reaper::engine::model::Account;
    use idle_reaper::engine::request::Scope;
    use idle_reaper::engine::rules::case::Activity;

    let never = "[never]\naccounts = [\"*-prod\", \"9999*\"]\n\
        organizational-units = [\"ou-ab12-34cd56ef\"]\ntags = [\"Env=prod*\"]\n\n[busy]";
    let settings = with(&[("[busy]", never)]);
    let reason = |account: Account, found: &Instance| {
        let (scope, history) = (Scope::default(), History::default());
        Judge::new(&settings, &scope, &history, at(EVENING))
            .rule(found, &account, &Activity::of_cpu(0.5))
            .verdict
            .reason()
    };
    let named = |id: &str, name: &str, units: Option<&[&str]>| Account {
        name: Some(name.to_owned()),
        units: units.map(|units| units.iter().map(|unit| (*unit).to_owned()).collect()),
        ..Account::bare(id)
    };
    let plain = instance("i-1");
    let known: Option<&[&str]> = Some(&[]);
    assert_eq!(reason(named("111111111111", "shop-dev", known), &plain), Reason::OutsideHours);
    assert_eq!(reason(named("111111111111", "Shop-PROD", known), &plain), Reason::NeverListed);
    assert_eq!(reason(named("999912345678", "shop-dev", known), &plain), Reason::NeverListed);
    assert_eq!(reason(named("111111111111", "shop-dev", Some(&["ou-ab12-34cd56ef"])), &plain), Reason::NeverListed);
    assert_eq!(reason(named("111111111111", "shop-dev", None), &plain), Reason::NeverListed, "unknown units protect");
    let production = plain.tag("ENV", "Production");
    assert_eq!(reason(named("111111111111", "shop-dev", known), &production), Reason::NeverListed);
}
