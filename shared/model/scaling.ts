/** One service that keeps one task per instance, with N instances spare. */
export type ScaledService = {
  readonly cluster_name: string;
  readonly service_name: string;
  readonly min_task_count: number;
  readonly n_count: number;
};

/** Why a service cannot be scaled at all: its configuration is wrong. The words stand where the line is logged. */
export type Unusable =
  | { readonly why: "no such service" }
  | { readonly why: "daemon" }
  | { readonly why: "status"; readonly status: string };

/** Why a service is left as it is for now. */
export type Doubt =
  /** The cluster or the service could not be read. */
  | { readonly why: "unread" }
  /** Tasks run somewhere, and yet the cluster shows no instance: what was read is not to be trusted. */
  | { readonly why: "no instance" };
