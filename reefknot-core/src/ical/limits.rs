//! What one input may cost.

/// Bounds on what a reader accepts; exceeding one is an error that names the line and the field.
///
/// The defaults fit any calendar a person or an organisation keeps, and stop input made to
/// exhaust memory. Hosts that face strangers lower them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Octets of input. At most 4 GiB, whatever is set here.
    pub bytes: u64,
    /// Content lines, folds joined.
    pub lines: u64,
    /// Octets of one content line, folds joined.
    pub line_bytes: u64,
    /// Components inside each other. At most 500, whatever is set here.
    pub depth: u64,
    /// Properties of one component, lines that could not be read included.
    pub properties: u64,
    /// Parameters of one property.
    pub parameters: u64,
    /// ATTENDEE properties of one component.
    pub attendees: u64,
    /// Instances of one recurrence set that are looked at within one window.
    pub instances: u64,
    /// Steps that expanding one recurrence set may take before it answers "budget spent".
    pub expansion_steps: u64,
    /// Problems kept; more are only counted.
    pub problems: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 64 << 20,
            lines: 4_000_000,
            line_bytes: 32 << 20,
            depth: 32,
            properties: 200_000,
            parameters: 1_000,
            attendees: 20_000,
            instances: 100_000,
            expansion_steps: 1_000_000,
            problems: 1_000,
        }
    }
}

/// The deepest nesting ever accepted: what walking and dropping a tree can take on a small stack.
pub(crate) const MAX_DEPTH: u64 = 500;
