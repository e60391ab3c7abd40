// Every time that a rule goes by, once, in milliseconds. docs/rules.md explains each under its rule.

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;

/** Rule 1. A message may be ahead of what Auto Scaling shows, for this long after its time. */
export const STALE_MS = 120 * SECOND;
/** Rule 1. What Auto Scaling shows so soon after a message's time may be older: reads lag, and clocks differ. */
export const AHEAD_MS = 15 * SECOND;
/** Rule 1. An instance that no group knows is believed to be gone when it is absent in two passes this far apart. */
export const ABSENT_MS = 30 * SECOND;
/** Rule 2. A managed registration is an orphan when it is there this long after the last task behind it. */
export const ORPHAN_MS = 60 * SECOND;
/** Rule 3. Reads lag: nothing counts as gone sooner than this after it was told to go, or after a first empty pass. */
export const SETTLE_MS = 10 * SECOND;
/** Rule 5. Terminate sends a heartbeat when less than this of the timeout remains, or a third where that is more. */
export const HEARTBEAT_MARGIN_MS = 130 * SECOND;
/** Rule 5. In the completion queue a heartbeat takes the place of a completion: so it comes later, at this at the least. */
export const QUEUED_MARGIN_MS = 300 * SECOND;
/** Rule 5. Deregister comes by a minute earlier than terminate, and sends one when less than this remains. */
export const DEREGISTER_MARGIN_MS = 180 * SECOND;
/** Rule 5. The timeout that is assumed while the hook cannot be read. */
export const ASSUMED_TIMEOUT_MS = 180 * SECOND;
/** Rule 5. A shorter hook can end between two passes: the schedule's minute, and what a tick may be late. */
export const SHORT_HOOK_MS = 180 * SECOND;
/** Rule 6. The drain ends this long before the hook's global limit, so that the end is ours. */
export const BEFORE_GLOBAL_LIMIT_MS = 120 * SECOND;
/** Rule 7. How long an agent must be disconnected before EC2 is asked: some minutes of it are normal. */
export const DISCONNECTED_MS = 120 * SECOND;
/** Rule 7. How long EC2 must not know an instance before that is believed. */
export const UNKNOWN_MS = 30 * SECOND;
/** Rule 7. How long the clearing up after a dead instance is tried, before its action is completed all the same. */
export const CLEAR_UP_MS = 60 * SECOND;
/** Rule 8. "No active lifecycle action" may be a race, for this long. */
export const REFUSED_MS = 120 * SECOND;
/** Rule 9. How long the return of an instance is waited for. */
export const RETURN_MS = 60 * MINUTE;
/** Rule 9. How long its ECS agent is waited for. */
export const AGENT_MS = 30 * MINUTE;
/** Rule 10. After this long without progress, the log says why. */
export const STALLED_AFTER_MS = 120 * SECOND;
/** Rule 10. Which tasks are protected takes a call for each ten of them, so it is asked this often. */
export const PROTECTIONS_EVERY_MS = 15 * MINUTE;
/** Rule 10. Within so long there is a pass. */
export const PROTECTIONS_WITHIN_MS = 70 * SECOND;
/** Rule 11. After this long without a change, the pace is slower. */
export const SLOW_AFTER_MS = 15 * MINUTE;
/** Rule 11. The slower pace. */
export const SLOW_MS = 30 * SECOND;
/** Rule 11. After a pass, rechecks are enough for this long. */
export const RECHECKS_MS = 60 * SECOND;
/** Rule 12. How long before a Spot interruption EC2 sends its notice. */
export const NOTICE_MS = 120 * SECOND;
/** Rule 15. By how much a tick of the schedule may be off. */
export const JITTER_MS = 10 * SECOND;
/** Rule 16. How old a pass may be when a lifecycle action is completed by it. */
export const FRESH_MS = 20 * SECOND;
/** Rule 16. However long a termination is in the completion queue, there is a pass after this long. */
export const QUEUED_MS = 60 * MINUTE;
