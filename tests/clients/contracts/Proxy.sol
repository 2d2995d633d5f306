// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

/// Runs the code of another contract on its own storage. The address is immutable, so that slot 0 is the
/// implementation's own.
contract Proxy {
    address private immutable implementation;

    constructor(address code) {
        implementation = code;
    }

    fallback() external payable {
        address code = implementation;
        assembly {
            calldatacopy(0, 0, calldatasize())
            let ok := delegatecall(gas(), code, 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            switch ok
            case 0 { revert(0, returndatasize()) }
            default { return(0, returndatasize()) }
        }
    }
}
