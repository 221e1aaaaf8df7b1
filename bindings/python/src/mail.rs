//! Mail, as octets: `reefknot._mail` makes `email.message.EmailMessage` of them.

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyTuple};
use reefknot_core::imip::{self, MailOptions, Origin, ReadOptions};
use reefknot_core::value::CalendarUserAddress;

use crate::errors::OrRaise;
use crate::message::{from_envelope, from_problem, to_message, tuple};
use crate::{document, python, text, time, value};

/// A message as the octets of a mail.
#[pyfunction]
#[pyo3(signature = (message, *, message_id, date, boundary_seed, zone=None, in_reply_to=None, reply_to=None, sender=None))]
#[allow(clippy::too_many_arguments, reason = "they are what a mail needs beyond the message")]
pub(crate) fn _write_mail<'py>(
    message: &Bound<'py, PyAny>,
    message_id: &str,
    date: &Bound<'py, PyAny>,
    boundary_seed: &str,
    zone: Option<&Bound<'py, PyAny>>,
    in_reply_to: Option<&str>,
    reply_to: Option<&Bound<'py, PyAny>>,
    sender: Option<&Bound<'py, PyAny>>,
) -> PyResult<Bound<'py, PyBytes>> {
    let py = message.py();
    let (message, zone, date) = (to_message(message)?, time::to_zone(zone)?, time::instant(date)?);
    let reply_to = reply_to.map(value::to_address).transpose()?;
    let sender = sender.map(value::to_address).transpose()?;
    let options = MailOptions {
        zone: &zone,
        message_id,
        date,
        boundary_seed,
        in_reply_to,
        reply_to: reply_to.as_ref(),
        sender: sender.as_ref(),
    };
    let mail = py.detach(|| imip::write(&message, &options)).or_raise(py)?;
    Ok(PyBytes::new(py, &mail.bytes))
}

/// What a mail holds for scheduling.
#[pyfunction]
#[pyo3(signature = (octets, trusted_authserv_id=None))]
pub(crate) fn _read_mail<'py>(
    py: Python<'py>,
    octets: &[u8],
    trusted_authserv_id: Option<String>,
) -> PyResult<Bound<'py, PyAny>> {
    let options = ReadOptions { trusted_authserv_id, ..ReadOptions::default() };
    let mail = py.detach(|| imip::read(octets, &options)).or_raise(py)?;
    let address = |address: &Option<CalendarUserAddress>| {
        address.as_ref().map(|address| value::from_address(py, address)).transpose()
    };
    let addresses =
        |all: &[CalendarUserAddress]| tuple(py, all.iter().map(|address| value::from_address(py, address)));
    let parts = mail.calendars.iter().map(|part| {
        let forwarded = matches!(part.origin, Origin::Forwarded(_));
        let arguments = (
            document::calendar(py, part.calendar.clone().into())?,
            from_envelope(py, &mail.envelope(part))?,
            forwarded,
            tuple(py, part.problems.iter().map(|problem| from_problem(py, problem)))?,
        );
        python::calendar_part(py)?.call1(arguments)
    });
    let notes: Vec<&str> = mail.notes.iter().map(|note| note.message.as_str()).collect();
    let arguments = (
        address(&mail.from)?,
        mail.from_name.as_deref(),
        addresses(&mail.to)?,
        addresses(&mail.reply_to)?,
        mail.subject.as_deref(),
        mail.message_id.as_deref(),
        mail.date.map(|date| time::from_instant(py, date)).transpose()?,
        tuple(py, parts)?,
        mail.text.as_deref(),
        text::member(python::authentication(py), &mail.authentication)?,
        mail.authentication_reason.as_str(),
        PyTuple::new(py, notes)?,
    );
    python::incoming_mail(py)?.call1(arguments)
}
