// A process that gives every request the same answer, until the one that started it disconnects.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const BODY =
  '<DescribeAutoScalingInstancesResponse xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/"><DescribeAutoScalingInstancesResult><AutoScalingInstances/></DescribeAutoScalingInstancesResult></DescribeAutoScalingInstancesResponse>';
const HEADERS = { "content-type": "text/xml" };

const server = createServer((request, response) => {
  request.resume();
  request.once("end", () => response.writeHead(200, HEADERS).end(BODY));
});
server.listen(0, "127.0.0.1", () => {
  process.send?.({ port: (server.address() as AddressInfo).port, body: BODY, headers: HEADERS });
});
process.once("disconnect", () => process.exit());
