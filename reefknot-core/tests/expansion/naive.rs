//! Recurrence by definition: look at every time there is, and keep those that the rule describes.
//!
//! RFC 5545 §3.3.10 tells what "expands" and what "limits"; both come to the same: an instance lies in a
//! period that INTERVAL reaches, every part that is given holds for it, and what no part tells is as in
//! DTSTART. No seeking, no masks and no arithmetic on periods: slow, and plain enough to be believed.

use reefknot_core::value::{Date, DateTime, Frequency, LocalDateTime, Recur, Skip, Weekday};
use std::collections::BTreeMap;

const DAY: i64 = 86_400;

/// The instances of an RRULE from DTSTART, which is always the first, to `horizon`.
pub(crate) fn expand(recur: &Recur, start: LocalDateTime, horizon: LocalDateTime) -> Vec<LocalDateTime> {
    let mut all = described(recur, start, horizon);
    if all.first() != Some(&start) {
        all.insert(0, start);
    }
    all.truncate(recur.count.map_or(usize::MAX, |count| count as usize));
    all
}

/// The instances of an EXRULE, which DTSTART is only if the rule describes it.
pub(crate) fn excluded(recur: &Recur, start: LocalDateTime, horizon: LocalDateTime) -> Vec<LocalDateTime> {
    let mut all = described(recur, start, horizon);
    all.truncate(recur.count.map_or(usize::MAX, |count| count as usize));
    all
}

/// What the rule describes from DTSTART on, COUNT apart.
fn described(recur: &Recur, start: LocalDateTime, horizon: LocalDateTime) -> Vec<LocalDateTime> {
    let naive = Naive { recur, start };
    let until = recur.until.as_ref().map_or(horizon, DateTime::civil).min(horizon);
    let mut sets: BTreeMap<i64, Vec<LocalDateTime>> = BTreeMap::new();
    // From before DTSTART, because positions count from the start of its period; and beyond the horizon,
    // because they count from the end of the period as well.
    let around = match recur.freq {
        Frequency::Yearly => 740,
        Frequency::Monthly => 62,
        Frequency::Weekly => 7,
        _ => 0,
    };
    let first = start.date().days_since_epoch() - around;
    let last = until.date().days_since_epoch() + around;
    let times = naive.times();
    for (nominal, day) in (first..=last).flat_map(|day| naive.places(day)) {
        if !naive.day_holds(&nominal, day) {
            continue;
        }
        for time in &times {
            let second = day.days_since_epoch() * DAY + time;
            // To the end of the day, or else of the hour, which may be a period.
            let rest = if recur.freq == Frequency::Daily { DAY } else { 3600 };
            if around == 0 && second > until.seconds_since_epoch() + rest {
                break;
            }
            sets.entry(naive.period(&nominal, second)).or_default().push(local(second));
        }
    }
    for set in sets.values_mut() {
        set.sort();
        set.dedup();
        let size = set.len() as i32;
        let picked = |at: &usize| {
            let nth = *at as i32 + 1;
            recur.by_set_pos.is_empty()
                || recur.by_set_pos.iter().any(|pos| *pos == nth || *pos == nth - size - 1)
        };
        *set = (0..set.len()).filter(picked).map(|at| set[at]).collect();
    }
    let origin = naive.origin(&sets);
    let reached = |period: i64| period >= origin && (period - origin) % i64::from(recur.interval) == 0;
    let mut all: Vec<LocalDateTime> =
        sets.into_iter().filter(|(period, _)| reached(*period)).flat_map(|(_, set)| set).collect();
    all.retain(|time| *time >= start && *time <= until);
    all.sort();
    all.dedup();
    all
}

fn local(second: i64) -> LocalDateTime {
    LocalDateTime::from_seconds(second).expect("within the calendar")
}

/// A day as a rule counts it: the 31st of a month, whether the month has one or not.
struct Day {
    year: i32,
    month: u8,
    day: u8,
    month_length: i64,
}

impl Day {
    fn of(date: Date) -> Self {
        Self {
            year: date.year(),
            month: date.month(),
            day: date.day(),
            month_length: length(date.year(), date.month()),
        }
    }
}

fn length(year: i32, month: u8) -> i64 {
    (1..=31).filter(|day| Date::new(year, month, *day).is_some()).count() as i64
}

struct Naive<'r> {
    recur: &'r Recur,
    start: LocalDateTime,
}

impl Naive<'_> {
    /// What a day is counted as: itself, and with SKIP the missing days whose place it takes (RFC 7529 §4.1).
    fn places(&self, day: i64) -> Vec<(Day, Date)> {
        let date = Date::from_days(day).expect("within the calendar");
        let own = Day::of(date);
        let missing = |year: i32, month: u8| {
            let length = length(year, month);
            (length as u8 + 1..=31).map(move |day| (Day { year, month, day, month_length: length }, date))
        };
        let mut all = Vec::new();
        // Only a day that is called by its number can be missing.
        let numbered = !self.recur.by_month_day.is_empty() || self.recur.by_day.is_empty();
        match self.recur.skip.filter(|_| numbered).unwrap_or_default() {
            Skip::Backward if i64::from(own.day) == own.month_length => {
                all.extend(missing(own.year, own.month));
            }
            Skip::Forward if own.day == 1 && own.month == 1 => all.extend(missing(own.year - 1, 12)),
            Skip::Forward if own.day == 1 => all.extend(missing(own.year, own.month - 1)),
            _ => {}
        }
        all.push((own, date));
        all
    }

    /// Seconds of the day that BYHOUR, BYMINUTE and BYSECOND allow.
    fn times(&self) -> Vec<i64> {
        let freq = self.recur.freq;
        let allowed = |given: &[u8], value: i64, own: u8, fixed: bool| {
            if given.is_empty() {
                !fixed || value == i64::from(own)
            } else {
                given.iter().any(|one| i64::from(*one) == value)
            }
        };
        let hour =
            |hour: &i64| allowed(&self.recur.by_hour, *hour, self.start.hour(), freq > Frequency::Hourly);
        let minute = |minute: &i64| {
            allowed(&self.recur.by_minute, *minute, self.start.minute(), freq > Frequency::Minutely)
        };
        let second = |second: &i64| {
            allowed(&self.recur.by_second, *second, self.start.second(), freq > Frequency::Secondly)
        };
        let minutes = (0..24)
            .filter(hour)
            .flat_map(|hour| (0..60).filter(minute).map(move |minute| hour * 60 + minute));
        minutes.flat_map(|minute| (0..60).filter(second).map(move |second| minute * 60 + second)).collect()
    }

    fn week_start(&self) -> i64 {
        i64::from(self.recur.week_start.unwrap_or(Weekday::Monday).index())
    }

    /// The first day of the week that holds a day.
    fn week_of(&self, day: i64) -> i64 {
        (day - 6..=day).find(|first| weekday(*first) == self.week_start()).expect("one of seven")
    }

    /// The year that most of the day's week lies in, and which of its weeks it is.
    fn week_number(&self, day: i64) -> (i32, i64) {
        let year_of = |first: i64| Date::from_days(first + 3).expect("within the calendar").year();
        let first = self.week_of(day);
        let year = year_of(first);
        (year, (1..54).take_while(|back| year_of(first - 7 * (back - 1)) == year).count() as i64)
    }

    /// The number of the period of FREQ that holds a time.
    fn period(&self, nominal: &Day, second: i64) -> i64 {
        let day = second.div_euclid(DAY);
        match self.recur.freq {
            Frequency::Secondly => second,
            Frequency::Minutely => second.div_euclid(60),
            Frequency::Hourly => second.div_euclid(3600),
            Frequency::Daily => day,
            Frequency::Weekly => self.week_of(day).div_euclid(7),
            Frequency::Monthly => i64::from(nominal.year) * 12 + i64::from(nominal.month),
            Frequency::Yearly if !self.recur.by_week_no.is_empty() => i64::from(self.week_number(day).0),
            Frequency::Yearly => i64::from(nominal.year),
        }
    }

    /// The period that INTERVAL counts from, by all instances that there are with an INTERVAL of 1.
    fn origin(&self, sets: &BTreeMap<i64, Vec<LocalDateTime>>) -> i64 {
        let own = Day::of(self.start.date());
        let period = self.period(&own, self.start.seconds_since_epoch());
        let left = sets.get(&period).is_some_and(|set| set.iter().any(|time| *time >= self.start));
        // The year that DTSTART's week belongs to; its own where that is the old one and over.
        if self.recur.freq == Frequency::Yearly && !left { period.max(own.year.into()) } else { period }
    }

    fn day_holds(&self, nominal: &Day, date: Date) -> bool {
        let (recur, own) = (self.recur, self.start.date());
        let yearly = recur.freq == Frequency::Yearly;
        let no_day = recur.by_day.is_empty() && recur.by_month_day.is_empty() && recur.by_year_day.is_empty();
        let (weeks, months) = (!recur.by_week_no.is_empty(), !recur.by_month.is_empty());
        let day = date.days_since_epoch();
        let year_length = i64::from(Date::new(date.year(), 12, 31).expect("a last day").day_of_year());
        let counts = |given: i64, at: i64, of: i64| given == if given > 0 { at } else { at - of - 1 };
        let defaults = match recur.freq {
            Frequency::Weekly => !recur.by_day.is_empty() || date.weekday() == own.weekday(),
            Frequency::Yearly if weeks && no_day => date.weekday() == own.weekday(),
            Frequency::Yearly if no_day => {
                nominal.day == own.day() && (months || nominal.month == own.month())
            }
            Frequency::Monthly if no_day => nominal.day == own.day(),
            _ => true,
        };
        let week_number = || {
            let (year, number) = self.week_number(day);
            // The week of 28 December has four days in its year, and the week after it has not.
            let (_, last) =
                self.week_number(Date::new(year, 12, 28).expect("in every year").days_since_epoch());
            recur.by_week_no.iter().any(|given| counts(i64::from(*given), number, last))
        };
        let by_day = || {
            let of_month = recur.freq == Frequency::Monthly || months;
            let (at, of) = if of_month {
                (i64::from(date.day()), length(date.year(), date.month()))
            } else {
                (i64::from(date.day_of_year()), year_length)
            };
            let nth = ((at - 1) / 7 + 1, -((of - at) / 7 + 1));
            recur.by_day.iter().any(|given| {
                let ordinal = i64::from(given.ordinal);
                given.weekday == date.weekday() && (ordinal == 0 || ordinal == nth.0 || ordinal == nth.1)
            })
        };
        defaults
            && (!months || recur.by_month.contains(&nominal.month))
            && (!weeks || (yearly && week_number()))
            && (recur.by_year_day.is_empty()
                || recur
                    .by_year_day
                    .iter()
                    .any(|given| counts(i64::from(*given), i64::from(date.day_of_year()), year_length)))
            && (recur.by_month_day.is_empty()
                || recur
                    .by_month_day
                    .iter()
                    .any(|given| counts(i64::from(*given), i64::from(nominal.day), nominal.month_length)))
            && (recur.by_day.is_empty() || by_day())
    }
}

fn weekday(day: i64) -> i64 {
    i64::from(Date::from_days(day).expect("within the calendar").weekday().index())
}
