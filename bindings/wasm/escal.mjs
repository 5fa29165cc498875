// escal.mjs - the compiler of Escal for JavaScript: in a web page, a worker, or Node.
//
//   import { load } from "./escal.mjs";
//   const escal = await load(fetch("escal.wasm"));
//   escal.put("acme.esc", text);
//   const { isValid, diagnostics, bundle } = escal.check();
//
// Everything happens in the memory of one WebAssembly instance: no file, no network, no clock but for the day that
// check() is given. Calls are synchronous; what takes long belongs into a worker. After an exception of class
// WebAssembly.RuntimeError the instance is of no use any more: load another one.

const OK = 0;
const BAD_DESCRIPTOR = 8; // errno of WASI
const DAY_MS = 86400000;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });

/** What the C library asks of its system: to write what a failed assertion says. There are no files. */
function system(memory, say) {
  let line = "";
  function fd_write(fd, vectors, count, written) {
    const view = new DataView(memory().buffer);
    let size = 0;
    for (let i = 0; i < count; i++) {
      const at = view.getUint32(vectors + 8 * i, true), length = view.getUint32(vectors + 8 * i + 4, true);
      line += decoder.decode(new Uint8Array(memory().buffer, at, length));
      size += length;
    }
    const lines = line.split("\n");
    line = lines.pop();
    lines.forEach(say);
    view.setUint32(written, size, true);
    return OK;
  }
  const refuse = () => BAD_DESCRIPTOR;
  return { fd_write, fd_close: refuse, fd_fdstat_get: refuse, fd_read: refuse, fd_seek: refuse };
}

/** Writes a text in Unicode's composed form behind another one; gives its size. */
function compose(memory, text, size, room, roomSize) {
  const bytes = new Uint8Array(memory().buffer);
  const composed = encoder.encode(decoder.decode(bytes.subarray(text, text + size)).normalize("NFC"));
  if (composed.length > roomSize) return 0;
  bytes.set(composed, room);
  return composed.length;
}

/**
 * Loads escal.wasm: its bytes, a compiled module, or the answer of fetch() (or a promise of one).
 * `say` gets what the module has to report about itself, a line at a time.
 */
export async function load(source, { say = (line) => console.error(line) } = {}) {
  let instance = null;
  const memory = () => instance.exports.memory;
  const imports = {
    wasi_snapshot_preview1: system(memory, say),
    escal: { compose: (...places) => compose(memory, ...places.map((place) => place >>> 0)) },
  };
  const given = await source;
  if (given instanceof WebAssembly.Module) {
    instance = await WebAssembly.instantiate(given, imports);
  } else if (typeof Response !== "undefined" && given instanceof Response) {
    ({ instance } = await WebAssembly.instantiate(await given.arrayBuffer(), imports));
  } else {
    ({ instance } = await WebAssembly.instantiate(given, imports));
  }
  instance.exports._initialize();
  return new Escal(instance.exports);
}

/** A workspace in memory, and the calls on it. Texts are strings, or bytes as they lie in a file. */
export class Escal {
  #exports;
  #self;

  constructor(exports) {
    this.#exports = exports;
    this.#self = exports.escal_new();
    if (this.#self === 0) throw new RangeError("out of memory");
  }

  /** Puts a file in, or replaces it. Paths are relative to the workspace's folder, with `/` between folders. */
  put(path, text) {
    this.#must(this.#with([path, text], (...places) => this.#exports.escal_put_file(this.#self, ...places)));
  }

  remove(path) {
    this.#with([path], (...places) => this.#exports.escal_remove_file(this.#self, ...places));
  }

  /** The names that time zones have. Without this call every name of the right shape is taken for one. */
  putZones(names) {
    for (const name of names)
      this.#must(this.#with([name], (...places) => this.#exports.escal_put_zone(this.#self, ...places)));
  }

  /**
   * Checks and compiles all files. `json` is what `escalc check --format json` prints, `diagnostics` its list, and
   * `bundle` the bytes that `escalc build` writes, or null when there is an error. Throws when the workspace has no
   * source at all, or a limit was reached. `today` is in days since 1970-01-01.
   */
  check({ today = Math.floor(Date.now() / DAY_MS) } = {}) {
    const status = this.#exports.escal_check(this.#self, today);
    const json = decoder.decode(this.#output());
    if (!json.startsWith("{")) throw new Error(json);
    const { valid, diagnostics } = JSON.parse(json);
    return { isValid: valid, json, diagnostics, bundle: status === OK ? this.#bundle() : null };
  }

  /** The canonical layout of a source. `isWhole` is false when parts could not be read; they stay as they are. */
  format(text) {
    const status = this.#with([text], (...places) => this.#exports.escal_format(this.#self, ...places));
    return { isWhole: status === OK, text: decoder.decode(this.#output()) };
  }

  /** What a diagnostic's code means: { code, title, text, wrong, right }; null when there is no such code. */
  explain(code) {
    const status = this.#with([code], (...places) => this.#exports.escal_explain(this.#self, ...places));
    return status === OK ? JSON.parse(decoder.decode(this.#output())) : null;
  }

  /** The bundle of the last check as people read it; null when there was an error. */
  disassemble() {
    return this.#exports.escal_disassemble(this.#self) === OK ? decoder.decode(this.#output()) : null;
  }

  /**
   * What an event starts with the bundle of the last check, step by step, without people, systems and time: the request
   * and the answer stand in trial.h. Null when there is no bundle; throws when the request is wrong.
   *
   *   escal.try({ event: "ticket.created", ticket: { severity: "critical" }, waits: ["late", "done"] })
   */
  try(request) {
    if (this.#exports.escal_bundle_size(this.#self) === 0) return null;
    const status = this.#with([JSON.stringify(request)], (...places) => this.#exports.escal_try(this.#self, ...places));
    const said = decoder.decode(this.#output());
    if (status !== OK) throw new Error(said);
    return JSON.parse(said);
  }

  /** Gives the memory back. The object is of no use any more. */
  free() {
    this.#exports.escal_free(this.#self);
    this.#self = 0;
  }

  /** Calls with the address and the size of each text, which is copied into the instance for the length of the call. */
  #with(texts, call) {
    const blocks = [];
    try {
      for (const text of texts) {
        const bytes = typeof text === "string" ? encoder.encode(text) : text;
        const at = this.#exports.escal_alloc(bytes.length) >>> 0;
        if (at === 0) throw new RangeError("out of memory");
        blocks.push(at, bytes.length);
        new Uint8Array(this.#exports.memory.buffer, at, bytes.length).set(bytes);
      }
      return call(...blocks);
    } finally {
      for (let i = 0; i < blocks.length; i += 2) this.#exports.escal_release(blocks[i]);
    }
  }

  #must(status) {
    if (status !== OK) throw new Error(this.#sentence(this.#exports.escal_status_text(status) >>> 0));
  }

  #sentence(at) {
    const bytes = new Uint8Array(this.#exports.memory.buffer, at);
    return decoder.decode(bytes.subarray(0, bytes.indexOf(0)));
  }

  #output() {
    const at = this.#exports.escal_output(this.#self) >>> 0;
    return new Uint8Array(this.#exports.memory.buffer, at, this.#exports.escal_output_size(this.#self) >>> 0);
  }

  #bundle() {
    const at = this.#exports.escal_bundle(this.#self) >>> 0;
    return new Uint8Array(this.#exports.memory.buffer, at, this.#exports.escal_bundle_size(this.#self) >>> 0).slice();
  }
}
