//! The way from the root to a key, as far as it is in memory.

use crate::node::{Child, tail};
use alloy_trie::Nibbles;

/// What memory says about a key.
#[derive(Debug, PartialEq, Eq)]
pub enum Lookup<V> {
    /// Its value.
    Found(V),
    /// That there is none.
    Absent,
    /// Nothing: it is as the store has it.
    Stored,
}

/// Where a key is looked for.
pub(crate) enum Step<'a, V> {
    /// At a node at a depth.
    At(&'a Child<V>, usize),
    /// No longer.
    End(Lookup<&'a V>),
}

impl<'a, V> Step<'a, V> {
    /// Goes on to the end.
    pub(crate) fn follow(mut self, key: &Nibbles) -> Lookup<&'a V> {
        loop {
            match self {
                Self::At(child, depth) => self = go(child, depth, key),
                Self::End(found) => return found,
            }
        }
    }
}

/// Follows several keys, all of them one node further at a time: what takes long is to wait for memory, and so it is
/// waited for several nodes at once.
pub(crate) fn follow_each<V>(mut steps: Vec<(Nibbles, Step<'_, V>)>) -> Vec<Lookup<&V>> {
    let mut on_the_way = true;
    while on_the_way {
        on_the_way = false;
        for (key, step) in &mut steps {
            if let Step::At(child, depth) = *step {
                *step = go(child, depth, key);
                on_the_way = true;
            }
        }
    }
    steps.into_iter().map(|(key, step)| step.follow(&key)).collect()
}

/// From a node to the one below it.
fn go<'a, V>(child: &'a Child<V>, depth: usize, key: &Nibbles) -> Step<'a, V> {
    let branch = match child {
        Child::Leaf(_, None) | Child::Branch(_, None) => return Step::End(Lookup::Stored),
        Child::Leaf(_, Some(leaf)) if leaf.key == *key => return Step::End(Lookup::Found(&leaf.value)),
        Child::Leaf(..) => return Step::End(Lookup::Absent),
        Child::Branch(_, Some(branch)) => branch,
    };
    if !branch.prefix.is_empty() && !tail(key, depth).starts_with(&branch.prefix) {
        return Step::End(Lookup::Absent);
    }
    let depth = depth.saturating_add(branch.prefix.len());
    match key.get(depth) {
        None => Step::End(branch.value.as_deref().map_or(Lookup::Absent, Lookup::Found)),
        Some(nibble) => match branch.child(nibble) {
            Some(next) => Step::At(next, depth.saturating_add(1)),
            None => Step::End(Lookup::Absent),
        },
    }
}
