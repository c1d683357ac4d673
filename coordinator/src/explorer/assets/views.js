// The pages. Each is a function that fetches what it shows and gives the elements.

import { get } from "./api.js";
import { bars, histogram, split } from "./charts.js";
import { card, empty, facts, h, table, tiles } from "./dom.js";
import { amount, amountText, amountTick, badge, clock, copyable, count, now, percent, short, span, states, when } from "./format.js";

const head = (title, text, crumb, aside) =>
  h("div", { class: "head" },
    h("div", {}, crumb && h("p", { class: "crumb" }, h("a", { href: crumb[1] }, `← ${crumb[0]}`)), h("h1", {}, title), text && h("p", {}, text)), aside);

const jobLink = (job) => h("a", { href: `#/jobs/${job.id}`, class: "mono", title: job.id }, short(job.id));
const modelLink = (listing) => h("a", { href: `#/models/${listing}` }, `Model ${listing}`);
const firstLine = (about) => about.split("\n").map((line) => line.trim()).find(Boolean) ?? "";

const jobColumns = [
  ["Job", jobLink],
  ["State", (job) => badge(job.status)],
  ["Model", (job) => [modelLink(job.listing), h("span", { class: "only-narrow" }, " · ", amount(job.price ?? job.max_price, job.token))], "minor left"],
  ["Price", (job) => amount(job.price ?? job.max_price, job.token), "number wide"],
  ["Took", (job) => (job.ended_at ? span(job.ended_at - job.requested_at) : "-"), "number wide"],
  ["Requested", (job) => when(job.requested_at), "number minor"],
];

const jobTable = (jobs, fresh) => table("Jobs, newest first", jobColumns, jobs, (job) => ({ class: fresh?.has(job.id) && "fresh", "data-job": job.id }), "jobs");

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.ceil(numbers.length / 2) - 1];
const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);

export async function overview({ fresh }) {
  const [status, activity, page, provers, models] = await Promise.all(
    ["status", "activity", "jobs?limit=8", "provers", "models"].map(get));
  const jobs = status.jobs;
  const live = sum(["open", "reserved", "delivered", "locked"].map((state) => jobs[state] ?? 0));
  const failed = (jobs.refunded ?? 0) + (jobs.fulfilled_late ?? 0);
  const settled = jobs.fulfilled ?? 0;
  const times = activity.settlements.map((settlement) => settlement.seconds);
  const prices = activity.settlements.map((settlement) => Number(settlement.price));
  return [
    head("Inference that proves itself", "Every answer sold here comes with a proof that the listed model computed it. No proof in time, and the requester has the money back."),
    tiles([
      ["Proved on time", count(settled), `of ${count(sum(Object.values(jobs)))} jobs`],
      ["Under way", count(live), `${count(jobs.open ?? 0)} open, ${count(jobs.locked ?? 0)} being proved`],
      ["On time", settled + failed ? percent(settled / (settled + failed)) : "-", failed ? `${count(failed)} late or refunded` : "none was late"],
      ["Request to answer", times.length ? span(median(times)) : "-", "median of recent jobs"],
      ["Models", count(models.filter((model) => !model.deprecated).length), "for sale"],
      ["Provers", count(provers.length), "staked or paid"],
    ]),
    h("div", { class: "grid" },
      h("div", { class: "two-thirds stack" },
        card("Jobs by hour", "last 48 hours", hours(activity.hours)),
        card("Latest jobs", null, page.jobs.length
          ? [jobTable(page.jobs, fresh), h("p", { class: "more" }, h("a", { class: "button", href: "#/jobs" }, "All jobs"))]
          : empty("No jobs yet", "The first request will appear here the moment it is in a block."))),
      h("div", { class: "third stack" },
        card("Request to answer", "recent jobs", times.length
          ? histogram("Seconds from request to answer", times, (n) => span(Math.round(n)))
          : empty("No job was proved yet", "How long answers take will be seen here.")),
        card("Price paid", "recent jobs, VRN", prices.length
          ? histogram("Prices of recent jobs", prices, amountTick)
          : empty("No price yet", "What provers were paid will be seen here.")),
        card("Most used models", null, models.some((model) => model.jobs)
          ? facts(models.toSorted((a, b) => b.jobs - a.jobs).slice(0, 5).map((model) => [modelLink(model.listing), `${count(model.jobs)} jobs`]))
          : empty("No model was used yet", "Models that are asked most will be seen here."))),
    ),
  ];
}

const hours = (all) => sum(all.map((hour) => hour.requested + hour.fulfilled + hour.ended))
  ? bars("Jobs by hour", {
    bars: all.map((hour) => ({ label: clock(hour.time), name: new Date(hour.time * 1000).toLocaleString([], { weekday: "short", hour: "2-digit", minute: "2-digit" }), values: [hour.fulfilled, hour.ended], line: hour.requested })),
    series: [["proved", "b"], ["ended otherwise", "c"]],
    line: "requested",
    place: "wide",
  })
  : empty("A quiet two days", "Nothing was requested in the last 48 hours.");

export async function jobs({ query, fresh, pages }) {
  const state = states.some(([name]) => name === query.get("status")) ? query.get("status") : "";
  const loaded = [];
  let next = null;
  for (let page = 0; page < pages.count; page += 1) {
    const { jobs: more, next: after } = await get(`jobs?limit=50${state ? `&status=${state}` : ""}${next ? `&before=${next}` : ""}`);
    loaded.push(...more);
    next = after;
    if (!next) break;
  }
  const select = h("select", { id: "state", "data-key": "state", onchange: (event) => { location.hash = event.target.value ? `#/jobs?status=${event.target.value}` : "#/jobs"; } },
    h("option", { value: "" }, "All states"), states.map(([value, name]) => h("option", { value, selected: value === state }, name)));
  return [
    head("Jobs", "What was asked of the network, newest first.", null, h("div", { class: "filters" }, h("label", { for: "state" }, "State"), select)),
    card(state ? `${states.find(([name]) => name === state)[1]}` : "All jobs", `${count(loaded.length)}${next ? "+" : ""} shown`,
      loaded.length ? jobTable(loaded, fresh) : empty("No such jobs", state ? "There is none in this state." : "The first request will appear here."),
      next && h("p", { class: "more" }, h("button", { class: "button", type: "button", "data-key": "more", onclick: pages.more }, "Show more"))),
  ];
}

const STEPS = {
  requested: ["Requested", () => "The requester asked for an inference, and the market holds the most it may cost."],
  locked: ["Taken by a prover", () => "A prover committed to a price and put up collateral: it proves in time, or pays."],
  reserved: ["Reserved by a prover", () => "A prover waits for the private input."],
  delivered: ["Input handed over", () => "The requester delivered the private input, encrypted to the prover."],
  acknowledged: ["Input acknowledged", () => "The prover confirmed that the input opens its commitment."],
  fulfilled: ["Proved and paid", () => "The contract verified the proof on the chain, and paid in the same transaction."],
  fulfilled_late: ["Proved late", () => "Somebody else proved it after the prover's time. The requester has the money back and the output."],
  refunded: ["Refunded", () => "Nobody proved it in time. The requester has the money back, the prover lost half of its collateral or more."],
  expired: ["Expired", () => "Nobody took it. The requester has the money back."],
  cancelled: ["Cancelled", () => "The requester gave notice, and has the money back."],
  cancel_noticed: ["Notice given", () => "The requester wants to cancel. Provers have a few minutes left to take it."],
  delivery_missed: ["Input not handed over", () => "The requester did not deliver in time, and lost its bond."],
  acknowledgement_missed: ["Input not acknowledged", () => "The prover did not confirm in time. Both lost their bonds."],
  voided: ["Voided", () => "The emergency stop ended it. Everybody has their money back."],
  callback_failed: ["Callback failed", () => "The requester's contract did not take the output. Anybody can try again."],
  callback_retried: ["Callback repeated", () => "The requester's contract took the output."],
};
const GOOD = ["fulfilled", "callback_retried"];
const BAD = ["refunded", "expired", "delivery_missed", "acknowledgement_missed", "callback_failed", "fulfilled_late"];
const AMOUNTS = { escrow: "held", bond: "bond", price: "price", change: "back to requester", collateral: "collateral", prover: "prover", owner: "owner", fee: "network fee", refund: "refund", bounty: "bounty", slashed: "slashed", treasury: "treasury" };

export async function job({ id }) {
  const story = await get(`jobs/${encodeURIComponent(id)}`);
  const { job, steps, payments } = story;
  const settled = ["fulfilled", "fulfilled_late"].includes(job.status);
  const output = settled ? await get(`jobs/${id}/output`).catch(() => null) : null;
  const gas = sum(steps.map((step) => step.gas ?? 0));
  const cost = steps.reduce((all, step) => all + BigInt(step.gas ?? 0) * BigInt(step.gas_price ?? 0), 0n);
  const next = waits(story);
  return [
    head(h("span", {}, "Job ", h("span", { class: "mono" }, short(job.id))), null, ["Jobs", "#/jobs"], badge(job.status)),
    h("div", { class: "grid" },
      h("div", { class: "two-thirds stack" },
        card("What happened", job.ended_at ? `${span(job.ended_at - job.requested_at)} in all` : "still under way",
          h("ol", { class: "story" }, steps.map((step) => stepItem(step, job)),
            next && h("li", { class: "next" }, h("h3", {}, next[0]), h("p", { class: "soft" }, next[1])))),
        h("div", { class: "pair" },
          card("Input", job.private ? "private: a commitment" : "public", values(story.input_values, story.input)),
          output && card("Output", output.late ? "proved, late" : "proved", values(output.values, output.output)))),
      h("div", { class: "third stack" },
        payments.map((payment) => card(payment.late ? "Bounty" : "Who was paid", payment.late ? "the prover was late" : amountText(job.price, job.token),
          split("Payment", [
            [payment.late ? "Who proved it" : "Prover", Number(payment.prover_amount), "b", amountText(payment.prover_amount, job.token)],
            ["Model owner", Number(payment.owner_amount), "a", amountText(payment.owner_amount, job.token)],
            ["Network", Number(payment.fee), "c", amountText(payment.fee, job.token)],
          ]))),
        settled && card("The proof", null,
          h("p", { class: "soft small proof" }, "With these and the model's record anybody can verify the answer, without trusting this page."),
          h("div", { class: "actions" },
            h("a", { class: "button", href: `/v1/jobs/${job.id}/proof` }, "Proof"),
            h("a", { class: "button", href: `/v1/jobs/${job.id}/output` }, "Output"),
            h("a", { class: "button", href: `/v1/jobs/${job.id}` }, "Everything"))),
        card("Terms", null, facts([
          ["Model", modelLink(job.listing)],
          story.price_now ? ["Price now", amount(story.price_now, job.token)] : ["Price", amount(job.price, job.token)],
          ["Most it may cost", amount(job.max_price, job.token)],
          ["Collateral", amount(story.collateral, job.token)],
          ["Requester", copyable(job.requester, "the requester's address")],
          job.prover && ["Prover", copyable(job.prover, "the prover's address")],
          ["Can be taken until", when(job.lock_by)],
          ["Time to prove", span(story.prove_seconds)],
          ["Deadline", when(job.deadline)],
          story.callback && ["Callback", copyable(story.callback, "the callback's address")],
          ["Gas so far", count(gas)],
          cost > 1_000_000_000_000n && ["Gas paid", `${(Number(cost / 1_000_000_000n) / 1e9).toFixed(6)} ETH`],
          ["Id", copyable(job.id, "the job's id")],
        ]))),
    ),
  ];
}

const values = (numbers, bytes) => h("pre", { class: "values", tabindex: 0 }, numbers ? numbers.join(", ") : bytes);

function stepItem(step, job) {
  const [title, text] = STEPS[step.name] ?? [step.name.replaceAll("_", " "), () => ""];
  const chips = Object.entries(step.amounts).filter(([, value]) => value !== "0")
    .map(([name, value]) => h("li", { title: `${value} base units` }, `${amountText(value, job.token)} ${AMOUNTS[name] ?? name}`));
  return h("li", { class: GOOD.includes(step.name) ? "good" : BAD.includes(step.name) ? "bad" : "" },
    h("h3", {}, title, when(step.time)),
    h("p", { class: "soft" }, text()),
    h("ul", { class: "chips" }, chips,
      step.gas && h("li", {}, `${count(step.gas)} gas`),
      h("li", {}, `block ${count(step.block)}`),
      h("li", {}, "transaction ", copyable(step.transaction, "the transaction's hash"))));
}

/** What a live job waits for. */
function waits({ job, skipped, cancel_at }) {
  if (job.status === "open") {
    if (now() > job.lock_by) return ["Time is over", "Anybody can end it now, and the requester has the money back."];
    const text = cancel_at ? "Its requester gave notice; a prover can still take it for a little while." : "Any prover can take it at the price of the moment.";
    return ["Waits for a prover", skipped ? `${text} This coordinator does not: ${skipped}` : text];
  }
  if (job.status === "locked") {
    return now() > job.until ? ["The prover is late", "Anybody can prove it now, for half of the prover's collateral."] : ["Being proved", h("span", {}, "The prover's time ends ", when(job.until), ".")];
  }
  if (job.status === "reserved") return ["Waits for the private input", "The requester is to hand it over."];
  if (job.status === "delivered") return ["Waits for the prover", "It is to confirm that the input is the one that was committed to."];
  return null;
}

export async function models() {
  const all = await get("models");
  return [
    head("Models", "Anybody can list a model: its owner sets the price and earns from every use. Descriptions are the owners' own words."),
    all.length
      ? h("div", { class: "models" }, all.map((model) => h("a", { class: "card model", href: `#/models/${model.listing}` },
        h("h2", {}, `Model ${model.listing}`, model.deprecated ? h("span", { class: "badge" }, "Retired") : h("span", { class: "badge good" }, "For sale")),
        h("p", { class: "about small" }, firstLine(model.about) || "No description."),
        h("dl", {}, [["Price", amountText(model.price, model.token)], ["Jobs", count(model.jobs)], ["Earned", amountText(model.earned, model.token)]]
          .map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)))))))
      : h("section", { class: "card" }, empty("No models yet", "A model that is listed will appear here.")),
  ];
}

export async function model({ id, fresh }) {
  const [{ model, layout }, page] = await Promise.all([get(`models/${encodeURIComponent(id)}`), get(`jobs?limit=10&listing=${encodeURIComponent(id)}`)]);
  const port = (side) => (side.private ? `private, ${count(side.bytes)} bytes of commitments` : `${count(side.rows * side.cols)} values of ${side.width} byte${side.width === 1 ? "" : "s"}`);
  return [
    head(`Model ${model.listing}`, null, ["Models", "#/models"], model.deprecated ? h("span", { class: "badge" }, "Retired") : h("span", { class: "badge good" }, "For sale")),
    tiles([
      ["Price", amountText(model.price, model.token), `${model.owner_bps / 100} % to its owner`],
      ["Jobs", count(model.jobs)],
      ["Proved on time", count(model.fulfilled)],
      ["Earned", amountText(model.earned, model.token), "by its owners"],
    ]),
    h("div", { class: "grid" },
      h("div", { class: "half" }, card("In its owner's words", "unverified", h("p", { class: "about", tabindex: 0 }, model.about || "No description."))),
      h("div", { class: "half" }, card("Facts", null, facts([
        ["Owner", copyable(model.owner, "the owner's address")],
        model.share && ["Revenue share", copyable(model.share, "the revenue share's address")],
        ["Record", copyable(model.record, "the record's hash")],
        layout && ["Input", port(layout.input)],
        layout && !layout.input.private && ["Input values", `${layout.input_range[0]} to ${layout.input_range[1]}`],
        layout && ["Output", port(layout.output)],
        layout && ["Weights", layout.private_weights ? "private, committed to" : "published"],
        layout && ["Inferences in a proof", layout.batches.join(", ") || "none"],
        !layout && ["Record", "not readable by this version"],
      ]))),
      card("Its jobs", null, page.jobs.length ? jobTable(page.jobs, fresh) : empty("Not used yet", "Nobody asked this model anything."))),
  ];
}

export async function provers() {
  const all = (await get("provers")).toSorted((a, b) => b.fulfilled - a.fulfilled || (a.address < b.address ? -1 : 1));
  return [
    head("Provers", "Who proves, how reliably, and what is at stake when they do not."),
    card("All provers", count(all.length), all.length
      ? table("Provers, by jobs proved on time", [
        ["Prover", (prover) => copyable(prover.address, "the prover's address")],
        ["On time", (prover) => (prover.success_rate === null ? "-" : h("span", { class: `badge ${prover.success_rate >= 0.99 ? "good" : prover.success_rate >= 0.9 ? "warn" : "bad"}` }, percent(prover.success_rate))), "number"],
        ["Proved", (prover) => count(prover.fulfilled), "number"],
        ["Failed", (prover) => count(prover.failed), "number"],
        ["Rescued", (prover) => count(prover.rescued), "number"],
        ["Holds", (prover) => count(prover.held), "number"],
        ["Median time", (prover) => span(prover.median_seconds), "number"],
        ["Earned", (prover) => amount(prover.earned), "number"],
        ["Stake", (prover) => amount(prover.stake), "number"],
      ], all)
      : empty("No provers yet", "Whoever stakes, takes a job or is paid for one will appear here.")),
  ];
}

export async function rewards() {
  const [epochs, status] = await Promise.all([get("epochs"), get("status")]);
  const fee = (epoch) => Object.entries(epoch.fees).filter(([token]) => token.toLowerCase() === status.token.toLowerCase()).reduce((all, [, value]) => all + BigInt(value), 0n);
  const shown = epochs.slice(-26);
  const chart = (title, value, kind, name) => bars(title, {
    bars: shown.map((epoch) => ({ label: `${epoch.number}`, name: `Epoch ${epoch.number}`, values: [Number(value(epoch))] })),
    series: [[name, kind]], unit: amountTick, ticks: 9, place: "half",
  });
  return [
    head("Rewards", "Each week the fees of all jobs are sold for the network's token. Half of what that brings is burned; rewards for provers and model owners are at most three quarters of it."),
    epochs.length ? [
      h("div", { class: "grid" },
        h("div", { class: "half" }, card("Fees by epoch", "VRN", chart("Fees by epoch", fee, "a", "fees"))),
        h("div", { class: "half" }, card("Rewards by epoch", "VRN, closed epochs", epochs.some((epoch) => epoch.closed)
          ? chart("Rewards by epoch", (epoch) => BigInt(epoch.closed?.rewards ?? 0), "b", "rewards")
          : empty("No epoch is closed yet", "When a week is over and its fees are sold, its rewards appear here."))),
        card("Epochs", count(epochs.length), table("Epochs, newest first", [
          ["Epoch", (epoch) => String(epoch.number)],
          ["State", (epoch) => h("span", { class: `badge ${epoch.closed ? "good" : "info"}` }, epoch.closed ? "Closed" : "Open")],
          ["Jobs", (epoch) => count(epoch.jobs), "number"],
          ["Fees", (epoch) => amount(fee(epoch).toString()), "number"],
          ["Proceeds", (epoch) => (epoch.closed ? amount(epoch.closed.proceeds) : "-"), "number"],
          ["Rewards", (epoch) => (epoch.closed ? amount(epoch.closed.rewards) : "-"), "number"],
          ["Burned", (epoch) => (epoch.closed ? amount(epoch.closed.burned) : "-"), "number"],
          ["Claims", (epoch) => count(epoch.claims.length), "number"],
        ], epochs.toReversed()))),
    ] : h("section", { class: "card" }, empty("No epoch yet", "Fees of the first paid job open the first one.")),
  ];
}

export async function farm() {
  const [workers, queue, status] = await Promise.all(["workers", "queue", "status"].map(get));
  const { depth } = queue;
  return [
    head("Farm", "What proves for this coordinator, and what waits to be proved."),
    tiles([
      ["Waiting", depth ? count(depth.waiting) : "-", "for a worker"],
      ["Being proved", depth ? count(depth.leased) : "-"],
      ["Handed in", depth ? count(depth.handed_in) : "-", "to be settled"],
      ["Given up", depth ? count(depth.dead) : "-", "tried too often"],
      ["Workers", count(workers.length)],
    ]),
    h("div", { class: "grid" },
      card("Workers", null, workers.length ? table("Workers", [
        ["Worker", (worker) => worker.name],
        ["Does", (worker) => (worker.working_on ? h("span", { class: "badge accent" }, `${worker.stage ?? "working"}, ${span((worker.elapsed_ms ?? 0) / 1000)}`) : h("span", { class: "badge" }, "waits"))],
        ["Proves on", (worker) => `${worker.backend}, ${worker.threads} threads`],
        ["Proofs", (worker) => count(worker.proofs), "number"],
        ["Inferences", (worker) => count(worker.inferences), "number"],
        ["Failures", (worker) => count(worker.failures), "number"],
        ["CPU per proof", (worker) => (worker.proofs ? span(worker.cpu_ms / 1000 / worker.proofs) : "-"), "number"],
        ["Seen", (worker) => when(worker.seen), "number"],
      ], workers) : empty("No workers", depth ? "Start one with verin prover, and it appears here." : "This coordinator only looks: it proves nothing itself.")),
      queue.dead_letters.length > 0 && card("Given up", "nobody could do these", table("Work that was given up", [
        ["Work", (letter) => copyable(letter.work, "the name of the work")],
        ["Jobs", (letter) => letter.jobs.map((id) => h("a", { href: `#/jobs/${id}`, class: "mono" }, `${short(id)} `))],
        ["Tries", (letter) => count(letter.attempts), "number"],
        ["Why", (letter) => letter.why ?? "nothing was said"],
      ], queue.dead_letters)),
      h("div", { class: "half" }, card("Coordinator", null, facts([
        ["Version", status.version],
        ["Chain", count(status.chain_id)],
        ["Block", status.tip ? count(status.tip.number) : "-"],
        ["Proves for", status.operator ? copyable(status.operator, "the operator's address") : "nobody"],
        ["Sends signed orders", status.relays ? "yes" : "no"],
      ]))),
      h("div", { class: "half" }, card("Contracts", null, facts(Object.entries(status.contracts).map(([name, address]) => [name, copyable(address, name)]))))),
  ];
}
