// sign.mjs SECRET - reads a list of {id, at, body} from standard input, and prints for each the headers that the reference library
// of Standard Webhooks signs it with.
import { Webhook } from "standardwebhooks";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const webhook = new Webhook(process.argv[2]);
console.log(JSON.stringify(JSON.parse(Buffer.concat(chunks).toString()).map(({ id, at, body }) => ({
    "webhook-id": id,
    "webhook-timestamp": String(at),
    "webhook-signature": webhook.sign(id, new Date(at * 1000), body),
}))));
