// All times that rules use, in milliseconds. docs/rules.md explains each under its rule. Those that an input can set have their
// defaults in the model's settings.

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;

/** Rule 1. For this long after its time, a message may be ahead of what Auto Scaling shows. */
export const STALE_MS = 120 * SECOND;
/** Rule 1. So soon after a message's time, Auto Scaling may show an older state: reads lag, and clocks differ. */
export const AHEAD_MS = 15 * SECOND;
/** Rule 1. By how much the clocks of a function and of SQS may differ. */
export const CLOCKS_MS = 60 * SECOND;
/** Rule 1. How far ahead the next pass of a message may be. None of our own is two minutes ahead. */
export const NEXT_PASS_MS = 5 * MINUTE;
/** Rule 1. An instance that no group knows counts as gone after two such passes, this far apart. */
export const ABSENT_MS = 30 * SECOND;
/** Rule 2. A managed registration is an orphan if it is still there this long after the last task behind it. */
export const ORPHAN_MS = 60 * SECOND;
/** Rule 3. Reads lag: nothing counts as gone sooner than this after our step, or after a first empty pass. */
export const SETTLE_MS = 10 * SECOND;
/** Rule 5. Terminate sends a heartbeat when less than this of the timeout remains, or a third if that is more. */
export const HEARTBEAT_MARGIN_MS = 130 * SECOND;
/** Rule 5. In the completion queue, a heartbeat takes the place of a completion, so it comes later: when this remains. */
export const QUEUED_MARGIN_MS = 300 * SECOND;
/** Rule 5. Deregister comes by a minute earlier than terminate, and sends one when less than this remains. */
export const DEREGISTER_MARGIN_MS = 180 * SECOND;
/** Rule 5. The timeout to assume while the hook cannot be read. */
export const ASSUMED_TIMEOUT_MS = 180 * SECOND;
/** Rule 5. A shorter hook can end between two passes: a tick comes every minute, and may be late. */
export const SHORT_HOOK_MS = 180 * SECOND;
/** Rule 6. The drain ends this long before the hook's global limit, so that the end is ours. */
export const BEFORE_GLOBAL_LIMIT_MS = 120 * SECOND;
/** Rule 6. By how much the clocks of two functions may differ: a drain may take that much longer than its settings say. */
export const CLOCKS_APART_MS = 10 * SECOND;
/** Rule 6. What a warning adds to the time that a drain needs: until the next pass, and for replacements to start. */
export const SPARE_MS = 120 * SECOND;
/** Rule 7. How long an agent must be disconnected before EC2 is asked. To be so for a short time is normal. */
export const DISCONNECTED_MS = 120 * SECOND;
/** Rule 7. How long EC2 must not know an instance before that is believed. */
export const UNKNOWN_MS = 30 * SECOND;
/** Rule 7. How long we try to remove a dead instance from ECS and load balancers. Then its action is completed anyway. */
export const CLEAR_UP_MS = 60 * SECOND;
/** Rule 7. How long an instance is followed whose drain is over. EC2 then shows a terminated one for about an hour. */
export const FOLLOW_MS = 60 * MINUTE;
/** Rule 7. How often it is looked at. A run of terminate comes every minute: by then its message must be there again. */
export const FOLLOW_EVERY_MS = 30 * SECOND;
/** Rule 8. "No active lifecycle action" may be a race, for this long. */
export const REFUSED_MS = 120 * SECOND;
/** Rule 9. How long to wait for the return of an instance. */
export const RETURN_MS = 60 * MINUTE;
/** Rule 9. After this long a warm pool is no late read: the instance has its new root volume, and was scaled in since. */
export const POOLED_MS = 60 * SECOND;
/** Rule 9. How long to wait for its ECS agent. */
export const AGENT_MS = 30 * MINUTE;
/** Rule 10. After this long without progress, the log says why. */
export const STALLED_AFTER_MS = 120 * SECOND;
/** A drain of which nothing has changed for so long counts as stalled, unless a known time ends what is left. */
export const STALLED_MS = 15 * MINUTE;
/**
 * Rule 10. After this long in DRAINING, the tasks that stay are named, and after this long in a drain those that DRAINING leaves alone. With
 * a pass a minute, that is within two minutes.
 */
export const NAMED_AFTER_MS = 45 * SECOND;
/** Rule 10. After this long without a change, the tasks that are stopping are named: twice the default stop timeout. */
export const STOPPING_FOR_MS = 60 * SECOND;
/** Rule 10. How often to ask which tasks are protected, since it takes a call for each ten of them. */
export const PROTECTIONS_EVERY_MS = 15 * MINUTE;
/** Rule 10. There is a pass within this time. */
export const PROTECTIONS_WITHIN_MS = 70 * SECOND;
/** Rule 11. After this long without a change, the pace is slower. */
export const SLOW_AFTER_MS = 15 * MINUTE;
/** Rule 11. The slower pace. */
export const SLOW_MS = 30 * SECOND;
/** Rule 11. After a pass, rechecks are enough for this long. */
export const RECHECKS_MS = 60 * SECOND;
/** Rule 12. How long before a Spot interruption EC2 sends its notice. */
export const NOTICE_MS = 120 * SECOND;
/** Rule 12. How long a notice waits at the most for its instance to be replaced. */
export const WAITING_NOTICE_MS = 240 * MINUTE;
/** Rule 12. How long a group must be whole before the next instance goes, at the least: load balancers check new ones first. */
export const WARMUP_MS = 45 * SECOND;
/** Rule 12. How long a run searches for the load balancers of all instances that it is about to replace. */
export const SEARCHES_MS = 20 * SECOND;
/** Rule 12. How often EC2 is asked for the changes that it has scheduled. */
export const SCHEDULE_EVERY_MS = 60 * MINUTE;
/** Rule 15. By how much a tick of the schedule may be off. */
export const JITTER_MS = 10 * SECOND;
/** Rule 16. How old a pass may be to complete a lifecycle action by it. */
export const FRESH_MS = 20 * SECOND;
/** Rule 1. How long before a pass that completes the hooks may have been read. */
export const HOOKS_FRESH_MS = 5 * SECOND;
/** Rule 16. A termination in the completion queue has another pass after this long. */
export const QUEUED_MS = 60 * MINUTE;
/** Rule 17. How long after a whole round another one is made. */
export const ROUND_EVERY_MS = 10 * MINUTE;
/** Rule 17. How old a whole round may be for a completion. Meanwhile another one was made, if nothing hindered it. */
export const ROUND_FRESH_MS = 15 * MINUTE;
/** Rule 17. How long a pass goes on with a round before it acts on what was found. */
export const ROUND_SLICE_MS = 2 * SECOND;
/** Rule 17. How long a run goes on with a round. Then the run after it may begin its own. */
export const DISCOVERS_MS = 55 * SECOND;
/** Rule 11. Terminations that are due this much later are taken too, so that the batch shares its calls. */
export const TOGETHER_MS = 2 * SECOND;
/** Rule 11. How long a run of terminate has passes. The run after it, a minute later, is then still receiving. */
export const RUN_MS = 62 * SECOND;
/** Rule 11. How much longer a pass may take. After that, AWS is too slow to be asked anything more. */
export const LATE_MS = 4 * SECOND;
/** Rule 11. For each termination that it tracks, a run begins to hand over this much sooner: ten take two calls, four at once. */
export const HAND_OVER_MS_EACH = 2;
/** Rule 11. For each termination in it, a pass takes this much longer: a hundred take some ten calls, and AWS takes ten a second. */
export const PASS_MS_EACH = 10;
/**
 * So long after a hook's timeout a message that had no pass says that its drain was cut off. One that is older may have been moved back
 * from the dead letters, and another message's drain may have been whole.
 */
export const CUT_OFF_TOLD_MS = 60 * MINUTE;
