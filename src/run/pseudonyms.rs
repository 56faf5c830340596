//! What stands for a person in the part of the record that is kept for years: a keyed hash. Its key, the salt, lies
//! where the record's storage expires people's data. Without the salt, no pseudonym can be computed again, and
//! the next run makes another salt.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::ports::{PortError, WriteRecord};

/// The salt's key in the record.
const SALT: &str = "people/salt";

/// The length of a salt: as many bits as the hash has.
const SALT_BYTES: usize = 32;

/// The start of every pseudonym.
const PREFIX: &str = "person-";

/// How many bytes of the hash a pseudonym shows. With 64 bits, two of 100,000 people share one with a probability of
/// 1 in 4 thousand million.
const SHOWN: usize = 8;

/// Makes pseudonyms with one salt.
pub(crate) struct Pseudonyms(Hmac<Sha256>);

impl Pseudonyms {
    /// Those of this record. If it has no salt, a new one is made.
    ///
    /// # Errors
    /// [`PortError`] when the salt cannot be read or written, or is no salt: pseudonyms without one could be guessed.
    pub(crate) async fn of(hub: &impl WriteRecord) -> Result<Self, PortError> {
        let salt = match hub.read(SALT).await? {
            Some(salt) => salt,
            None => {
                let made = new_salt()?;
                // If another run made one at the same time, that one counts.
                hub.create(SALT, &made).await?.unwrap_or(made)
            }
        };
        let mac = Hmac::new_from_slice(salt.trim().as_bytes()).ok().filter(|_| is_hex(salt.trim(), SALT_BYTES));
        mac.map(Self).ok_or_else(|| PortError(format!("`{SALT}` in the record is no salt; remove it")))
    }

    /// What stands for `person`. Upper and lower case are the same, as in addresses.
    pub(crate) fn stand_in(&self, person: &str) -> String {
        let mac = self.0.clone().chain_update(person.trim().to_lowercase());
        format!("{PREFIX}{}", hex(mac.finalize().into_bytes().into_iter().take(SHOWN)))
    }
}

/// Whether this names a person: it is not empty, and not a pseudonym.
pub(crate) fn is_person(text: &str) -> bool {
    !text.is_empty() && !text.strip_prefix(PREFIX).is_some_and(|rest| is_hex(rest, SHOWN))
}

fn is_hex(text: &str, bytes: usize) -> bool {
    text.len() == 2 * bytes && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn new_salt() -> Result<String, PortError> {
    let mut salt = [0; SALT_BYTES];
    let wrong = |error| PortError(format!("this system gives no random numbers for `{SALT}` in the record: {error}"));
    getrandom::fill(&mut salt).map_err(wrong)?;
    Ok(hex(salt.into_iter()))
}

fn hex(bytes: impl Iterator<Item = u8>) -> String {
    bytes.map(|byte| format!("{byte:02x}")).collect()
}
