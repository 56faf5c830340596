//! What finds a wrong installation before a run does: `targets` with a wrong role, and `doctor`.

use super::simulated::Simulated;

#[test]
fn targets_with_a_wrong_role_exits_with_3_though_the_settings_list_the_regions() {
    let world = Simulated::of_stories();
    let settings = world.settings(&[]);
    let ran = world.run(&settings, &["targets"]);
    assert_eq!(ran.code, 3, "one account of the stories refuses: {ran:?}");
    assert!(ran.out.contains("777777777777 unreachable: `sts:AssumeRole`"), "{}", ran.out);
    assert!(ran.out.contains("; 1 account cannot be scanned"), "{}", ran.out);
    let ran = world.run(&settings, &["targets", "--account", "shop-dev"]);
    assert_eq!((ran.code, ran.out.contains("unreachable")), (0, false), "{ran:?}");
    let wrong = world.settings(&[("IdleReaperRead", "IdleReaperReed")]);
    let ran = world.run(&wrong, &["targets", "--account", "shop-dev"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.out.contains("role/IdleReaperReed"), "{}", ran.out);
}
