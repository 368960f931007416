// Asks iam-simulate, as a program of its own, the questions on stdin; prints seconds for each way of asking and its answers.
// Run by ../decisions.py in a folder where the package is installed. Nothing of the package is part of this project.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const at = createRequire(process.cwd() + "/");
const { runSimulation, runUnsafeSimulation } = await import(
  pathToFileURL(at.resolve("@cloud-copilot/iam-simulate")).href.replace("/cjs/", "/esm/"),
);
let text = "";
for await (const part of process.stdin) { text += part; }
const { simulations, rounds } = JSON.parse(text);

async function time(ask) {
  const answers = [];
  for (const one of simulations) { answers.push(await ask(one)); }  // warm, and the answers
  const start = process.hrtime.bigint();
  for (let round = 0; round < rounds; round += 1) {
    for (const one of simulations) { await ask(one); }
  }
  return { seconds: Number(process.hrtime.bigint() - start) / 1e9, answers };
}
const checked = await time((one) => runSimulation(one, {}));
const core = await time((one) => runUnsafeSimulation(one, {}));
console.log(JSON.stringify({ checked, core }));
