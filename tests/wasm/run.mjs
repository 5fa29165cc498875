// wasm - the compiler as a web page has it says and makes what the one of this machine does, byte for byte.
//
// Diagnostics are compared for the examples, the scenarios, and every case of tests/golden/check and tests/golden/mistakes; bundles,
// layouts and explanations for what has them. Needs build/wasm (cmake --preset wasm) and ESC_BIN.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const SOURCE = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const BUILD = join(SOURCE, "build", "wasm", "bin");
const ESCALC = join(process.env.ESC_BIN, "escalc");
const ZONES = "/usr/share/zoneinfo";
const FOLDER = mkdtempSync(join(tmpdir(), "wasm-"));
const WORKSPACES = ["examples/first", "examples/agency/acme", "examples/agency/nordlicht", "tests/scenario/exceptions"];
const DAY_MS = 86400000;
const today = () => Math.floor(Date.now() / DAY_MS);

const { load } = await import(pathToFileURL(join(BUILD, "escal.mjs")));
const module = await WebAssembly.compile(readFileSync(join(BUILD, "escal.wasm")));
const zones = readFileSync(join(ZONES, "tzdata.zi"), "utf8").split("\n").map((line) => line.split(" "))
  .filter((words) => words[0] === "Z" || words[0] === "L").map((words) => words[words[0] === "Z" ? 1 : 2])
  .filter((name) => name !== "Factory"); // what stands in for a zone that nobody has set

let passed = 0, failed = 0;
function judge(name, fault) {
  if (fault === null) passed++;
  else failed++, console.log(`FAILED ${name}\n    ${fault}`);
}

function native(...words) {
  const done = spawnSync(ESCALC, words, { maxBuffer: 1 << 28 });
  if (done.error) throw done.error;
  return done;
}

/** Files below a folder with their paths in it, as a page would know them. */
function filesOf(folder) {
  return readdirSync(folder, { recursive: true }).filter((path) => statSync(join(folder, path)).isFile())
    .map((path) => [path, readFileSync(join(folder, path))]);
}

async function fresh(files) {
  const escal = await load(module);
  escal.putZones(zones);
  for (const [path, text] of files) escal.put(path, text);
  return escal;
}

function differs(got, expected) {
  if (got === expected) return null;
  let at = 0;
  while (got[at] === expected[at]) at++;
  return `from character ${at} on: ${JSON.stringify(got.slice(at, at + 120))} and not ${JSON.stringify(expected.slice(at, at + 120))}`;
}

/** The diagnostics of many folders, each beside escalc's; one start of escalc for a batch of them. */
async function compareReports(folders) {
  for (let tries = 0; ; tries++) {
    const day = today();
    const expected = native("check", "--format", "json", ...folders).stdout.toString();
    if (day !== today() && tries < 3) continue; // midnight passed, and what a schedule says may have changed
    const reports = [];
    for (const folder of folders) reports.push((await fresh(filesOf(folder))).check({ today: day }).json);
    const whole = differs(reports.join(""), expected);
    for (const [i, folder] of folders.entries())
      judge(relative(FOLDER, folder), whole && differs(reports[i], native("check", "--format", "json", folder).stdout.toString()));
    if (whole) judge("all of them together", whole);
    return;
  }
}

/** A folder of its own for each case of the golden suites; gives their paths. */
function laidOut() {
  const folders = [];
  function lay(name, files) {
    const folder = join(FOLDER, name);
    mkdirSync(folder);
    for (const [path, text] of files) writeFileSync(join(folder, path), text);
    folders.push(folder);
  }
  const checks = join(SOURCE, "tests/golden/check");
  const prelude = readFileSync(join(checks, "prelude.esc"));
  // Who will be there is looked up by the program and the daemon, in a directory that the front does not have.
  const isOfFront = (name) => name.endsWith(".esc") && !/^(A0316|E0399)_/.test(name);
  for (const file of readdirSync(join(checks, "cases")).filter(isOfFront)) {
    const text = readFileSync(join(checks, "cases", file));
    lay(file.slice(0, -4), text.toString().startsWith("# alone") ? [["case.esc", text]] : [["case.esc", text], ["_prelude.esc", prelude]]);
  }
  const mistakes = join(SOURCE, "tests/golden/mistakes");
  const base = readFileSync(join(mistakes, "base.esc"), "utf8");
  for (const file of readdirSync(mistakes).filter((name) => name.endsWith(".txt"))) {
    const said = readFileSync(join(mistakes, file), "utf8").matchAll(/^## (\S+) \| (.*)$/gm);
    for (const [i, [, place, text]] of [...said].entries())
      lay(`${file}-${i}`, [["x.esc", base.replace(new RegExp(`#@ ${place}$`, "m"), () => text)]]);
  }
  lay("no_text", [["a.esc", Buffer.from("# caf\xe9\n", "latin1")]]);
  lay("a_nul", [["a.esc", Buffer.from("# a\0b\n")]]);
  lay("zones", [["a.esc", 'workspace a { timezone "Europe/Berlim" }\n']]);
  return folders;
}

async function compareBundle(workspace) {
  const file = join(FOLDER, `${workspace.replaceAll("/", "_")}.escb`);
  native("build", "--output", file, join(SOURCE, workspace));
  const escal = await fresh(filesOf(join(SOURCE, workspace)));
  const { bundle, isValid } = escal.check();
  const expected = existsSync(file) ? readFileSync(file) : null;
  judge(`bundle of ${workspace}`, isValid && expected && expected.equals(bundle) ? null : "the bytes are others");
  judge(`disassembly of ${workspace}`, differs(escal.disassemble(), native("disasm", join(SOURCE, workspace)).stdout.toString()));
}

/** Layouts of sources whose indentation is lost. */
async function compareLayout(workspace) {
  const escal = await load(module);
  for (const [path, text] of filesOf(join(SOURCE, workspace)).filter(([name]) => name.endsWith(".esc"))) {
    const flat = text.toString().replaceAll(/^ +/gm, ""), file = join(FOLDER, "flat.esc");
    writeFileSync(file, flat);
    const layout = escal.format(flat);
    judge(`layout of ${workspace}/${path}`, layout.isWhole ? differs(layout.text, native("fmt", file).stdout.toString()) : "has parts that cannot be read");
  }
}

async function compareExplanations() {
  const escal = await load(module);
  const list = native("explain", "--list").stdout.toString().trimEnd().split("\n");
  const said = list.map((line) => escal.explain(line.slice(0, 5))).map((entry) => `${entry.code}  ${entry.title}`);
  judge("explanations", list.length > 100 ? differs(said.join("\n"), list.join("\n")) : "escalc explains too little");
  judge("an unknown code", escal.explain("E9999") === null ? null : "is explained");
}

/** What an editor does with one instance: take away, put again, check again. */
async function editAndRepair() {
  const escal = await load(module);
  const expectThrow = (name, call) => {
    try { call(); } catch (error) { return judge(name, error.message.length > 0 ? null : "has no message"); }
    judge(name, "is no error");
  };
  expectThrow("a workspace without a source", () => escal.check());
  judge("a bundle that there is not", escal.disassemble() === null ? null : "is shown");
  const [[path, text]] = filesOf(join(SOURCE, "examples/first")).filter(([name]) => name.endsWith(".esc"));
  escal.put(path, text);
  const first = escal.check();
  escal.put(path, text.toString().replace("}", ""));
  const broken = escal.check();
  judge("a source that was damaged", !broken.isValid && broken.bundle === null && broken.diagnostics.length > 0 ? null : "is valid");
  escal.remove(path);
  expectThrow("a source that was taken away", () => escal.check());
  for (let i = 0; i < 50; i++) escal.put(path, text);
  const again = escal.check();
  judge("a source that was mended", first.isValid && again.isValid && Buffer.from(first.bundle).equals(again.bundle) ? null : "gives another bundle");
  judge("a source with a fault", escal.format("template {").isWhole ? "has a layout" : null);
  escal.free();
}

/** However a page comes by the module. */
async function loadInEveryWay() {
  const bytes = readFileSync(join(BUILD, "escal.wasm"));
  const ways = { bytes, "an answer of fetch": new Response(bytes), "a promise of one": Promise.resolve(new Response(bytes)) };
  for (const [name, source] of Object.entries(ways))
    judge(`loading ${name}`, (await load(source)).explain("E0001") ? null : "explains nothing");
}

/** What an event starts, step by step. */
async function tryEvents() {
  const escal = await load(module);
  judge("a trial without a bundle", escal.try({ event: "ticket.created" }) === null ? null : "is made");
  escal.put("first.esc", readFileSync(join(SOURCE, "examples/first/first.esc")));
  escal.check();
  const ticket = { severity: "critical", id: "T-1", title: "Café down", account: { name: "Globex" } };
  const words = (waits, more = {}) => escal.try({ event: "ticket.created", ticket, waits, ...more }).started
    .map(({ template, steps, end }) => [template, ...steps.map((step) => [step.wait ?? step.do, step.to ?? step.then, ...(step.arguments ?? []).map(({ value }) => value)].join(" ")), end].join("; "));
  const begin = "outage; own primary; notify incidents Globex is down: Café down; page primary Please take T-1; chain ";
  const expected = [
    [[], begin + "waits; waiting"],
    [["late"], begin + "late; resolved waits; waiting"],
    [["done", "late"], begin + "done; resolved late; handoff escalation not resolved in 4h; close_when waits; waiting"],
    [["done", "done", "done"], begin + "done; resolved done; close_when done; closed"],
  ];
  for (const [waits, said] of expected) judge(`a trial with ${waits.length} waits`, differs(words(waits).join(), said));
  judge("a trial that starts nothing", differs(words([], { ticket: { severity: "low" } }).join(), ""));
  judge("the place of a step", escal.try({ event: "ticket.created", ticket }).started[0].steps[1].line === 24 ? null : "is another");
  const wrong = {
    "event: there is no event `nothing`": { event: "nothing" },
    "severity: this is not the name of one of its members": { event: "ticket.created", ticket: { severity: "huge" } },
    'waits: a wait ends "late", "done" or {"done": a value}': { event: "ticket.created", ticket, waits: ["soon"] },
    'now: this is not a time such as "2026-01-05T09:00:00Z"': { event: "ticket.created", now: "noon" },
  };
  for (const [sentence, request] of Object.entries(wrong)) {
    let said = "nothing";
    try { escal.try(request); } catch (error) { said = error.message; }
    judge(`a wrong request: ${sentence}`, differs(said, sentence));
  }
}

/** Questions, replies and event fields, in a workspace of its own. */
async function tryAnswers() {
  const escal = await load(module);
  escal.put("w.esc", readFileSync(join(SOURCE, "tests/wasm/trial.esc")));
  const { isValid, diagnostics } = escal.check();
  judge("the workspace of the trials", isValid ? null : JSON.stringify(diagnostics));
  if (!isValid) return;
  const request = { event: "lead.rejected", now: "2026-01-05T09:00:00Z", fields: { reason: "duplicate", tries: 3, age: "2h", seen_at: "2026-01-05T08:30:00Z", tags: ["a", "b"], note: null } };
  const steps = (waits) => escal.try({ ...request, waits }).started[0].steps.map((step) => JSON.stringify([step.do ?? step.wait, step.what ?? step.then, ...(step.arguments ?? []).map(({ value }) => value), ...(step.answers ?? [])]));
  const said = steps([{ done: "L-7" }, { done: 1 }, "done"]).join("\n");
  judge("a reply, an answer, values of every kind", differs(said, readFileSync(join(SOURCE, "tests/wasm/trial.txt"), "utf8").trimEnd()));
  const second = escal.try({ ...request, facts: { "escalation.attempt": 2 } }).started[0].steps[1].arguments[0].value;
  judge("a fact that the request says", second.endsWith(" a, b 2") ? null : second);
  let sentence = "nothing";
  try { steps([{ done: "L-7" }, { done: 2 }]); } catch (error) { sentence = error.message; }
  judge("an answer that there is not", differs(sentence, "waits: there is no such answer"));
}

await compareReports(WORKSPACES.map((workspace) => join(SOURCE, workspace)));
await compareReports(laidOut());
for (const workspace of WORKSPACES) {
  await compareBundle(workspace);
  await compareLayout(workspace);
}
await compareExplanations();
await editAndRepair();
await loadInEveryWay();
await tryEvents();
await tryAnswers();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
