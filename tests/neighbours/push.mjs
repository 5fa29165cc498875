// push.mjs keys - prints a pair of keys for a sender, as `web-push generate-vapid-keys` does, and a browser's subscription with what
// only that browser knows.
// push.mjs read - reads a list of {headers, body, endpoint, browser, sender} from standard input (body in base64, `browser` and
// `sender` as `keys` printed them), and prints for each what the library web-push and its http_ece make of it: {text} as the browser
// reads it, {claims} of a token that is the sender's, {headers} as web-push would send the same text, or {fault}.
import crypto from "node:crypto";
import ece from "http_ece";
import webpush from "web-push";

const CURVE = "prime256v1";

function keys() {
    const browser = crypto.createECDH(CURVE);
    browser.generateKeys();
    return {
        sender: webpush.generateVAPIDKeys(),
        browser: {
            privateKey: browser.getPrivateKey("base64url"),
            keys: { p256dh: browser.getPublicKey("base64url"), auth: crypto.randomBytes(16).toString("base64url") },
        },
    };
}

function decrypted(body, browser) {
    const own = crypto.createECDH(CURVE);
    own.setPrivateKey(browser.privateKey, "base64url");
    return ece.decrypt(body, { version: "aes128gcm", privateKey: own, authSecret: browser.keys.auth }).toString();
}

// By Node's own crypto: the signature over the first two parts, by the key that stands behind them.
function claimsOf(authorization, publicKey) {
    const found = /^vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), k=([\w-]+)$/.exec(authorization);
    if (found === null) throw new Error("no such header");
    const [, head, claims, signature, key] = found;
    if (key !== publicKey) throw new Error("another's key");
    const point = Buffer.from(key, "base64url");
    const x = point.subarray(1, 33).toString("base64url"), y = point.subarray(33).toString("base64url");
    const jwk = crypto.createPublicKey({ key: { kty: "EC", crv: "P-256", x, y }, format: "jwk" });
    const isSigned = crypto.verify("sha256", Buffer.from(`${head}.${claims}`), { key: jwk, dsaEncoding: "ieee-p1363" }, Buffer.from(signature, "base64url"));
    if (!isSigned) throw new Error("a wrong signature");
    return { head: JSON.parse(Buffer.from(head, "base64url")), ...JSON.parse(Buffer.from(claims, "base64url")) };
}

// The library refuses an address, a key or a time that a push service would not take.
function wouldSend(text, { headers, endpoint, browser, sender }, claims) {
    const vapid = webpush.getVapidHeaders(new URL(endpoint).origin, claims.sub, sender.publicKey, sender.privateKey, "aes128gcm", claims.exp);
    const details = webpush.generateRequestDetails({ endpoint, keys: browser.keys }, text, {
        TTL: headers.ttl, urgency: headers.urgency, contentEncoding: "aes128gcm",
        vapidDetails: { subject: claims.sub, publicKey: sender.publicKey, privateKey: sender.privateKey },
    });
    const made = { ...details.headers, Authorization: vapid.Authorization };
    return Object.fromEntries(Object.entries(made).map(([name, value]) => [name.toLowerCase(), String(value)]));
}

function read(push) {
    try {
        const text = decrypted(Buffer.from(push.body, "base64"), push.browser);
        const claims = claimsOf(push.headers.authorization, push.sender.publicKey);
        const headers = wouldSend(text, push, claims);
        return { text, claims, headers: { ...headers, authorization: claimsOf(headers.authorization, push.sender.publicKey) } };
    } catch (fault) {
        return { fault: fault.message };
    }
}

async function input() {
    const chunks = [];
    for await (const chunk of process.stdin) chunks.push(chunk);
    return JSON.parse(Buffer.concat(chunks).toString());
}

console.log(JSON.stringify(process.argv[2] === "keys" ? keys() : (await input()).map(read)));
