// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {IERC1155Receiver} from "@openzeppelin/contracts/token/ERC1155/IERC1155Receiver.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC721Receiver} from "@openzeppelin/contracts/token/ERC721/IERC721Receiver.sol";

/// Takes what it is given, and tells of it.
contract Accepting {
    event Received(address operator, address from, bytes32 what);

    function onERC721Received(address operator, address from, uint256 id, bytes calldata data) external virtual returns (bytes4) {
        emit Received(operator, from, keccak256(abi.encode(id, data)));
        return IERC721Receiver.onERC721Received.selector;
    }

    function onERC1155Received(address operator, address from, uint256 id, uint256 value, bytes calldata data) external virtual returns (bytes4) {
        emit Received(operator, from, keccak256(abi.encode(id, value, data)));
        return IERC1155Receiver.onERC1155Received.selector;
    }

    function onERC1155BatchReceived(address operator, address from, uint256[] calldata ids, uint256[] calldata values, bytes calldata data) external virtual returns (bytes4) {
        emit Received(operator, from, keccak256(abi.encode(ids, values, data)));
        return IERC1155Receiver.onERC1155BatchReceived.selector;
    }
}

/// Answers what nobody asked for.
contract Rude {
    fallback() external {
        assembly {
            mstore(0, shl(224, 0x12345678))
            return(0, 32)
        }
    }
}

/// Knows no question, and says nothing.
contract Silent {}

/// Refuses in its own words.
contract Worded {
    error NotHere(address operator);

    fallback() external {
        revert NotHere(msg.sender);
    }
}

/// Gives what it is given back at once, from within the hook, and then tries to give it back once more.
contract Returning {
    error Duplicated();

    function onERC721Received(address operator, address from, uint256 id, bytes calldata) external returns (bytes4) {
        address to = from == address(0) ? operator : from;
        IERC721(msg.sender).transferFrom(address(this), to, id);
        try IERC721(msg.sender).transferFrom(address(this), to, id) {
            revert Duplicated();
        } catch {}
        return IERC721Receiver.onERC721Received.selector;
    }

    function onERC1155Received(address operator, address from, uint256 id, uint256 value, bytes calldata data) external returns (bytes4) {
        address to = from == address(0) ? operator : from;
        uint256 mine = IERC1155(msg.sender).balanceOf(address(this), id);
        IERC1155(msg.sender).safeTransferFrom(address(this), to, id, value, data);
        try IERC1155(msg.sender).safeTransferFrom(address(this), to, id, mine - value + 1, data) {
            revert Duplicated();
        } catch {}
        return IERC1155Receiver.onERC1155Received.selector;
    }

    function onERC1155BatchReceived(address operator, address from, uint256[] calldata ids, uint256[] calldata values, bytes calldata data) external returns (bytes4) {
        address to = from == address(0) ? operator : from;
        IERC1155(msg.sender).safeBatchTransferFrom(address(this), to, ids, values, data);
        return IERC1155Receiver.onERC1155BatchReceived.selector;
    }
}
