//! What a person sees: a page's words, fields and buttons, or the portal's address that the browser was sent to.

use std::collections::BTreeMap;

use http::StatusCode;
use scraper::{ElementRef, Html, Selector};
use url::Url;

use super::web::Reply;

#[derive(Clone, Debug)]
pub struct Page {
    /// Where the browser is.
    pub url: Url,
    pub status: StatusCode,
    pub reply: Reply,
}

/// How an answer comes back to a portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mode {
    Query,
    Fragment,
    FormPost,
}

/// A form as it would be sent.
#[derive(Clone, Debug)]
pub struct Form {
    pub action: String,
    pub pairs: Vec<(String, String)>,
}

impl Page {
    pub(super) fn new(url: Url, reply: Reply) -> Self {
        Self { url, status: reply.status, reply }
    }

    pub fn path(&self) -> &str {
        self.url.path()
    }

    /// The page's main heading.
    pub fn heading(&self) -> String {
        self.words("h1")
    }

    pub fn title(&self) -> String {
        self.words("title")
    }

    /// The language that the page says it is in.
    pub fn language(&self) -> String {
        let html = Html::parse_document(&self.reply.body);
        html.root_element().value().attr("lang").unwrap_or_default().to_owned()
    }

    /// Everything there is to read in the page's main part, in one line.
    pub fn text(&self) -> String {
        self.words("main")
    }

    /// The sentence beside the field that was filled in wrongly, without its reference; empty where there is none.
    pub fn problem(&self) -> String {
        let html = Html::parse_document(&self.reply.body);
        let found = html.select(&selector("#problem > span")).next();
        let own = found.map(|span| span.children().filter_map(|child| child.value().as_text()).map(|text| &**text));
        own.map(|texts| squeeze(&texts.collect::<String>())).unwrap_or_default()
    }

    /// In how many seconds the page says that another try is taken.
    pub fn wait(&self) -> Option<u64> {
        self.has("#wait").then(|| self.attribute("#wait", "data-seconds").parse().expect("a number"))
    }

    /// The words of everything that `css` selects.
    pub fn words(&self, css: &str) -> String {
        let (html, css) = (Html::parse_document(&self.reply.body), selector(css));
        squeeze(&html.select(&css).flat_map(|element| element.text().chain([" "])).collect::<String>())
    }

    pub fn has(&self, css: &str) -> bool {
        Html::parse_document(&self.reply.body).select(&selector(css)).next().is_some()
    }

    /// How many elements `css` selects.
    pub fn count(&self, css: &str) -> usize {
        Html::parse_document(&self.reply.body).select(&selector(css)).count()
    }

    /// What stands in the field of this name.
    pub fn field(&self, name: &str) -> String {
        let html = Html::parse_document(&self.reply.body);
        let css = format!("main input[name={name}], main textarea[name={name}]");
        let field = html.select(&selector(&css)).next().unwrap_or_else(|| panic!("no field {name}: {}", self.text()));
        match field.value().name() {
            "textarea" => field.text().collect(),
            _ => field.value().attr("value").unwrap_or_default().to_owned(),
        }
    }

    /// Where a link leads.
    pub fn link(&self, css: &str) -> String {
        let html = Html::parse_document(&self.reply.body);
        let link = html.select(&selector(css)).next().unwrap_or_else(|| panic!("no link {css}: {}", self.text()));
        link.value().attr("href").expect("a link leads somewhere").to_owned()
    }

    /// An attribute of the first element that `css` selects.
    pub fn attribute(&self, css: &str, name: &str) -> String {
        let html = Html::parse_document(&self.reply.body);
        let element = html.select(&selector(css)).next().unwrap_or_else(|| panic!("no {css}: {}", self.text()));
        element.value().attr(name).unwrap_or_default().to_owned()
    }

    /// The form that the button with this id sends, with the fields filled in.
    pub fn form_of(&self, button: &str, filled: &[(&str, &str)]) -> Form {
        let html = Html::parse_document(&self.reply.body);
        let css = format!("#{button}");
        let pressed = html.select(&selector(&css)).next();
        let pressed = pressed.unwrap_or_else(|| panic!("no {css} at {}: {} {}", self.url, self.status, self.text()));
        // The id may be on the words inside the button, where the button is two things at once.
        let within = |name: &str| {
            let above = pressed.ancestors().filter_map(ElementRef::wrap);
            std::iter::once(pressed).chain(above).find(|element| element.value().name() == name)
        };
        let (pressed, form) = (within("button").expect("a button"), within("form").expect("a form around the button"));
        let mut pairs: Vec<(String, String)> = form
            .select(&selector("input[name]:not([type=checkbox]), input[type=checkbox][checked], textarea[name]"))
            .map(|input| {
                let (name, value) = (input.attr("name").unwrap(), input.attr("value").unwrap_or_default());
                let typed = filled.iter().find(|(own, _)| *own == name).map_or(value, |(_, typed)| typed);
                (name.to_owned(), typed.to_owned())
            })
            .collect();
        // Of a list the first choice, unless another one is marked.
        let (lists, choices) = (selector("select[name]"), selector("option"));
        for list in form.select(&lists) {
            let marked = list.select(&choices).find(|option| option.attr("selected").is_some());
            let chosen = marked.or_else(|| list.select(&choices).next());
            let name = list.attr("name").unwrap();
            let value = chosen.and_then(|option| option.attr("value")).unwrap_or_default();
            let value = filled.iter().find(|(own, _)| *own == name).map_or(value, |(_, chosen)| chosen);
            pairs.push((name.to_owned(), value.to_owned()));
        }
        for (name, _) in filled {
            assert!(pairs.iter().any(|(own, _)| own == name), "no field {name} in the form of {css}");
        }
        if let Some(name) = pressed.attr("name") {
            pairs.push((name.to_owned(), pressed.attr("value").unwrap_or_default().to_owned()));
        }
        let action = form.attr("action").map_or_else(|| self.url.to_string(), str::to_owned);
        Form { action, pairs }
    }

    /// The first form with a field of this name: its action and what it would send.
    pub fn form_with(&self, field: &str) -> Form {
        let (html, css) = (Html::parse_document(&self.reply.body), selector("form"));
        let (of_field, inputs) = (selector(&format!("input[name={field}]")), selector("input[name]"));
        let form = html.select(&css).find(|form| form.select(&of_field).next().is_some()).expect("a form with it");
        let pairs = form
            .select(&inputs)
            .map(|input| (input.attr("name").unwrap().to_owned(), input.attr("value").unwrap_or_default().to_owned()));
        Form { action: form.attr("action").unwrap_or_default().to_owned(), pairs: pairs.collect() }
    }

    /// The answer that the portal was given, in whichever way.
    pub fn answer(&self) -> BTreeMap<String, String> {
        self.answered().1
    }

    /// How the portal was given its answer, and what that says.
    pub fn answered(&self) -> (Mode, BTreeMap<String, String>) {
        if self.has("form#form-post") {
            assert_eq!(self.status, 200);
            return (Mode::FormPost, unrepeated(self.form_of("continue", &[]).pairs));
        }
        assert_eq!(self.status, 303, "still at SenID: {} {} {}", self.url, self.heading(), self.text());
        match self.url.fragment() {
            Some(fragment) => {
                // Nothing of it may be where servers write it down.
                let told = ["code", "id_token", "access_token", "state", "error"];
                assert!(!self.url.query_pairs().any(|(name, _)| told.contains(&&*name)), "{}", self.url);
                let pairs = url::form_urlencoded::parse(fragment.as_bytes());
                (Mode::Fragment, unrepeated(pairs.into_owned().collect()))
            }
            None => (Mode::Query, unrepeated(self.url.query_pairs().into_owned().collect())),
        }
    }

    /// The code that the portal was given.
    pub fn code(&self) -> String {
        self.answer().remove("code").unwrap_or_else(|| panic!("no code: {}", self.url))
    }

    /// The error that the portal was given, and its sentence.
    pub fn refusal(&self) -> (String, String) {
        let mut answer = self.answer();
        assert!(!answer.contains_key("code"), "{}", self.url);
        let error = answer.remove("error").unwrap_or_else(|| panic!("no error: {}", self.url));
        (error, answer.remove("error_description").unwrap_or_default())
    }
}

fn unrepeated(pairs: Vec<(String, String)>) -> BTreeMap<String, String> {
    let mut answer = BTreeMap::new();
    for (name, value) in pairs {
        assert!(answer.insert(name.clone(), value).is_none(), "{name} came twice");
    }
    answer
}

fn selector(css: &str) -> Selector {
    Selector::parse(css).unwrap()
}

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
