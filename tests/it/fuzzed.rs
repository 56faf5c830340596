//! Text from people and from the world, twisted: every committed seed, and some thousand variations of each, the same
//! in every run. `make fuzz` goes on for as long as one likes, guided by coverage.

use std::time::{Duration, Instant};

use crate::fake::Dice;
use crate::survived::plans;

#[path = "../../fuzz/inputs.rs"]
mod inputs;

/// The longest that one input may take. Thousands of times what it does take: this bounds what runs away, it measures
/// nothing.
const LONGEST: Duration = Duration::from_secs(20);

/// Pieces that mean something in one place or another.
const PIECES: [&str; 28] = [
    "\u{0}",
    "\u{1b}[31m",
    "é",
    "💥",
    "\u{202e}",
    "\"",
    "'",
    "\\",
    "{",
    "}",
    "[",
    "]",
    "=",
    "\n",
    " + ",
    " @ ",
    "24:00",
    "9999-12-31",
    "-262144-01-01",
    "99999999999999999999",
    "1e400",
    "-1",
    "NaN",
    "null",
    "Asia/Tokyo",
    "mon-fri",
    "2026-02-30",
    "run=",
];

fn seeds(kind: &str) -> Vec<Vec<u8>> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(kind);
    let mut files: Vec<_> =
        std::fs::read_dir(&folder).expect("a folder of seeds").map(|f| f.expect("a file").path()).collect();
    files.sort();
    files.into_iter().map(|file| std::fs::read(file).expect("a seed")).collect()
}

/// One to four changes: a byte, a piece put in, a part cut out, doubled, or taken from another seed.
fn twisted(seed: &[u8], other: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut text = seed.to_vec();
    for _ in 0..=dice.below(4) {
        let from = dice.below(text.len() + 1);
        let to = (from + dice.below(24)).min(text.len());
        match dice.below(6) {
            0 if from < text.len() => text[from] = dice.below(256) as u8,
            1 => drop(text.splice(from..from, PIECES[dice.below(PIECES.len())].bytes())),
            2 => drop(text.drain(from..to)),
            3 => {
                let part = text[from..to].to_vec();
                drop(text.splice(from..from, part));
            }
            4 => drop(text.splice(from..to, PIECES[dice.below(PIECES.len())].bytes())),
            _ => {
                let begin = dice.below(other.len() + 1);
                let part = other[begin..(begin + dice.below(40)).min(other.len())].to_vec();
                drop(text.splice(from..to, part));
            }
        }
    }
    text
}

#[test]
fn no_text_makes_it_panic_run_away_or_fail_without_words() {
    let variations = plans(400);
    let mut tried = 0;
    for kind in inputs::KINDS {
        let seeds = seeds(kind);
        assert!(!seeds.is_empty(), "`{kind}` has no seeds");
        let mut dice = Dice::new(20_261_125);
        for seed in &seeds {
            let each = (0..=variations).map(|n| match n {
                0 => seed.clone(),
                _ => twisted(seed, &seeds[dice.below(seeds.len())], &mut dice),
            });
            for text in each {
                let begun = Instant::now();
                inputs::try_one(kind, &text);
                tried += 1;
                assert!(begun.elapsed() < LONGEST, "{kind}: {:?}", String::from_utf8_lossy(&text));
            }
        }
    }
    println!("{tried} texts of {} kinds", inputs::KINDS.len());
}
