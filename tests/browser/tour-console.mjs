// The pages of the administration, as somebody sees them who holds every role.

import { enters, mayProve } from "./administration.mjs";
import { SENID } from "./citizen.mjs";
import { registers } from "./onboarding.mjs";
import { administer, newcomer } from "./operator.mjs";

const ROLES = ["client_owner", "registrar", "support", "auditor", "operator"];

export async function tourOfTheConsole(citizen, stop) {
  await citizen.context.clearCookies();
  citizen.person = newcomer({ name: "Phan Thị Lan" });
  await mayProve(citizen);
  for (const role of ROLES) administer(["admin", "grant", citizen.person.username, role]);
  await enters(citizen, "/admin");
  await stop("console");
  const other = newcomer({ name: "Võ Minh Khoa" });
  await citizen.page.locator("#search").fill(other.username);
  await citizen.press("search-go");
  await stop("console-search");
  await citizen.page.locator("main td a.name").click();
  await citizen.page.waitForURL(/citizens\/[0-9a-f-]{36}$/);
  await stop("console-citizen");
  const found = new URL(citizen.page.url()).pathname.split("/").pop();
  await citizen.page.locator("main a[href$='/lock']").click();
  await citizen.page.waitForURL("**/lock");
  await stop("console-lock");
  const typed = { client_name: "Giấy phép xây dựng", redirect_uris: "https://permits.example/callback" };
  const { id } = await registers(citizen, "web", typed);
  await stop("onboarding-drafted");
  for (const [name, path] of [
    ["console-applications", "/admin/applications"],
    ["console-application", "/admin/applications/demo-portal"],
    ["onboarding-kinds", "/admin/applications/new"],
    ["onboarding-new", "/admin/applications/new?kind=web"],
    ["onboarding-snippets", `/admin/applications/${id}/snippets`],
    ["onboarding-try-it", `/admin/applications/${id}/try-it`],
    ["onboarding-check-up", `/admin/applications/${id}/check-up`],
    ["onboarding-secrets", `/admin/applications/${id}/secrets`],
    ["onboarding-production", `/admin/applications/${id}/production`],
    ["onboarding-usage", `/admin/applications/${id}/usage`],
    ["console-citizens", "/admin/citizens"],
    ["console-citizens-problem", "/admin/citizens?who=nobody"],
    ["console-organisations", "/admin/organisations"],
    ["console-corrections", "/admin/corrections"],
    ["console-duplicates", "/admin/duplicates"],
    ["console-roles", "/admin/roles"],
    ["console-keys", "/admin/keys"],
    ["console-rotate", "/admin/keys/rotate"],
    ["console-deliveries", "/admin/deliveries"],
    ["console-audit", `/admin/audit?citizen=${found}`],
    ["console-audit-whose", "/admin/audit"],
    ["console-statistics", "/admin/statistics"],
    ["console-settings", "/admin/settings"],
    ["console-health", "/admin/health"],
    ["console-audit-verification", "/admin/audit/verification"],
    ["console-audit-export", "/admin/audit/export"],
    ["api", "/admin/api"],
    ["api-area", "/admin/api/areas/client"],
    ["api-operations", "/admin/api/try"],
    ["api-operation", "/admin/api/try/createClient"],
    ["console-nothing", "/admin/search?q=nothing"],
  ]) {
    await citizen.page.goto(SENID + path);
    await stop(name);
  }
  await citizen.phone.lost();
  await citizen.context.clearCookies();
}
