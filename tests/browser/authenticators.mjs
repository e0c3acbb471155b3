// What citizens hold: Chromium's own virtual authenticators (DevTools protocol, domain WebAuthn).

// A phone or a computer, opened by a finger, a face or a PIN.
export const PHONE = { transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true };
// One whose passkeys its maker copies to the person's other devices.
export const SYNCED = { ...PHONE, defaultBackupEligibility: true, defaultBackupState: true };
// A key that keeps nothing and is only touched, as those of FIDO U2F.
export const KEY = { transport: "usb", hasResidentKey: false, hasUserVerification: false, isUserVerified: false };
export const KEY_WITH_PIN = { transport: "usb", hasResidentKey: true, hasUserVerification: true, isUserVerified: true };

// It is at hand, and answers as soon as it is asked, until it is told to wait for a touch or put away.
export async function holds(citizen, options) {
  const devtools = await citizen.context.newCDPSession(citizen.page);
  await devtools.send("WebAuthn.enable");
  let authenticatorId;
  const send = (what, more) => devtools.send(`WebAuthn.${what}`, { authenticatorId, ...more });
  const plugIn = async () => {
    const answer = await devtools.send("WebAuthn.addVirtualAuthenticator", {
      options: { protocol: "ctap2", ctap2Version: "ctap2_1", automaticPresenceSimulation: true, ...options },
    });
    ({ authenticatorId } = answer);
  };
  await plugIn();
  let [kept, answers] = [[], 0];
  devtools.on("WebAuthn.credentialAsserted", (event) => {
    if (event.authenticatorId === authenticatorId) answers++;
  });
  return {
    credentials: async () => (await send("getCredentials")).credentials,
    answers: () => answers,
    touched: (enabled) => send("setAutomaticPresenceSimulation", { enabled }),
    // Out of reach, with everything that it keeps.
    async putAway() {
      kept = await this.credentials();
      await send("removeVirtualAuthenticator");
    },
    async takenOut() {
      await plugIn();
      for (const credential of kept) await send("addCredential", { credential });
    },
    // For good.
    lost: () => send("removeVirtualAuthenticator"),
  };
}
