//! The size of a task on Fargate. A revision of a task definition never changes, so it needs to be asked for once.

use serde::{Deserialize, Serialize};

/// What a task reserves, and is billed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TaskSize {
    /// CPU units: 1,024 are a vCPU.
    pub cpu: u32,
    /// Memory in mebibytes.
    pub memory: u32,
    /// What it runs on.
    pub platform: Platform,
    /// Gigabytes of ephemeral storage.
    pub storage: u32,
}

/// The platforms that have their own prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Platform {
    /// Linux on x86.
    LinuxX86,
    /// Linux on ARM.
    LinuxArm,
    /// Windows, which is billed with its licence.
    Windows,
}

/// Gigabytes of ephemeral storage of a task whose definition names none.
const STORAGE: u32 = 20;

impl Platform {
    /// Every platform.
    pub(crate) const ALL: [Self; 3] = [Self::LinuxX86, Self::LinuxArm, Self::Windows];

    /// The platform of a task definition. One that names none is for Linux on x86.
    fn of(system: Option<&str>, architecture: Option<&str>) -> Option<Self> {
        match (system.unwrap_or("LINUX"), architecture.unwrap_or("X86_64")) {
            ("LINUX", "X86_64") => Some(Self::LinuxX86),
            ("LINUX", "ARM64") => Some(Self::LinuxArm),
            (system, "X86_64") if system.starts_with("WINDOWS_SERVER_") => Some(Self::Windows),
            _ => None,
        }
    }
}

impl TaskSize {
    /// The size in an answer of DescribeTaskDefinition; `None` where it has no CPU and memory for the whole task, or a
    /// platform that this release does not know.
    pub fn read(
        cpu: Option<&str>,
        memory: Option<&str>,
        system: Option<&str>,
        architecture: Option<&str>,
        storage: Option<u32>,
    ) -> Option<Self> {
        let amount = |text: Option<&str>| text.and_then(|text| text.parse().ok()).filter(|amount| *amount > 0);
        let (cpu, memory, platform) = (amount(cpu)?, amount(memory)?, Platform::of(system, architecture)?);
        Some(Self { cpu, memory, platform, storage: storage.unwrap_or(STORAGE) })
    }
}
