/**
 * An error as AWS answers it. `code` is the error's shape where the service's model has one (`QueueDoesNotExist`), which
 * then gives the wire code and the HTTP status; else it is the wire code itself (`ValidationError`), with `status`.
 */
export class AwsError extends Error {
  override name = "AwsError";
  readonly code: string;
  readonly status: number | undefined;

  constructor(code: string, message: string, status?: number) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/**
 * The simulator was asked for what it does not simulate. It answers with status 400 and this code, so that no client
 * retries it and no test mistakes it for an empty answer.
 */
export class NotSimulated extends AwsError {
  override name = "NotSimulated";

  constructor(what: string) {
    super(
      "NotSimulated",
      `The simulator does not simulate ${what}. What it serves is listed in docs/simulator-operations.md.`,
      400,
    );
  }
}
