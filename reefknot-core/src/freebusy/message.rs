//! VFREEBUSY: asking for busy time, answering, publishing, and reading what comes back (RFC 5546 §3.3).

use std::ops::Range;

use super::{BusyPeriod, BusyTime, BusyType};
use crate::ical::{Component, Kind, PropertyBuf};
use crate::itip::Method;
use crate::scheduling::{Organizer, attendees, fields};
use crate::time::{Zone, Zones};
use crate::value::{CalendarUserAddress, DateTime, Period, RequestStatus, Timestamp};
use crate::{Error, Result};

/// A question about busy time: who asks, whom, and about which window (RFC 5546 §3.3.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FreeBusyRequest {
    /// Names the question; the answers repeat it.
    pub uid: String,
    /// Who asks.
    pub organizer: CalendarUserAddress,
    /// Who is asked.
    pub attendees: Vec<CalendarUserAddress>,
    /// What they are asked about.
    pub window: Range<Timestamp>,
}

impl FreeBusyRequest {
    /// Whether a VCALENDAR is a question about busy time, readable or not: a METHOD:REQUEST with a VFREEBUSY.
    #[must_use]
    pub fn is_one(calendar: &Component) -> bool {
        matches!(Method::of(calendar), Ok(Method::Request))
            && calendar.components_named(Kind::FreeBusy.as_str()).next().is_some()
    }

    /// Reads the VCALENDAR of a METHOD:REQUEST.
    ///
    /// # Errors
    /// When there is not one VFREEBUSY with a UID, an ORGANIZER and a window from DTSTART to DTEND.
    pub fn read(calendar: &Component) -> Result<Self> {
        let component = the_component(calendar)?;
        let organizer = component.property("ORGANIZER").as_ref().and_then(Organizer::of);
        let missing = |what: &str| {
            Error::invalid(format!("the question about busy time has no {what} (RFC 5546 §3.3.2)"))
        };
        Ok(Self {
            uid: component.text("UID").ok_or_else(|| missing("UID"))?,
            organizer: organizer.ok_or_else(|| missing("ORGANIZER"))?.address,
            attendees: attendees(component).into_iter().map(|attendee| attendee.address).collect(),
            window: window_of(component)?,
        })
    }

    /// The question as a message.
    ///
    /// # Errors
    /// When the UID holds a control character.
    pub fn to_calendar(&self, stamp: Timestamp, product: &str) -> Result<Component> {
        let mut component = self.component(stamp)?;
        for attendee in &self.attendees {
            component.push(PropertyBuf::new("ATTENDEE", attendee.uri())?);
        }
        message(Method::Request, component, product)
    }

    /// The answer of one who was asked: their busy time within the window (RFC 5546 §3.3.3).
    ///
    /// # Errors
    /// As [`to_calendar`](Self::to_calendar).
    pub fn reply(
        &self,
        attendee: &CalendarUserAddress,
        busy: &BusyTime,
        stamp: Timestamp,
        product: &str,
    ) -> Result<Component> {
        let mut component = self.component(stamp)?;
        component.push(PropertyBuf::new("ATTENDEE", attendee.uri())?);
        let within = BusyTime::of(self.window.clone(), busy.periods().iter().copied());
        add_periods(&mut component, &within)?;
        message(Method::Reply, component, product)
    }

    /// The answer of one who does not tell, with the reason in place of busy time (RFC 5546 §3.3.3).
    ///
    /// # Errors
    /// As [`to_calendar`](Self::to_calendar).
    pub fn refusal(
        &self,
        attendee: &CalendarUserAddress,
        status: &RequestStatus,
        stamp: Timestamp,
        product: &str,
    ) -> Result<Component> {
        let mut component = self.component(stamp)?;
        component.push(PropertyBuf::new("ATTENDEE", attendee.uri())?);
        component.push(PropertyBuf::new("REQUEST-STATUS", &status.to_string())?);
        message(Method::Reply, component, product)
    }

    fn component(&self, stamp: Timestamp) -> Result<Component> {
        let mut component = Component::new(Kind::FreeBusy.as_str())?;
        component.push(PropertyBuf::text("UID", &self.uid)?);
        fields::set_dtstamp(&mut component, stamp);
        component.push(PropertyBuf::new("ORGANIZER", self.organizer.uri())?);
        set_window(&mut component, &self.window);
        Ok(component)
    }
}

/// Busy time to publish: a VFREEBUSY of METHOD:PUBLISH (RFC 5546 §3.3.1).
///
/// # Errors
/// When the UID holds a control character.
pub fn busy_component(
    uid: &str,
    owner: &CalendarUserAddress,
    busy: &BusyTime,
    stamp: Timestamp,
    product: &str,
) -> Result<Component> {
    let asked = FreeBusyRequest {
        uid: uid.into(),
        organizer: owner.clone(),
        attendees: Vec::new(),
        window: busy.window(),
    };
    let mut component = asked.component(stamp)?;
    add_periods(&mut component, busy)?;
    message(Method::Publish, component, product)
}

/// The busy time in an answer, or in what somebody published.
///
/// # Errors
/// When there is not one VFREEBUSY with a window, or a FREEBUSY value cannot be read; the line is named.
pub fn busy_of(calendar: &Component) -> Result<BusyTime> {
    let component = the_component(calendar)?;
    let mut periods = Vec::new();
    for property in component.properties_named("FREEBUSY") {
        let busy = property.param("FBTYPE").map_or(BusyType::Busy, |text| BusyType::parse(&text));
        for text in property.value().split(',').filter(|text| !text.trim().is_empty()) {
            let (start, end) = instants(text).map_err(|error| {
                let line = property.line().map(|line| format!("line {line}: ")).unwrap_or_default();
                Error::syntax(format!("{line}FREEBUSY: {error}"))
            })?;
            periods.push(BusyPeriod { start, end, busy });
        }
    }
    Ok(BusyTime::of(window_of(component)?, periods))
}

fn instants(text: &str) -> Result<(Timestamp, Timestamp)> {
    let utc = |time: &DateTime| match time {
        DateTime::Utc(instant) => Ok(*instant),
        _ => Err(Error::syntax(format!("“{}” is not in UTC, as RFC 5545 §3.8.2.6 wants", text.trim()))),
    };
    match Period::parse(text, None)? {
        Period::Explicit { start, end } => Ok((utc(&start)?, utc(&end)?)),
        Period::Start { start, duration } => {
            let start = utc(&start)?;
            Ok((start, Zone::UTC.after(start.to_utc_civil(), duration)))
        }
    }
}

fn add_periods(component: &mut Component, busy: &BusyTime) -> Result<()> {
    for period in busy.periods() {
        let value = format!("{}/{}", period.start, period.end);
        let mut property = PropertyBuf::new("FREEBUSY", &value)?;
        property.set_param("FBTYPE", period.busy.as_str())?;
        component.push(property);
    }
    Ok(())
}

fn set_window(component: &mut Component, window: &Range<Timestamp>) {
    fields::put_date_time(component, "DTSTART", &DateTime::Utc(window.start));
    fields::put_date_time(component, "DTEND", &DateTime::Utc(window.end));
}

fn window_of(component: &Component) -> Result<Range<Timestamp>> {
    let time = |name: &str| {
        let time = fields::read_date_time(component, name)?;
        let time =
            time.ok_or_else(|| Error::invalid(format!("the VFREEBUSY has no {name} (RFC 5546 §3.3)")))?;
        Ok::<_, Error>(Zones::default().instant(&time, Some(&Zone::UTC))?)
    };
    let window = time("DTSTART")?..time("DTEND")?;
    if window.start >= window.end {
        return Err(Error::invalid(
            "the VFREEBUSY ends before it begins; DTEND lies after DTSTART (RFC 5545 §3.6.4)",
        ));
    }
    Ok(window)
}

fn the_component(calendar: &Component) -> Result<&Component> {
    let mut found = calendar.components_named(Kind::FreeBusy.as_str());
    match (found.next(), found.next()) {
        (Some(component), None) => Ok(component),
        (None, _) => Err(Error::invalid("there is no VFREEBUSY in the calendar")),
        (Some(_), Some(_)) => {
            Err(Error::invalid("there are several VFREEBUSY where one is wanted (RFC 5546 §3.3)"))
        }
    }
}

fn message(method: Method, component: Component, product: &str) -> Result<Component> {
    let mut calendar = Component::new("VCALENDAR")?;
    calendar.push(PropertyBuf::new("VERSION", "2.0")?);
    calendar.push(PropertyBuf::text("PRODID", product)?);
    calendar.push(PropertyBuf::new("METHOD", method.as_str())?);
    calendar.push_component(component);
    Ok(calendar)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::read_calendar;
    use crate::ical::Limits;
    use crate::itip::validate;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn question() -> FreeBusyRequest {
        FreeBusyRequest {
            uid: "q1@foo.com".into(),
            organizer: "mailto:a@foo.com".parse().unwrap(),
            attendees: vec!["mailto:b@foo.com".parse().unwrap(), "mailto:c@bar.com".parse().unwrap()],
            window: time("20260302T000000Z")..time("20260309T000000Z"),
        }
    }

    fn busy() -> BusyTime {
        let period = |start, end, busy| BusyPeriod { start: time(start), end: time(end), busy };
        BusyTime::of(
            time("20260301T000000Z")..time("20260401T000000Z"),
            [
                period("20260301T230000Z", "20260302T010000Z", BusyType::Busy),
                period("20260303T090000Z", "20260303T100000Z", BusyType::Tentative),
                period("20260315T090000Z", "20260315T100000Z", BusyType::Busy),
            ],
        )
    }

    #[test]
    fn a_question_reads_back_and_is_valid() {
        let calendar = question().to_calendar(time("20260201T000000Z"), "-//x//EN").unwrap();
        assert_eq!(validate(&calendar).violations, []);
        assert_eq!(FreeBusyRequest::read(&calendar).unwrap(), question());
    }

    #[test]
    fn an_answer_tells_the_window_and_nothing_else() {
        let b = "mailto:b@foo.com".parse().unwrap();
        let calendar = question().reply(&b, &busy(), time("20260201T000000Z"), "-//x//EN").unwrap();
        assert_eq!(validate(&calendar).violations, []);
        let text = calendar.to_string();
        assert!(
            !text.contains("20260315")
                && text.contains("FREEBUSY;FBTYPE=BUSY-TENTATIVE:20260303T090000Z/20260303T100000Z")
        );
        let read = busy_of(&calendar).unwrap();
        assert_eq!(read, BusyTime::of(question().window, busy().periods().iter().copied()));
    }

    #[test]
    fn what_is_published_is_valid_and_reads_back() {
        let a = "mailto:a@foo.com".parse().unwrap();
        let calendar =
            busy_component("fb@foo.com", &a, &busy(), time("20260201T000000Z"), "-//x//EN").unwrap();
        assert_eq!(validate(&calendar).violations, []);
        assert_eq!(busy_of(&calendar).unwrap(), busy());
    }

    #[test]
    fn other_programs_answers_are_read() {
        let read = |lines: &str| {
            let text = format!(
                "BEGIN:VCALENDAR\r\nBEGIN:VFREEBUSY\r\nDTSTART:20260302T000000Z\r\nDTEND:20260303T000000Z\r\n{lines}\
                 END:VFREEBUSY\r\nEND:VCALENDAR\r\n"
            );
            busy_of(&read_calendar(text.as_bytes(), &Limits::default()).unwrap())
        };
        let time = read(
            "FREEBUSY:20260302T090000Z/PT30M,20260302T093000Z/20260302T100000Z\r\nFREEBUSY;FBTYPE=FREE:20260302T110000Z/PT1H\r\n\
             FREEBUSY;FBTYPE=X-OTHER:20260302T120000Z/PT1H\r\nFREEBUSY:\r\n",
        );
        let said: Vec<_> =
            time.unwrap().periods().iter().map(|one| format!("{} {}", one.start, one.busy)).collect();
        assert_eq!(said, ["20260302T090000Z BUSY", "20260302T120000Z BUSY"]);
        for (lines, named) in [
            ("FREEBUSY:20260302T090000/PT30M\r\n", "line 5: FREEBUSY"),
            ("FREEBUSY:soon\r\n", "line 5: FREEBUSY"),
        ] {
            let error = read(lines).unwrap_err().to_string();
            assert!(error.starts_with(named), "{error}");
        }
    }
}
