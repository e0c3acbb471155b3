//! Every path there is.

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use super::{Site, admin_api as administration_api, middleware, oauth, operations, pages, signals};

/// What citizens and portals reach, below the issuer.
pub fn public(site: Arc<Site>) -> Router {
    let (issuer, mode) = (site.app.settings.issuer.clone(), site.app.mode);
    let envelope = || axum::middleware::from_fn_with_state(site.clone(), middleware::envelope::wrap);
    let passed_on = axum::middleware::from_fn_with_state(site.clone(), middleware::client_certificate::from_proxy);
    let endpoints = token_like(site.clone()).layer(passed_on.clone());
    let own_api = admin_api(site.clone()).layer(passed_on.clone()).layer(envelope());
    let programs = documents().merge(endpoints).layer(envelope()).layer(middleware::cors::for_anyone());
    let people = authorization()
        .merge(sign_in(site.clone()))
        .merge(card().layer(passed_on))
        .merge(account(site.clone()))
        .merge(admin(site.clone()))
        .merge(device(site.clone()))
        .route("/static/{*file}", get(pages::static_files::show))
        .route("/logos/{hash}", get(pages::logos::show))
        // It asks both stores, so here, where anyone may ask it, it takes a place like every other request.
        .merge(ready())
        .fallback(pages::not_found)
        .layer(envelope());
    let whole = people.merge(programs).merge(own_api).merge(live()).with_state(site);
    middleware::sandbox::mark(middleware::below::mount(whole, issuer.path()), mode)
}

/// What clients' programs reach with certificates of their own. No page is here and no script may call it: a browser would ask the
/// person in front of it for a certificate.
pub fn mutual_tls(site: Arc<Site>) -> Router {
    let (issuer, mode) = (site.app.settings.issuer.clone(), site.app.mode);
    let own = axum::middleware::from_fn(middleware::client_certificate::from_connection);
    let envelope = axum::middleware::from_fn_with_state(site.clone(), middleware::envelope::wrap);
    let endpoints = token_like(site.clone()).merge(admin_api(site.clone())).layer(own);
    let whole = endpoints.layer(envelope).with_state(site);
    middleware::sandbox::mark(middleware::below::mount(whole, issuer.path()), mode)
}

/// Where browsers are asked for certificates, and nothing but what that needs.
pub fn certificate(site: Arc<Site>) -> Router {
    let (issuer, mode) = (site.app.settings.issuer.clone(), site.app.mode);
    let own = axum::middleware::from_fn(middleware::client_certificate::from_connection);
    let envelope = axum::middleware::from_fn_with_state(site.clone(), middleware::envelope::wrap);
    let pages = card()
        .layer(own)
        .route("/static/{*file}", get(pages::static_files::show))
        .fallback(pages::not_found)
        .layer(envelope);
    middleware::sandbox::mark(middleware::below::mount(pages.with_state(site), issuer.path()), mode)
}

/// What the operator's own network reaches.
pub fn operations(site: Arc<Site>) -> Router {
    let mode = site.app.mode;
    let whole = Router::new()
        .route("/metrics", get(operations::metrics))
        .route("/health/ready", get(operations::ready_in_parts))
        .merge(live());
    middleware::sandbox::mark(whole.with_state(site), mode)
}

/// What anyone may read.
fn documents() -> Router<Arc<Site>> {
    Router::new()
        .route("/.well-known/openid-configuration", get(oauth::discovery::show))
        .route("/.well-known/oauth-authorization-server", get(oauth::discovery::show))
        .route("/.well-known/oauth-protected-resource", get(oauth::protected_resource::show))
        .route("/.well-known/oauth-protected-resource/admin/api/v1", get(administration_api::metadata))
        .route("/.well-known/webauthn", get(oauth::related_origins::show))
        .route("/.well-known/ssf-configuration", get(signals::configuration))
        .route("/jwks.json", get(oauth::jwks::show))
}

/// What a client calls for itself: no cookie is read here, and scripts of other origins may call it. CORS goes around
/// the envelope, so that a script can also read why it was turned away.
fn token_like(site: Arc<Site>) -> Router<Arc<Site>> {
    let registration = get(oauth::register::read).put(oauth::register::replace).delete(oauth::register::delete);
    let userinfo = get(oauth::userinfo::show).post(oauth::userinfo::show_for_form);
    Router::new()
        .route("/token", post(oauth::token::exchange).fallback(oauth::only_post))
        .route("/par", post(oauth::par::push).fallback(oauth::only_post))
        .route("/bc-authorize", post(oauth::backchannel_authentication::begin).fallback(oauth::only_post))
        .route("/userinfo", userinfo.fallback(oauth::only_get_and_post))
        .route("/introspect", post(oauth::introspect::introspect).fallback(oauth::only_post))
        .route("/revoke", post(oauth::revoke::revoke).fallback(oauth::only_post))
        .route("/device_authorization", post(oauth::device_authorization::begin).fallback(oauth::only_post))
        .route("/register", post(oauth::register::create).fallback(oauth::only_post))
        .route("/register/{client_id}", registration.fallback(oauth::only_get_put_and_delete))
        .merge(streams())
        .layer(axum::middleware::from_fn_with_state(site, middleware::dpop::offer_nonce))
}

/// Where a client looks after the security events that it is sent.
fn streams() -> Router<Arc<Site>> {
    let stream =
        get(signals::read).post(signals::create).patch(signals::update).put(signals::replace).delete(signals::delete);
    Router::new()
        .route("/ssf/stream", stream)
        .route("/ssf/status", get(signals::status).post(signals::set_status))
        .route("/ssf/verify", post(signals::verify).fallback(oauth::only_post))
        .route("/ssf/poll/{stream_id}", post(signals::poll).fallback(oauth::only_post))
}

/// What administrators' programs call. No script of another origin may, and no cookie is read.
fn admin_api(site: Arc<Site>) -> Router<Arc<Site>> {
    administration_api::router().layer(axum::middleware::from_fn_with_state(site, middleware::dpop::offer_nonce))
}

/// Where a client sends a browser.
fn authorization() -> Router<Arc<Site>> {
    Router::new()
        .route("/authorize", get(oauth::authorize::begin).post(oauth::authorize::hold))
        .route("/authorize/{handle}", get(oauth::authorize::resume))
        .route("/logout", get(oauth::logout::begin).post(oauth::logout::hold))
        .route("/logout/{handle}", get(oauth::logout::resume))
        .route("/check-session", get(oauth::check_session::show))
}

fn sign_in(site: Arc<Site>) -> Router<Arc<Site>> {
    Router::new()
        .route("/sign-in/{id}", get(pages::identify::show).post(pages::identify::submit))
        // Not there but in a sandbox: elsewhere it is answered as every path that is none.
        .route("/sign-in/{id}/sandbox", get(pages::sandbox::show).post(pages::sandbox::submit))
        .route("/sign-in/{id}/create", get(pages::create::show).post(pages::create::submit))
        .route("/sign-in/{id}/password", get(pages::password::show).post(pages::password::submit))
        .route("/sign-in/{id}/passkey", get(pages::passkey::show_passkey).post(pages::passkey::submit_passkey))
        .route("/sign-in/{id}/passkey/options", post(pages::passkey::options))
        .route(
            "/sign-in/{id}/security-key",
            get(pages::passkey::show_security_key).post(pages::passkey::submit_security_key),
        )
        .route("/sign-in/{id}/security-key/options", post(pages::passkey::options))
        .route("/sign-in/{id}/totp", pages::second_step::Kind::Totp.router())
        .route("/sign-in/{id}/recovery-code", pages::second_step::Kind::RecoveryCode.router())
        .route("/sign-in/{id}/sms", pages::second_step::Kind::Sms.router())
        .route("/sign-in/{id}/counter", get(pages::counter::show).post(pages::counter::submit))
        .route("/sign-in/{id}/certificate", get(pages::certificate::show).post(pages::certificate::submit))
        .route("/sign-in/{id}/certificate/card", get(pages::certificate::connection::leave))
        .route("/sign-in/{id}/certificate/ticket", get(pages::certificate::connection::come_back))
        .route(
            "/sign-in/{id}/certificate/web-eid",
            get(pages::certificate::web_eid::show).post(pages::certificate::web_eid::submit),
        )
        .route(
            "/sign-in/{id}/certificate/signature",
            get(pages::certificate::signature::show).post(pages::certificate::signature::submit),
        )
        .route("/sign-in/{id}/certificate/signature/text", get(pages::certificate::signature::text))
        .route(
            "/sign-in/{id}/certificate/remote",
            get(pages::certificate::remote::show).post(pages::certificate::remote::submit),
        )
        .route("/sign-in/{id}/step-up", get(pages::step_up::show).post(pages::step_up::submit))
        .route("/sign-in/{id}/in-whose-name", get(pages::in_whose_name::show).post(pages::in_whose_name::submit))
        .route("/sign-in/{id}/consent", get(pages::consent::show).post(pages::consent::submit))
        .route("/sign-up", get(pages::self_registration::begin))
        .route("/sign-in/{id}/register", get(pages::self_registration::show).post(pages::self_registration::submit))
        .route(
            "/sign-in/{id}/register/code",
            get(pages::self_registration::show_code).post(pages::self_registration::submit_code),
        )
        .route(
            "/sign-in/{id}/register/password",
            get(pages::self_registration::show_password).post(pages::self_registration::submit_password),
        )
        .route("/recover", get(pages::recover::show).post(pages::recover::submit))
        .route("/recover/stop/{secret}", get(pages::recover::ask_to_stop).post(pages::recover::stop))
        .route("/logout/confirm", post(pages::sign_out::confirm))
        .route("/signed-out", get(pages::sign_out::signed_out))
        .route("/language", post(pages::language::switch))
        .layer(axum::middleware::from_fn_with_state(site, middleware::same_origin::only))
}

/// Where a browser comes with the certificate of its connection. No cookie is read here, and the address is good once.
fn card() -> Router<Arc<Site>> {
    Router::new().route("/certificate/{errand}", get(pages::certificate::connection::meet))
}

fn account(site: Arc<Site>) -> Router<Arc<Site>> {
    use pages::account::linked_accounts;
    organisations()
        .route("/", get(pages::account::start::home))
        .route("/account", get(pages::account::overview::show))
        .route("/account/sign-in", get(pages::account::start::show).post(pages::account::start::begin))
        .route("/account/requests", get(pages::account::requests::list))
        .route("/account/requests/{id}", get(pages::account::requests::show).post(pages::account::requests::answer))
        .route("/account/security", get(pages::account::security::show))
        .route(
            "/account/security/password",
            get(pages::account::change_password::show).post(pages::account::change_password::change),
        )
        .route(
            "/account/security/credentials/{id}",
            get(pages::account::credential::show).post(pages::account::credential::rename),
        )
        .route(
            "/account/security/credentials/{id}/remove",
            get(pages::account::credential::ask).post(pages::account::credential::remove),
        )
        .route("/account/security/totp/new", get(pages::account::totp::show).post(pages::account::totp::add))
        .route("/account/security/totp/picture", get(pages::account::totp::picture))
        .route(
            "/account/security/recovery-codes",
            get(pages::account::recovery_codes::show).post(pages::account::recovery_codes::make),
        )
        .route("/account/security/contact", get(pages::account::contact::show).post(pages::account::contact::submit))
        .route("/account/security/confirm", get(pages::account::confirm::show).post(pages::account::confirm::submit))
        .route("/account/security/raise", get(pages::account::raise::show).post(pages::account::raise::submit))
        .route("/account/security/lost", get(pages::account::lost::show).post(pages::account::lost::submit))
        .route("/account/security/recovery/stop", post(pages::account::lost::stop))
        .route("/account/security/second-step", post(pages::account::second_step::switch))
        .route("/account/not-me", get(pages::account::not_me::ask).post(pages::account::not_me::lock))
        .route("/account/locked", get(pages::account::not_me::locked))
        .route("/account/close", get(pages::account::closing::ask).post(pages::account::closing::close))
        .route("/account/close/keep", post(pages::account::closing::keep))
        .route("/account/family/{id}", get(pages::account::family::show).post(pages::account::family::lock))
        .route("/account/sessions", get(pages::account::sessions::show))
        .route("/account/sessions/end", post(pages::account::sessions::end))
        .route("/account/sessions/end-others", post(pages::account::sessions::end_others))
        .route("/account/sessions/forget", post(pages::account::sessions::forget))
        .route("/account/portals", get(pages::account::portals::show))
        .route("/account/linked-accounts", get(linked_accounts::show))
        .route("/account/linked-accounts/new", get(linked_accounts::new::show).post(linked_accounts::new::submit))
        .route("/account/linked-accounts/{id}/end", get(linked_accounts::end::ask).post(linked_accounts::end::end))
        .route(
            "/account/portals/{client}/claims",
            get(pages::account::portals::shared).post(pages::account::portals::choose),
        )
        .route(
            "/account/portals/{client}/withdraw",
            get(pages::account::portals::ask).post(pages::account::portals::withdraw),
        )
        .route(
            "/account/security/passkeys/new",
            get(pages::account::new_passkey::show).post(pages::account::new_passkey::submit),
        )
        .route(
            "/account/security/certificates/new",
            get(pages::account::new_certificate::show).post(pages::account::new_certificate::submit),
        )
        .route("/account/security/passkeys/new/options", post(pages::account::new_passkey::options))
        .route("/account/security/passkeys/{id}/added", get(pages::account::new_passkey::added))
        .route("/account/data", get(pages::account::data::show))
        .route("/account/data/download", post(pages::account::download::take))
        .route("/account/data/language", post(pages::account::data::choose_language))
        .route("/account/data/corrections", post(pages::account::data::correct))
        .route("/account/activity", get(pages::account::activity::show))
        .layer(axum::middleware::from_fn_with_state(site, middleware::same_origin::only))
}

/// For whom the citizen acts.
fn organisations() -> Router<Arc<Site>> {
    use pages::account::organisations::{self, end, invitation, invite, new, one};
    Router::new()
        .route("/account/organisations", get(organisations::show).post(organisations::withdraw))
        .route("/account/organisations/new", get(new::show).post(new::submit))
        .route("/account/organisations/invitation", get(invitation::show).post(invitation::submit))
        .route("/account/organisations/{id}", get(one::show).post(one::withdraw))
        .route("/account/organisations/{id}/invite", get(invite::show).post(invite::submit))
        .route("/account/organisations/{id}/mandates/{mandate}/end", get(end::ask).post(end::end))
}

/// Where those who hold a role administer.
fn admin(site: Arc<Site>) -> Router<Arc<Site>> {
    use pages::console::{self, application, organisations};
    Router::new()
        .route("/admin", get(console::overview::show))
        .route("/admin/search", get(console::search::show).post(console::search::find))
        .route("/admin/applications", get(console::applications::list))
        .route("/admin/applications/new", get(application::draft::show).post(application::draft::submit))
        .route("/admin/applications/{client}", get(console::applications::show))
        .route("/admin/applications/{client}/snippets", get(application::snippets::show))
        .route(
            "/admin/applications/{client}/check-up",
            get(application::check_up::show).post(application::check_up::run),
        )
        .route("/admin/applications/{client}/secrets", get(application::secrets::show))
        .route("/admin/applications/{client}/secrets/rotate", post(application::secrets::rotate))
        .route("/admin/applications/{client}/secrets/end-former", post(application::secrets::end_former))
        .route(
            "/admin/applications/{client}/production",
            get(application::production::show).post(application::production::judge),
        )
        .route("/admin/applications/{client}/production/ask", post(application::production::ask))
        .route("/admin/applications/{client}/usage", get(application::usage::show))
        .route("/admin/applications/{client}/try-it", get(application::try_it::show).post(application::try_it::begin))
        .route("/admin/applications/{client}/try-it/explain", post(application::try_it::explain))
        .route(
            "/admin/applications/{client}/try-it/{state}",
            get(application::try_it::trial).post(application::try_it::run),
        )
        .route("/admin/applications/{client}/stream", get(application::stream::show))
        .route(
            "/admin/applications/{client}/stream/open",
            get(application::stream::ask).post(application::stream::submit),
        )
        .route(
            "/admin/applications/{client}/stream/change",
            get(application::stream::ask).post(application::stream::submit),
        )
        .route("/admin/applications/{client}/stream/verify", post(application::stream::verify))
        .route(
            "/admin/applications/{client}/stream/{act}",
            get(application::stream::confirm).post(application::stream::act),
        )
        .route("/admin/streams", get(console::streams::list))
        .route("/admin/try-it", get(application::try_it::back))
        .route("/admin/applications/{client}/{act}", get(console::applications::ask).post(console::applications::turn))
        .route("/admin/approvals", get(console::approvals::list))
        .route("/admin/approvals/{approval}", get(console::approvals::show))
        .route("/admin/approvals/{approval}/{act}", post(console::approvals::decide))
        .route("/admin/citizens", get(console::citizens::list).post(console::citizens::find))
        .route("/admin/citizens/new", get(console::citizens::entered::ask).post(console::citizens::entered::act))
        .route("/admin/citizens/{citizen}", get(console::citizens::one::show))
        .route(
            "/admin/citizens/{citizen}/{act}",
            get(console::citizens::deeds::ask).post(console::citizens::deeds::act),
        )
        .route(
            "/admin/citizens/{citizen}/counter/{act}",
            get(console::citizens::counter::ask).post(console::citizens::counter::act),
        )
        .route(
            "/admin/citizens/{citizen}/held/{kind}/{which}",
            get(console::citizens::held::ask).post(console::citizens::held::act),
        )
        .route("/admin/proposals", get(console::proposals::list))
        .route("/admin/proposals/{proposal}", get(console::proposals::show))
        .route("/admin/proposals/{proposal}/{act}", post(console::proposals::decide))
        .route("/admin/organisations", get(console::organisations::list))
        .route("/admin/organisations/new", get(organisations::acts::begin).post(organisations::acts::register))
        .route("/admin/organisations/requests", get(organisations::requests::list))
        .route(
            "/admin/organisations/requests/{request}/{act}",
            get(organisations::requests::ask).post(organisations::requests::act),
        )
        .route("/admin/organisations/{code}", get(console::organisations::show))
        .route("/admin/organisations/{code}/{act}", get(organisations::acts::ask).post(organisations::acts::turn))
        .route(
            "/admin/organisations/{code}/mandates/{mandate}",
            get(organisations::acts::ask_to_revoke).post(organisations::acts::revoke),
        )
        .route("/admin/corrections", get(console::people::corrections))
        .route("/admin/corrections/{correction}", post(console::people::settle))
        .route("/admin/duplicates", get(console::people::duplicates))
        .route("/admin/roles", get(console::roles::list).post(console::roles::grant))
        .route("/admin/roles/revoke", get(console::roles::ask_to_revoke).post(console::roles::revoke))
        .route("/admin/keys", get(console::keys::list))
        .route("/admin/keys/rotate", get(console::keys::ask).post(console::keys::rotate))
        .route("/admin/deliveries", get(console::operations::deliveries))
        .route("/admin/deliveries/{delivery}/retry", post(console::operations::retry))
        .route("/admin/audit", get(console::audit::list).post(console::audit::find))
        .route("/admin/audit/export", get(console::audit::export::ask).post(console::audit::export::take))
        .route(
            "/admin/audit/verification",
            get(console::audit::verification::show).post(console::audit::verification::begin),
        )
        .route("/admin/audit/{event}", get(console::audit::show))
        .route("/admin/statistics", get(console::statistics::show))
        .route("/admin/settings", get(console::operations::settings))
        .route("/admin/health", get(console::operations::health))
        .route("/admin/api", get(console::api::read))
        .route("/admin/api/areas/{area}", get(console::api::area))
        .route("/admin/api/try", get(console::api::list))
        .route("/admin/api/try/{operation}", get(console::api::ask).post(console::api::submit))
        .route("/admin/api/try/{operation}/send", post(console::api::send))
        .route("/admin/break-glass", get(pages::admin::break_glass::show).post(pages::admin::break_glass::submit))
        .route(
            "/admin/break-glass/seal",
            get(pages::admin::break_glass::ask_to_seal).post(pages::admin::break_glass::seal),
        )
        .route("/admin/bootstrap/{link}", get(pages::admin::bootstrap::show).post(pages::admin::bootstrap::submit))
        .layer(axum::middleware::from_fn_with_state(site, middleware::same_origin::only))
}

/// Where people decide about a device elsewhere.
fn device(site: Arc<Site>) -> Router<Arc<Site>> {
    Router::new()
        .route("/device", get(pages::device::show).post(pages::device::enter))
        .route("/device/request", get(pages::device::ask).post(pages::device::decide))
        .route("/device/done", get(pages::device::done))
        .route("/device/qr/{user_code}", get(pages::device::qr))
        .layer(axum::middleware::from_fn_with_state(site, middleware::same_origin::only))
}

fn ready() -> Router<Arc<Site>> {
    Router::new().route("/health/ready", get(operations::ready))
}

/// A process that is busy is alive: this is answered whatever there is to do.
fn live() -> Router<Arc<Site>> {
    Router::new().route("/health/live", get(operations::live))
}
