//! RECUR values: recurrence rules as text and as data (RFC 5545 §3.3.10, RFC 7529).
//!
//! Lists are kept sorted and without repeats, because their order means nothing. Parts that
//! neither standard knows are kept. What a rule *does* is the business of [`Rule`](super::Rule).

use super::scan::shown;
use super::{DateTime, Weekday};
use crate::{Error, Result};
use std::fmt;
use std::str::FromStr;

/// How often a rule's period comes round, shortest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Frequency {
    /// SECONDLY
    Secondly,
    /// MINUTELY
    Minutely,
    /// HOURLY
    Hourly,
    /// DAILY
    Daily,
    /// WEEKLY
    Weekly,
    /// MONTHLY
    Monthly,
    /// YEARLY
    Yearly,
}

const FREQUENCIES: [(&str, Frequency); 7] = [
    ("SECONDLY", Frequency::Secondly),
    ("MINUTELY", Frequency::Minutely),
    ("HOURLY", Frequency::Hourly),
    ("DAILY", Frequency::Daily),
    ("WEEKLY", Frequency::Weekly),
    ("MONTHLY", Frequency::Monthly),
    ("YEARLY", Frequency::Yearly),
];

/// What becomes of a day that its month or year does not have (RFC 7529 §4.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Skip {
    /// It is left out.
    #[default]
    Omit,
    /// The day before takes its place.
    Backward,
    /// The day after takes its place.
    Forward,
}

const SKIPS: [(&str, Skip); 3] =
    [("OMIT", Skip::Omit), ("BACKWARD", Skip::Backward), ("FORWARD", Skip::Forward)];

/// A day of the week in BYDAY, such as `FR` or `-1FR`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WeekdayNum {
    /// Which one of its month or year, from the end if negative; 0 for every one.
    pub ordinal: i16,
    /// The day of the week.
    pub weekday: Weekday,
}

impl fmt::Display for WeekdayNum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ordinal != 0 {
            write!(f, "{}", self.ordinal)?;
        }
        write!(f, "{}", self.weekday)
    }
}

/// A recurrence rule.
///
/// ```
/// use reefknot_core::value::{Frequency, Recur};
/// let rule: Recur = "FREQ=MONTHLY;BYDAY=-1FR;COUNT=6".parse()?;
/// assert_eq!((rule.freq, rule.count), (Frequency::Monthly, Some(6)));
/// assert_eq!(rule.by_day[0].ordinal, -1);
/// assert_eq!(rule.to_string(), "FREQ=MONTHLY;COUNT=6;BYDAY=-1FR");
/// # Ok::<(), reefknot_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Recur {
    /// FREQ
    pub freq: Frequency,
    /// INTERVAL, at least 1.
    pub interval: u32,
    /// COUNT, at least 1; never beside UNTIL.
    pub count: Option<u32>,
    /// UNTIL: the last instant, clock time or day that may be an instance.
    pub until: Option<DateTime>,
    /// BYSECOND, 0 to 60.
    pub by_second: Vec<u8>,
    /// BYMINUTE, 0 to 59.
    pub by_minute: Vec<u8>,
    /// BYHOUR, 0 to 23.
    pub by_hour: Vec<u8>,
    /// BYDAY
    pub by_day: Vec<WeekdayNum>,
    /// BYMONTHDAY, ±1 to ±31.
    pub by_month_day: Vec<i8>,
    /// BYYEARDAY, ±1 to ±366 (to ±385 in other calendars).
    pub by_year_day: Vec<i16>,
    /// BYWEEKNO, ±1 to ±53 (to ±55 in other calendars).
    pub by_week_no: Vec<i8>,
    /// BYMONTH, 1 to 12 (to 13 in other calendars).
    pub by_month: Vec<u8>,
    /// BYMONTH's leap months, such as `5L`, which only other calendars have (RFC 7529 §4.2).
    pub by_leap_month: Vec<u8>,
    /// BYSETPOS, ±1 to ±366.
    pub by_set_pos: Vec<i32>,
    /// WKST; Monday where it is not given.
    pub week_start: Option<Weekday>,
    /// RSCALE, in upper case.
    pub rscale: Option<String>,
    /// SKIP
    pub skip: Option<Skip>,
    /// Parts that the standards do not know: name in upper case, value as written.
    pub other: Vec<(String, String)>,
}

impl Recur {
    /// A rule that repeats with this frequency and says nothing else.
    #[must_use]
    pub const fn new(freq: Frequency) -> Self {
        Self {
            freq,
            interval: 1,
            count: None,
            until: None,
            by_second: Vec::new(),
            by_minute: Vec::new(),
            by_hour: Vec::new(),
            by_day: Vec::new(),
            by_month_day: Vec::new(),
            by_year_day: Vec::new(),
            by_week_no: Vec::new(),
            by_month: Vec::new(),
            by_leap_month: Vec::new(),
            by_set_pos: Vec::new(),
            week_start: None,
            rscale: None,
            skip: None,
            other: Vec::new(),
        }
    }

    /// Whether the rule counts in the Gregorian calendar.
    #[must_use]
    pub fn is_gregorian(&self) -> bool {
        self.rscale.as_deref().is_none_or(|name| name == "GREGORIAN")
    }

    fn read_part(&mut self, name: &str, value: &str) -> Result<()> {
        let wide = !self.is_gregorian();
        match name {
            // FREQ and RSCALE are read before all others.
            "FREQ" | "RSCALE" => {}
            "INTERVAL" => self.interval = positive(name, value)?,
            "COUNT" => self.count = Some(positive(name, value)?),
            "UNTIL" => {
                let until = DateTime::parse(value, None, None);
                self.until = Some(until.map_err(|error| part_error(name, value, &error.to_string()))?);
            }
            "BYSECOND" => self.by_second = unsigned(name, value, 0, 60)?,
            "BYMINUTE" => self.by_minute = unsigned(name, value, 0, 59)?,
            "BYHOUR" => self.by_hour = unsigned(name, value, 0, 23)?,
            "BYDAY" => self.by_day = weekdays(value)?,
            "BYMONTHDAY" => self.by_month_day = signed(name, value, 31)?,
            "BYYEARDAY" => self.by_year_day = signed(name, value, if wide { 385 } else { 366 })?,
            "BYWEEKNO" => self.by_week_no = signed(name, value, if wide { 55 } else { 53 })?,
            "BYMONTH" => {
                let is_leap = |item: &&str| wide && item.ends_with(['L', 'l']);
                let (leap, plain): (Vec<&str>, Vec<&str>) =
                    value.split(',').map(str::trim).partition(is_leap);
                let leap: Vec<&str> = leap.into_iter().map(|item| &item[..item.len() - 1]).collect();
                let most = if wide { 13 } else { 12 };
                if !leap.is_empty() {
                    self.by_leap_month = unsigned(name, &leap.join(","), 1, most)?;
                }
                if !plain.is_empty() {
                    self.by_month = unsigned(name, &plain.join(","), 1, most)?;
                }
            }
            "BYSETPOS" => self.by_set_pos = signed(name, value, 366)?,
            "WKST" => {
                let day = Weekday::from_code(value);
                self.week_start = Some(day.ok_or_else(|| part_error(name, value, "write a day such as MO"))?);
            }
            "SKIP" => {
                let found = SKIPS.iter().find(|(code, _)| code.eq_ignore_ascii_case(value));
                let (_, skip) =
                    found.ok_or_else(|| part_error(name, value, "write OMIT, BACKWARD or FORWARD"))?;
                self.skip = Some(*skip);
            }
            _ => self.other.push((name.to_owned(), value.to_owned())),
        }
        Ok(())
    }
}

impl FromStr for Recur {
    type Err = Error;

    /// Reads a rule: parts in any order and case, empty parts and equal repeats passed over.
    ///
    /// # Errors
    /// A syntax error that names the part: one that cannot be read, is given twice with different
    /// values, or contradicts another (COUNT beside UNTIL); or FREQ is missing.
    fn from_str(text: &str) -> Result<Self> {
        let mut parts: Vec<(String, &str)> = Vec::new();
        for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').ok_or_else(|| {
                Error::syntax(format!(
                    "“{}” is no rule part; write NAME=VALUE (RFC 5545 §3.3.10)",
                    shown(part)
                ))
            })?;
            let (name, value) = (name.trim().to_ascii_uppercase(), value.trim());
            if part.chars().any(char::is_control) || name.is_empty() {
                return Err(part_error(&name, value, "control characters and nameless parts cannot be kept"));
            }
            parts.push((name, value));
        }
        // A stable sort finds repeats without comparing every part with every other.
        let mut order: Vec<usize> = (0..parts.len()).collect();
        order.sort_by(|&a, &b| parts[a].0.cmp(&parts[b].0));
        let mut repeated = vec![false; parts.len()];
        for pair in order.windows(2) {
            let (first, second) = (&parts[pair[0]], &parts[pair[1]]);
            if first.0 == second.0 {
                if !first.1.eq_ignore_ascii_case(second.1) {
                    return Err(part_error(&second.0, second.1, "it is given twice with different values"));
                }
                repeated[pair[1]] = true;
            }
        }
        let find = |wanted: &str| parts.iter().find(|(name, _)| name == wanted).map(|(_, value)| *value);
        let freq = find("FREQ").ok_or_else(|| {
            Error::syntax(format!("the rule “{}” has no FREQ (RFC 5545 §3.3.10)", shown(text)))
        })?;
        let known = FREQUENCIES.iter().find(|(code, _)| code.eq_ignore_ascii_case(freq));
        let (_, freq) = known.ok_or_else(|| part_error("FREQ", freq, "write one of SECONDLY to YEARLY"))?;
        let mut recur = Self::new(*freq);
        recur.rscale = find("RSCALE").map(str::to_ascii_uppercase);
        for ((name, value), _) in parts.iter().zip(&repeated).filter(|(_, repeated)| !**repeated) {
            recur.read_part(name, value)?;
        }
        if recur.count.is_some() && recur.until.is_some() {
            return Err(Error::syntax(
                "COUNT and UNTIL are both given; a rule ends in one way (RFC 5545 §3.3.10)",
            ));
        }
        Ok(recur)
    }
}

fn part_error(name: &str, value: &str, advice: &str) -> Error {
    Error::syntax(format!("{}={} in a rule: {advice} (RFC 5545 §3.3.10)", shown(name), shown(value)))
}

fn positive(name: &str, value: &str) -> Result<u32> {
    let number: Option<u32> = value.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| part_error(name, value, "write a whole number from 1 on"))
}

fn unsigned(name: &str, value: &str, least: u8, most: u8) -> Result<Vec<u8>> {
    let item = |text: &str| text.trim().parse().ok().filter(|number| (least..=most).contains(number));
    let list: Option<Vec<u8>> = value.split(',').map(item).collect();
    let mut list =
        list.ok_or_else(|| part_error(name, value, &format!("write numbers from {least} to {most}")))?;
    list.sort_unstable();
    list.dedup();
    Ok(list)
}

fn signed<T: TryFrom<i32> + Ord + Default>(name: &str, value: &str, most: i32) -> Result<Vec<T>> {
    let item = |text: &str| {
        let number: i32 = text.trim().parse().ok()?;
        (number != 0 && number.abs() <= most).then(|| T::try_from(number).ok()).flatten()
    };
    let list: Option<Vec<T>> = value.split(',').map(item).collect();
    let mut list = list.ok_or_else(|| {
        part_error(name, value, &format!("write numbers from 1 to {most} or -{most} to -1"))
    })?;
    list.sort_unstable_by(|a, b| (a < &T::default(), a).cmp(&(b < &T::default(), b)));
    list.dedup();
    Ok(list)
}

fn weekdays(value: &str) -> Result<Vec<WeekdayNum>> {
    let item = |text: &str| {
        let text = text.trim();
        let (number, code) = text.split_at_checked(text.len().checked_sub(2)?)?;
        let weekday = Weekday::from_code(code)?;
        let ordinal: i16 =
            if number.is_empty() { 0 } else { number.parse().ok().filter(|number| *number != 0)? };
        (ordinal.abs() <= 53).then_some(WeekdayNum { ordinal, weekday })
    };
    let list: Option<Vec<WeekdayNum>> = value.split(',').map(item).collect();
    let mut list = list.ok_or_else(|| part_error("BYDAY", value, "write days such as MO, 2TU or -1FR"))?;
    list.sort_unstable_by_key(|day| (day.ordinal < 0, day.ordinal, day.weekday));
    list.dedup();
    Ok(list)
}

fn write_list<T: fmt::Display>(f: &mut fmt::Formatter<'_>, name: &str, list: &[T]) -> fmt::Result {
    for (index, item) in list.iter().enumerate() {
        if index == 0 { write!(f, ";{name}={item}")? } else { write!(f, ",{item}")? }
    }
    Ok(())
}

impl fmt::Display for Recur {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // FREQ comes first, as RFC 5545 asks for the sake of older readers.
        let code = FREQUENCIES.iter().find(|(_, freq)| *freq == self.freq).map_or("", |(code, _)| code);
        write!(f, "FREQ={code}")?;
        if let Some(name) = &self.rscale {
            write!(f, ";RSCALE={name}")?;
        }
        if let Some((code, _)) = SKIPS.iter().find(|(_, skip)| Some(*skip) == self.skip) {
            write!(f, ";SKIP={code}")?;
        }
        if let Some(until) = &self.until {
            write!(f, ";UNTIL={}", until.value_text())?;
        }
        if let Some(count) = self.count {
            write!(f, ";COUNT={count}")?;
        }
        if self.interval != 1 {
            write!(f, ";INTERVAL={}", self.interval)?;
        }
        let months = self.by_month.iter().map(u8::to_string);
        let months: Vec<String> =
            months.chain(self.by_leap_month.iter().map(|month| format!("{month}L"))).collect();
        write_list(f, "BYMONTH", &months)?;
        write_list(f, "BYWEEKNO", &self.by_week_no)?;
        write_list(f, "BYYEARDAY", &self.by_year_day)?;
        write_list(f, "BYMONTHDAY", &self.by_month_day)?;
        write_list(f, "BYDAY", &self.by_day)?;
        write_list(f, "BYHOUR", &self.by_hour)?;
        write_list(f, "BYMINUTE", &self.by_minute)?;
        write_list(f, "BYSECOND", &self.by_second)?;
        write_list(f, "BYSETPOS", &self.by_set_pos)?;
        if let Some(day) = self.week_start {
            write!(f, ";WKST={day}")?;
        }
        self.other.iter().try_for_each(|(name, value)| write!(f, ";{name}={value}"))
    }
}

super::scan::serde_as_text!(Recur, "a rule such as FREQ=WEEKLY;BYDAY=MO");

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn read(text: &str) -> Recur {
        text.parse().unwrap()
    }

    #[test]
    fn order_case_repeats_and_empty_parts_mean_nothing() {
        let rule = read("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,FR;WKST=SU");
        for same in [
            "wkst=su;byday=fr,mo,we;interval=2;freq=weekly",
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,FR,MO;WKST=SU;",
            ";FREQ=WEEKLY;;INTERVAL=2;BYDAY=MO,WE,FR;BYDAY=MO,WE,FR;WKST=SU",
            "FREQ=WEEKLY; INTERVAL=2; BYDAY=MO, WE, FR; WKST=SU",
        ] {
            assert_eq!(read(same), rule, "{same}");
        }
    }

    #[test]
    fn errors_name_the_part() {
        for (text, part) in [
            ("BYDAY=MO", "FREQ"),
            ("FREQ=FORTNIGHTLY", "FREQ"),
            ("FREQ=DAILY;INTERVAL=0", "INTERVAL"),
            ("FREQ=DAILY;COUNT=-1", "COUNT"),
            ("FREQ=DAILY;UNTIL=tomorrow", "UNTIL"),
            ("FREQ=DAILY;COUNT=1;UNTIL=20260101", "COUNT and UNTIL"),
            ("FREQ=DAILY;COUNT=1;COUNT=2", "COUNT"),
            ("FREQ=DAILY;BYHOUR=24", "BYHOUR"),
            ("FREQ=DAILY;BYMONTH=13", "BYMONTH"),
            ("FREQ=DAILY;BYMONTH=5L", "BYMONTH"),
            ("FREQ=DAILY;BYMONTHDAY=0", "BYMONTHDAY"),
            ("FREQ=DAILY;BYMONTHDAY=-32", "BYMONTHDAY"),
            ("FREQ=DAILY;BYYEARDAY=367", "BYYEARDAY"),
            ("FREQ=DAILY;BYDAY=", "BYDAY"),
            ("FREQ=DAILY;BYDAY=0MO", "BYDAY"),
            ("FREQ=DAILY;BYDAY=54MO", "BYDAY"),
            ("FREQ=DAILY;BYDAY=é", "BYDAY"),
            ("FREQ=DAILY;WKST=XX", "WKST"),
            ("FREQ=DAILY;SKIP=SIDEWAYS", "SKIP"),
            ("FREQ=DAILY;X\u{1}=1", "control"),
            ("FREQ=DAILY;COUNT", "COUNT"),
        ] {
            let error = text.parse::<Recur>().unwrap_err();
            assert!(error.is_syntax() && error.to_string().contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn keeps_other_calendars_and_unknown_parts() {
        for text in
            ["FREQ=YEARLY;RSCALE=HEBREW;SKIP=FORWARD;BYMONTH=5,5L;BYMONTHDAY=8", "FREQ=DAILY;X-MOON=Full"]
        {
            assert_eq!(read(text).to_string(), text);
        }
    }

    fn any_recur() -> impl Strategy<Value = Recur> {
        let clock = (vec(0..=60u8, 0..3), vec(0..60u8, 0..3), vec(0..24u8, 0..3));
        let days = (
            vec((-5..=5i16, 0..7u8), 0..4),
            vec((1..=31i8, prop::bool::ANY), 0..3),
            vec((1..=366i16, prop::bool::ANY), 0..3),
            vec((1..=53i8, prop::bool::ANY), 0..3),
            vec(1..=12u8, 0..4),
            vec((1..=366i32, prop::bool::ANY), 0..3),
        );
        let end = prop_oneof![
            Just(String::new()),
            (1..500u32).prop_map(|count| format!(";COUNT={count}")),
            Just(";UNTIL=20301231".to_owned()),
            Just(";UNTIL=20301231T120000Z".to_owned()),
            Just(";UNTIL=20301231T120000".to_owned()),
        ];
        (0..7usize, 1..20u32, end, clock, days, prop::option::of(0..7u8), 0..4usize).prop_map(
            |(freq, interval, end, clock, days, wkst, skip)| {
                let mut text = format!("FREQ={};INTERVAL={interval}{end}", FREQUENCIES[freq].0);
                let mut list = |name: &str, items: Vec<String>| {
                    if !items.is_empty() {
                        text.push_str(&format!(";{name}={}", items.join(",")));
                    }
                };
                let sign = |negative: bool, number: i32| if negative { -number } else { number }.to_string();
                list("BYSECOND", clock.0.iter().map(u8::to_string).collect());
                list("BYMINUTE", clock.1.iter().map(u8::to_string).collect());
                list("BYHOUR", clock.2.iter().map(u8::to_string).collect());
                let day = |&(ordinal, weekday): &(i16, u8)| {
                    WeekdayNum { ordinal, weekday: Weekday::from_index(weekday) }.to_string()
                };
                list("BYDAY", days.0.iter().map(day).collect());
                list("BYMONTHDAY", days.1.iter().map(|&(n, neg)| sign(neg, n.into())).collect());
                list("BYYEARDAY", days.2.iter().map(|&(n, neg)| sign(neg, n.into())).collect());
                list("BYWEEKNO", days.3.iter().map(|&(n, neg)| sign(neg, n.into())).collect());
                list("BYMONTH", days.4.iter().map(u8::to_string).collect());
                list("BYSETPOS", days.5.iter().map(|&(n, neg)| sign(neg, n)).collect());
                list("WKST", wkst.map(|day| Weekday::from_index(day).to_string()).into_iter().collect());
                list("SKIP", SKIPS.get(skip).map(|(code, _)| (*code).to_owned()).into_iter().collect());
                read(&text)
            },
        )
    }

    proptest! {
        #[test]
        fn text_round_trips(recur in any_recur()) {
            prop_assert_eq!(read(&recur.to_string()), recur);
        }

        #[test]
        fn never_panics(text in "(FREQ=DAILY;)?[A-Z0-9=;,é+-]{0,40}") {
            if let Ok(recur) = text.parse::<Recur>() {
                prop_assert_eq!(read(&recur.to_string()), recur);
            }
        }
    }
}
