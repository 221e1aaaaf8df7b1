//! Recurrence rules in words (RFC 5545 §3.3.10, RFC 7529).
//!
//! A rule is put into words only if the words say exactly what it does; any other is quoted.
//! What a rule leaves out it takes from DTSTART, and so do the words.

mod days;

use super::Words;
use super::moment::{clock, month, short_date};
use super::phrases::{Phrases, fill};
use crate::value::{DateTime, Frequency, LocalDateTime, Recur, Skip, Weekday};

/// Times of day that are still listed; a rule with more is quoted.
const MOST_TIMES: usize = 12;

impl Words<'_> {
    /// A recurrence rule in words; `start` is the DTSTART it belongs to.
    ///
    /// ```
    /// use reefknot_core::time::{Zone, Zones};
    /// use reefknot_core::value::DateTime;
    /// use reefknot_core::words::Words;
    ///
    /// let (berlin, zones) = (Zone::iana("Europe/Berlin").unwrap(), Zones::default());
    /// let words = Words::new(&berlin, &zones);
    /// let start = DateTime::parse("20230106T140000", None, Some("Europe/Berlin"))?;
    /// let rule = "FREQ=WEEKLY;INTERVAL=2;UNTIL=20230303T130000Z".parse()?;
    /// assert_eq!(words.rule(&rule, &start), "every second Friday until 3 March 2023");
    /// # Ok::<(), reefknot_core::Error>(())
    /// ```
    #[must_use]
    pub fn rule(&self, rule: &Recur, start: &DateTime) -> String {
        let p = self.phrases;
        let sentence = Sentence { p, rule, start: start.civil(), is_date: start.is_date() };
        match sentence.body() {
            Some(body) => self.with_end(body, rule, start),
            None => fill(p.quoted_rule, &[&super::clean(&rule.to_string())]),
        }
    }

    fn with_end(&self, body: String, rule: &Recur, start: &DateTime) -> String {
        let p = self.phrases;
        match (rule.count, &rule.until) {
            (Some(1), _) => fill(p.times.0, &[&body]),
            (Some(count), _) => fill(p.times.1, &[&body, &count.to_string()]),
            (None, Some(until)) => fill(p.until, &[&body, &self.until(rule, until, start)]),
            (None, None) => body,
        }
    }

    /// The last day on which an instance can fall, by the clock of DTSTART.
    fn until(&self, rule: &Recur, until: &DateTime, start: &DateTime) -> String {
        let p = self.phrases;
        let by_clock = match (until, start) {
            (DateTime::Utc(instant), DateTime::Zoned { tzid, .. }) => match self.zones.resolve(tzid) {
                Ok(found) => found.zone.local(*instant),
                // Nobody knows that clock: say the instant.
                Err(_) => return self.moment(until),
            },
            // A floating start has no instant to compare with; RFC 5545 §3.3.10 forbids the mix.
            (DateTime::Utc(_), DateTime::Floating(_)) => return self.moment(until),
            _ => until.civil(),
        };
        let varies = rule.freq < Frequency::Daily
            || !(rule.by_hour.is_empty() && rule.by_minute.is_empty() && rule.by_second.is_empty());
        if until.is_date() || start.is_date() {
            return short_date(p, by_clock.date());
        }
        if varies {
            return fill(p.at, &[&short_date(p, by_clock.date()), &clock(by_clock)]);
        }
        // An end before the time of day leaves the day before as the last.
        let too_late = by_clock.second_of_day() < start.civil().second_of_day();
        let last = by_clock.date().checked_add_days(if too_late { -1 } else { 0 });
        short_date(p, last.unwrap_or(by_clock.date()))
    }
}

/// One rule on its way into words.
struct Sentence<'a> {
    p: &'static Phrases,
    rule: &'a Recur,
    start: LocalDateTime,
    is_date: bool,
}

impl Sentence<'_> {
    /// All but the end; `None` where words would not be exact.
    fn body(&self) -> Option<String> {
        let rule = self.rule;
        if !rule.is_gregorian() || !rule.by_leap_month.is_empty() || !rule.other.is_empty() {
            return None;
        }
        if rule.skip.unwrap_or_default() != Skip::Omit && !self.skip_is_sayable() {
            return None;
        }
        let body = match rule.freq {
            Frequency::Secondly | Frequency::Minutely | Frequency::Hourly => return self.short_period(),
            Frequency::Daily => self.daily()?,
            Frequency::Weekly => self.weekly()?,
            Frequency::Monthly => self.monthly()?,
            Frequency::Yearly => self.yearly()?,
        };
        self.with_times(body)
    }

    /// `every day`, `every second month`, `every 12th week`.
    fn period(&self) -> String {
        let unit = self.p.frequencies[self.rule.freq as usize].0;
        self.each(unit)
    }

    fn each(&self, what: &str) -> String {
        match self.rule.interval {
            1 => fill(self.p.every, &[what]),
            n => fill(self.p.every_number, &[&self.p.ordinal(n), what]),
        }
    }

    fn daily(&self) -> Option<String> {
        let rule = self.rule;
        // BYYEARDAY, BYWEEKNO and numbered weekdays have no meaning within a day.
        if !rule.by_year_day.is_empty() || !rule.by_week_no.is_empty() || self.has_numbers() {
            return None;
        }
        let days = self.weekday_names();
        let said = match (rule.by_month_day.as_slice(), days) {
            ([], None) => self.period(),
            ([], Some(days)) if rule.interval == 1 => fill(self.p.every, &[&self.p.list(&days)]),
            ([], Some(days)) => self.filtered(&self.period(), &days),
            // The days of every month.
            (_, _) if rule.interval == 1 && rule.by_set_pos.is_empty() => return self.days_of_months(),
            (month_days, days) => {
                let days = days.unwrap_or_default();
                let numbers = self.month_days(month_days).into_iter().map(|day| fill(self.p.the, &[&day]));
                let said = fill(
                    self.p.when_that_is,
                    &[&self.period(), &self.p.choice(&numbers.collect::<Vec<_>>())],
                );
                if days.is_empty() { said } else { self.filtered(&said, &days) }
            }
        };
        if rule.by_set_pos.is_empty() { Some(self.in_months(said)) } else { None }
    }

    fn weekly(&self) -> Option<String> {
        let rule = self.rule;
        let foreign = [rule.by_month_day.is_empty(), rule.by_year_day.is_empty(), rule.by_week_no.is_empty()];
        if foreign.contains(&false) || self.has_numbers() {
            return None;
        }
        let names = self.weekday_names();
        let several = rule.by_day.len() > 1;
        let names = names.unwrap_or_else(|| vec![self.weekday(self.start.date().weekday())]);
        let said = if !rule.by_set_pos.is_empty() {
            if self.times_vary() {
                return None;
            }
            fill(self.p.on, &[&self.period(), &self.chosen(&names)])
        } else if rule.interval == 1 || !several {
            self.each(&self.p.list(&names))
        } else {
            fill(self.p.on, &[&self.period(), &self.p.list(&self.plain_weekdays())])
        };
        // Which days make up a week matters only where weeks are left out or days are counted.
        let counts = several && (rule.interval > 1 || !rule.by_set_pos.is_empty());
        Some(self.in_months(self.with_week_start(said, counts)))
    }

    fn monthly(&self) -> Option<String> {
        let rule = self.rule;
        if !rule.by_year_day.is_empty() || !rule.by_week_no.is_empty() {
            return None;
        }
        self.every_weekday().or_else(|| self.days_of_months())
    }

    /// `every month on the 13th`
    fn days_of_months(&self) -> Option<String> {
        let month = self.p.frequencies[Frequency::Monthly as usize].0;
        let days = self.one_of_seven().or_else(|| Some(self.qualified(self.month_set()?)))?;
        Some(self.in_months(self.positioned(&self.each(month), &days)?))
    }

    fn yearly(&self) -> Option<String> {
        let rule = self.rule;
        let (p, period) = (self.p, self.period());
        let exclusive =
            [!rule.by_year_day.is_empty(), !rule.by_week_no.is_empty(), !rule.by_month_day.is_empty()];
        if exclusive.iter().filter(|given| **given).count() > 1 {
            return None;
        }
        if !rule.by_week_no.is_empty() {
            return self.week_numbers(&period);
        }
        if !rule.by_year_day.is_empty() {
            if self.has_numbers() {
                return None;
            }
            let numbers: Vec<_> = rule.by_year_day.iter().map(|day| self.counted(i32::from(*day))).collect();
            let days = self.qualified(fill(p.of_the_year, &[&fill(p.the, &[&p.list(&numbers)])]));
            return Some(self.in_months(self.positioned(&period, &days)?));
        }
        if let Some(every) = self.every_weekday() {
            return Some(every);
        }
        match (rule.by_day.is_empty(), rule.by_month_day.as_slice(), rule.by_month.len()) {
            (true, [], 0 | 1) => return self.one_date(&period, self.start.date().day()),
            (true, [day], 1) if *day > 0 && rule.by_set_pos.is_empty() => {
                return self.one_date(&period, day.unsigned_abs());
            }
            (_, [_, ..], 0) if rule.interval == 1 && rule.by_set_pos.is_empty() => {
                return self.days_of_months();
            }
            _ => {}
        }
        let seven = self.one_of_seven();
        let qualified = |days: String| if seven.is_some() { days } else { self.qualified(days) };
        let days = seven.clone().or_else(|| self.month_set())?;
        let days = if !rule.by_month.is_empty() {
            fill(p.of, &[&days, &p.list(&self.months())])
        } else if rule.by_month_day.is_empty() {
            fill(p.of_the_year, &[&days])
        } else {
            fill(p.of_every_month, &[&days])
        };
        self.positioned(&period, &qualified(days))
    }

    /// `every year on 29 February`
    fn one_date(&self, period: &str, day: u8) -> Option<String> {
        let number = self.rule.by_month.first().copied().unwrap_or(self.start.date().month());
        let name = month(self.p, number);
        if !self.rule.by_set_pos.is_empty() {
            return None;
        }
        let date = fill(self.p.day_and_month, &[&day.to_string(), name]);
        let said = fill(self.p.on, &[period, &date]);
        let missing = day > shortest(number);
        Some(if missing { self.where_missing(&said) } else { said })
    }

    fn week_numbers(&self, period: &str) -> Option<String> {
        let rule = self.rule;
        if self.has_numbers() {
            return None;
        }
        let p = self.p;
        let week = p.frequencies[Frequency::Weekly as usize].0;
        let (from_start, from_end): (Vec<i8>, Vec<i8>) =
            rule.by_week_no.iter().partition(|number| **number > 0);
        let positions =
            from_end.iter().map(|number| fill("{0} {1}", &[&p.position(i32::from(*number)), week]));
        let weeks = if from_end.is_empty() {
            let numbers: Vec<String> = from_start.iter().map(i8::to_string).collect();
            fill(if numbers.len() == 1 { p.week.0 } else { p.week.1 }, &[&p.list(&numbers)])
        } else if from_start.is_empty() {
            fill(p.of_the_year, &[&fill(p.the, &[&p.list(&positions.collect::<Vec<_>>())])])
        } else {
            let numbered = from_start.iter().map(|number| fill(p.week.0, &[&number.to_string()]));
            let each: Vec<String> = numbered.chain(positions.map(|week| fill(p.the, &[&week]))).collect();
            fill(p.of_the_year, &[&p.list(&each)])
        };
        let names = match rule.by_day.as_slice() {
            [] => vec![self.weekday(self.start.date().weekday())],
            _ => self.plain_weekdays(),
        };
        let days = fill(p.of_weeks, &[&p.list(&names), &weeks]);
        let missing = rule.by_week_no.iter().any(|n| n.abs() == 53);
        let days = if missing { self.where_missing(&days) } else { days };
        let said = self.positioned(period, &days)?;
        Some(self.in_months(self.with_week_start(said, true)))
    }

    /// FREQ=SECONDLY, MINUTELY and HOURLY: the parts below the period expand, those above limit.
    fn short_period(&self) -> Option<String> {
        let (rule, p) = (self.rule, self.p);
        let foreign = [rule.by_year_day.is_empty(), rule.by_week_no.is_empty(), rule.by_set_pos.is_empty()];
        if foreign.contains(&false) || self.has_numbers() {
            return None;
        }
        let (one, many) = p.frequencies[rule.freq as usize];
        let mut said = match rule.interval {
            1 => fill(p.every, &[one]),
            n => fill(p.every_number, &[&n.to_string(), many]),
        };
        let numbers = |list: &[u8]| list.iter().map(u8::to_string).collect::<Vec<_>>();
        let with = |said: &str, (one, many): (&str, &str), list: &[String]| {
            fill(if list.len() == 1 { one } else { many }, &[said, &p.list(list)])
        };
        if !rule.by_second.is_empty() {
            said = with(&said, p.at_seconds, &numbers(&rule.by_second));
        }
        if !rule.by_minute.is_empty() {
            said = with(&said, p.at_minutes, &numbers(&rule.by_minute));
        }
        if !rule.by_hour.is_empty() {
            let hours: Vec<String> = rule.by_hour.iter().map(|hour| format!("{hour:02}:00")).collect();
            said = with(&said, p.in_hours, &hours);
        }
        if !rule.by_month_day.is_empty() {
            let days = self.month_days(&rule.by_month_day).into_iter().map(|day| fill(p.the, &[&day]));
            said = fill(p.on, &[&said, &p.list(&days.collect::<Vec<_>>())]);
            if let Some(days) = self.weekday_names() {
                said = self.filtered(&said, &days);
            }
        } else if let Some(days) = self.weekday_names() {
            said = fill(p.on, &[&said, &fill(p.every, &[&p.list(&days)])]);
        }
        Some(self.in_months(said))
    }

    /// Adds what a reader must know of days that are not always there, and what BYDAY leaves of them.
    fn qualified(&self, days: String) -> String {
        let rule = self.rule;
        let by_weekday =
            rule.by_month_day.is_empty() && rule.by_year_day.is_empty() && !rule.by_day.is_empty();
        let missing = if !rule.by_year_day.is_empty() {
            rule.by_year_day.iter().any(|day| day.abs() == 366)
        } else if by_weekday {
            let most = if rule.freq == Frequency::Yearly && rule.by_month.is_empty() { 52 } else { 4 };
            rule.by_day.iter().any(|day| day.ordinal.abs() > most)
        } else {
            let shortest = rule.by_month.iter().map(|number| shortest(*number)).min().unwrap_or(28);
            self.days_of_month().iter().any(|day| day.unsigned_abs() > shortest)
        };
        let days = if missing { self.where_missing(&days) } else { days };
        match self.weekday_names().filter(|_| !by_weekday) {
            Some(names) => self.filtered(&days, &names),
            None => days,
        }
    }

    /// Joins a period and its days, or the ones of them that BYSETPOS picks.
    fn positioned(&self, period: &str, days: &str) -> Option<String> {
        let (rule, p) = (self.rule, self.p);
        if rule.by_set_pos.is_empty() {
            return Some(fill(p.on, &[period, days]));
        }
        // With several times of day BYSETPOS counts times and not days.
        if self.times_vary() {
            return None;
        }
        let others = [rule.by_month_day.is_empty(), rule.by_year_day.is_empty(), rule.by_week_no.is_empty()];
        let by_weekday = !others.contains(&false) && !self.has_numbers();
        match self.weekday_names().as_deref() {
            Some([name]) if by_weekday => Some(self.chosen_of_period(period, name)),
            _ => Some(fill(p.on, &[period, &fill(p.position_of, &[&self.positions(), days])])),
        }
    }

    /// `the last weekday of every third month`
    fn chosen_of_period(&self, period: &str, name: &str) -> String {
        let (rule, p) = (self.rule, self.p);
        let chosen = self.chosen(&[name.to_owned()]);
        // A monthly rule counts within each month, a yearly one over all its months together.
        match rule.by_month.as_slice() {
            [only] if rule.freq == Frequency::Yearly => {
                fill(p.on, &[period, &fill(p.of, &[&chosen, month(p, *only)])])
            }
            [_, _, ..] if rule.freq == Frequency::Yearly => {
                let days = fill(p.of, &[&fill(p.every, &[name]), &p.list(&self.months())]);
                fill(p.on, &[period, &fill(p.position_of, &[&self.positions(), &days])])
            }
            _ => fill(p.of, &[&chosen, period]),
        }
    }

    /// What BYSETPOS picks of weekdays: `the last weekday`, `the first of these days: …`.
    fn chosen(&self, names: &[String]) -> String {
        match names {
            [one] => fill(self.p.the, &[&fill("{0} {1}", &[&self.positions(), one])]),
            _ => fill(self.p.position_of, &[&self.positions(), &self.p.list(names)]),
        }
    }

    fn positions(&self) -> String {
        let positions: Vec<String> =
            self.rule.by_set_pos.iter().map(|number| self.p.position(*number)).collect();
        self.p.list(&positions)
    }

    /// BYMONTH where it limits and has not been said otherwise.
    fn in_months(&self, said: String) -> String {
        if self.rule.by_month.is_empty() {
            return said;
        }
        fill(self.p.in_months, &[&said, &self.p.list(&self.months())])
    }

    fn months(&self) -> Vec<String> {
        self.rule.by_month.iter().map(|number| month(self.p, *number).to_owned()).collect()
    }

    fn filtered(&self, said: &str, days: &[String]) -> String {
        let days: Vec<String> = days.iter().map(|day| fill(self.p.a, &[day])).collect();
        fill(self.p.when_that_is, &[said, &self.p.choice(&days)])
    }

    fn where_missing(&self, said: &str) -> String {
        let pattern = match self.rule.skip.unwrap_or_default() {
            Skip::Omit => self.p.where_there_is_one,
            Skip::Backward => self.p.skip_backward,
            Skip::Forward => self.p.skip_forward,
        };
        fill(pattern, &[said])
    }

    /// SKIP moves days of a month; the words for that hold only where nothing else picks among them.
    fn skip_is_sayable(&self) -> bool {
        let rule = self.rule;
        let alone = rule.by_set_pos.is_empty() && rule.by_day.is_empty() && rule.by_year_day.is_empty();
        let from_front = rule.by_month_day.iter().all(|day| *day > 0) && rule.by_month_day.len() <= 1;
        rule.freq >= Frequency::Monthly && alone && rule.by_week_no.is_empty() && from_front
    }

    /// Whether a part of the clock is given, so that a day may have several times.
    fn times_vary(&self) -> bool {
        let rule = self.rule;
        rule.by_hour.len() > 1 || rule.by_minute.len() > 1 || rule.by_second.len() > 1
    }

    /// BYHOUR, BYMINUTE and BYSECOND of a rule by days or longer: times of day.
    fn with_times(&self, said: String) -> Option<String> {
        let rule = self.rule;
        let silent = rule.by_hour.is_empty() && rule.by_minute.is_empty() && rule.by_second.is_empty();
        // RFC 5545 §3.3.10: for a DATE they must be ignored.
        if silent || self.is_date {
            return Some(said);
        }
        let or_own = |list: &[u8], own: u8| if list.is_empty() { vec![own] } else { list.to_vec() };
        let hours = or_own(&rule.by_hour, self.start.hour());
        let minutes = or_own(&rule.by_minute, self.start.minute());
        let seconds = or_own(&rule.by_second, self.start.second());
        if hours.len() * minutes.len() * seconds.len() > MOST_TIMES {
            return None;
        }
        let mut times = Vec::new();
        for hour in &hours {
            for minute in &minutes {
                for second in &seconds {
                    times.push(clock(LocalDateTime::new(self.start.date(), *hour, *minute, *second)?));
                }
            }
        }
        times.dedup();
        Some(fill(self.p.at_times, &[&said, &self.p.list(&times)]))
    }

    fn with_week_start(&self, said: String, matters: bool) -> String {
        match self.rule.week_start.filter(|day| matters && *day != Weekday::Monday) {
            Some(day) => fill(self.p.weeks_begin, &[&said, &self.weekday(day)]),
            None => said,
        }
    }
}

/// The fewest days a month has.
fn shortest(month: u8) -> u8 {
    match month {
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
