// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {VestingWallet} from "@openzeppelin/contracts/finance/VestingWallet.sol";
import {VestingWalletCliff} from "@openzeppelin/contracts/finance/VestingWalletCliff.sol";
import {IERC3156FlashBorrower} from "@openzeppelin/contracts/interfaces/IERC3156FlashBorrower.sol";
import {IERC3156FlashLender} from "@openzeppelin/contracts/interfaces/IERC3156FlashLender.sol";
import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {ERC4626} from "@openzeppelin/contracts/token/ERC20/extensions/ERC4626.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

/// What `contracts/vesting` is held against.
contract Vest is VestingWallet, VestingWalletCliff, Ownable2Step {
    constructor(
        address beneficiary,
        uint64 start,
        uint64 duration,
        uint64 cliff
    ) payable VestingWallet(beneficiary, start, duration) VestingWalletCliff(cliff) {}

    function transferOwnership(address newOwner) public override(Ownable, Ownable2Step) {
        super.transferOwnership(newOwner);
    }

    function _transferOwnership(address newOwner) internal override(Ownable, Ownable2Step) {
        super._transferOwnership(newOwner);
    }

    function _vestingSchedule(
        uint256 total,
        uint64 timestamp
    ) internal view override(VestingWallet, VestingWalletCliff) returns (uint256) {
        return super._vestingSchedule(total, timestamp);
    }
}

/// What `contracts/flash-lender` is held against: OpenZeppelin's ERC4626, and loans by the rules of its ERC20FlashMint, of
/// tokens that there are.
contract Lender is ERC4626, IERC3156FlashLender, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    event FlashLoan(address indexed initiator, address indexed receiver, uint256 amount, uint256 fee);

    error ERC3156UnsupportedToken(address token);
    error ERC3156ExceededMaxLoan(uint256 maxLoan);
    error ERC3156InvalidReceiver(address receiver);
    error NotPaidBack(uint256 balance, uint256 owed);

    uint256 private immutable _fee;

    constructor(
        IERC20 asset,
        string memory name,
        string memory symbol,
        uint16 fee
    ) ERC20(name, symbol) ERC4626(asset) {
        _fee = fee;
    }

    function maxFlashLoan(address token) public view returns (uint256) {
        return token == asset() ? totalAssets() : 0;
    }

    function flashFee(address token, uint256 amount) public view returns (uint256) {
        if (token != asset()) revert ERC3156UnsupportedToken(token);
        return Math.mulDiv(amount, _fee, 10_000, Math.Rounding.Ceil);
    }

    function flashLoan(
        IERC3156FlashBorrower receiver,
        address token,
        uint256 amount,
        bytes calldata data
    ) external nonReentrant returns (bool) {
        uint256 maxLoan = maxFlashLoan(token);
        if (amount > maxLoan) revert ERC3156ExceededMaxLoan(maxLoan);
        uint256 fee = flashFee(token, amount);
        IERC20(token).safeTransfer(address(receiver), amount);
        bytes32 answer = receiver.onFlashLoan(msg.sender, token, amount, fee, data);
        if (answer != keccak256("ERC3156FlashBorrower.onFlashLoan")) revert ERC3156InvalidReceiver(address(receiver));
        IERC20(token).safeTransferFrom(address(receiver), address(this), amount + fee);
        uint256 balance = totalAssets();
        if (balance < maxLoan + fee) revert NotPaidBack(balance, maxLoan + fee);
        emit FlashLoan(msg.sender, address(receiver), amount, fee);
        return true;
    }

    function deposit(uint256 assets, address receiver) public override nonReentrant returns (uint256) {
        return super.deposit(assets, receiver);
    }

    function mint(uint256 shares, address receiver) public override nonReentrant returns (uint256) {
        return super.mint(shares, receiver);
    }

    function withdraw(uint256 assets, address receiver, address owner) public override nonReentrant returns (uint256) {
        return super.withdraw(assets, receiver, owner);
    }

    function redeem(uint256 shares, address receiver, address owner) public override nonReentrant returns (uint256) {
        return super.redeem(shares, receiver, owner);
    }

    function _decimalsOffset() internal pure override returns (uint8) {
        return 3;
    }
}

/// Borrows, allows what it is told to be taken back, and on the way does what `data` says.
contract FlashBorrower is IERC3156FlashBorrower {
    event Lent(address initiator, uint256 amount, uint256 fee, bool more);

    function onFlashLoan(
        address initiator,
        address token,
        uint256 amount,
        uint256 fee,
        bytes calldata data
    ) external returns (bytes32) {
        (uint256 pays, uint256 mode) = abi.decode(data, (uint256, uint256));
        bool more;
        if (mode == 1) {
            IERC20(token).approve(msg.sender, amount);
            (more, ) = msg.sender.call(abi.encodeCall(IERC4626.deposit, (amount, address(this))));
        }
        if (mode == 2) {
            (more, ) = msg.sender.call(abi.encodeCall(IERC3156FlashLender.flashLoan, (this, token, 0, data)));
        }
        emit Lent(initiator, amount, fee, more);
        IERC20(token).approve(msg.sender, pays);
        return mode == 3 ? bytes32(0) : keccak256("ERC3156FlashBorrower.onFlashLoan");
    }
}
