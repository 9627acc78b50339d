/// Where a service stands, as its faults tell (`err:Environment`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Environment {
    /// Where it is built.
    Development,
    /// Where it is tested.
    Test,
    /// Where it is tested together with others.
    Integration,
    /// Where it is accepted.
    Acceptation,
    /// Where others test against it.
    Simulation,
    /// Where registrations count.
    Production,
}

impl Environment {
    /// The name in the protocol.
    pub fn name(self) -> &'static str {
        match self {
            Self::Development => "Development",
            Self::Test => "Test",
            Self::Integration => "Integration",
            Self::Acceptation => "Acceptation",
            Self::Simulation => "Simulation",
            Self::Production => "Production",
        }
    }
}
