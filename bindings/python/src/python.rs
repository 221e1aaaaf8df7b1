//! The classes of the package that are written in Python, looked up once.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

macro_rules! classes {
    ($($name:ident: $module:literal $class:literal,)*) => {
        $(pub(crate) fn $name(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
            static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
            CLASS.import(py, $module, $class)
        })*
    };
}

classes! {
    parse_error: "reefknot._errors" "ParseError",
    limit_error: "reefknot._errors" "LimitError",
    invalid_error: "reefknot._errors" "InvalidError",
    conflict_error: "reefknot._errors" "ConflictError",
    host_error: "reefknot._errors" "HostError",
    zone_info: "zoneinfo" "ZoneInfo",
    fixed_zone: "datetime" "timezone",
    address: "reefknot._values" "CalendarUserAddress",
    recur: "reefknot._values" "Recur",
    period: "reefknot._values" "Period",
    geo: "reefknot._values" "Geo",
    request_status: "reefknot._values" "RequestStatus",
    problem: "reefknot._values" "Problem",
    calendar: "reefknot._components" "Calendar",
    event: "reefknot._components" "Event",
    todo: "reefknot._components" "Todo",
    journal: "reefknot._components" "Journal",
    free_busy: "reefknot._components" "FreeBusy",
    alarm: "reefknot._components" "Alarm",
    time_zone: "reefknot._components" "TimeZone",
    method: "reefknot._enums" "Method",
    disposition: "reefknot._enums" "Disposition",
    role: "reefknot._enums" "Role",
    message_reason: "reefknot._enums" "MessageReason",
    authentication: "reefknot._enums" "Authentication",
    carrier: "reefknot._enums" "Carrier",
    residence: "reefknot._enums" "Residence",
    busy_type: "reefknot._enums" "BusyType",
    attendance: "reefknot._enums" "Attendance",
    reason: "reefknot._records" "Reason",
    notice: "reefknot._records" "Notice",
    change: "reefknot._records" "Change",
    envelope: "reefknot._records" "Envelope",
    message: "reefknot._records" "Message",
    stored: "reefknot._records" "Stored",
    outcome: "reefknot._records" "Outcome",
    object_change: "reefknot._records" "ObjectChange",
    question: "reefknot._records" "Question",
    incoming_mail: "reefknot._mail" "IncomingMail",
    calendar_part: "reefknot._mail" "CalendarPart",
    busy_time: "reefknot._busy" "BusyTime",
    busy_period: "reefknot._busy" "BusyPeriod",
    doubt: "reefknot._busy" "Doubt",
    clash: "reefknot._busy" "Clash",
    suggestion: "reefknot._busy" "Suggestion",
    conflict: "reefknot._busy" "Conflict",
    conflicts: "reefknot._busy" "Conflicts",
    route: "reefknot._host" "Route",
    outgoing: "reefknot._host" "Outgoing",
    delivery: "reefknot._host" "Delivery",
    delivered: "reefknot._host" "Delivered",
    settled: "reefknot._host" "Settled",
    asked: "reefknot._host" "Asked",
    open_question: "reefknot._host" "OpenQuestion",
    stored_object: "reefknot._host" "StoredObject",
    stored_calendar: "reefknot._host" "StoredCalendar",
    commit: "reefknot._host" "Commit",
    suggested: "reefknot._host" "Suggested",
}

/// A variant of a class that holds its variants, such as `ObjectChange.Store`.
pub(crate) fn variant<'py>(class: PyResult<&Bound<'py, PyType>>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    class?.getattr(name)
}
