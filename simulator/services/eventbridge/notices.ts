import { ACCOUNT, arn, REGION } from "../../kernel/account.ts";
import type { Ground } from "../../kernel/ground.ts";
import type { Instances } from "../ec2/instances.ts";
import type { EventRules, Notice } from "./event-rules.ts";

/** What a notice is about, and where it goes. */
type NoticeWorld = Ground & { readonly instances: Instances; readonly eventRules: EventRules };

/** What EC2 does to an interrupted Spot Instance. */
export type SpotAction = "terminate" | "stop" | "hibernate";

/** EC2 sends the notice this long before it interrupts a Spot Instance. It hibernates one without delay. */
const SPOT_NOTICE_MS = 120_000;
/** The notice of a maintenance comes about this long before it. The maintenance lasts this long. */
const MAINTENANCE_AHEAD_MS = 14 * 86_400_000;
const MAINTENANCE_MS = 2 * 3_600_000;

/** Sends a Spot interruption notice, and ends the instance two minutes later, even if a hook holds it. */
export function interruptSpot(world: NoticeWorld, instanceId: string, action: SpotAction): void {
  const { agenda, instances } = world;
  // This ARN has the zone where others have the Region, and no account.
  const instance = instances.get(instanceId);
  const zone = instance?.zone ?? `${REGION}a`;
  if (instance) instance.isReclaimed = true;
  world.story.tell(agenda.now, { kind: "interruption", instanceId });
  world.eventRules.put({
    source: "aws.ec2",
    detailType: "EC2 Spot Instance Interruption Warning",
    resources: [`arn:aws:ec2:${zone}:instance/${instanceId}`],
    detail: { "instance-id": instanceId, "instance-action": action },
  });
  agenda.in(action === "hibernate" ? 0 : SPOT_NOTICE_MS, () => {
    if (action === "terminate") instances.terminate(instanceId, "ec2");
    else instances.stop(instanceId, "ec2");
  });
}

/** The recommendation to replace a Spot Instance that is likely to be interrupted. */
export function rebalanceRecommendation(instanceId: string): Notice {
  return {
    source: "aws.ec2",
    detailType: "EC2 Instance Rebalance Recommendation",
    resources: [arn("ec2", `instance/${instanceId}`)],
    detail: { "instance-id": instanceId },
  };
}

/**
 * The AWS Health event of a maintenance that is scheduled for instances. AWS names them by their ids in some events, and
 * by their ARNs in others.
 */
export function maintenanceNotice(
  { agenda, random }: Ground,
  { instanceIds, code, arns }: { instanceIds: readonly string[]; code: string; arns: boolean },
): Notice {
  const start = agenda.now + MAINTENANCE_AHEAD_MS;
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
