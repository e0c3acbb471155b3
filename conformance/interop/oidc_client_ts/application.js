// A single-page application, as the library's users write one. The same page serves every address of it: its front page,
// where a sign-in comes back to, what its hidden frames load, and where a sign-out leads to. SETTINGS comes before it.

const manager = new oidc.UserManager({
  ...SETTINGS,
  redirect_uri: `${location.origin}/callback`,
  silent_redirect_uri: `${location.origin}/silent`,
  post_logout_redirect_uri: `${location.origin}/signed-out`,
  automaticSilentRenew: false,
  loadUserInfo: true,
  userStore: new oidc.WebStorageStateStore({ store: sessionStorage }),
});

window.happened = [];
manager.events.addUserSignedOut(() => happened.push("signed out at the provider"));
manager.events.addUserSessionChanged(() => happened.push("the session changed"));

async function begin() {
  switch (location.pathname) {
    case "/callback":
      return manager.signinRedirectCallback();
    case "/silent":
      return manager.signinSilentCallback();
    case "/signed-out":
      return manager.signoutRedirectCallback();
  }
}

addEventListener("DOMContentLoaded", async () => {
  const state = document.getElementById("state");
  try {
    await begin();
    const user = await manager.getUser();
    state.textContent = user ? `signed in as ${user.profile.name}` : "signed out";
  } catch (error) {
    state.textContent = `error: ${error.error ?? error.name}: ${error.message}`;
  }
});
