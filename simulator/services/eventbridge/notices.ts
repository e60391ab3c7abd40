import { ACCOUNT, arn, REGION } from "../../kernel/account.ts";
import type { Ground } from "../../kernel/ground.ts";
import { type Instances, isAlive, type ScheduledEvent } from "../ec2/instances.ts";
import { type SpotAction, type SpotCause, statusAtEnd, statusAtNotice } from "../ec2/spot-requests.ts";
import type { EventRules, Notice } from "./event-rules.ts";

/** What a notice is about, and where it goes. */
type NoticeWorld = Ground & { readonly instances: Instances; readonly eventRules: EventRules };

/** A change that is scheduled for instances. */
type Maintenance = {
  readonly instanceIds: readonly string[];
  /** The eventTypeCode of AWS Health. */
  readonly code: string;
  /** Whether AWS Health names the instances by their ARNs. */
  readonly arns: boolean;
  /** How far ahead it is, in milliseconds. */
  readonly startsInMs: number;
  /** Whether AWS Health tells of it. */
  readonly isTold: boolean;
};

/** EC2 sends the notice this long before it interrupts a Spot Instance. It hibernates one without delay. */
const SPOT_NOTICE_MS = 120_000;
/** A maintenance lasts this long. */
const MAINTENANCE_MS = 2 * 3_600_000;

/**
 * Sends a Spot interruption notice, and ends the instance two minutes later, even if a hook holds it. EC2 interrupts no On-Demand
 * Instance, and none that has ended.
 */
export function interruptSpot(
  world: NoticeWorld,
  instanceId: string,
  { action, cause }: { readonly action: SpotAction; readonly cause: SpotCause },
): void {
  const { agenda, instances } = world;
  const instance = instances.get(instanceId);
  if (!instance?.spot || !isAlive(instance)) return;
  const { spot, zone } = instance;
  instance.isReclaimed = true;
  spot.status.set(agenda.now, statusAtNotice(action, cause));
  world.story.tell(agenda.now, { kind: "interruption", instanceId });
  world.eventRules.put({
    source: "aws.ec2",
    detailType: "EC2 Spot Instance Interruption Warning",
    // This ARN has the zone where others have the Region, and no account.
    resources: [`arn:aws:ec2:${zone}:instance/${instanceId}`],
    detail: { "instance-id": instanceId, "instance-action": action },
  });
  agenda.in(action === "hibernate" ? 0 : SPOT_NOTICE_MS, () => {
    if (!isAlive(instance)) return;
    spot.status.set(agenda.now, statusAtEnd(action, cause));
    if (action === "terminate") instances.terminate(instanceId, "ec2");
    else instances.stop(instanceId, "ec2");
  });
}

/** The change that EC2's schedule has for an eventTypeCode of AWS Health. */
function scheduledCodeOf(code: string): ScheduledEvent["code"] {
  if (/RETIREMENT|TERMINATION/.test(code)) return "instance-retirement";
  if (/STOP/.test(code)) return "instance-stop";
  if (/SYSTEM_REBOOT/.test(code)) return "system-reboot";
  return /REBOOT/.test(code) ? "instance-reboot" : "system-maintenance";
}

/**
 * Schedules a change of instances: EC2 shows it from now on, and AWS Health tells of it. At its time, EC2 stops the instances
 * that it retires or stops, unless it was canceled or they are gone.
 */
export function scheduleMaintenance(
  world: NoticeWorld,
  { instanceIds, code, arns, startsInMs, isTold }: Maintenance,
): void {
  const { agenda, instances, random, story } = world;
  const notBefore = agenda.now + startsInMs;
  for (const instanceId of instanceIds) {
    const event: ScheduledEvent = {
      id: `instance-event-0${random("events").hex(16)}`,
      code: scheduledCodeOf(code),
      scheduledAt: agenda.now,
      notBefore,
      notAfter: notBefore + MAINTENANCE_MS,
      over: undefined,
    };
    instances.get(instanceId)?.scheduled.push(event);
    story.tell(agenda.now, { kind: "notice", instanceId, notice: "maintenance" });
    agenda.at(notBefore, () => {
      if (event.over) return;
      event.over = { how: "Completed", at: agenda.now };
      if (event.code === "instance-retirement" || event.code === "instance-stop")
        instances.stop(instanceId, "ec2");
    });
  }
  if (isTold) world.eventRules.put(maintenanceNotice(world, { instanceIds, code, arns, start: notBefore }));
}

/** EC2 cancels what it has scheduled for an instance. */
export function cancelMaintenance({ agenda, instances }: NoticeWorld, instanceId: string): void {
  for (const event of instances.get(instanceId)?.scheduled ?? [])
    event.over ??= { how: "Canceled", at: agenda.now };
}

/** EC2 recommends to replace a Spot Instance that is likely to be interrupted. */
export function recommendRebalance(world: NoticeWorld, instanceId: string): void {
  world.story.tell(world.agenda.now, { kind: "notice", instanceId, notice: "rebalance" });
  world.eventRules.put({
    source: "aws.ec2",
    detailType: "EC2 Instance Rebalance Recommendation",
    resources: [arn("ec2", `instance/${instanceId}`)],
    detail: { "instance-id": instanceId },
  });
}

/**
 * The AWS Health event of a maintenance that is scheduled for instances. AWS names them by their ids in some events, and
 * by their ARNs in others.
 */
function maintenanceNotice(
  { agenda, random }: Ground,
  { instanceIds, code, arns, start }: Pick<Maintenance, "instanceIds" | "code" | "arns"> & { start: number },
): Notice {
  const now = httpDate(agenda.now);
  const names = instanceIds.map((id) => (arns ? arn("ec2", `instance/${id}`) : id));
  const id = random("events").hex(32);
  return {
    source: "aws.health",
    detailType: "AWS Health Event",
    resources: names,
    detail: {
      eventArn: `arn:aws:health:${REGION}::event/EC2/${code}/${code}_${id}`,
      service: "EC2",
      eventTypeCode: code,
      eventTypeCategory: "scheduledChange",
      eventScopeCode: "ACCOUNT_SPECIFIC",
      communicationId: `${id}-1`,
      startTime: httpDate(start),
      endTime: httpDate(start + MAINTENANCE_MS),
      lastUpdatedTime: now,
      statusCode: "upcoming",
      eventRegion: REGION,
      eventDescription: [
        { language: "en_US", latestDescription: "EC2 has scheduled a maintenance of your instances." },
      ],
      affectedEntities: names.map((entityValue) => ({
        entityValue,
        status: "IMPAIRED",
        lastUpdatedTime: now,
      })),
      affectedAccount: ACCOUNT,
      page: "1",
      totalPages: "1",
      backupEvent: "false",
      personas: ["OPERATIONS"],
      actionability: "ACTION_REQUIRED",
    },
  };
}

// `Thu, 27 Aug 2026 13:19:03 GMT`.
function httpDate(milliseconds: number): string {
  return new Date(milliseconds).toUTCString();
}
