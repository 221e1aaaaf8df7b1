//! libical, through its C interface. Only here when the build found its headers.

use std::ffi::{CStr, CString, c_char, c_int, c_long, c_void};

use crate::rules::Case;

unsafe extern "C" {
    fn icalparser_parse_string(text: *const c_char) -> *mut c_void;
    fn icalcomponent_free(component: *mut c_void);
    fn icalcomponent_as_ical_string_r(component: *mut c_void) -> *mut c_char;
    fn icalmemory_free_buffer(buffer: *mut c_void);
    fn reefknot_events(component: *mut c_void) -> c_long;
    fn reefknot_occurrences(
        rule: *const c_char,
        start: *const c_char,
        from: *const c_char,
        to: *const c_char,
        count: c_long,
    ) -> c_long;
    fn icalerror_set_errors_are_fatal(fatal: c_int);
}

/// A calendar that libical holds.
#[derive(Debug)]
pub struct Calendar(*mut c_void);

impl Calendar {
    /// Reads a calendar.
    ///
    /// # Panics
    /// When libical gives none.
    #[must_use]
    pub fn read(text: &CStr) -> Self {
        // SAFETY: the text ends in a NUL, and libical copies what it keeps.
        let component = unsafe { icalparser_parse_string(text.as_ptr()) };
        assert!(!component.is_null(), "libical reads the benches' calendars");
        Self(component)
    }

    /// How many VEVENTs there are.
    #[must_use]
    pub fn events(&self) -> usize {
        // SAFETY: the component lives as long as `self`.
        usize::try_from(unsafe { reefknot_events(self.0) }).unwrap_or(0)
    }

    /// The calendar as text.
    #[must_use]
    pub fn print(&self) -> String {
        // SAFETY: the component lives; the string ends in a NUL, is ours, and is given back once.
        unsafe {
            let text = icalcomponent_as_ical_string_r(self.0);
            let copy = CStr::from_ptr(text).to_string_lossy().into_owned();
            icalmemory_free_buffer(text.cast());
            copy
        }
    }
}

impl Drop for Calendar {
    fn drop(&mut self) {
        // SAFETY: the component came from libical and is freed once.
        unsafe { icalcomponent_free(self.0) }
    }
}

/// The question of how many occurrences a rule has from one local time to another.
#[derive(Debug)]
pub struct Question {
    rule: CString,
    start: CString,
    from: CString,
    to: CString,
}

impl Question {
    /// Times are local; an empty one sets no bound.
    ///
    /// # Panics
    /// When a text holds a NUL.
    #[must_use]
    pub fn new(case: Case, from: &str, to: &str) -> Self {
        let text = |text: &str| CString::new(text).expect("a text of the benches has no NUL");
        Self { rule: text(case.rule), start: text(case.start), from: text(from), to: text(to) }
    }

    /// How many libical finds, up to `count`; `None` where it refuses the rule or cannot begin late.
    #[must_use]
    pub fn ask(&self, count: usize) -> Option<usize> {
        let count = c_long::try_from(count).unwrap_or(c_long::MAX);
        let texts = [&self.rule, &self.start, &self.from, &self.to].map(|text| text.as_ptr());
        // SAFETY: all four texts end in a NUL and outlive the call.
        let found = unsafe { reefknot_occurrences(texts[0], texts[1], texts[2], texts[3], count) };
        usize::try_from(found).ok()
    }
}

/// Keeps libical from aborting the process at an error.
pub fn tame() {
    // SAFETY: sets a number.
    unsafe { icalerror_set_errors_are_fatal(0) }
}
