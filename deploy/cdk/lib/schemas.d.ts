// What a release makes of deploy/release/construct.ts and puts beside: the schemas of the functions, and what they say of wrong values.

/** What the construct is given, with the keys of the block. */
type Given = {
  readonly region: string | undefined;
  readonly heartbeat_timeout_seconds: unknown;
  readonly groups: readonly Readonly<Record<string, unknown>>[];
  readonly settings: Readonly<Record<string, unknown>>;
};

/** All that is wrong with what the construct is given. */
export declare function problemsOfConstruct(given: Given): string[];

/** What AWS would refuse of the stack's resources. */
export declare function problemsOfResources(resources: unknown, region: string | undefined): string[];
