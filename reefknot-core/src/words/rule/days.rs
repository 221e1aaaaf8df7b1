//! Days in words: of the week, of a month, of a year.

use super::Sentence;
use crate::value::{Weekday, WeekdayNum};
use crate::words::phrases::fill;

impl Sentence<'_> {
    /// The days of a month or year: `the 1st and 15th`, `the last Friday`, `every Monday`.
    pub(super) fn month_set(&self) -> Option<String> {
        let (rule, p) = (self.rule, self.p);
        if rule.by_month_day.is_empty() && !rule.by_day.is_empty() {
            return self.weekdays_of_period();
        }
        if self.has_numbers() {
            return None;
        }
        Some(fill(p.the, &[&p.list(&self.month_days(&self.days_of_month()))]))
    }

    /// Of seven days of the month in a row BYDAY picks one: `the second Saturday`, or `the first Tuesday
    /// on or after the 2nd`.
    pub(super) fn one_of_seven(&self) -> Option<String> {
        let (rule, p) = (self.rule, self.p);
        let [WeekdayNum { ordinal: 0, weekday }] = rule.by_day.as_slice() else { return None };
        let mut days = rule.by_month_day.clone();
        days.sort_unstable();
        days.dedup();
        let [first, .., last] = *days.as_slice() else { return None };
        if !rule.by_set_pos.is_empty() || days.len() != 7 || first < 1 || last != first + 6 || last > 28 {
            return None;
        }
        let (first, name) = (u32::from(first.unsigned_abs()), self.weekday(*weekday));
        Some(if first % 7 == 1 {
            fill(p.the, &[&fill("{0} {1}", &[&p.ordinal(first / 7 + 1), &name])])
        } else {
            fill(p.on_or_after, &[&name, &p.ordinal_digits(first)])
        })
    }

    /// `every Monday`, where a rule of months or years takes all of them.
    pub(super) fn every_weekday(&self) -> Option<String> {
        let rule = self.rule;
        let all = rule.interval == 1 && rule.by_set_pos.is_empty() && rule.by_month_day.is_empty();
        let names = self.weekday_names().filter(|_| all && !self.has_numbers())?;
        Some(self.in_months(fill(self.p.every, &[&self.p.list(&names)])))
    }

    /// BYMONTHDAY, or DTSTART's day.
    pub(super) fn days_of_month(&self) -> Vec<i8> {
        match self.rule.by_month_day.as_slice() {
            [] => vec![i8::try_from(self.start.date().day()).unwrap_or_default()],
            given => given.to_vec(),
        }
    }

    /// BYDAY without days of the month: numbered ones, or every one.
    pub(super) fn weekdays_of_period(&self) -> Option<String> {
        let (rule, p) = (self.rule, self.p);
        if !self.has_numbers() {
            let names = self.weekday_names()?;
            return Some(if rule.by_set_pos.is_empty() {
                fill(p.every, &[&p.list(&names)])
            } else {
                p.list(&names)
            });
        }
        if rule.by_day.iter().any(|day| day.ordinal == 0) {
            return None;
        }
        let name = |day: &WeekdayNum| {
            fill("{0} {1}", &[&p.position(i32::from(day.ordinal)), &self.weekday(day.weekday)])
        };
        Some(fill(p.the, &[&p.list(&rule.by_day.iter().map(name).collect::<Vec<_>>())]))
    }

    pub(super) fn has_numbers(&self) -> bool {
        self.rule.by_day.iter().any(|day| day.ordinal != 0)
    }

    pub(super) fn weekday(&self, day: Weekday) -> String {
        self.p.weekdays[usize::from(day.index())].to_owned()
    }

    pub(super) fn plain_weekdays(&self) -> Vec<String> {
        let mut days: Vec<Weekday> = self.rule.by_day.iter().map(|day| day.weekday).collect();
        days.sort_unstable();
        days.into_iter().map(|day| self.weekday(day)).collect()
    }

    /// The days of BYDAY; all seven are `day`, Monday to Friday `weekday`. `None` where it is not given.
    pub(super) fn weekday_names(&self) -> Option<Vec<String>> {
        let mut days: Vec<Weekday> = self.rule.by_day.iter().map(|day| day.weekday).collect();
        days.sort_unstable();
        match days.as_slice() {
            [] => None,
            two if two == &Weekday::ALL[5..] && !self.rule.by_set_pos.is_empty() => {
                Some(vec![self.p.weekend_class.to_owned()])
            }
            all if all == Weekday::ALL => Some(vec![self.p.day.to_owned()]),
            five if five == &Weekday::ALL[..5] => Some(vec![self.p.weekday_class.to_owned()]),
            _ => Some(self.plain_weekdays()),
        }
    }

    /// `1st`, `last day`: days of a month without their article.
    pub(super) fn month_days(&self, numbers: &[i8]) -> Vec<String> {
        numbers
            .iter()
            .map(|day| match *day {
                day if day < 0 => self.counted(i32::from(day)),
                day => self.p.ordinal_digits(u32::from(day.unsigned_abs())),
            })
            .collect()
    }

    /// `last day`, `100th day`
    pub(super) fn counted(&self, number: i32) -> String {
        let position = match u32::try_from(number) {
            Ok(number) => self.p.ordinal_digits(number),
            Err(_) => self.p.position(number),
        };
        fill("{0} {1}", &[&position, self.p.day])
    }
}
