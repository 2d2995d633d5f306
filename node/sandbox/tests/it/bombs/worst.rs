//! The worst bomb of each shape that the search of `benches/src/bombs.rs` has found within the limits and the gas of a
//! block.

/// A bomb, and what its compilation took.
pub(crate) struct Known {
    /// See `Bomb::parse`.
    pub(crate) bomb: &'static str,
    /// Milliseconds of one core.
    pub(crate) ms: u64,
}

pub(crate) const WORST: &[Known] = &[
    Known { bomb: "Reassociate,27840,1,49400,9380,4,1,0", ms: 560 },
    Known { bomb: "KeptBranches,14897,2555,6668,4992,8,6,69", ms: 60 },
    Known { bomb: "Divisions,98266,1080,28004,7630,121,215,37", ms: 330 },
    Known { bomb: "Blocks,40477,405,32085,1599,5,109,40", ms: 90 },
    Known { bomb: "Elements,130500,1097,8023,54,4,281,42", ms: 100 },
    Known { bomb: "Empty,50944,2275,127,38721,13,490,18", ms: 180 },
    Known { bomb: "IndirectCalls,120060,1179,247,8330,6,309,91", ms: 370 },
    Known { bomb: "NestedLoops,34695,2553,697,969,9,139,88", ms: 180 },
    Known { bomb: "Parameters,56942,1316,898,53528,4,19,65", ms: 110 },
    Known { bomb: "Hoisting,28923,3894,1283,136,97,279,69", ms: 230 },
    Known { bomb: "PressureLocals,86130,938,2182,395,1501,14,19", ms: 180 },
    Known { bomb: "KeptRepeats,62861,4631,1112,4123,3,1,16", ms: 150 },
    Known { bomb: "Data,102992,1326,767,28,770,21,56", ms: 210 },
    Known { bomb: "Swaps,49220,27,65500,495,103,75,19", ms: 90 },
    Known { bomb: "Returns,8112,855,30072,647,45,1,1", ms: 30 },
    Known { bomb: "Loads,40348,1002,65500,4,1475,279,87", ms: 120 },
    Known { bomb: "Types,67188,2,47940,477,441,53,71", ms: 140 },
    Known { bomb: "Tables,13625,395,9807,22270,525,15,5", ms: 30 },
    Known { bomb: "Globals,123982,543,103,11108,488,718,17", ms: 60 },
    Known { bomb: "Mixed,44563,19,17681,7765,105,55,27", ms: 140 },
    Known { bomb: "KeptLoads,38764,555,645,266,46,1183,53", ms: 60 },
    Known { bomb: "KeptCalls,11008,32,3921,2524,47,45,90", ms: 240 },
    Known { bomb: "Branches,63852,15,11067,1228,11,203,52", ms: 100 },
    Known { bomb: "FlatTables,112141,14,15146,15926,7,4,36", ms: 100 },
    Known { bomb: "LoopTables,78162,166,658,42024,17,45,73", ms: 80 },
    Known { bomb: "Grows,30247,672,698,422,12,265,26", ms: 170 },
    Known { bomb: "Pressure,53865,1,30443,579,44,313,54", ms: 190 },
    Known { bomb: "BranchValues,28288,75,1382,73,126,46,4", ms: 40 },
    Known { bomb: "Loops,20357,12,1630,324,56,1,38", ms: 60 },
    Known { bomb: "Phis,17169,2452,7554,1224,376,41,60", ms: 70 },
    Known { bomb: "NestedIfs,16106,3651,53868,58593,449,1556,33", ms: 160 },
    Known { bomb: "Calls,17561,37,11382,29495,20,3,30", ms: 70 },
    Known { bomb: "Constants,130500,1619,65500,14,25,2054,55", ms: 80 },
    Known { bomb: "Unreachables,19307,848,10661,67,188,210,59", ms: 60 },
    Known { bomb: "MixedStraight,31802,3305,637,17570,65,1784,66", ms: 10 },
    Known { bomb: "Chain,120000,2,65000,65000,4,1,1", ms: 10 },
    Known { bomb: "Repeats,77736,2086,232,12835,1660,761,84", ms: 110 },
    Known { bomb: "KeptGlobals,41932,2356,35370,996,10,1154,6", ms: 170 },
    Known { bomb: "Stores,93815,5172,174,5561,1872,1,76", ms: 170 },
    Known { bomb: "Selects,120000,2,65000,65000,100,1,1", ms: 10 },
    Known { bomb: "BitCounts,50802,533,2484,44,368,61,81", ms: 90 },
    Known { bomb: "GrowsKept,24800,2,65000,900,4,81,1", ms: 150 },
    Known { bomb: "Kept,12000,20,65000,900,92,265,0", ms: 90 },
    Known { bomb: "KeptLocals,50318,20,65500,1011,3,30,54", ms: 210 },
    Known { bomb: "KeptLoops,16751,95,51350,457,14,10,23", ms: 60 },
];
