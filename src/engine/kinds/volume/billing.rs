//! What a volume is billed for ("Amazon EBS pricing", and "Amazon EBS volume types" in the EBS user guide).

use rust_decimal::Decimal;

use crate::engine::kinds::volume::Volume;
use crate::engine::model::{Billed, Product, WhyUnused};

/// What a gp3 volume has without extra charge: operations per second, and MiB per second.
const INCLUDED: (u32, u32) = (3_000, 125);

/// MiB in a GiB, the unit of throughput in the price list.
const MIB: u32 = 1_024;

/// From which operation per second on the price of `io2` is that of the next tier, with the names of the tiers.
const IO2_TIERS: [(u32, &str); 3] = [(0, "io2"), (32_000, "io2.tier2"), (64_000, "io2.tier3")];

/// What is billed for a volume; for advice, the difference that it would make.
///
/// # Errors
/// Why that is unknown.
pub(super) fn billed(volume: &Volume, why: &WhyUnused) -> Result<Vec<Billed>, &'static str> {
    if volume.on_outpost {
        return Err("it is on an Outpost, which is billed as a whole");
    }
    let (Some(kind), Some(size)) = (volume.kind.as_deref(), volume.size) else {
        return Err("its type or its size is unknown");
    };
    let mut billed = vec![Billed::unit(Product::Storage, kind, size.into())];
    if matches!(why, WhyUnused::Cheaper { .. }) {
        let (iops, throughput) = matching(size);
        let other = gp3(size, iops, throughput);
        billed.extend(other.into_iter().map(|one| Billed { quantity: -one.quantity, ..one }));
        return Ok(billed);
    }
    match kind {
        "gp2" | "st1" | "sc1" => Ok(billed),
        "gp3" => match (volume.iops, volume.throughput) {
            (Some(iops), Some(throughput)) => Ok(gp3(size, iops, throughput)),
            _ => Err("its operations per second or its throughput is unknown"),
        },
        "io1" | "io2" => {
            let iops = volume.iops.ok_or("its operations per second are unknown")?;
            billed.extend(if kind == "io1" {
                vec![Billed::unit(Product::Iops, "io1", iops.into())]
            } else {
                io2(iops)
            });
            Ok(billed)
        }
        "standard" => Ok(billed), // its operations are billed as well, and a volume at rest has none
        _ => Err("the price list has no product for its type"),
    }
}

fn gp3(size: u32, iops: u32, throughput: u32) -> Vec<Billed> {
    let mut billed = vec![Billed::unit(Product::Storage, "gp3", size.into())];
    let (more_iops, more) = (iops.saturating_sub(INCLUDED.0), throughput.saturating_sub(INCLUDED.1));
    if more_iops > 0 {
        billed.push(Billed::unit(Product::Iops, "gp3", more_iops.into()));
    }
    if more > 0 {
        billed.push(Billed::unit(Product::Throughput, "gp3", Decimal::from(more) / Decimal::from(MIB)));
    }
    billed
}

fn io2(iops: u32) -> Vec<Billed> {
    let ends = IO2_TIERS.iter().skip(1).map(|(begin, _)| *begin).chain([u32::MAX]);
    let tiers = IO2_TIERS.iter().zip(ends).map(|((begin, kind), end)| (kind, iops.min(end).saturating_sub(*begin)));
    tiers.filter(|(_, count)| *count > 0).map(|(kind, count)| Billed::unit(Product::Iops, kind, count.into())).collect()
}

/// The operations per second and the MiB per second of a gp3 volume that is no slower than a gp2 volume of this size:
/// gp2 has 3 operations a second for each GiB, up to 16,000, and 128 MiB a second up to 170 GiB, above it 250. The 3 MiB
/// by which 128 is more than what gp3 includes are not bought.
pub(super) fn matching(size: u32) -> (u32, u32) {
    let iops = size.saturating_mul(3).clamp(INCLUDED.0, 16_000);
    (iops, if size <= 170 { INCLUDED.1 } else { 250 })
}

/// The price list's code: a Local Zone has its own, the zone's name without its letter.
pub(super) fn priced_in(region: &str, zone: Option<&str>) -> Box<str> {
    let code = zone.map_or(region, |zone| zone.trim_end_matches(|c: char| c.is_ascii_lowercase()));
    let is_local = code.strip_prefix(region).is_some_and(|rest| rest.starts_with('-'));
    if is_local { code } else { region }.into()
}
