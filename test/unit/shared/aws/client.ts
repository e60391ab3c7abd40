// A client that answers what a test says, and keeps what it was sent.
import sinon from "sinon";

/** A command as it was sent: its operation, and its input without what is undefined. */
export type Sent = readonly [operation: string, input: Readonly<Record<string, unknown>>];

/** Answers an operation; an Error is thrown instead. */
export type Answer = (operation: string, input: Record<string, never>) => unknown;

/** A client of the SDK with a `send` alone. */
export function stubClient<T>(answer: Answer): { client: T; sent: () => Sent[] } {
  const send = sinon.fake(async (command: { constructor: { name: string }; input: object }) => {
    const [operation, input] = read(command);
    const result = answer(operation, input as Record<string, never>);
    if (result instanceof Error) throw result;
    return result;
  });
  return { client: { send } as T, sent: () => send.args.map(([command]) => read(command)) };
}

/** An error as the SDK throws it, by name. */
export function sdkError(name: string, message = name, httpStatusCode = 400): Error {
  return Object.assign(new Error(message), { name, $metadata: { httpStatusCode } });
}

function read(command: { constructor: { name: string }; input: object }): Sent {
  const given = Object.entries(command.input).filter(([, value]) => value !== undefined);
  return [command.constructor.name.replace(/Command$/, ""), Object.fromEntries(given)];
}
