// verify.mjs SECRET - reads a list of {headers, body} from standard input, and prints for each what the reference library of
// Standard Webhooks makes of it: "ok", or why not.
import { Webhook } from "standardwebhooks";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const secret = process.argv[2];
const webhook = secret.startsWith("whsec_") ? new Webhook(secret) : new Webhook(secret, { format: "raw" });
console.log(JSON.stringify(JSON.parse(Buffer.concat(chunks).toString()).map(({ headers, body }) => {
    try {
        webhook.verify(body, headers);
        return "ok";
    } catch (fault) {
        return fault.message;
    }
})));
