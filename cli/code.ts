// The functions' code as one module: what a process of theirs is made of. A version is kept as a bundle of it.
export { deregister } from "../functions/deregister/deregister.ts";
export { createScalePorts } from "../functions/scale-tasks/ports.ts";
export { scaleTasks } from "../functions/scale-tasks/scale-tasks.ts";
export { terminate } from "../functions/terminate/terminate.ts";
export { createClients, createScaleClients } from "../shared/aws/clients.ts";
export { createPorts } from "../shared/run/ports.ts";
