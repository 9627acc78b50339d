#!/usr/bin/env node
// A foreign SOAP client, made by node-soap from a WSDL, that uses a running service and checks every answer.
//
//     node_soap_client.js INPUT.json        (or the JSON on standard input)
//
// README.md describes the input. The last line printed is one JSON object of what was done; the first difference ends
// the run with status 1 and says what was expected and what came.
"use strict";

const fs = require("node:fs");
const soap = require("soap");
const { Difference, expect, check } = require("./expect.js");

const TYPES = "http://socialsecurity.be/presenceregistration/schemas/v1";
const [REGISTERED, CANCELLED] = ["SUCCESSFULLY REGISTERED", "SUCCESSFULLY CANCELLED"];
const OTHERS = [REGISTERED, "VALIDATED", "FAILED"];
const REMARKS = ["DUC IS NOT EXISTING", "COMPANY IS NOT KNOWN  AS BUILDER OR  SUBCONTRACTOR IN THIS DUC"];
const NEVER_GIVEN_OUT = "999999999999999";
const LOCAL_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$/;
const PAGE = 37;

/** The day some days after another one. */
function dayAfter(day, days) {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** A local time some milliseconds after another one. */
function timeAfter(time, milliseconds) {
  return new Date(Date.parse(`${time}Z`) + milliseconds).toISOString().slice(0, 23);
}

/** The same nine digits with check digits that neither century gives. */
function spoilInss(inss) {
  const nine = Number(inss.slice(0, 9));
  const right = [97 - (nine % 97), 97 - ((2_000_000_000 + nine) % 97)];
  let wrong = 1;
  while (right.includes(wrong)) wrong += 1;
  return inss.slice(0, 9) + String(wrong).padStart(2, "0");
}

/** The same first eight digits with other check digits. */
function spoilCompany(number) {
  return number.slice(0, 8) + String((Number(number.slice(8)) % 97) + 1).padStart(2, "0");
}

/** A value as it is compared: a number's leading zeros mean nothing, and an empty text is read as null. */
function plain(value, name) {
  if (Array.isArray(value)) return value.map((member) => plain(member, name));
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member, key)]));
  }
  return name === "CompanyID" ? String(Number(value)) : String(value ?? "");
}

const byNumber = (a, b) => Number(a) - Number(b);
const byText = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

class Scenario {
  constructor(given, client) {
    this.client = client;
    this.today = given.today;
    this.tomorrow = dayAfter(given.today, 1);
    this.works = new Map(given.works.map((work) => [work.reference, String(work.sector)]));
    this.companies = given.companies.map((number) => String(number).padStart(10, "0"));
    this.people = [...new Set(given.inss)];
    this.limosa = given.limosaId;
    check("at least 2 works", this.works.size >= 2);
    check("at least 2 companies", new Set(this.companies).size >= 2);
    check("at least 210 different INSS", this.people.length >= 210);
    this.stored = new Map();
    this.cancelled = new Set();
    this.created = new Map();
    this.done = { registered: 0, refused: 0, cancelled: 0, faults: 0 };
    this.calls = 0;
  }

  async call(operation, request) {
    this.calls += 1;
    const [answer] = await this.client[`${operation}Async`](request);
    return answer;
  }

  // (a) and (b): register

  /** The item that is registered at a position, varied in everything that may vary. */
  item(position) {
    const item = {};
    if (position % 3) item.RegistrationDate = position % 3 === 1 ? this.today : this.tomorrow;
    item.INSS = this.people[position];
    item.CompanyID = this.companies[Math.floor(position / 3) % 2];
    item.WorkPlaceId = [...this.works.keys()][position % 2];
    if (position % 2 === 0) item.ClientPresenceRegistrationReference = `réf & <${position}>`;
    return item;
  }

  accepted(step, sent, answer) {
    expect(`${step}: members`, ["PresenceRegistration"], Object.keys(answer));
    const got = answer.PresenceRegistration;
    const taken = plain({ RegistrationDate: this.today, ...sent });
    expect(`${step}: submitted`, taken, plain(got.PresenceRegistrationSubmitted));
    expect(`${step}: consult form`, undefined, got.PresenceRegistrationConsultSubmitted);
    expect(`${step}: INSS`, sent.INSS, got.INSS);
    expect(`${step}: channel`, "WS", got.Channel);
    expect(`${step}: status`, REGISTERED, got.LastValidation.Status);
    expect(`${step}: remarks`, undefined, got.LastValidation.RemarkList);
    expect(`${step}: sector`, this.works.get(sent.WorkPlaceId), got.Sector);
    check(`${step}: creation ${got.CreationDate} is a local time`, LOCAL_TIME.test(got.CreationDate));
    expect(`${step}: day of creation`, this.today, got.CreationDate.slice(0, 10));
    const id = got.PresenceRegistrationId;
    check(`${step}: id ${id} has 1 to 15 digits`, /^[1-9]\d{0,14}$/.test(id));
    check(`${step}: id ${id} is new`, !this.stored.has(id));
    this.stored.set(id, taken);
    this.created.set(id, got.CreationDate);
    this.done.registered += 1;
  }

  refused(step, sent, answer, codes, echo) {
    expect(`${step}: members`, ["PresenceRegistrationError"], Object.keys(answer));
    expect(`${step}: echo`, plain(sent), plain(answer.PresenceRegistrationError[echo]));
    this.errors(step, answer.PresenceRegistrationError, codes);
    this.done.refused += 1;
  }

  errors(step, error, codes) {
    const listed = error.ErrorList.Error;
    expect(`${step}: codes`, codes, listed.map((entry) => Number(entry.ErrorCode)).sort(byNumber));
    check(`${step}: every code has a description`, listed.every((entry) => entry.ErrorDescription.trim()));
  }

  /** One call of items, each with the codes of its refusal or null. */
  async register(step, items) {
    const request = { PresenceRegistrationRequest: items.map(([item]) => item) };
    const answers = (await this.call("registerPresences", request)).PresenceRegistrationResponse;
    expect(`${step}: answers`, items.length, answers.length);
    items.forEach(([item, codes], position) => {
      const here = `${step}, item ${position}`;
      if (codes) this.refused(here, item, answers[position], codes, "PresenceRegistrationSubmitted");
      else this.accepted(here, item, answers[position]);
    });
  }

  async register200() {
    await this.register("200", Array.from({ length: 200 }, (_, position) => [this.item(position), null]));
  }

  async registerGoodAndBad() {
    const good = [200, 201, 202, 203].map((position) => [this.item(position), null]);
    const [work] = this.works.keys();
    const company = this.companies[0];
    const [badInss, badCompany] = [spoilInss(this.people[204]), spoilCompany(company)];
    const base = { INSS: this.people[205], CompanyID: company, WorkPlaceId: work };
    const at = (days) => ({ RegistrationDate: dayAfter(this.today, days), ...base });
    const posted = { LimosaId: this.limosa, WorkPlaceId: work, ClientPresenceRegistrationReference: "posted" };
    await this.register("mixed", [
      good[0],
      [{ ...base, INSS: badInss }, [5]],
      [{ ...base, CompanyID: "12345678" }, [2]],
      [{ ...base, CompanyID: `2${company.slice(1)}` }, [2]],
      [{ ...base, CompanyID: badCompany }, [3]],
      good[1],
      [{ ...base, WorkPlaceId: work.slice(0, 12) }, [4]],
      [{ ...base, WorkPlaceId: `${work.slice(0, 12)}O` }, [4]],
      [at(-1), [6]],
      [at(2), [6]],
      good[2],
      [{ ...at(-1), INSS: badInss, CompanyID: badCompany, WorkPlaceId: "NOWHERE" }, [3, 4, 5, 6]],
      [{ ...base, INSS: badInss, CompanyID: "1" }, [2, 5]],
      [posted, null],
      [{ ...posted, LimosaId: "not a number" }, [101]],
      [{ RegistrationDate: this.tomorrow, ...posted }, null],
      good[3],
    ]);
  }

  // (c): cancel

  async cancel() {
    const ids = [...this.stored.keys()];
    await this.cancelCall("cancel", [
      [ids[0], "holiday", null],
      [ids[1], "DISEASE", null],
      [NEVER_GIVEN_OUT, "HOLIDAY", [7]],
      [ids[2], "Planning", null],
      [ids[3], "c32a", null],
      [ids[4], "OTHER", null],
      [ids[5], "BORED", [11]],
      [ids[6], "", [11]],
    ]);
    await this.cancelCall("cancel again", [
      [ids[0], "Planning", [8]],
      [ids[3], "none", [8, 11]],
      [NEVER_GIVEN_OUT, "none", [7, 11]],
    ]);
  }

  async cancelCall(step, items) {
    const sent = items.map(([id, reason]) => ({ PresenceRegistrationId: id, CancellationReason: reason }));
    const answers = (await this.call("cancelPresences", { CancelPresenceRequest: sent })).CancelPresenceResponse;
    expect(`${step}: answers`, items.length, answers.length);
    items.forEach(([id, , codes], position) => {
      const [here, answer] = [`${step}, item ${position}`, answers[position]];
      if (codes) {
        this.refused(here, sent[position], answer, codes, "CancelPresenceRequest");
        return;
      }
      expect(`${here}: members`, ["PresenceRegistration"], Object.keys(answer));
      const got = answer.PresenceRegistration;
      expect(`${here}: id`, id, got.PresenceRegistrationId);
      expect(`${here}: status`, CANCELLED, got.LastValidation.Status);
      expect(`${here}: submitted`, this.stored.get(id), plain(got.PresenceRegistrationSubmitted));
      expect(`${here}: creation`, this.created.get(id), got.CreationDate);
      this.cancelled.add(id);
      this.done.cancelled += 1;
    });
  }

  // (d): search

  days(...ends) {
    const periods = [];
    for (let end = 0; end < ends.length; end += 2) {
      periods.push({ RegistrationPeriodStartDate: ends[end], RegistrationPeriodEndDate: ends[end + 1] });
    }
    return { RegistrationPeriod: periods };
  }

  /** The criteria in the order of the schema, which node-soap does not make by itself. */
  ordered(criteria) {
    const whole = { RegistrationPeriodList: this.days(this.today, this.tomorrow), ...criteria };
    const order = ["INSS", "CompanyID", "WorkPlaceId", "StatusList", "RemarkList", "RegistrationPeriodList",
      "CreationStartDate", "CreationEndDate", "Sector"];
    return Object.fromEntries(order.filter((name) => name in whole).map((name) => [name, whole[name]]));
  }

  /** One search: checks the echo, answers the error, or the count and the registrations. */
  async search(criteria, page, sort) {
    const request = { SearchPresenceRegistrationCriteria: this.ordered(criteria) };
    if (page) request.PaginationProperties = { FirstRow: page[0], FetchSize: page[1] };
    if (sort) request.SortingProperties = { SortDirection: sort[1], SortCriteria: sort[0] };
    const answer = (await this.call("searchPresences", { SearchPresenceRequest: request })).SearchPresencesResponseType;
    expect("search: echo", plain(request), plain(answer.SearchPresencesRequest));
    expect("search: members", 2, Object.keys(answer).length);
    if (answer.PresenceRegistrationError) return { error: answer.PresenceRegistrationError };
    const list = answer.PresenceRegistrationList;
    return { count: Number(list.PresenceRegistrationResultCount), page: list.PresenceRegistration ?? [] };
  }

  want(test) {
    return [...this.stored].filter(([id, item]) => test(item, id)).map(([id]) => id);
  }

  async found(step, criteria, wanted) {
    const { count, page } = await this.search(criteria, [0, 500]);
    const ids = page.map((entry) => entry.PresenceRegistrationId);
    expect(`${step}: numbers`, [...wanted].sort(byNumber), ids.sort(byNumber));
    expect(`${step}: count`, wanted.length, count);
    page.forEach((entry) => this.checkFound(step, entry));
  }

  checkFound(step, entry) {
    const id = entry.PresenceRegistrationId;
    const item = this.stored.get(id);
    expect(`${step}, ${id}: registered`, item, plain(entry.PresenceRegistrationConsultSubmitted));
    expect(`${step}, ${id}: submit form`, undefined, entry.PresenceRegistrationSubmitted);
    expect(`${step}, ${id}: INSS`, item.INSS, entry.INSS);
    expect(`${step}, ${id}: creation`, this.created.get(id), entry.CreationDate);
    expect(`${step}, ${id}: sector`, this.works.get(item.WorkPlaceId), entry.Sector);
    expect(`${step}, ${id}: cancelled`, this.cancelled.has(id), entry.LastValidation.Status === CANCELLED);
  }

  async searchByCriteria() {
    const [work, other] = this.works.keys();
    const here = { WorkPlaceId: work };
    const inWork = this.want((item) => item.WorkPlaceId === work);
    for (const position of [0, 1, 2, 199]) {
      const inss = this.people[position];
      await this.found("by INSS", { INSS: inss }, this.want((item) => item.INSS === inss));
    }
    await this.found("by an INSS that is not registered", { INSS: this.people[205] }, []);
    for (const company of this.companies.slice(0, 2)) {
      const wanted = this.want((item) => item.CompanyID === String(Number(company)));
      await this.found("by CompanyID", { CompanyID: company }, wanted);
    }
    await this.found("by WorkPlaceId", here, inWork);
    const inOther = this.want((item) => item.WorkPlaceId === other);
    await this.found("by the other WorkPlaceId", { WorkPlaceId: other }, inOther);
    await this.byStatusAndRemark(here, inWork);
    await this.byDay(here, inWork);
    await this.byCreation(here, inWork);
    const sector = this.works.get(work);
    for (const number of ["1", "2", "3", "4"]) {
      await this.found(`by Sector ${number}`, { ...here, Sector: number }, number === sector ? inWork : []);
    }
    this.errors("by Sector 9", (await this.search({ ...here, Sector: 9 })).error, [104]);
    const [inss, company] = [spoilInss(this.people[0]), spoilCompany(this.companies[0])];
    const impossible = { INSS: inss, CompanyID: company, WorkPlaceId: "NOWHERE" };
    this.errors("by identifiers that cannot exist", (await this.search(impossible)).error, [3, 4, 5]);
    const id = inWork.find((candidate) => this.cancelled.has(candidate));
    const item = this.stored.get(id);
    await this.found("by everything", {
      INSS: item.INSS, CompanyID: item.CompanyID, WorkPlaceId: work, StatusList: { Status: [CANCELLED] },
      RegistrationPeriodList: this.days(item.RegistrationDate, item.RegistrationDate),
      CreationStartDate: this.created.get(id), CreationEndDate: this.created.get(id), Sector: sector,
    }, [id]);
  }

  async byStatusAndRemark(here, inWork) {
    const cancelled = inWork.filter((id) => this.cancelled.has(id));
    const others = inWork.filter((id) => !this.cancelled.has(id));
    await this.found("cancelled", { ...here, StatusList: { Status: [CANCELLED] } }, cancelled);
    await this.found("not cancelled", { ...here, StatusList: { Status: OTHERS } }, others);
    // A check may come between two searches, so that one answer is judged by itself.
    for (const status of OTHERS) {
      const { page } = await this.search({ ...here, StatusList: { Status: [status] } }, [0, 500]);
      page.forEach((entry) => expect(`by status ${status}`, status, entry.LastValidation.Status));
    }
    for (const remarks of [[REMARKS[0]], [REMARKS[1]], REMARKS]) {
      const { page } = await this.search({ ...here, RemarkList: { Remark: remarks } }, [0, 500]);
      for (const entry of page) {
        const held = (entry.LastValidation.RemarkList?.Remark ?? []).filter((remark) => remarks.includes(remark));
        check(`by remark ${remarks}: ${entry.PresenceRegistrationId} has one of them`, held.length > 0);
      }
    }
  }

  async byDay(here, inWork) {
    const [today, tomorrow] = [this.today, this.tomorrow];
    const yesterday = dayAfter(today, -1);
    const on = (day) => inWork.filter((id) => this.stored.get(id).RegistrationDate === day);
    for (const [step, days, wanted] of [
      ["today", [today, today], on(today)],
      ["tomorrow", [tomorrow, tomorrow], on(tomorrow)],
      ["yesterday", [yesterday, yesterday], []],
      ["yesterday to tomorrow", [yesterday, tomorrow], inWork],
      ["periods that overlap", [yesterday, today, today, tomorrow], inWork],
      ["31 periods", Array(62).fill(today), on(today)],
    ]) {
      await this.found(`by day, ${step}`, { ...here, RegistrationPeriodList: this.days(...days) }, wanted);
    }
  }

  async byCreation(here, inWork) {
    const times = inWork.map((id) => this.created.get(id)).sort(byText);
    const [first, last] = [times[0], times[times.length - 1]];
    for (const [step, limits, wanted] of [
      ["from the first on", { CreationStartDate: first }, inWork],
      ["until the last", { CreationEndDate: last }, inWork],
      ["from first to last", { CreationStartDate: first, CreationEndDate: last }, inWork],
      ["after the last", { CreationStartDate: timeAfter(last, 1) }, []],
      ["before the first", { CreationEndDate: timeAfter(first, -1) }, []],
    ]) {
      await this.found(`by creation, ${step}`, { ...here, ...limits }, wanted);
    }
  }

  async searchInOrder() {
    const [work] = this.works.keys();
    const inWork = this.want((item) => item.WorkPlaceId === work);
    const company = String(Number(this.companies[0]));
    const inCompany = this.want((item) => item.CompanyID === company);
    const cancelled = inWork.filter((id) => this.cancelled.has(id));
    const [here, there] = [{ WorkPlaceId: work }, { CompanyID: this.companies[0] }];
    const consult = (name) => (entry) => entry.PresenceRegistrationConsultSubmitted[name];
    const status = (entry) => entry.LastValidation.Status;
    const keys = [
      ["ID", here, inWork, (entry) => entry.PresenceRegistrationId, byNumber],
      ["REGISTRATION DATE", here, inWork, consult("RegistrationDate"), byText],
      ["CREATION DATE", here, inWork, (entry) => entry.CreationDate, byText],
      // Other statuses may change while pages are read. A cancelled registration stays so.
      ["STATUS", { ...here, StatusList: { Status: [CANCELLED] } }, cancelled, status, byText],
      ["PLACE OF WORK", there, inCompany, consult("WorkPlaceId"), byText],
      ["COMPANY ID", here, inWork, (entry) => consult("CompanyID")(entry) ?? "-1", byNumber],
      ["CHANNEL", here, inWork, (entry) => entry.Channel, byText],
      ["SENDER ID", here, inWork, (entry) => entry.Sender?.SenderId ?? "", byText],
    ];
    for (const [key, criteria, wanted, read, compare] of keys) {
      for (const direction of ["ASCENDING", "DESCENDING"]) {
        const entries = await this.pages(criteria, [key, direction], wanted);
        this.checkOrder(`order by ${key} ${direction}`, entries, read, compare, direction, key);
      }
    }
    const { page } = await this.search(here, [0, 500], ["STATUS", "ASCENDING"]);
    this.checkOrder("order by any STATUS", page, status, byText, "ASCENDING", "STATUS");
    await this.pageDefaults(there, inCompany);
  }

  async pageDefaults(there, inCompany) {
    const { count, page } = await this.search(there);
    expect("no page asked for: count", inCompany.length, count);
    const first50 = [...inCompany].sort(byNumber).slice(0, 50);
    expect("no page asked for: numbers", first50, page.map((entry) => entry.PresenceRegistrationId));
    expect("only the count", { count, page: [] }, await this.search(there, [0, 0]));
    for (const wrong of [[0, 501], [-1, 50], [0, -1]]) {
      this.errors(`page ${wrong}`, (await this.search(there, wrong)).error, [103]);
    }
  }

  /** Reads every page and checks that they neither overlap nor miss anything. */
  async pages(criteria, sort, wanted) {
    const size = wanted.length > PAGE ? PAGE : 2;
    const [entries, step] = [[], `pages by ${sort}`];
    for (let first = 0; first < wanted.length + size; first += size) {
      const { count, page } = await this.search(criteria, [first, size], sort);
      expect(`${step} from ${first}: count`, wanted.length, count);
      expect(`${step} from ${first}: size`, Math.max(0, Math.min(size, wanted.length - first)), page.length);
      entries.push(...page);
    }
    const ids = entries.map((entry) => entry.PresenceRegistrationId);
    expect(`${step}: numbers that come twice`, new Set(ids).size, ids.length);
    expect(`${step}: numbers`, [...wanted].sort(byNumber), ids.sort(byNumber));
    return entries;
  }

  /** Checks the order by the key, and within equal keys by id, which is always upwards. */
  checkOrder(step, entries, read, compare, direction, key) {
    const turn = direction === "ASCENDING" ? 1 : -1;
    for (let place = 1; place < entries.length; place += 1) {
      const [before, after] = [entries[place - 1], entries[place]];
      const order = turn * compare(read(before), read(after));
      check(`${step}: ${read(before)} comes before ${read(after)}`, order <= 0);
      if (order === 0) {
        const ids = [before.PresenceRegistrationId, after.PresenceRegistrationId];
        check(`${step}: equal ${key}, so id ${ids[0]} comes before ${ids[1]}`, byNumber(...ids) < 0);
      }
    }
  }

  // (e): get

  async get() {
    for (const id of this.cancelled) {
      const answer = await this.getOne(id);
      const got = answer.GetPresenceRegistrationType.PresenceRegistrationType;
      this.checkFound("get", got);
      const history = got.ValidationHistory.Validation;
      const statuses = history.map((entry) => entry.Status);
      expect("get: first entry of the history", REGISTERED, statuses[0]);
      expect("get: last entry of the history", CANCELLED, statuses[statuses.length - 1]);
      const between = statuses.slice(1, -1).every((status) => ["VALIDATED", "FAILED"].includes(status));
      check(`get: only checks lie between, not ${statuses}`, between);
      const times = history.map((entry) => entry.ValidationDate).filter(Boolean);
      check(`get: ${times} are local times`, times.every((time) => LOCAL_TIME.test(time)));
      expect("get: history is oldest first", [...times].sort(byText), times);
    }
    const unknown = await this.getOne(NEVER_GIVEN_OUT);
    expect("get unknown: the empty element", null, unknown.GetPresenceRegistrationType);
  }

  /** node-soap gives the inner element the namespace of the outer one of the same name, unless it is told. */
  async getOne(id) {
    const request = { attributes: { "xmlns:t": TYPES }, "t:PresenceRegistrationId": id };
    const answer = await this.call("getPresenceRegistration", { GetPresenceRegistrationRequest: request });
    const echo = { PresenceRegistrationId: id };
    expect("get: echo", echo, answer.GetPresenceRegistrationResponseType.GetPresenceRegistrationRequest);
    return answer.GetPresenceRegistrationResponseType;
  }

  // (f): faults

  async faults() {
    const [work] = this.works.keys();
    const before = (await this.search({ WorkPlaceId: work })).count;
    const valid = Array.from({ length: 200 }, (_, position) => this.item(position));
    const short = valid.map((item, place) => (place === 7 ? { ...item, INSS: item.INSS.slice(0, 10) } : item));
    for (const [step, items] of [["201 items", [...valid, valid[0]]], ["an INSS of 10 digits", short]]) {
      await this.fault(step, items);
      expect(`${step}: stored in spite of it`, before, (await this.search({ WorkPlaceId: work })).count);
    }
  }

  async fault(step, items) {
    let failure = null;
    try {
      await this.call("registerPresences", { PresenceRegistrationRequest: items });
    } catch (error) {
      failure = error;
    }
    check(`${step}: is answered by a fault, not ${failure}`, failure?.root?.Envelope?.Body?.Fault);
    expect(`${step}: status`, 500, failure.response.status);
    const fault = failure.root.Envelope.Body.Fault;
    expect(`${step}: faultcode`, "Client", fault.faultcode.split(":").pop());
    expect(`${step}: elements in the detail`, 1, Object.keys(fault.detail).length);
    const error = fault.detail.SystemError ?? fault.detail.BusinessError;
    expect(`${step}: code`, "SOA-03006", error.Code);
    expect(`${step}: origin`, "Consumer", error.Origin);
    check(`${step}: it has a ticket`, error.attributes.Id);
    check(`${step}: it has a message`, error.Message);
    this.done.faults += 1;
  }

  async run() {
    await this.register200();
    await this.registerGoodAndBad();
    await this.cancel();
    await this.searchByCriteria();
    await this.searchInOrder();
    await this.get();
    await this.faults();
    return { ...this.done, client: `node-soap ${require("soap/package.json").version}`, calls: this.calls };
  }
}

/**
 * node-soap's own signature, as the X.509 policy with SHA-256 asks for it: the certificate is signed too. It is made anew
 * for each call, since node-soap gives a certificate one id for ever, and its times have no milliseconds: two equal calls
 * within a second would be one and the same message, and the second refused as a replay.
 */
class Signed {
  constructor({ key, certificate }) {
    [this.key, this.certificate] = [fs.readFileSync(key), fs.readFileSync(certificate)];
  }

  postProcess(xml, envelopeKey) {
    const security = new soap.WSSecurityCert(this.key, this.certificate, "", {
      signatureAlgorithm: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
      additionalReferences: ["wsse:BinarySecurityToken"],
      signerOptions: { idMode: "wssecurity" },
    });
    return security.postProcess(xml, envelopeKey);
  }
}

async function main() {
  const given = JSON.parse(fs.readFileSync(process.argv[2] ?? 0, "utf8"));
  // Numbers and times stay the texts that came, so that they are compared to the letter.
  const text = (value) => value;
  const customDeserializer = { date: text, dateTime: text, long: text, int: text };
  const client = await soap.createClientAsync(given.wsdl, { endpoint: given.address, customDeserializer });
  if (given.signer) client.setSecurity(new Signed(given.signer));
  console.log(JSON.stringify(await new Scenario(given, client).run()));
}

main().catch((error) => {
  console.error(error instanceof Difference ? error.message : error);
  process.exitCode = 1;
});
