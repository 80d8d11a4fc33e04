//! Random draws that come out the same on every machine.
//!
//! Only `next_u32` and `next_u64` of ChaCha8 are used, and integers alone decide: no draw depends on the width of
//! `usize` or on how a library samples floats.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A stream of draws. Every file of the city has its own stream, so that a change in one leaves the others as they are.
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream called `stream` of the seed.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Self(rng)
    }

    /// A number in `0..n`; 0 for `n = 0`.
    pub fn below(&mut self, n: u32) -> u32 {
        ((u64::from(self.0.next_u32()) * u64::from(n)) >> 32) as u32
    }

    /// A number in `low..=high`.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = (high - low + 1).max(1) as u64;
        low + (self.0.next_u64() % span) as i64
    }

    /// True in a share `rate` of the draws (0 to 1).
    pub fn chance(&mut self, rate: f64) -> bool {
        let limit = (rate.clamp(0.0, 1.0) * 4_294_967_296.0) as u64;
        u64::from(self.0.next_u32()) < limit
    }

    /// One of the items, all equally likely.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len() as u32) as usize]
    }

    /// The index of a weight, as likely as its share of the sum.
    pub fn weighted(&mut self, weights: impl Iterator<Item = u32> + Clone) -> usize {
        let sum: u32 = weights.clone().sum();
        let mut left = self.below(sum);
        let mut last = 0;
        for (index, weight) in weights.enumerate() {
            if left < weight {
                return index;
            }
            left -= weight;
            last = index;
        }
        last
    }
}
