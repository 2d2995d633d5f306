// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// Cannot be deployed.
contract Refusing {
    error NotToday(uint256 day);

    constructor(uint256 day) {
        revert NotToday(day);
    }
}
