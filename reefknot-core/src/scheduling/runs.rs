//! A list of many of which copies share what neither has changed.

use std::sync::Arc;

/// How many are copied with one that changes.
const RUN: usize = 64;

/// A list whose copies share runs of it: whoever changes one of a thousand pays for few of them.
#[derive(Clone, Debug)]
pub(super) struct Runs<T> {
    runs: Vec<Arc<Vec<T>>>,
}

impl<T> Default for Runs<T> {
    fn default() -> Self {
        Self { runs: Vec::new() }
    }
}

impl<T: Clone> Runs<T> {
    pub(super) fn push(&mut self, item: T) {
        match self.runs.last_mut() {
            Some(run) if run.len() < RUN => Arc::make_mut(run).push(item),
            _ => {
                // The first may be all there is.
                let room = if self.runs.is_empty() { 4 } else { RUN };
                let mut run = Vec::with_capacity(room);
                run.push(item);
                self.runs.push(Arc::new(run));
            }
        }
    }

    pub(super) fn get(&self, at: usize) -> Option<&T> {
        self.runs.get(at / RUN)?.get(at % RUN)
    }

    pub(super) fn get_mut(&mut self, at: usize) -> Option<&mut T> {
        Arc::make_mut(self.runs.get_mut(at / RUN)?).get_mut(at % RUN)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.runs.iter().flat_map(|run| run.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_changes_alone() {
        for many in [0, 1, RUN - 1, RUN, RUN + 1, 3 * RUN + 7] {
            let mut all = Runs::default();
            (0..many).for_each(|item| all.push(item));
            assert_eq!(all.iter().copied().collect::<Vec<_>>(), (0..many).collect::<Vec<_>>());
            assert_eq!((all.get(many), all.clone().get_mut(many)), (None, None));
            for at in 0..many {
                let mut copy = all.clone();
                *copy.get_mut(at).unwrap() = many;
                assert_eq!((all.get(at), copy.get(at)), (Some(&at), Some(&many)));
                assert_eq!(copy.iter().filter(|item| **item == many).count(), 1);
            }
        }
    }
}
