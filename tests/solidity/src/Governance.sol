// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {GovernorCountingSimple} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {GovernorTimelockControl} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockControl.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {GovernorVotesQuorumFraction} from "@openzeppelin/contracts/governance/extensions/GovernorVotesQuorumFraction.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";

/// What `contracts/timelock` is held against.
contract Delayed is TimelockController {
    constructor(
        uint256 minDelay,
        address[] memory proposers,
        address[] memory executors,
        address admin
    ) TimelockController(minDelay, proposers, executors, admin) {}
}

/// What a timelock and a governor call.
contract Subordinate {
    event Told(address sender, uint256 value, uint256 number);

    error Refused(uint256 number);

    function tell(uint256 number) external payable {
        emit Told(msg.sender, msg.value, number);
    }

    function refuse(uint256 number) external payable {
        revert Refused(number);
    }

    function fail() external pure {
        assembly {
            revert(0, 0)
        }
    }
}

struct Settings {
    uint48 votingDelay;
    uint32 votingPeriod;
    uint256 proposalThreshold;
    uint256 quorumNumerator;
    uint32 queueingPeriod;
    uint32 gracePeriod;
}

/// What `contracts/governor` is held against. Proposals expire, as with `GovernorTimelockCompound`, and before they are
/// queued too.
contract Dao is
    Governor,
    GovernorSettings,
    GovernorCountingSimple,
    GovernorVotes,
    GovernorVotesQuorumFraction,
    GovernorTimelockControl
{
    event ExpirySet(uint256 queueingPeriod, uint256 gracePeriod);

    uint32 public queueingPeriod;
    uint32 public gracePeriod;

    constructor(
        string memory name,
        IVotes token,
        TimelockController timelock,
        Settings memory settings
    )
        Governor(name)
        GovernorSettings(settings.votingDelay, settings.votingPeriod, settings.proposalThreshold)
        GovernorVotes(token)
        GovernorVotesQuorumFraction(settings.quorumNumerator)
        GovernorTimelockControl(timelock)
    {
        queueingPeriod = settings.queueingPeriod;
        gracePeriod = settings.gracePeriod;
    }

    function setExpiry(uint32 newQueueingPeriod, uint32 newGracePeriod) external onlyGovernance {
        queueingPeriod = newQueueingPeriod;
        gracePeriod = newGracePeriod;
        emit ExpirySet(newQueueingPeriod, newGracePeriod);
    }

    function state(uint256 id) public view override(Governor, GovernorTimelockControl) returns (ProposalState) {
        ProposalState current = super.state(id);
        if (current == ProposalState.Succeeded && queueingPeriod != 0 && clock() > proposalDeadline(id) + queueingPeriod) {
            return ProposalState.Expired;
        }
        if (current == ProposalState.Queued && gracePeriod != 0 && block.timestamp >= proposalEta(id) + gracePeriod) {
            return ProposalState.Expired;
        }
        return current;
    }

    function proposalNeedsQueuing(
        uint256 id
    ) public view override(Governor, GovernorTimelockControl) returns (bool) {
        return super.proposalNeedsQueuing(id);
    }

    function proposalThreshold() public view override(Governor, GovernorSettings) returns (uint256) {
        return super.proposalThreshold();
    }

    function _queueOperations(
        uint256 id,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint48) {
        return super._queueOperations(id, targets, values, calldatas, descriptionHash);
    }

    function _executeOperations(
        uint256 id,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) {
        super._executeOperations(id, targets, values, calldatas, descriptionHash);
    }

    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint256) {
        return super._cancel(targets, values, calldatas, descriptionHash);
    }

    function _executor() internal view override(Governor, GovernorTimelockControl) returns (address) {
        return super._executor();
    }
}
