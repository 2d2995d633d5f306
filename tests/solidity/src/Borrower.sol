// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

interface IPool is IERC20 {
    function getReserves() external view returns (uint112, uint112, uint32);

    function swap(uint256 amount0Out, uint256 amount1Out, address to, bytes calldata data) external;

    function sync() external;
}

/// Borrows from a pool and pays what it is told to pay; on the way it does what `data` says.
contract Borrower {
    event Lent(address sender, uint256 amount0, uint256 amount1, uint112 reserve0, uint112 reserve1);

    function uniswapV2Call(address sender, uint256 amount0, uint256 amount1, bytes calldata data) external {
        (address token, uint256 pays, uint256 mode) = abi.decode(data, (address, uint256, uint256));
        IPool pool = IPool(msg.sender);
        (uint112 reserve0, uint112 reserve1, ) = pool.getReserves();
        emit Lent(sender, amount0, amount1, reserve0, reserve1);
        if (mode == 1) pool.sync();
        if (mode == 2) pool.swap(1, 0, address(this), "");
        if (mode == 3) pool.transfer(sender, pool.balanceOf(address(this)) / 2);
        IERC20(token).transfer(msg.sender, pays);
    }
}
