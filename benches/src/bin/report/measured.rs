//! What criterion left in its folder: every group, with the times of everyone who took part.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;

use serde_json::Value;

/// A group of benchmarks by its title; each by its name and argument.
pub(super) type Groups = BTreeMap<String, Vec<Row>>;

/// One benchmark: nanoseconds of one iteration, and what an iteration works through.
#[derive(Debug)]
pub(super) struct Row {
    name: String,
    argument: String,
    low: f64,
    median: f64,
    high: f64,
    throughput: Option<(f64, &'static str)>,
}

/// Reads every `new/sample.json` below a folder.
pub(super) fn read(folder: &Path) -> Result<Groups, Box<dyn Error>> {
    let mut groups = Groups::new();
    let mut waiting = vec![folder.to_path_buf()];
    while let Some(folder) = waiting.pop() {
        let new = folder.join("new");
        if new.join("sample.json").is_file() {
            let about: Value = serde_json::from_slice(&fs::read(new.join("benchmark.json"))?)?;
            let sample: Value = serde_json::from_slice(&fs::read(new.join("sample.json"))?)?;
            let group = about["group_id"].as_str().ok_or("a benchmark without a group")?;
            groups.entry(group.to_owned()).or_default().push(row(&about, &sample)?);
            continue;
        }
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                waiting.push(entry.path());
            }
        }
    }
    for rows in groups.values_mut() {
        rows.sort_by(|a, b| key(a).cmp(&key(b)));
    }
    Ok(groups)
}

/// By argument, and by number where it is one; Reefknot first.
fn key(row: &Row) -> (u64, &str, bool, &str) {
    let number = row.argument.parse().unwrap_or(0);
    (number, &row.argument, !row.name.starts_with("reefknot"), &row.name)
}

fn row(about: &Value, sample: &Value) -> Result<Row, Box<dyn Error>> {
    let numbers = |name: &str| -> Vec<f64> {
        sample[name].as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
    };
    let mut times: Vec<f64> =
        numbers("times").iter().zip(numbers("iters")).map(|(time, n)| time / n).collect();
    times.sort_by(f64::total_cmp);
    let (Some(low), Some(high)) = (times.first(), times.last()) else {
        return Err("a sample without times".into());
    };
    let throughput = &about["throughput"];
    let throughput = match (throughput["Bytes"].as_f64(), throughput["Elements"].as_f64()) {
        (Some(octets), _) => Some((octets / 1e6, "MB/s")),
        (None, Some(elements)) => Some((elements / 1e6, "M/s")),
        (None, None) => None,
    };
    let text = |name: &str| about[name].as_str().unwrap_or_default().to_owned();
    Ok(Row {
        name: text("function_id"),
        argument: text("value_str"),
        low: *low,
        median: times[times.len() / 2],
        high: *high,
        throughput,
    })
}

/// The groups as tables, each with the ratio to Reefknot's time for the same argument.
pub(super) fn tables(groups: &Groups) -> String {
    let mut out = String::new();
    for (title, rows) in groups {
        out.push_str(&format!(
            "### {title}\n\n| | min | median | max | | × reefknot (lowest–highest) |\n|---|--:|--:|--:|--:|--:|\n"
        ));
        for row in rows {
            let ours = rows.iter().find(|ours| ours.name == "reefknot" && ours.argument == row.argument);
            let ratio = ours.filter(|ours| ours.name != row.name).map_or_else(String::new, |ours| {
                let ratio = row.median / ours.median;
                format!("{} ({}–{})", short(ratio), short(row.low / ours.high), short(row.high / ours.low))
            });
            let speed = row.throughput.map_or_else(String::new, |(amount, unit)| {
                format!("{} {unit}", short(amount / row.median * 1e9))
            });
            let gap = if row.argument.is_empty() { "" } else { ", " };
            out.push_str(&format!(
                "| {}{gap}{} | {} | {} | {} | {speed} | {ratio} |\n",
                row.name,
                row.argument,
                time(row.low),
                time(row.median),
                time(row.high)
            ));
        }
        out.push('\n');
    }
    out
}

fn time(nanoseconds: f64) -> String {
    let units = [(1e9, "s"), (1e6, "ms"), (1e3, "µs")];
    let found = units.into_iter().find(|(size, _)| nanoseconds >= *size);
    let (size, unit) = found.unwrap_or((1.0, "ns"));
    format!("{} {unit}", short(nanoseconds / size))
}

/// Three digits that count.
fn short(number: f64) -> String {
    match number {
        100.0.. => format!("{number:.0}"),
        10.0..100.0 => format!("{number:.1}"),
        _ => format!("{number:.2}"),
    }
}
