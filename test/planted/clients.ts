// Clients of the SDK between an adapter and AWS, which change what is asked or answered.

/** A command of the SDK, of which only the input matters. */
type Command = { readonly input: object };
type Sender = { readonly send: unknown };

/** Says of an operation, and what it is asked, what is asked instead. */
export type Ask = (
  operation: string,
  input: Readonly<Record<string, unknown>>,
) => Readonly<Record<string, unknown>>;
/** Says of an operation's answer what is answered instead; may throw. */
export type Answer = (operation: string, answer: () => Promise<unknown>, input: object) => Promise<unknown>;

/** The same client, asking something else. */
export function asking<C extends Sender>(client: C, ask: Ask): C {
  return sendingBy(client, (command, send) => {
    const input = { ...command.input };
    // A command keeps its class, by which the SDK and the tests know the operation.
    return send(
      Object.assign(Object.create(Object.getPrototypeOf(command)), command, {
        input: ask(nameOf(command), input),
      }),
    );
  });
}

/** The same client, answering something else. */
export function answering<C extends Sender>(client: C, answer: Answer): C {
  return sendingBy(client, (command, send) => answer(nameOf(command), () => send(command), command.input));
}

function sendingBy<C extends Sender>(
  client: C,
  by: (command: Command, send: (command: Command) => Promise<unknown>) => Promise<unknown>,
): C {
  const send = client.send as (command: Command) => Promise<unknown>;
  return new Proxy(client, {
    get: (target, key) =>
      key === "send"
        ? (command: Command) => by(command, (each) => send.call(target, each))
        : Reflect.get(target, key),
  });
}

function nameOf(command: Command): string {
  return command.constructor.name.replace(/Command$/, "");
}
