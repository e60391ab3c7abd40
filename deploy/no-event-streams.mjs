// Stands for the SDK's @smithy/core/event-streams in the bundles.
export {};
