use proptest::prelude::*;
use zx::{Address, B256, U256, b256, crypto::merkle};

fn leaves(count: u8) -> Vec<B256> {
    (0..count).map(|i| merkle::leaf(&(U256::from(i),))).collect()
}

/// The levels of a tree: a node without a sibling goes up as it is.
fn levels(leaves: Vec<B256>) -> Vec<Vec<B256>> {
    let mut levels = vec![leaves];
    while let Some(last) = levels.last().filter(|level| level.len() > 1) {
        let next = last.chunks(2).map(|c| if c.len() == 2 { merkle::pair(c[0], c[1]) } else { c[0] }).collect();
        levels.push(next);
    }
    levels
}

fn proof(levels: &[Vec<B256>], mut index: usize) -> Vec<B256> {
    let mut proof = Vec::new();
    for level in levels {
        proof.extend(level.get(index ^ 1));
        index /= 2;
    }
    proof
}

/// The example of OpenZeppelin's merkle-tree package: two entries of address and amount, and its root.
#[test]
fn leaf_and_root_are_those_of_openzeppelin_s_trees() {
    let leaf = |who: u8, amount: u64| merkle::leaf(&(Address::repeat_byte(who), U256::from(amount)));
    let (a, b) = (leaf(0x11, 5_000_000_000_000_000_000), leaf(0x22, 2_500_000_000_000_000_000));
    let root = b256!("d4dee0beab2d53f2cc83e567171bd2820e49898130a22622b10ead383e90bd77");
    assert_eq!(merkle::pair(a, b), root);
    assert!(merkle::verify(root, a, &[b]) && merkle::verify(root, b, &[a]));
}

#[test]
fn a_pair_is_the_same_both_ways() {
    let [a, b] = [B256::repeat_byte(1), B256::repeat_byte(2)];
    assert_eq!(merkle::pair(a, b), merkle::pair(b, a));
    assert_eq!(merkle::pair(b, a), alloy_primitives::keccak256([a.0, b.0].concat()));
}

proptest! {
    #[test]
    fn every_leaf_is_proved_and_nothing_else(count in 1u8..40, at: prop::sample::Index, wrong: prop::sample::Index) {
        let levels = levels(leaves(count));
        let root = levels.last().unwrap()[0];
        let index = at.index(count.into());
        let mut proof = proof(&levels, index);
        prop_assert!(merkle::verify(root, levels[0][index], &proof));
        prop_assert!(!merkle::verify(root, merkle::leaf(&(U256::MAX,)), &proof));
        prop_assert!(!merkle::verify(B256::ZERO, levels[0][index], &proof));
        if !proof.is_empty() {
            let at = wrong.index(proof.len());
            proof[at].0[31] ^= 1;
            prop_assert!(!merkle::verify(root, levels[0][index], &proof));
        }
    }

    /// The multi-proof of a subset of the leaves of a whole tree, built as OpenZeppelin's package builds it.
    #[test]
    fn several_leaves_are_proved_together(depth in 0u32..5, picked in any::<u32>(), wrong: prop::sample::Index) {
        let count = 1usize << depth;
        // As a heap: the root is 0, the children of i are 2i+1 and 2i+2.
        let mut tree = vec![B256::ZERO; 2 * count - 1];
        for (i, leaf) in leaves(count as u8).into_iter().enumerate() {
            tree[2 * count - 2 - i] = leaf;
        }
        for i in (0..count - 1).rev() {
            tree[i] = merkle::pair(tree[2 * i + 1], tree[2 * i + 2]);
        }
        let mut nodes: Vec<usize> = (count - 1..2 * count - 1).rev().filter(|i| picked >> (i % 32) & 1 == 1).collect();
        prop_assume!(!nodes.is_empty());
        let mut leaves: Vec<_> = nodes.iter().map(|i| tree[*i]).collect();
        let (mut proof, mut flags) = (Vec::new(), Vec::new());
        let mut at = 0;
        while nodes[at] > 0 {
            let node = nodes[at];
            let sibling = if node % 2 == 1 { node + 1 } else { node - 1 };
            at += 1;
            if nodes.get(at) == Some(&sibling) {
                flags.push(true);
                at += 1;
            } else {
                flags.push(false);
                proof.push(tree[sibling]);
            }
            nodes.push((node - 1) / 2);
        }
        prop_assert!(merkle::verify_all(tree[0], &leaves, &proof, &flags));
        let at = wrong.index(leaves.len());
        leaves[at].0[0] ^= 1;
        prop_assert!(!merkle::verify_all(tree[0], &leaves, &proof, &flags));
    }

    /// Whatever comes, it ends, and proves nothing.
    #[test]
    fn nonsense_proves_nothing(
        leaves in prop::collection::vec(any::<[u8; 32]>(), 0..6),
        proof in prop::collection::vec(any::<[u8; 32]>(), 0..6),
        flags in prop::collection::vec(any::<bool>(), 0..8),
    ) {
        let of = |list: Vec<[u8; 32]>| list.into_iter().map(B256::from).collect::<Vec<_>>();
        prop_assert!(!merkle::verify_all(B256::repeat_byte(9), &of(leaves), &of(proof), &flags));
    }
}

#[test]
fn counts_that_do_not_fit_are_refused() {
    let leaves = leaves(2);
    let root = merkle::pair(leaves[0], leaves[1]);
    assert!(merkle::verify_all(root, &leaves, &[], &[true]));
    assert!(merkle::verify_all(leaves[0], &leaves[..1], &[], &[]));
    assert!(!merkle::verify_all(root, &leaves, &[], &[]), "a flag is missing");
    assert!(!merkle::verify_all(root, &leaves, &[], &[true, true]), "one too many");
    assert!(!merkle::verify_all(root, &leaves, &[], &[false]), "there is no proof to take from");
    assert!(!merkle::verify_all(root, &[], &[root], &[]), "nothing is proved of nothing");
    assert!(!merkle::verify_all(root, &leaves[..1], &[leaves[1]], &[true]), "the proof is not used");
}
