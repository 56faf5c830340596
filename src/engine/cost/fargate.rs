//! The list price of a service on Fargate: its tasks, by what each of them reserves.

use rust_decimal::Decimal;

use crate::engine::cost::parts::Part;
use crate::engine::cost::price::PriceKey;
use crate::engine::model::{Platform, Product, Service, TaskSize};

/// The only capacity with a list price. That of `FARGATE_SPOT` changes.
const ON_DEMAND: &str = "FARGATE";

/// CPU units of a vCPU.
const UNITS: u32 = 1024;

/// Mebibytes of a gigabyte.
const MEBIBYTES: u32 = 1024;

/// Gigabytes of ephemeral storage that are not billed.
const FREE_STORAGE: u32 = 20;

/// The usage type of ephemeral storage.
pub(crate) const STORAGE: &str = "Fargate-EphemeralStorage-GB-Hours";

/// The usage types of a platform in the price list, without the Region's prefix: vCPUs, memory, and a licence for each
/// vCPU.
fn usage(platform: Platform) -> (&'static str, &'static str, Option<&'static str>) {
    match platform {
        Platform::LinuxX86 => ("Fargate-vCPU-Hours:perCPU", "Fargate-GB-Hours", None),
        Platform::LinuxArm => ("Fargate-ARM-vCPU-Hours:perCPU", "Fargate-ARM-GB-Hours", None),
        Platform::Windows => {
            ("Fargate-Windows-vCPU-Hours:perCPU", "Fargate-Windows-GB-Hours", Some("Fargate-Windows-OS-Hours:perCPU"))
        }
    }
}

/// The key for a line of a price file that has a usage type in place of an instance type; `None` for any other type.
pub(crate) fn key_of_line(kind: &str, region: &str) -> Option<PriceKey> {
    let is_known = |platform| {
        let (vcpu, gigabyte, licence) = usage(platform);
        [Some(vcpu), Some(gigabyte), licence].contains(&Some(kind))
    };
    match kind {
        STORAGE => Some(PriceKey::unit(Product::FargateStorage, "", region)),
        _ => Platform::ALL.into_iter().any(is_known).then(|| PriceKey::unit(Product::Fargate, kind, region)),
    }
}

/// What the tasks of a service cost, as many as are desired.
///
/// # Errors
/// Why that is unknown, as text.
pub(crate) fn parts(region: &str, facts: &Service) -> Result<Box<[Part]>, String> {
    if !facts.is_fargate() {
        return Err("its tasks are not billed one by one".to_owned());
    }
    if facts.capacity().split('+').any(|capacity| capacity != ON_DEMAND) {
        return Err("the price list has no price for `FARGATE_SPOT`".to_owned());
    }
    let Some(desired) = facts.desired else { return Err("its desired count is unknown".to_owned()) };
    let Some(task) = facts.task else { return Err("the size of its tasks is unknown".to_owned()) };
    let TaskSize { cpu, memory, platform, storage } = task;
    let (vcpus, gigabytes) = (amount(cpu, UNITS), amount(memory, MEBIBYTES));
    let (vcpu, gigabyte, licence) = usage(platform);
    let part = |product, usage, of_task: Decimal| Part {
        key: PriceKey::unit(product, usage, region),
        quantity: of_task.saturating_mul(desired.into()),
    };
    let compute = [(Some(vcpu), vcpus), (Some(gigabyte), gigabytes), (licence, vcpus)];
    let compute = compute.into_iter().filter_map(|(usage, units)| Some(part(Product::Fargate, usage?, units)));
    let extra = storage.saturating_sub(FREE_STORAGE);
    let stored = (extra > 0).then(|| part(Product::FargateStorage, "", extra.into()));
    Ok(compute.chain(stored).collect())
}

fn amount(units: u32, of_one: u32) -> Decimal {
    Decimal::from(units).checked_div(of_one.into()).unwrap_or_default()
}
