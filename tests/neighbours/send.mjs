// send.mjs URL TOKEN - reads a list of {mode, event} from standard input, sends each with the CloudEvents SDK, and prints the answers.
import { CloudEvent, HTTP, Mode, emitterFor } from "cloudevents";

const [url, token] = process.argv.slice(2);
const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const jobs = JSON.parse(Buffer.concat(chunks).toString());

async function post(message) {
    const headers = { ...message.headers, authorization: `Bearer ${token}` };
    const answer = await fetch(url, { method: "POST", headers, body: message.body });
    return { status: answer.status, body: await answer.json(), sent: message.headers };
}

const answers = [];
for (const { mode, event } of jobs) {
    if (mode === "batch") {
        const list = event.map((one) => new CloudEvent(one).toJSON());
        answers.push(await post({ headers: { "content-type": "application/cloudevents-batch+json; charset=utf-8" }, body: JSON.stringify(list) }));
        continue;
    }
    const binary = event.data_bytes === undefined ? {} : { data: Uint8Array.from(Buffer.from(event.data_bytes, "base64")) };
    const { data_bytes, ...rest } = event;
    const one = new CloudEvent({ ...rest, ...binary }, false);
    if (mode === "emitter") answers.push(await emitterFor(post)(one)); // what it does by default
    else answers.push(await post(mode === "binary" ? HTTP.binary(one) : HTTP.structured(one)));
}
console.log(JSON.stringify(answers));
