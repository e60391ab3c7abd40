import { angstwad } from "./angstwad.ts";
import { awsSamples } from "./aws-samples.ts";
import { dwolla } from "./dwolla.ts";
import { getsocial } from "./getsocial.ts";
import { kayac } from "./kayac.ts";
import { original } from "./original.ts";
import type { Peer } from "./peer.ts";

/** The drainers that there is a model of. */
export const PEERS: readonly Peer[] = [getsocial, kayac, awsSamples, angstwad, dwolla, original];
/** These two know the first hundred container instances of a cluster only. */
export const FIRST_HUNDRED: readonly Peer[] = [kayac, angstwad];
/** What the others call depends on how soon AWS answers: at N=20 they are not held to what was measured. */
export const HELD_AT_TWENTY: readonly Peer[] = [getsocial, kayac];
