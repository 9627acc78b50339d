// Checks that say what was expected and what came.
"use strict";

const { isDeepStrictEqual, inspect } = require("node:util");

/** The service does not do what the contract says. */
class Difference extends Error {}

const show = (value) => inspect(value, { depth: 8, breakLength: 160, maxArrayLength: 300 });

/** Both must be equal. */
function expect(what, wanted, got) {
  if (!isDeepStrictEqual(wanted, got)) {
    throw new Difference(`${what}: expected ${show(wanted)}, got ${show(got)}`);
  }
}

/** A statement that must hold. */
function check(what, holds) {
  if (!holds) throw new Difference(`this does not hold: ${what}`);
}

module.exports = { Difference, expect, check };
