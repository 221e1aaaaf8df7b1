//! What a calendar program does to an object when its user edits one instance, or answers an invitation.

use super::{PartStat, SchedulingObject, attendee_among};
use crate::ical::Component;
use crate::recurrence::InstanceKey;
use crate::value::CalendarUserAddress;
use crate::{Error, Result};

impl SchedulingObject {
    /// Changes one instance, which gets a component of its own for it if it has none yet.
    ///
    /// # Errors
    /// An invalid error when there is no such instance, and what `change` gives; nothing has changed then.
    pub fn edit_instance<R>(
        &mut self,
        key: &InstanceKey,
        change: impl FnOnce(&mut Component) -> Result<R>,
    ) -> Result<R> {
        let mut part = self.effective(key).ok_or_else(|| self.no_instance(key))?;
        let result = change(&mut part)?;
        self.put_part(key.clone(), part);
        Ok(result)
    }

    /// Writes an attendee's answer to the series or an instance (PARTSTAT, RFC 5545 §3.2.12), which asks no more (RSVP).
    ///
    /// `own` are the addresses that the attendee goes by. Nobody is told: whoever changes an object asks the engine.
    ///
    /// ```
    /// use reefknot_core::engine::read_object;
    /// use reefknot_core::ical::Limits;
    /// use reefknot_core::recurrence::InstanceKey;
    /// use reefknot_core::scheduling::PartStat;
    ///
    /// let text = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260301T100000Z\r\n\
    ///     ORGANIZER:mailto:a@foo.com\r\nATTENDEE;RSVP=TRUE:mailto:b@foo.com\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    /// let mut tea = read_object(text.as_bytes(), &Limits::default())?;
    /// tea.answer(&InstanceKey::Master, &["mailto:b@foo.com".parse()?], &PartStat::Accepted)?;
    /// assert!(tea.to_calendar().to_string().contains("ATTENDEE;PARTSTAT=ACCEPTED:mailto:b@foo.com"));
    /// # Ok::<(), reefknot_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// An invalid error when there is no such instance, or it has no such attendee.
    pub fn answer(
        &mut self,
        key: &InstanceKey,
        own: &[CalendarUserAddress],
        answer: &PartStat,
    ) -> Result<()> {
        let said = self.effective(key).ok_or_else(|| self.no_instance(key))?;
        let Some(attendee) = attendee_among(&said, |address| own.contains(address)) else {
            let who = own.first().map_or("nobody", CalendarUserAddress::uri);
            let uid = self.uid();
            return Err(Error::invalid(format!("{who} is no attendee of `{uid}` and cannot answer for it")));
        };
        if self.part(key).is_none() {
            self.put_part(key.clone(), said);
        }
        self.edit_attendees(
            key,
            |line| line.address == attendee.address,
            |_, line| {
                line.remove_param("RSVP");
                line.set_param("PARTSTAT", answer.as_str())
            },
        )
        .map(drop)
    }

    fn no_instance(&self, key: &InstanceKey) -> Error {
        let what =
            if key.is_master() { "component for all instances".into() } else { format!("instance {key}") };
        Error::invalid(format!("`{}` has no {what}", self.uid()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::read_object;
    use crate::ical::{Limits, PropertyBuf};

    const SERIES: &str = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260301T100000Z\r\n\
        RRULE:FREQ=WEEKLY;COUNT=3\r\nORGANIZER:mailto:a@foo.com\r\nATTENDEE;RSVP=TRUE:mailto:b@foo.com\r\n\
        END:VEVENT\r\nEND:VCALENDAR\r\n";

    fn series() -> SchedulingObject {
        read_object(SERIES.as_bytes(), &Limits::default()).unwrap()
    }

    #[test]
    fn an_answer_to_an_instance_leaves_the_series_unanswered() {
        let mut object = series();
        let (second, own) = ("20260308T100000Z".parse().unwrap(), ["mailto:B@foo.com".parse().unwrap()]);
        object.answer(&second, &own, &PartStat::Declined).unwrap();
        let answers = |key| object.attendee(key, &own).unwrap().partstat.clone();
        assert_eq!(answers(&second), PartStat::Declined);
        assert_eq!(answers(&InstanceKey::Master), PartStat::NeedsAction);
    }

    #[test]
    fn what_cannot_be_changed_is_an_error_and_changes_nothing() {
        let mut object = series();
        let text = object.to_calendar().to_string();
        let own = ["mailto:b@foo.com".parse().unwrap()];
        let never = "20260309T100000Z".parse().unwrap();
        for (key, who, said) in [
            (&never, &own[..], "no instance 20260309T100000Z"),
            (
                &InstanceKey::Master,
                &["mailto:c@bar.com".parse().unwrap()][..],
                "mailto:c@bar.com is no attendee",
            ),
        ] {
            let error = object.answer(key, who, &PartStat::Accepted).unwrap_err();
            assert!(error.is_invalid() && error.to_string().contains(said), "{error}");
        }
        let failed: Result<()> = object.edit_instance(&InstanceKey::Master, |part| {
            part.set(PropertyBuf::text("SUMMARY", "Tea")?);
            Err(Error::invalid("no"))
        });
        assert!(failed.is_err());
        assert_eq!(object.to_calendar().to_string(), text);
    }
}
