// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// What a WASM contract calls: it keeps a number, tells what it sees of its caller, and refuses when asked.
contract Store {
    error Refused(address who, uint256 code);

    event Stored(address indexed by, uint256 number, uint256 value);

    uint256 public number;

    function set(uint256 to) external payable returns (uint256 before) {
        before = number;
        number = to;
        emit Stored(msg.sender, to, msg.value);
    }

    function context() external payable returns (address self, address sender, address origin, uint256 value) {
        return (address(this), msg.sender, tx.origin, msg.value);
    }

    /// Writes first, so that a revert has something to undo.
    function refuse(uint256 code) external {
        number = code;
        revert Refused(msg.sender, code);
    }

    function panic(uint256 divisor) external pure returns (uint256) {
        return 1 / divisor;
    }

    function echo(bytes calldata data) external pure returns (bytes memory) {
        return data;
    }
}
