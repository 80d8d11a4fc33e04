//! Chance with a seed.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

pub struct Dice(ChaCha8Rng);

impl Dice {
    /// The chance of one file: its seed alone makes it anew.
    pub fn new(seed: u64) -> Dice {
        Dice(ChaCha8Rng::seed_from_u64(seed))
    }

    /// A number from `from` to `to`, both included.
    pub fn between(&mut self, from: u32, to: u32) -> u32 {
        from + (self.0.next_u64() % u64::from(to - from + 1)) as u32
    }

    /// Whether something happens that happens so many times in a hundred.
    pub fn percent(&mut self, chance: u32) -> bool {
        self.between(1, 100) <= chance
    }

    pub fn pick<'a, T: ?Sized>(&mut self, list: &[&'a T]) -> &'a T {
        list[self.index(list.len())]
    }

    pub fn index(&mut self, length: usize) -> usize {
        self.between(0, length as u32 - 1) as usize
    }
}
