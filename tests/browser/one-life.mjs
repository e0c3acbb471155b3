// One person's way through the identity store, with every part of it at work: she opens an account that the population registry
// answers for, an officer sees her, a company is hers to represent, a deputy acts in its name until she takes that back, and one day
// somebody else has her password. In Vietnamese, as most people read it.

import assert from "node:assert/strict";
import { PORTAL, withCitizen } from "./citizen.mjs";
import { reads } from "./mail.mjs";
import { newcomer } from "./operator.mjs";
import { OrganisationPortal } from "./organisation-portal.mjs";
import { accepts, actsAt, COMPANY, invites, isSignedOutAt, registersCompany, takesBack, taxCode } from "./organisations.mjs";
import { look } from "./pictures.mjs";
import { proves } from "./registrar.mjs";
import { registers, TRANG } from "./registration.mjs";

const HEADINGS = {
  register: "Mở tài khoản",
  "register-code": "Nhập mã xác nhận",
  "register-password": "Chọn mật khẩu",
  "organisations-empty": "Tổ chức",
  "organisation-new": "Đăng ký tổ chức",
  "organisations-asked": "Tổ chức",
  "organisation-invite": "Mời người thay mặt",
  "organisation-invited": "Mã lời mời",
  invitation: "Lời mời",
  organisation: COMPANY,
  "mandate-end": "Thu hồi quyền?",
  "mandate-ended": COMPANY,
};

// Looks at a page, which is in Vietnamese and called `heading`.
async function sees(citizen, name, heading = HEADINGS[name]) {
  assert.equal(await citizen.page.locator("html").getAttribute("lang"), "vi", name);
  assert.equal(await citizen.title(), heading, name);
  await look(citizen, `life-${name}`);
}

const seeing = (citizen) => (name) => sees(citizen, name);

const main = (citizen) => citizen.page.locator("main").innerText();
const level = (citizen) => citizen.page.locator(".level").innerText();

async function opensAnAccount(trang) {
  await trang.pressSignIn();
  await registers(trang, seeing(trang));
  await sees(trang, "consent", "Cho phép chia sẻ thông tin?");
  await trang.press("allow");
  await trang.seesOwnPage();
  await trang.openAccount();
  await sees(trang, "level-1", `Xin chào, ${TRANG.name}`);
  assert.match(await level(trang), /Mức 1 · đã đối chiếu[^]*Thông tin khớp với cơ sở dữ liệu quốc gia về dân cư/);
  assert.match(await main(trang), /Để lên mức 2, hãy mang thẻ căn cước/);
  await trang.openAccount("/account/organisations/new");
  await sees(trang, "too-low", "Đăng ký tổ chức");
  assert.match(await trang.text("level"), /tài khoản của bạn phải ở mức 2/);
}

async function isSeenByAnOfficer(trang) {
  assert.equal(proves(TRANG).evicted, null);
  await trang.openAccount();
  await sees(trang, "level-2", `Xin chào, ${TRANG.name}`);
  assert.match(await level(trang), /Mức 2 · đã xác minh trực tiếp/);
  assert.match(await main(trang), /Cán bộ đã xác minh danh tính của bạn: mức 2/);
}

async function representsACompany(trang) {
  const code = await registersCompany(trang, taxCode(), seeing(trang));
  await reads(TRANG, new RegExp(`Bạn đã được xác nhận là người đại diện theo pháp luật của ${COMPANY}`));
  await trang.openAccount("/account/organisations");
  await sees(trang, "organisations", "Tổ chức");
  assert.match(await main(trang), new RegExp(`${COMPANY}[^]*${code} · Người đại diện theo pháp luật[^]*Mọi cổng`));
  return code;
}

async function actsForIt(hung, portal, code) {
  const asked = async () => {
    await sees(hung, "in-whose-name", "Bạn hành động thay mặt ai?");
    const choices = await hung.page.locator(".methods button").allInnerTexts();
    assert.match(choices[0], new RegExp(`${COMPANY}[^]*${code} · Người được ủy quyền · Kế toán trưởng`));
    assert.match(choices[1], /Chính tôi[^]*Phan Văn Hùng/);
  };
  const consent = async () => {
    await sees(hung, "consent-in-its-name", "Cho phép chia sẻ thông tin?");
    assert.match(await main(hung), new RegExp(`Bạn thay mặt ${COMPANY}`));
  };
  const told = await actsAt(hung, portal, "choice-1", { asked, consent });
  assert.equal(told, `${COMPANY} · ${code} · delegate`);
}

// Whoever has her password signs in with it, at SenID and at the portal.
async function isNotAlone(trang, portal) {
  await withCitizen({ person: TRANG, language: "vi" }, async (stranger) => {
    const told = await actsAt(stranger, portal, "myself");
    assert.equal(told, "chính mình");

    await trang.openAccount("/account/activity?kind=sign-ins");
    await sees(trang, "activity", "Hoạt động");
    const line = trang.page.locator(".events li", { hasText: "Đăng nhập vào Cổng Doanh nghiệp bằng mật khẩu" });
    await Promise.all([trang.page.waitForEvent("domcontentloaded"), line.locator(".deny").first().click()]);
    await sees(trang, "not-me", "Khóa tài khoản của bạn?");
    assert.match(await trang.text("about"), /Đăng nhập vào Cổng Doanh nghiệp bằng mật khẩu/);
    await trang.press("not-me-confirm");
    await sees(trang, "locked", "Tài khoản của bạn đã khóa");
    assert.match(await main(trang), /Hãy mang thẻ căn cước đến một điểm của cơ quan quản lý/);

    // The stranger has nothing left: not at the portal, not at SenID, and the password opens nothing any more.
    await isSignedOutAt(stranger, portal);
    await stranger.page.goto(portal.start);
    await stranger.press("sign-in");
    await stranger.identify();
    await stranger.enterPassword();
    await sees(stranger, "refused", "Nhập mật khẩu");
    assert.match(await stranger.text("problem"), /Số định danh hoặc mật khẩu không đúng/);
  });
  // And she finds herself signed out wherever she was.
  await trang.page.goto(PORTAL);
  await trang.sees("portal-sign-in");
}

export const oneLife = {
  "a citizen opens an account, is seen by an officer, lets a deputy act for her company and takes it back, and locks out a stranger":
    async () => {
      const portal = await OrganisationPortal.open();
      const deputy = newcomer({ name: "Phan Văn Hùng", mailbox: true });
      try {
        await withCitizen({ person: TRANG, language: "vi" }, async (trang) => {
          await opensAnAccount(trang);
          await isSeenByAnOfficer(trang);
          const code = await representsACompany(trang);
          const invitation = await invites(trang, deputy, portal, seeing(trang));
          await withCitizen({ person: deputy, language: "vi" }, async (hung) => {
            await reads(deputy, new RegExp(`Bạn được mời thay mặt ${COMPANY}`));
            await accepts(hung, invitation, seeing(hung));
            await reads(TRANG, new RegExp(`P. V. Hùng đã chấp nhận thay mặt ${COMPANY}`));
            await actsForIt(hung, portal, code);

            await takesBack(trang, deputy, seeing(trang));
            assert.match(await main(trang), /Quyền đã kết thúc\. Các cổng liên quan đang được đăng xuất/);
            await isSignedOutAt(hung, portal);
            await reads(deputy, new RegExp(`Bạn không còn thay mặt ${COMPANY}`));
            // He is who he was, and is asked for whom no more.
            assert.equal(await actsAt(hung, portal), "chính mình");
          });
          await isNotAlone(trang, portal);
        });
      } finally {
        await portal.close();
      }
    },
};
