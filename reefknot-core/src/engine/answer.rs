//! A user answers an invitation (RFC 5546 §3.2.3).

use std::sync::Arc;

use super::Engine;
use crate::ical::PropertyBuf;
use crate::itip::{Method, Outcome};
use crate::recurrence::InstanceKey;
use crate::scheduling::{PartStat, SchedulingObject, SchedulingState, fields};
use crate::value::Timestamp;
use crate::{Error, Result};

impl Engine {
    /// An attendee answers: the answer is written into their copy, and the organizer hears it with the comment.
    ///
    /// It is [`change`](Self::change) for a program that has buttons instead of an editor. An answer to the series, the
    /// [`InstanceKey::Master`], also answers those instances with a component of their own that wait for one; an answer
    /// to an instance gives it such a component.
    ///
    /// ```
    /// use reefknot_core::engine::{Engine, read_object};
    /// use reefknot_core::ical::Limits;
    /// use reefknot_core::recurrence::InstanceKey;
    /// use reefknot_core::scheduling::{Identities, PartStat, SchedulingState};
    ///
    /// let text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Tea\r\n\
    ///             DTSTAMP:20260101T000000Z\r\nDTSTART:20260301T100000Z\r\nORGANIZER:mailto:a@foo.com\r\n\
    ///             ATTENDEE:mailto:b@foo.com\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    /// let copy = read_object(text.as_bytes(), &Limits::default())?;
    /// let engine = Engine::new(Identities::new("mailto:b@foo.com".parse()?));
    /// let (state, now) = (SchedulingState::default(), "20260102T080000Z".parse()?);
    /// let outcome = engine.answer(&copy, &InstanceKey::Master, &PartStat::Declined, Some("On leave"), &state, now)?;
    /// assert_eq!(outcome.messages[0].recipient.to_string(), "mailto:a@foo.com");
    /// assert!(outcome.messages[0].calendar.to_string().contains("COMMENT:On leave\r\n"));
    /// # Ok::<(), reefknot_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// When there is no such instance, it was cancelled, or the user does not attend it; when the comment holds a
    /// control character.
    pub fn answer(
        &self,
        stored: &SchedulingObject,
        instance: &InstanceKey,
        answer: &PartStat,
        comment: Option<&str>,
        state: &SchedulingState,
        now: Timestamp,
    ) -> Result<Outcome> {
        if stored.effective(instance).is_some_and(|part| fields::is_cancelled(&part)) {
            let message = format!("`{}` was cancelled, so that there is nothing to answer", stored.uid());
            return Err(Error::invalid(message));
        }
        let own = self.identities.own();
        let mut answered = stored.clone();
        answered.answer(instance, own, answer)?;
        if instance.is_master() {
            for key in stored.overrides().filter(|key| !stored.is_cancelled(key)) {
                let line = stored.attendee(key, own);
                if line.is_some_and(|line| line.partstat == PartStat::NeedsAction) {
                    answered.answer(key, own, answer)?;
                }
            }
        }
        let mut outcome = self.change(Some(stored), Some(&answered), state, now)?;
        if let Some(comment) = comment {
            let comment = PropertyBuf::text("COMMENT", comment)?;
            for message in outcome.messages.iter_mut().filter(|message| message.method == Method::Reply) {
                let calendar = Arc::make_mut(&mut message.calendar);
                for part in calendar.components_mut().filter(|part| part.is(stored.kind().as_str())) {
                    part.push(comment.clone());
                }
            }
        }
        Ok(outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::read_object;
    use crate::ical::Limits;
    use crate::itip::{Disposition, ObjectChange};
    use crate::scheduling::{Identities, attendee_among};

    const NOW: &str = "20261102T080000Z";

    fn series() -> SchedulingObject {
        let part = |lines: &str| {
            format!(
                "BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20261101T080000Z\r\n{lines}SUMMARY:Tea\r\n\
                 ORGANIZER:mailto:a@foo.com\r\nATTENDEE:mailto:a@foo.com\r\n\
                 ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:b@foo.com\r\nEND:VEVENT\r\n"
            )
        };
        let text = format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\n{}{}END:VCALENDAR\r\n",
            part("DTSTART:20261202T090000Z\r\nDTEND:20261202T100000Z\r\nRRULE:FREQ=WEEKLY;COUNT=4\r\n"),
            part("RECURRENCE-ID:20261209T090000Z\r\nDTSTART:20261210T090000Z\r\nDTEND:20261210T100000Z\r\n"),
        );
        read_object(text.as_bytes(), &Limits::default()).unwrap()
    }

    fn answer(object: &SchedulingObject, key: &str, answer: &PartStat) -> Result<Outcome> {
        let engine = Engine::new(Identities::new("mailto:b@foo.com".parse().unwrap()));
        let (key, now) = (key.parse().unwrap(), NOW.parse().unwrap());
        engine.answer(object, &key, answer, None, &SchedulingState::default(), now)
    }

    fn answers(object: &SchedulingObject) -> Vec<(String, PartStat)> {
        let b = "mailto:b@foo.com".parse().unwrap();
        let own = |part| attendee_among(part, |address| *address == b).unwrap().partstat;
        object.parts().map(|(key, part)| (key.to_string(), own(part))).collect()
    }

    fn stored(outcome: &Outcome) -> &SchedulingObject {
        let ObjectChange::Store(object) = &outcome.object else { panic!("{outcome:?}") };
        object
    }

    #[test]
    fn an_answer_to_the_series_answers_the_instances_that_wait_and_no_others() {
        let accepted = answer(&series(), "", &PartStat::Accepted).unwrap();
        let moved = "20261209T090000Z".to_owned();
        assert_eq!(
            answers(stored(&accepted)),
            [(String::new(), PartStat::Accepted), (moved.clone(), PartStat::Accepted)]
        );
        assert_eq!(accepted.messages.len(), 1);
        let declined = answer(&series(), &moved, &PartStat::Declined).unwrap();
        let then = answer(stored(&declined), "", &PartStat::Accepted).unwrap();
        assert_eq!(
            answers(stored(&then)),
            [(String::new(), PartStat::Accepted), (moved, PartStat::Declined)]
        );
    }

    #[test]
    fn an_instance_is_answered_by_itself() {
        let outcome = answer(&series(), "20261216T090000Z", &PartStat::Tentative).unwrap();
        let told = outcome.messages[0].calendar.to_string();
        assert!(
            told.contains("RECURRENCE-ID:20261216T090000Z") && told.contains("PARTSTAT=TENTATIVE"),
            "{told}"
        );
        assert_eq!(outcome.messages[0].calendar.components().count(), 1);
    }

    #[test]
    fn where_there_is_nothing_to_answer_it_says_so() {
        let error = answer(&series(), "20261217T090000Z", &PartStat::Accepted).unwrap_err();
        assert!(error.is_invalid() && error.to_string().contains("no instance 20261217T090000Z"), "{error}");
    }

    #[test]
    fn an_answer_that_was_given_already_tells_nobody() {
        let once = answer(&series(), "", &PartStat::Accepted).unwrap();
        let twice = answer(stored(&once), "", &PartStat::Accepted).unwrap();
        assert!(twice.messages.is_empty() && twice.disposition == Disposition::Unchanged, "{twice:?}");
    }
}
