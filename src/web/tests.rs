//! Holds every page, in every state and language, against what all pages promise.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use scraper::{ElementRef, Html, Selector};

use super::samples::{self, Sample};
use super::text::Language;
use super::{assets, theme::Theme};

/// Every sample in every language. With `SENID_PAGES` set, each is left there as a file, to be looked at.
static PAGES: LazyLock<Vec<(Language, Sample)>> = LazyLock::new(|| {
    let pages: Vec<(Language, Sample)> = Language::ALL
        .into_iter()
        .flat_map(|language| samples::all(language).into_iter().map(move |sample| (language, sample)))
        .collect();
    if let Ok(folder) = std::env::var("SENID_PAGES") {
        write(&pages, std::path::Path::new(&folder));
    }
    pages
});

fn page(name: &str) -> &'static str {
    &PAGES.iter().find(|(_, sample)| sample.name == name).unwrap().1.html
}

fn write(pages: &[(Language, Sample)], folder: &std::path::Path) {
    std::fs::create_dir_all(folder.join("static")).unwrap();
    for (language, sample) in pages {
        std::fs::write(folder.join(format!("{}.{}.html", sample.name, language.tag())), &sample.html).unwrap();
    }
    let statics =
        ["lotus.svg", "pond.svg", "portal.svg", "senid.css", "portal.css", "sign-in.js", "form-post.js", "console.css"]
            .into_iter()
            .chain(["sign-in.css", "webauthn.js", "be-vietnam-pro-400.woff2", "be-vietnam-pro-600.woff2"]);
    for name in statics {
        let path = assets::path(name);
        std::fs::write(folder.join(&path[1..]), assets::find(path).unwrap().bytes).unwrap();
    }
    let theme = Theme::default().style_sheet();
    std::fs::write(folder.join(&theme.path[1..]), theme.css).unwrap();
}

/// Runs `check` on every page; what it returns is a complaint.
fn check_every_page(check: impl Fn(Language, &Sample, &Html) -> Vec<String>) {
    let complaints: Vec<String> = PAGES
        .iter()
        .flat_map(|(language, sample)| {
            let complaints = check(*language, sample, &Html::parse_document(&sample.html));
            complaints.into_iter().map(|complaint| format!("{}.{}: {complaint}", sample.name, language.tag()))
        })
        .collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

fn select<'a>(html: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    html.select(&Selector::parse(selector).unwrap()).collect()
}

fn complaints(wrong: impl IntoIterator<Item = (bool, String)>) -> Vec<String> {
    wrong.into_iter().filter(|(wrong, _)| *wrong).map(|(_, complaint)| complaint).collect()
}

#[test]
fn every_page_says_everything_in_every_language() {
    check_every_page(|language, sample, html| {
        let lang = select(html, "html")[0].attr("lang");
        let unfilled = ["⟦", "{$", "{ $", "{{", "{%"].into_iter().filter(|mark| sample.html.contains(mark));
        let mut wrong = complaints([
            (lang != Some(language.tag()), format!("lang is {lang:?}")),
            (select(html, "h1").len() != 1, "has not one h1".to_owned()),
            (select(html, "main").len() != 1, "has not one main".to_owned()),
            (select(html, "title")[0].inner_html().starts_with(" ·"), "has no title".to_owned()),
        ]);
        wrong.extend(unfilled.map(|mark| format!("contains {mark}")));
        wrong
    });
}

#[test]
fn no_page_carries_a_style_a_script_or_a_handler_inside() {
    check_every_page(|_, _, html| {
        select(html, "*")
            .into_iter()
            .flat_map(|element| {
                let name = element.value().name();
                let inside = name == "style" || (name == "script" && !element.inner_html().trim().is_empty());
                let attributes = element.value().attrs().filter_map(|(attribute, value)| {
                    let inline = attribute == "style" || attribute.starts_with("on");
                    let scheme = value.trim().to_ascii_lowercase();
                    (inline || scheme.starts_with("javascript:") || scheme.starts_with("data:"))
                        .then(|| format!("{attribute}={value}"))
                });
                attributes.chain(inside.then(|| format!("<{name}>"))).collect::<Vec<_>>()
            })
            .collect()
    });
}

#[test]
fn no_page_fetches_anything_that_is_not_served_here() {
    let known = [
        "https://hotro.senid.example/",
        "https://dangky.senid.example/",
        "https://portal.example/",
        "https://portal.example/privacy",
        "https://portal.example/terms",
        "https://portal.example/login?iss=https%3A%2F%2Fid.example",
        "http://localhost:8080/account",
        samples::POSTED_TO,
    ];
    check_every_page(|_, _, html| {
        let fetched = select(html, "[src]:not(iframe), link[href]").into_iter().filter_map(|element| {
            let address = element.attr("src").or(element.attr("href"))?;
            let served = assets::find(address).is_some()
                || address == Theme::default().style_sheet().path
                || address == "/device/qr/WDJB-MJHT"
                || address == "/account/security/totp/picture";
            (!served).then(|| format!("fetches {address}"))
        });
        let linked = select(html, "a[href], form[action], [formaction]").into_iter().filter_map(|element| {
            let address = element.attr("href").or(element.attr("action")).or(element.attr("formaction"))?;
            // An authenticator application on the same telephone opens what it would else scan.
            let ours = ["/", "#", "mailto:", "tel:", "otpauth:"].iter().any(|start| address.starts_with(start));
            (!(ours && !address.starts_with("//") || known.contains(&address))).then(|| format!("leads to {address}"))
        });
        fetched.chain(linked).collect()
    });
}

#[test]
fn at_an_issuer_with_a_path_every_link_form_and_file_is_below_it() {
    for sample in samples::below("/sso", Language::En) {
        let html = Html::parse_document(&sample.html);
        // The demonstration's portal is another site.
        if !select(&html, "link[href^='/static/portal.']").is_empty() {
            continue;
        }
        for element in select(&html, "[href], [src], [action], [formaction]") {
            for attribute in ["href", "src", "action", "formaction"] {
                let address = element.attr(attribute).unwrap_or("/sso/");
                let privacy = ["/privacy", "/terms"].contains(&address);
                assert!(
                    !address.starts_with('/') || address.starts_with("/sso/") || privacy,
                    "{}: {address}",
                    sample.name
                );
                assert!(!address.starts_with("/sso/sso/"), "{}: {address} twice", sample.name);
            }
        }
    }
}

#[test]
fn every_form_that_does_something_is_a_post_and_proves_where_it_comes_from() {
    check_every_page(|_, _, html| {
        let form_faults = |form: ElementRef<'_>| {
            let action = form.attr("action").unwrap_or_default().to_owned();
            let field = |name: &str| form.select(&Selector::parse(&format!("input[name={name}]")).unwrap()).count();
            complaints([
                (form.attr("method") != Some("post"), format!("{action} is not a post")),
                // The language is a preference: the door checks its origin, and an error page has no session to bind to.
                // An answer on its way to a portal is proven by the portal's own state.
                (
                    action != "/language" && action != samples::POSTED_TO && field("csrf") != 1,
                    format!("{action} has no csrf"),
                ),
                (action == "/language" && field("return_to") != 1, format!("{action} does not come back")),
            ])
        };
        // What only looks something up can be linked to.
        select(html, "form:not([action$='/account/activity']):not([action*='/admin'][method=get])")
            .into_iter()
            .flat_map(form_faults)
            .collect()
    });
}

#[test]
fn every_id_is_unique_and_whatever_names_one_finds_it() {
    check_every_page(|_, _, html| {
        let mut seen = BTreeSet::new();
        let twice = select(html, "[id]")
            .into_iter()
            .filter_map(|element| {
                let id = element.attr("id")?;
                (!seen.insert(id.to_owned())).then(|| format!("#{id} twice"))
            })
            .collect::<Vec<_>>();
        let lost = select(html, "*").into_iter().flat_map(|element| {
            let named = ["for", "aria-describedby", "aria-labelledby", "aria-controls"].into_iter();
            let named = named.filter_map(|attribute| element.attr(attribute)).flat_map(str::split_whitespace);
            let lost = named.filter(|id| !seen.contains(*id)).map(|id| format!("names #{id}, which is not there"));
            lost.collect::<Vec<_>>()
        });
        lost.chain(twice.clone()).collect()
    });
}

#[test]
fn the_ids_that_scripts_rely_on_are_where_they_belong() {
    let expected: [(&str, &[&str]); 22] = [
        ("sign-in", &["input#username[name=username]", "button#continue", "#use-password", "#cancel", "#extend"]),
        (
            "sign-in-methods",
            &[
                "#continue",
                "button#use-passkey",
                "button#use-certificate",
                "#use-password",
                "#username[autocomplete~=webauthn]",
            ],
        ),
        ("passkey", &["form#webauthn[data-options]", "button#use-passkey", "noscript", "[name=credential]", "#cancel"]),
        ("account-passkey-new", &["form#webauthn[data-options]", "button#add-passkey", "#name[name=name]", "noscript"]),
        ("sign-in-fault", &["#username[aria-invalid=true][aria-describedby~=problem]", "#problem[role=alert]"]),
        (
            "password",
            &["input#password[name=password]", "button#login", "#cancel", "#extend", "[autocomplete=username]"],
        ),
        ("password-fault-wrong", &["#password[aria-invalid=true][aria-describedby~=problem]", "#problem[role=alert]"]),
        ("consent", &["button#allow[name=choice][value=allow]", "button#deny[name=choice][value=deny]"]),
        ("device", &["input#user-code[name=user_code]", "button#continue"]),
        ("device-fault-unknown", &["#user-code[aria-invalid=true][aria-describedby~=problem]", "#problem[role=alert]"]),
        ("device-request", &["button#allow[value=allow]", "button#deny[value=deny]", "#user-code-shown", "#elsewhere"]),
        ("form-post", &["form#form-post button#continue", "script[src][defer]", "input[type=hidden][name=state]"]),
        ("sign-out", &["button#logout-confirm", "#logout-stay"]),
        ("signing-out", &["a#continue[href]", "script[src][defer]", "iframe[sandbox][referrerpolicy=no-referrer]"]),
        ("signed-out", &["#signed-out", "a#back"]),
        ("account-sessions", &["#end-others", "input[name=session]"]),
        ("account-withdraw", &["button#withdraw-confirm"]),
        ("account", &["a#waiting"]),
        (
            "account-request",
            &["button#allow[name=choice][value=allow]", "button#deny[name=choice][value=deny]", "#binding-message"],
        ),
        ("account-activity", &["a#older"]),
        ("portal-home", &["#portal-sign-in"]),
        ("portal-citizen", &["#citizen-name", "#portal-sign-out", "[data-claim=name]", "[data-claim=national_id]"]),
    ];
    check_every_page(|_, sample, html| {
        let selectors =
            expected.iter().find(|(name, _)| *name == sample.name).map_or(&[][..], |(_, selectors)| selectors);
        let missing = selectors.iter().filter(|selector| select(html, selector).is_empty());
        missing.map(|selector| format!("has no {selector}")).collect()
    });
    for (name, _) in expected {
        assert!(PAGES.iter().any(|(_, sample)| sample.name == name), "{name}");
    }
}

#[test]
fn enter_in_a_field_goes_on_and_never_cancels() {
    for (name, button) in [("sign-in", "continue"), ("sign-in-methods", "continue"), ("password", "login")] {
        let html = Html::parse_document(page(name));
        // A browser presses the first submit button of the form (HTML, implicit submission).
        let first = select(&html, "main form button:not([type=button])")[0];
        assert_eq!(first.attr("id"), Some(button), "{name}");
    }
}

#[test]
fn what_was_typed_is_kept_and_is_only_text() {
    let html = Html::parse_document(page("sign-in-fault"));
    assert_eq!(select(&html, "#username")[0].attr("value"), Some("00109012345\"><script>"));
    assert_eq!(select(&html, "script").len(), 1);
    assert_eq!(select(&html, "[name=return_to]")[0].attr("value"), Some("/sign-in/0198?a=1&b=\"2\""));
}

#[test]
fn the_password_page_never_shows_a_national_number_in_full() {
    let html = Html::parse_document(page("password"));
    let text: String = select(&html, "body")[0].text().collect();
    assert!(text.contains("001••••••456") && !text.contains("001090123456"));
    assert!(select(&html, "#password")[0].attr("value").is_none());
}

#[test]
fn the_sign_in_page_with_all_it_fetches_weighs_less_than_60_kb() {
    let html = page("sign-in-methods");
    let pictures = ["lotus.svg", "pond.svg"];
    let scripts = ["sign-in.css", "sign-in.js", "webauthn.js"];
    let fonts = ["be-vietnam-pro-400.woff2", "be-vietnam-pro-600.woff2"];
    let names = [&pictures[..], &scripts, &fonts].concat();
    let fetched: usize = names.iter().map(|name| assets::find(assets::path(name)).unwrap().bytes.len()).sum();
    let weight = html.len() + Theme::default().css().len() + fetched;
    assert!(weight < 60_000, "{weight} bytes uncompressed");
}
