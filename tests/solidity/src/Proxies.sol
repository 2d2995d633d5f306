// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {ProxyAdmin} from "@openzeppelin/contracts/proxy/transparent/ProxyAdmin.sol";
import {TransparentUpgradeableProxy} from "@openzeppelin/contracts/proxy/transparent/TransparentUpgradeableProxy.sol";
import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";

/// What `contracts/proxy-transparent` is held against.
contract Transparent is TransparentUpgradeableProxy {
    constructor(
        address logic,
        address owner,
        bytes memory data
    ) payable TransparentUpgradeableProxy(logic, owner, data) {}
}

/// The admin of both.
contract Admin is ProxyAdmin {
    constructor(address owner) ProxyAdmin(owner) {}
}

/// What `contracts/proxy-uups` is held against.
contract Uups is ERC1967Proxy {
    constructor(address logic, bytes memory data) payable ERC1967Proxy(logic, data) {}
}

/// Code to put behind proxies. It has a method of the proxy's selector, for users.
contract LogicOne {
    uint256 public number;
    mapping(address payer => uint256) public paid;

    event Noted(address sender, address self, uint256 value, uint256 number);

    error Refused(uint256 number);

    function initialize(uint256 first) external payable {
        require(number == 0, "initialised");
        number = first;
        emit Noted(msg.sender, address(this), msg.value, first);
    }

    function note(uint256 more) external payable virtual returns (uint256) {
        number += more;
        paid[msg.sender] += msg.value;
        emit Noted(msg.sender, address(this), msg.value, number);
        return number;
    }

    function refuse(uint256 why) external payable {
        revert Refused(why);
    }

    function fail() external payable {
        assembly {
            revert(0, 0)
        }
    }

    function upgradeToAndCall(address code, bytes calldata data) external payable returns (address, uint256) {
        number += data.length;
        return (code, number);
    }

    receive() external payable {
        paid[msg.sender] += msg.value;
    }
}

/// The next version.
contract LogicTwo is LogicOne {
    function note(uint256 more) external payable override returns (uint256) {
        number += 2 * more;
        emit Noted(msg.sender, address(this), msg.value, number);
        return number;
    }
}

/// What `contracts/upgradeable` is held against.
contract RegisterOriginal is UUPSUpgradeable, Initializable, Ownable2Step {
    uint256 public number;

    constructor() Ownable(msg.sender) {
        _disableInitializers();
    }

    function initialize(address owner, uint64, string calldata) external initializer {
        if (owner == address(0)) revert OwnableInvalidOwner(owner);
        _transferOwnership(owner);
    }

    function setNumber(uint256 newNumber) external onlyOwner {
        number = newNumber;
    }

    function _authorizeUpgrade(address) internal override onlyOwner {}
}
