// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// Uses a token, and through `relay` any contract, in each of the ways that Solidity has: a plain call whose revert
/// bubbles, `try`, `staticcall`, and a call that is undone afterwards.
contract Caller {
    error Undone(uint256 balanceInside);

    event Relayed(address indexed target, uint256 value, bool ok);

    receive() external payable {}

    /// Sends tokens that this contract owns. A revert of the token bubbles up as it is.
    function send(IERC20 token, address to, uint256 amount) external returns (bool) {
        return token.transfer(to, amount);
    }

    /// Takes tokens that `from` has allowed this contract to take.
    function pull(IERC20 token, address from, uint256 amount) external returns (bool) {
        return token.transferFrom(from, address(this), amount);
    }

    function balance(IERC20 token, address account) external view returns (uint256) {
        return token.balanceOf(account);
    }

    /// As `send`, but a revert is caught and its data returned.
    function trySend(IERC20 token, address to, uint256 amount) external returns (bool ok, bytes memory reason) {
        try token.transfer(to, amount) returns (bool sent) {
            return (sent, "");
        } catch (bytes memory data) {
            return (false, data);
        }
    }

    /// Sends, sees the new balance, then reverts with it: what the token did must be undone with this frame.
    function sendAndUndo(IERC20 token, address to, uint256 amount) external {
        token.transfer(to, amount);
        revert Undone(token.balanceOf(to));
    }

    /// Calls `sendAndUndo` on itself and swallows the revert, so that the transaction succeeds with the inner frame
    /// undone.
    function sendUndoneInside(IERC20 token, address to, uint256 amount) external returns (uint256 inside, uint256 afterwards) {
        try this.sendAndUndo(token, to, amount) {
            return (0, 0);
        } catch (bytes memory data) {
            assembly {
                inside := mload(add(data, 36))
            }
            return (inside, token.balanceOf(to));
        }
    }

    /// Asks for a transfer where writing is forbidden.
    function staticSend(IERC20 token, address to, uint256 amount) external view returns (bool ok, bytes memory data) {
        return address(token).staticcall{gas: 200_000}(abi.encodeCall(IERC20.transfer, (to, amount)));
    }

    /// Calls anything with the value that came along; a revert bubbles up as it is.
    function relay(address target, bytes calldata data) external payable returns (bytes memory result) {
        bool ok;
        (ok, result) = target.call{value: msg.value}(data);
        emit Relayed(target, msg.value, ok);
        if (!ok) {
            assembly {
                revert(add(result, 32), mload(result))
            }
        }
    }
}
