//! Where settings end: the last value that is accepted and the first that is not, and what is said of the latter.

use idle_reaper::engine::config::{ContactType, Settings};
use idle_reaper::engine::model::Reason;

use super::mistakes;
use crate::fake::{EVENING, SETTINGS, at, instance, judge, with};

/// Settings with one more section.
fn more(section: &str) -> Result<Settings, String> {
    let text = SETTINGS.replace("[busy]", &format!("{section}\n\n[busy]"));
    Settings::parse("reaper.toml", &text).map_err(|wrong| wrong.to_string())
}

#[test]
fn the_code_of_a_region_has_the_shape_that_aws_gives_it() {
    let listed = |code: &str| {
        let text = SETTINGS.replace("\"us-east-1\"", &format!("\"{code}\""));
        Settings::parse("reaper.toml", &text).is_ok()
    };
    let longest = format!("us-east{}-1", "x".repeat(23));
    for code in ["us-east-1", "us-gov-west-1", "ap-southeast-10", &longest] {
        assert!(listed(code), "{code}");
    }
    let longer = format!("us-east{}-1", "x".repeat(24));
    for code in ["us-east-a", "us-east-", "us1", "us-1", "-east-1", "1-east-1", "us-East-1", "us-east_x-1", "", &longer]
    {
        assert!(!listed(code), "{code}");
    }
}

#[test]
fn a_list_of_accounts_names_its_own_and_what_no_inventory_tells() {
    let look = |accounts: &str| {
        let list = format!("accounts = {accounts}\nexclude-accounts = [\"222222222222\"]");
        with(&[("accounts = \"organization\"", &list)]).scope
    };
    for (accounts, named) in [
        ("[\"111111111111\", \"222222222222\"]", [true, false, false, true]),
        ("\"organization\"", [true, false, true, true]),
        ("[]", [false, false, false, false]),
    ] {
        let asked = ["111111111111", "222222222222", "333333333333", "unknown"];
        assert_eq!(asked.map(|account| look(accounts).names_account(account)), named, "{accounts}");
    }
}

#[test]
fn a_policy_knows_its_accounts_by_id_even_where_their_names_are_unknown() {
    let reason = |accounts: &str| {
        let by = format!("match = {{ tags = [\"Env=dev\"], accounts = [\"{accounts}\"] }}");
        let settings = with(&[("match = { tags = [\"Env=dev\"] }", &by)]);
        judge(&settings, &instance("i-1"), at(EVENING)).verdict.reason()
    };
    assert_eq!((reason("1111*"), reason("2222*")), (Reason::OutsideHours, Reason::NoPolicy));
}

#[test]
fn the_key_of_a_tag_has_at_most_128_characters() {
    let owner = |key: &str| more(&format!("[tags]\nowner = \"{key}\"")).map(|settings| settings.tags.owner);
    let longest = "é".repeat(128);
    assert_eq!(owner(&longest), Ok(longest.clone()));
    for wrong in [format!("{longest}é"), String::new()] {
        assert!(owner(&wrong).is_err_and(|said| said.contains("cannot be a tag's key")), "{wrong}");
    }
}

#[test]
fn the_prefix_of_tags_has_1_to_64_characters_and_is_not_amazons() {
    let prefix = |text: &str| more(&format!("[tags]\nprefix = \"{text}\"")).map(|settings| settings.tags.keep);
    let longest = "x".repeat(64);
    assert_eq!(prefix(&longest), Ok(format!("{longest}keep")));
    for wrong in ["", "aws:", "AWS:x", "two words", &format!("{longest}x")] {
        assert!(prefix(wrong).is_err_and(|said| said.contains("cannot begin a tag's key")), "{wrong}");
    }
}

#[test]
fn windows_and_hours_of_evidence_may_be_as_large_as_what_holds_them() {
    let idle = |text: &str| more(&format!("[idle]\ndecision-window-days = 14\n{text}"));
    for fits in ["veto-window-days = 14", "min-running-hours = 336"] {
        assert!(idle(fits).is_ok(), "{fits}");
    }
    for (wrong, words) in [
        ("veto-window-days = 13", "is shorter than `decision-window-days`"),
        ("min-running-hours = 337", "has 336 hours, fewer than `min-running-hours`"),
    ] {
        assert!(idle(wrong).is_err_and(|said| said.contains(words)), "{wrong}");
    }
}

#[test]
fn amounts_are_written_in_the_decimal_system() {
    assert!(more("[notify]\nat-least = 0x10").is_err_and(|said| said.contains("is not a number of at least 0")));
    assert!(more("[money.budgets]\n\"*-dev\" = 0x10").is_err_and(|said| said.contains("an amount is expected")));
    assert_eq!(more("[notify]\nat-least = 16").map(|settings| settings.notify.at_least.to_string()), Ok("16".into()));
}

#[test]
fn a_long_word_may_be_further_from_what_was_meant_than_a_short_one() {
    // Three letters are missing from both.
    let long = more("[tags]\nmaxkeepdys = 3").expect_err("unknown");
    assert!(long.contains("did you mean `max-keep-days`?"), "{long}");
    let short = more("[tags]\now = 3").expect_err("unknown");
    assert!(!short.contains("did you mean"), "{short}");
}

#[test]
fn where_nothing_could_be_meant_the_hint_says_so() {
    let said = more("[notify]\noperator = \"ops\"").expect_err("there are no channels");
    assert!(said.contains("`ops` is not a channel in `[channels]`") && said.contains("they have none yet"), "{said}");
}

#[test]
fn each_word_for_an_alternate_contact_is_the_contact_of_that_name() {
    for (word, contact) in [
        ("operations", ContactType::Operations),
        ("billing", ContactType::Billing),
        ("security", ContactType::Security),
    ] {
        let owners = more(&format!("[owners]\nalternate-contact = \"{word}\"")).expect("settings").owners;
        assert_eq!(owners.alternate_contact, Some(contact), "{word}");
    }
}

#[test]
fn a_secret_is_concealed_and_what_stands_behind_it_is_shown() {
    let wrong = more("[channels.ops]\nslack = \"https://hunter2\" # of old").expect_err("no secret's name");
    assert!(wrong.contains("| slack = \"…\" # of old\n"), "{wrong}");
    assert!(wrong.contains("|         ^^^\n") && !wrong.contains("hunter2"), "{wrong}");
}

#[test]
fn of_a_long_line_both_sides_of_the_place_are_shown() {
    let long = format!("version = 1\nx = \"{}\" y{}\n", "a".repeat(1_000), "b".repeat(1_000));
    let words = mistakes(&long).to_string();
    let lines: Vec<&str> = words.lines().collect();
    let shown = lines.iter().position(|line| line.starts_with("2 | ...")).expect("the line");
    let mark = lines[shown + 1].chars().position(|c| c == '^').expect("a mark");
    let line: Vec<char> = lines[shown].chars().collect();
    assert_eq!(line[mark], 'y', "{words}");
    let (before, behind) = (&line[..mark], &line[mark + 1..]);
    let letters = |part: &[char], letter: char| part.iter().filter(|c| **c == letter).count();
    assert!(letters(before, 'a') > 100 && letters(behind, 'b') > 100, "{words}");
}

#[test]
fn nothing_that_is_typed_in_wide_letters_can_make_the_reader_panic() {
    let text = "version = 1\n[run]\narmed = true\n[caps]\nstops-percent = 101\n";
    for n in 0..=text.len() {
        for wide in ["é", "｜", "😀", "\u{feff}", "\"é", "'｜", "[😀"] {
            let _ = Settings::parse("reaper.toml", &format!("{}{wide}{}", &text[..n], &text[n..]));
        }
    }
}
