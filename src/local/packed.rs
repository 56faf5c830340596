//! Compressed files of the record. What a run writes in bulk, its reports and tables, is compressed with gzip while it
//! is created, so that the text of a hundred thousand lines is never in memory at once.

use std::io::{self, BufWriter, Read as _, Write};

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use serde::Serialize;

use crate::render::edge::Escaping;

/// The ending of a compressed file. Athena, BigQuery and DuckDB know by it that a file is compressed.
pub const ENDING: &str = ".gz";

/// The first bytes of every compressed file. Readers go by these and not by the name, so that a file which was
/// unpacked in place can be read, too.
const MAGIC: [u8; 2] = [0x1F, 0x8B];

/// Bytes that are collected for the compressor. The serializer writes every quotation mark by itself.
const BUFFER: usize = 32 * 1024;

/// What `write` writes, compressed.
///
/// # Errors
/// The error of `write`.
pub fn packed(write: impl FnOnce(&mut BufWriter<GzEncoder<Vec<u8>>>) -> io::Result<()>) -> io::Result<Vec<u8>> {
    let mut out = BufWriter::with_capacity(BUFFER, GzEncoder::new(Vec::new(), Compression::fast()));
    write(&mut out)?;
    out.into_inner().map_err(io::IntoInnerError::into_error)?.finish()
}

/// Each of these as a line of JSON without hidden characters, compressed; `None` without lines.
///
/// # Errors
/// If the serializer fails.
pub fn lines(rows: impl Iterator<Item = impl Serialize>) -> io::Result<Option<Vec<u8>>> {
    let mut rows = rows.peekable();
    if rows.peek().is_none() {
        return Ok(None);
    }
    let write = |out: &mut BufWriter<_>| {
        rows.try_for_each(|row| {
            serde_json::to_writer(Escaping(&mut *out), &row)?;
            out.write_all(b"\n")
        })
    };
    packed(write).map(Some)
}

/// The most bytes that a file may have after decompression. A small file can be made to expand to more than the memory of
/// any machine.
const MOST: u64 = 2 << 30;

/// The contents of a compressed file.
///
/// # Errors
/// If it is damaged, incomplete, or larger than 2 GiB after decompression.
pub fn unpacked(bytes: &[u8]) -> io::Result<Vec<u8>> {
    up_to(bytes, MOST)
}

fn up_to(bytes: &[u8], most: u64) -> io::Result<Vec<u8>> {
    let mut whole = Vec::new();
    let read = MultiGzDecoder::new(bytes).take(most.saturating_add(1)).read_to_end(&mut whole)?;
    if u64::try_from(read).is_ok_and(|read| read <= most) {
        return Ok(whole);
    }
    let why =
        format!("it has more than {most} bytes after decompression, which no file of the record or inventory has");
    Err(io::Error::new(io::ErrorKind::InvalidData, why))
}

/// Whether a file is compressed.
pub fn is_packed(bytes: &[u8]) -> bool {
    bytes.starts_with(&MAGIC)
}

/// The text of a file of the record, compressed or not. A text that is not UTF-8 was not written by the reaper, and of
/// a damaged file nothing is certain. Both contain what no reader can parse. Readers skip such lines, and one such file
/// must not stop them from reading the rest.
pub(crate) fn text(bytes: Vec<u8>) -> String {
    let whole = if is_packed(&bytes) { unpacked(&bytes).unwrap_or(vec![0xFF]) } else { bytes };
    String::from_utf8(whole).unwrap_or_else(|wrong| String::from_utf8_lossy(wrong.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_expands_beyond_the_limit_is_refused_and_one_at_the_limit_is_read() {
        let zeros = packed(|out| out.write_all(&[b'0'; 4096])).expect("memory can be written");
        assert_eq!(up_to(&zeros, 4096).expect("within the limit").len(), 4096);
        let refused = up_to(&zeros, 4095).expect_err("beyond the limit");
        assert!(refused.to_string().contains("more than 4095 bytes after decompression"), "{refused}");
        // Two members of one file count together.
        assert!(up_to(&[zeros.clone(), zeros].concat(), 8191).is_err());
    }
}
