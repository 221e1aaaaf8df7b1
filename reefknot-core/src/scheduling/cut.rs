//! Ending a series before an instance, and going on from there under another UID.
//!
//! RFC 5546 §3.2.5 lets a CANCEL end a series "this and future", and calendar programs end one whenever somebody
//! changes "this and all following" instances: the old series gets an UNTIL, and a new one begins.

use std::collections::BTreeSet;

use super::attendee::reopen;
use super::fields;
use super::object::{SchedulingObject, edit_attendee};
use crate::ical::{Edit, Property, PropertyBuf};
use crate::recurrence::{Budget, InstanceKey, Series};
use crate::value::{DateTime, LocalDateTime, Period, Recur};
use crate::{Error, Result};

/// How many instances of a split series are compared with those that it had before.
const COMPARED: usize = 200;

impl SchedulingObject {
    /// Ends the rules of the series before an instance: UNTIL for every RRULE, and no RDATE from there on. Overrides
    /// stay as they are.
    ///
    /// `false` where there is no such instance, or none before it: then nothing changes.
    pub fn end_before(&mut self, from: &InstanceKey) -> bool {
        let first =
            self.instance_start(&InstanceKey::Master).map(|start| InstanceKey::of(&start, self.zones()));
        if from.is_master() || first.is_none_or(|first| *from <= first) {
            return false;
        }
        let Some(start) = self.instance_start(from) else { return false };
        let second_before =
            |civil: LocalDateTime| LocalDateTime::saturating_from_seconds(civil.seconds_since_epoch() - 1);
        // RFC 5545 §3.3.10: of the type of DTSTART, and in UTC where that has a zone.
        let until = match (&start, from) {
            (DateTime::Date(date), _) => DateTime::Date(date.checked_add_days(-1).unwrap_or(*date)),
            (_, InstanceKey::At(instant)) => DateTime::Utc(instant.saturating_add(-1)),
            (other, _) => other.with_civil(second_before(other.civil())),
        };
        self.edit_rules(|rule| {
            rule.count = None;
            if rule.until.as_ref().is_none_or(|end| end.civil() > until.civil()) {
                rule.until = Some(until.clone());
            }
        });
        self.keep_dates("RDATE", |key| key < from);
        true
    }

    /// Hides from a reader what a THISANDFUTURE override rules: its instance and the later ones, up to the next such
    /// override.
    pub(crate) fn hide_this_and_future(&mut self, from: &InstanceKey) {
        let next = self.parts().find(|(key, part)| *key > from && fields::is_this_and_future(part));
        let next = next.map(|(key, _)| key.clone());
        self.remove_part(from);
        let Some(next) = next else {
            if !self.end_before(from) {
                self.remove_part(&InstanceKey::Master);
            }
            return;
        };
        let mut ruled = BTreeSet::from([from.clone()]);
        if let Some(series) = self.series()
            && let Some(mut walk) = series.after(from)
        {
            let mut budget = Budget::default();
            while let Ok(Some(item)) = walk.next(&mut budget)
                && item.key() < next
            {
                ruled.insert(item.key());
            }
        }
        for key in ruled.iter().filter(|key| self.part(key).is_none()).cloned().collect::<Vec<_>>() {
            self.exclude(&key);
        }
    }

    /// Splits a series in two: what is before an instance, and a new series of that UID which begins with it.
    ///
    /// Both keep who attends and what they answered; the new one names the old by RELATED-TO with RELTYPE=FIRST
    /// (RFC 5545 §3.8.4.5, RFC 9253 §5). To tell the attendees, the organizer puts both: the first as a change of the
    /// old object, which asks nobody again and cancels nothing, and the second, changed as the organizer likes, as a
    /// new object. Whoever has to be asked again there because it takes place at other times gets PARTSTAT=NEEDS-ACTION
    /// by [`ask_again`](Self::ask_again).
    ///
    /// ```
    /// use reefknot_core::engine::read_object;
    /// use reefknot_core::ical::Limits;
    ///
    /// let text = "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260105T090000Z\r\n\
    ///             RRULE:FREQ=WEEKLY;COUNT=5\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    /// let series = read_object(text.as_bytes(), &Limits::default())?;
    /// let (before, after) = series.split(&"20260119T090000Z".parse()?, "2")?;
    /// assert_eq!(before.master().unwrap().value("RRULE").unwrap(), "FREQ=WEEKLY;UNTIL=20260119T085959Z");
    /// assert_eq!(after.master().unwrap().value("RRULE").unwrap(), "FREQ=WEEKLY;COUNT=3");
    /// # Ok::<(), reefknot_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the series has no instance there or none before it, or when its rule cannot go on from there with the
    /// same instances.
    pub fn split(&self, at: &InstanceKey, new_uid: &str) -> Result<(Self, Self)> {
        let cannot = |why: &str| Error::invalid(format!("the series cannot be split at {at}: {why}"));
        let start = self
            .instance_start(at)
            .filter(|_| !at.is_master() && self.has_instance(at))
            .ok_or_else(|| cannot("it has no instance there"))?;
        let mut before = self.clone();
        if !before.end_before(at) {
            return Err(cannot("it begins there; change all of it"));
        }
        let mut after = self.clone();
        for key in self.overrides() {
            if key < at { &mut after } else { &mut before }.remove_part(key);
        }
        after.begin_at(self, at, &start)?;
        let ruling = self.part(&self.ruling(at)).filter(|part| fields::is_this_and_future(part));
        if ruling.is_some() && after.part(at).is_none() {
            // What held from an earlier instance on holds here from the first on.
            let mut part = self.projected(at).ok_or_else(|| cannot("it has no instance there"))?;
            fields::set_this_and_future(&mut part, true);
            after.put_part(at.clone(), part);
        } else if ruling.is_none() && !self.ruling_before(at).is_master() {
            return Err(cannot("the instance has an override of its own among those of THISANDFUTURE"));
        }
        if self.instances_from(at)? != after.instances_from(at)? {
            return Err(cannot("its rule gives other instances when it begins there"));
        }
        after.rename(new_uid)?;
        Ok((before, after))
    }

    /// Sets the answers of all but the organizer back to NEEDS-ACTION (RFC 6638 §3.2.8).
    ///
    /// # Errors
    /// Never, as long as the ATTENDEE lines can be written.
    pub fn ask_again(&mut self) -> Result<()> {
        let organizer = self.organizer().map(|organizer| organizer.address);
        let everybody: Vec<_> =
            self.everybody().into_iter().filter(|(who, _)| Some(who) != organizer.as_ref()).collect();
        for (who, keys) in everybody {
            for key in keys {
                self.edit_part(&key, |part| edit_attendee(part, &who, reopen)).transpose()?;
            }
        }
        Ok(())
    }

    /// Moves the start of the series to an instance, and takes what was before it off its rules.
    fn begin_at(&mut self, whole: &Self, at: &InstanceKey, start: &DateTime) -> Result<()> {
        let Some(master) = self.master().cloned() else { return Ok(()) };
        let rules = master.properties_named("RRULE");
        let gone = rules.map(|line| whole.count_before(at, &line.value())).collect::<Result<Vec<_>>>()?;
        self.edit_part(&InstanceKey::Master, |master| fields::shift(master, start));
        let mut gone = gone.into_iter();
        self.edit_rules(|rule| {
            let gone = gone.next().unwrap_or_default();
            rule.count = rule.count.map(|count| count.saturating_sub(gone));
        });
        self.keep_dates("RDATE", |key| key >= at);
        self.keep_dates("EXDATE", |key| key >= at);
        Ok(())
    }

    /// How many that COUNT counts come before an instance.
    fn count_before(&self, at: &InstanceKey, rule: &str) -> Result<u32> {
        let Some(mut alone) = self.master().cloned() else { return Ok(0) };
        for name in ["RRULE", "RDATE", "EXDATE", "EXRULE"] {
            alone.remove(name);
        }
        alone.push(PropertyBuf::new("RRULE", rule)?);
        let series = Series::new(self.zones().clone(), &[&alone])?;
        let Some(set) = series.set() else { return Ok(0) };
        let (mut walk, mut budget, mut before) = (set.walk(), Budget::default(), 0);
        while let Some(item) = walk.next(&mut budget).map_err(|spent| Error::invalid(spent.to_string()))? {
            if item.key() >= *at {
                // DTSTART is counted, in the rule or not (RFC 5545 §3.3.10), and it will be this instance.
                return Ok(before - u32::from(item.key() > *at && before > 0));
            }
            before += 1;
        }
        Ok(before)
    }

    /// The first instances from one on, as the rules give them.
    fn instances_from(&self, at: &InstanceKey) -> Result<Vec<InstanceKey>> {
        let mut found = Vec::new();
        if let Some(series) = self.series() {
            let mut budget = Budget::default();
            let Some(mut walk) = series.after(at) else { return Ok(found) };
            while found.len() < COMPARED
                && let Some(item) =
                    walk.next(&mut budget).map_err(|spent| Error::invalid(spent.to_string()))?
            {
                found.push(item.key());
            }
        }
        Ok(found)
    }

    /// Gives the object another UID: a new one, at its first revision.
    fn rename(&mut self, new_uid: &str) -> Result<()> {
        let mut related = PropertyBuf::text("RELATED-TO", self.uid())?;
        related.set_param("RELTYPE", "FIRST")?;
        let uid = PropertyBuf::text("UID", new_uid)?;
        let keys: Vec<_> = self.parts().map(|(key, _)| key.clone()).collect();
        for key in keys {
            self.edit_part(&key, |part| {
                part.set(uid.clone());
                fields::set_sequence(part, 0);
                let has_first =
                    part.properties_named("RELATED-TO").any(|line| line.param_is("RELTYPE", "FIRST"));
                if !has_first {
                    part.push(related.clone());
                }
            });
        }
        *self = Self::from_calendar(self.to_calendar())?;
        Ok(())
    }

    fn edit_rules(&mut self, mut change: impl FnMut(&mut Recur)) {
        self.edit_part(&InstanceKey::Master, |master| {
            master.edit(|property| {
                let rule = if property.is("RRULE") { property.value().parse::<Recur>().ok() } else { None };
                let Some(mut rule) = rule else { return Edit::Keep };
                change(&mut rule);
                let mut line = property.to_buf();
                match line.set_value(&rule.to_string()) {
                    Ok(()) => Edit::Replace(line),
                    Err(_) => Edit::Keep,
                }
            });
        });
    }

    /// Keeps those values of RDATE or EXDATE whose instance is wanted; one that cannot be read stays.
    pub(crate) fn keep_dates(&mut self, name: &str, wanted: impl Fn(&InstanceKey) -> bool) {
        let Some(master) = self.master().cloned() else { return };
        let Ok(series) = Series::new(self.zones().clone(), &[&master]) else { return };
        self.edit_part(&InstanceKey::Master, |master| {
            master.edit(|property| {
                if !property.is(name) {
                    return Edit::Keep;
                }
                let value = property.value();
                let kept: Vec<&str> = value
                    .split(',')
                    .filter(|item| start_of(property, item).is_none_or(|start| wanted(&series.key(&start))))
                    .collect();
                let mut line = property.to_buf();
                match kept.is_empty() {
                    true => Edit::Remove,
                    false if line.set_value(&kept.join(",")).is_ok() => Edit::Replace(line),
                    false => Edit::Keep,
                }
            });
        });
    }
}

/// The start that one value of an RDATE or EXDATE names.
fn start_of(property: &Property<'_>, item: &str) -> Option<DateTime> {
    let tzid = property.param("TZID");
    if property.param_is("VALUE", "PERIOD") || item.contains('/') {
        return Period::parse(item, tzid.as_deref()).ok().map(|period| period.start().clone());
    }
    DateTime::parse(item, property.param("VALUE").as_deref(), tzid.as_deref()).ok()
}
