/** A service with one task per instance, keeping N instances spare. */
export type ScaledService = {
  readonly cluster_name: string;
  readonly service_name: string;
  readonly min_task_count: number;
  readonly n_count: number;
};

/** Why a service cannot be scaled at all: its configuration is wrong. Its words are in shared/log-lines. */
export type Unusable =
  | { readonly why: "no such cluster" }
  | { readonly why: "no such service" }
  | { readonly why: "daemon" }
  | { readonly why: "status"; readonly status: string };

/** Why a service is left as it is for now. */
export type Doubt =
  /** The cluster or the service could not be read. */
  | { readonly why: "unread" }
  /** Tasks run somewhere, and yet the cluster shows no instance, so the answer cannot be right. */
  | { readonly why: "no instance" };
