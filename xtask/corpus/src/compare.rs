//! The lines before and after, side by side.

use serde::Serialize;

use crate::lines::Line;

/// A line that is not what it was.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Difference {
    /// The physical line of the file, from 1; for an added line, the one that it was added before.
    pub(crate) line: usize,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
    /// The problem that tells of it.
    pub(crate) told: Option<String>,
}

/// A problem that the reader told of.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Told {
    pub(crate) line: usize,
    pub(crate) problem: String,
}

/// How far ahead the next line that both sides have is looked for.
const WINDOW: usize = 2_000;

/// How many lines of `before` were kept in their order, and what is different.
///
/// Where the two part, the fewest lines that bring them together again are taken as removed, added or changed. Each
/// difference needs a problem of its own that tells of it.
pub(crate) fn compare(before: &[Line], after: &[Line], problems: &[Told]) -> (usize, Vec<Difference>) {
    let mut differences =
        Differences { before, problems, used: vec![false; problems.len()], found: Vec::new() };
    let (mut kept, mut old, mut new) = (0, 0, 0);
    while old < before.len() || new < after.len() {
        if old < before.len() && new < after.len() && before[old].text == after[new].text {
            (kept, old, new) = (kept + 1, old + 1, new + 1);
            continue;
        }
        let (removed, added) = apart(&before[old..], &after[new..]);
        for step in 0..removed.max(added) {
            let was = before.get(old + step).filter(|_| step < removed);
            let is = after.get(new + step).filter(|_| step < added);
            match (was, is) {
                (Some(was), Some(is)) if !is_end(is) => differences.removed(was, Some(is)),
                (was, is) => {
                    was.into_iter().for_each(|was| differences.removed(was, None));
                    let next = old + if step < removed { step + 1 } else { removed };
                    is.into_iter().for_each(|is| differences.added(is, next));
                }
            }
        }
        (old, new) = (old + removed, new + added);
    }
    (kept, differences.found)
}

struct Differences<'a> {
    before: &'a [Line],
    problems: &'a [Told],
    /// Which problems already tell of a difference.
    used: Vec<bool>,
    found: Vec<Difference>,
}

impl Differences<'_> {
    /// A line that is gone, or has become another.
    fn removed(&mut self, was: &Line, is: Option<&Line>) {
        let told = self.told(|line| line == was.number);
        self.found.push(Difference { line: was.number, before: Some(text(was)), after: is.map(text), told });
    }

    /// A line that is new, before the one at `next`. Only a missing END may be added: where the next line makes that
    /// plain, or at the end of the file.
    fn added(&mut self, is: &Line, next: usize) {
        let (line, told) = match (self.before.get(next), self.before.last()) {
            (Some(next), _) => (next.number, self.told(|line| is_end(is) && line == next.number)),
            (None, Some(last)) => (last.number, self.told(|line| is_end(is) && line >= last.number)),
            (None, None) => (1, None),
        };
        self.found.push(Difference { line, before: None, after: Some(text(is)), told });
    }

    fn told(&mut self, is_there: impl Fn(usize) -> bool) -> Option<String> {
        let at = (0..self.problems.len()).find(|&at| !self.used[at] && is_there(self.problems[at].line))?;
        self.used[at] = true;
        Some(self.problems[at].problem.clone())
    }
}

fn is_end(line: &Line) -> bool {
    line.text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(b"END:"))
}

/// How many lines of each side to pass over until both go on with the same line.
fn apart(before: &[Line], after: &[Line]) -> (usize, usize) {
    let same = |old: usize, new: usize| match (before.get(old), after.get(new)) {
        (Some(old), Some(new)) => old.text == new.text,
        (None, None) => true,
        _ => false,
    };
    for step in 1..=WINDOW.min(before.len().max(after.len())) {
        for (removed, added) in [(step, 0), (0, step), (step, step)] {
            if removed <= before.len() && added <= after.len() && same(removed, added) {
                return (removed, added);
            }
        }
    }
    (before.len().min(1), after.len().min(1))
}

fn text(line: &Line) -> String {
    String::from_utf8_lossy(&line.text).into_owned()
}
