// Validates the bodies of an NDJSON file by a JSON Schema: all of them for each
// line that comes on standard input, and answers with the microseconds of the
// processor that it took. Like the engines beside it, it begins with bytes.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import Ajv from "ajv/dist/2020.js";

const [schema, file] = process.argv.slice(2);
const validate = new Ajv({ strict: false, formats: { unixtime: true } }).compile(JSON.parse(readFileSync(schema, "utf8")));
const bodies = [];
for (let all = readFileSync(file), from = 0, to; (to = all.indexOf("\n", from)) >= 0; from = to + 1) {
  bodies.push(all.subarray(from, to));
}

for await (const _ of createInterface({ input: process.stdin })) {
  const begin = process.cpuUsage();
  for (const body of bodies) {
    if (!validate(JSON.parse(body.toString()))) {
      throw new Error(JSON.stringify(validate.errors));
    }
  }
  const { user, system } = process.cpuUsage(begin);
  console.log(user + system);
}
