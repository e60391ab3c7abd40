/**
 * An error as AWS answers it. Where the service's model has the error, `code` is the name of its shape
 * (`QueueDoesNotExist`), and the model gives the wire code and the HTTP status. Otherwise `code` is the wire code itself
 * (`ValidationError`), and `status` the HTTP status.
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
 * A request for something that is not simulated. The answer has status 400 and this code, so that no client retries it and
 * no test takes it for an empty answer.
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
