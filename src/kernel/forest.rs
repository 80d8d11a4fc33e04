//! Disjoint sets (union-find) whose roots are their smallest members, so that they do not depend on the order of joins.

/// Sets of the numbers from 0.
#[derive(Clone, Debug, Default)]
pub struct Forest {
    parent: Vec<u32>,
}

impl Forest {
    /// `count` sets of one member each.
    pub fn new(count: usize) -> Self {
        Forest { parent: (0..count as u32).collect() }
    }

    /// A new set of one member, which comes back.
    pub fn grow(&mut self) -> u32 {
        let node = self.parent.len() as u32;
        self.parent.push(node);
        node
    }

    /// The smallest member of the set that a member is in.
    pub fn root(&mut self, mut node: u32) -> u32 {
        while self.parent[node as usize] != node {
            let up = self.parent[self.parent[node as usize] as usize];
            self.parent[node as usize] = up;
            node = up;
        }
        node
    }

    /// Joins two sets; the root that stays.
    pub fn join(&mut self, a: u32, b: u32) -> u32 {
        let (a, b) = (self.root(a), self.root(b));
        let (keep, give) = (a.min(b), a.max(b));
        self.parent[give as usize] = keep;
        keep
    }
}

#[cfg(test)]
mod tests {
    use super::Forest;

    #[test]
    fn the_smallest_member_stands_for_the_set_whatever_the_order() {
        let mut forest = Forest::new(4);
        assert_eq!(forest.join(3, 2), 2);
        assert_eq!(forest.join(1, 3), 1);
        assert_eq!((forest.root(2), forest.root(0)), (1, 0));
        assert_eq!(forest.grow(), 4);
        assert_eq!(forest.join(4, 0), 0);
    }
}
