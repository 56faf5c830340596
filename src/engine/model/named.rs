//! One list for an enum whose variants have names in reports, settings and documentation.

/// Generates the enum, `ALL`, `as_str` and `Display` from one list, so that a test can compare the documentation with every
/// variant.
macro_rules! named {
    ($(#[$attribute:meta])* enum $name:ident { $($(#[$arm_attribute:meta])* $arm:ident = $word:literal),+ $(,)? }) => {
        $(#[$attribute])*
        pub enum $name { $($(#[$arm_attribute])* $arm),+ }

        impl $name {
            /// Every variant, in the order of the list.
            pub const ALL: &[Self; [$(stringify!($arm)),+].len()] = &[$(Self::$arm),+];

            /// The name in reports.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$arm => $word),+ }
            }
        }

        impl From<$name> for &'static str {
            fn from(one: $name) -> Self {
                one.as_str()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

pub(crate) use named;
