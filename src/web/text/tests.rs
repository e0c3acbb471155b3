//! Holds the four languages against each other, and the texts against the pages that say them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, VariantKey};

use super::*;

/// A text's name, its variables, and the kinds of plural it distinguishes.
type Texts = BTreeMap<String, (BTreeSet<String>, Vec<BTreeSet<String>>)>;

fn texts(language: Language) -> Texts {
    let mut texts = Texts::new();
    for source in sources(language) {
        let resource = FluentResource::try_new((*source).to_owned())
            .unwrap_or_else(|(_, faults)| panic!("{}: {faults:?}", language.tag()));
        for entry in resource.entries() {
            let Entry::Message(message) = entry else { continue };
            let attributes = message
                .attributes
                .iter()
                .map(|attribute| (format!("{}.{}", message.id.name, attribute.id.name), &attribute.value));
            let value = message.value.as_ref().map(|value| (message.id.name.to_owned(), value));
            for (name, pattern) in value.into_iter().chain(attributes) {
                let mut found = (BTreeSet::new(), Vec::new());
                walk(pattern, &mut found);
                assert!(texts.insert(name.clone(), found).is_none(), "{}: {name} twice", language.tag());
            }
        }
    }
    texts
}

fn walk(pattern: &Pattern<&str>, found: &mut (BTreeSet<String>, Vec<BTreeSet<String>>)) {
    for element in &pattern.elements {
        match element {
            PatternElement::Placeable { expression: Expression::Inline(inline) } => variable(inline, found),
            PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
                variable(selector, found);
                let keys = variants.iter().filter_map(|variant| match variant.key {
                    VariantKey::Identifier { name } => Some(name.to_owned()),
                    VariantKey::NumberLiteral { .. } => None,
                });
                found.1.push(keys.collect());
                variants.iter().for_each(|variant| walk(&variant.value, found));
            }
            PatternElement::TextElement { .. } => {}
        }
    }
}

fn variable(inline: &InlineExpression<&str>, found: &mut (BTreeSet<String>, Vec<BTreeSet<String>>)) {
    match inline {
        InlineExpression::VariableReference { id } => {
            found.0.insert(id.name.to_owned());
        }
        other => panic!("only variables stand in braces here: {other:?}"),
    }
}

#[test]
fn every_language_has_the_same_texts_with_the_same_variables() {
    let vietnamese = texts(Language::Vi);
    for language in Language::ALL {
        let other = texts(language);
        let missing: Vec<_> = vietnamese.keys().filter(|name| !other.contains_key(*name)).collect();
        let unknown: Vec<_> = other.keys().filter(|name| !vietnamese.contains_key(*name)).collect();
        assert!(
            missing.is_empty() && unknown.is_empty(),
            "{}: missing {missing:?}, unknown {unknown:?}",
            language.tag()
        );
        for (name, (variables, _)) in &other {
            assert_eq!(variables, &vietnamese[name].0, "{}: {name}", language.tag());
        }
    }
}

#[test]
fn every_plural_has_the_forms_that_its_language_distinguishes() {
    for language in Language::ALL {
        let forms: &[&str] = match language {
            Language::Vi => &["other"],
            Language::En | Language::Fr => &["one", "other"],
            Language::Ru => &["one", "few", "many"],
        };
        let complete: BTreeSet<String> = forms.iter().map(|&form| form.to_owned()).collect();
        // A choice by exact numbers only (`[0] … *[other] …`) is no plural.
        let exact = BTreeSet::from(["other".to_owned()]);
        for (name, (_, choices)) in texts(language) {
            for choice in choices {
                assert!(choice == complete || choice == exact, "{}: {name}: {choice:?}", language.tag());
            }
        }
    }
}

#[test]
fn counts_are_spoken_as_the_language_counts() {
    let say = |language, minutes: i64| get(language, id("fault-too-many-tries"), &[("minutes", minutes.into())]);
    assert!(say(Language::Vi, 1).contains("đợi 1\u{a0}phút"));
    assert!(say(Language::En, 1).contains("Wait 1 minute,") && say(Language::En, 21).contains("21 minutes,"));
    assert!(say(Language::Fr, 1).contains("1\u{a0}minute avant") && say(Language::Fr, 2).contains("2\u{a0}minutes"));
    for (minutes, words) in
        [(1, "минуту"), (2, "минуты"), (5, "минут "), (11, "минут "), (21, "минуту"), (24, "минуты")]
    {
        assert!(say(Language::Ru, minutes).contains(&format!("{minutes}\u{a0}{words}")), "{minutes}");
    }
}

#[test]
fn french_and_russian_keep_their_punctuation_on_the_line() {
    for source in sources(Language::Fr) {
        for (number, line) in source.lines().enumerate().filter(|(_, line)| !line.starts_with('#')) {
            let text = line.split_once(" = ").map_or(line, |(_, text)| text);
            for sign in [':', ';', '!', '?', '»'] {
                let spaced = text.match_indices(sign).all(|(at, _)| text[..at].ends_with(['\u{a0}', '\u{202f}']));
                assert!(spaced, "line {}: {line}", number + 1);
            }
            assert!(!text.contains('\'') && !text.contains('"'), "line {}: {line}", number + 1);
        }
    }
}

/// The texts named in templates as `text("…")` and `text_with("…", …)`, and in Rust also as `id("…")`.
fn used() -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    collect(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/web")), &mut used);
    // The console's pages are put together where they are answered.
    collect(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/http/pages/console")), &mut used);
    collect_from(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src/http/pages/sandbox.rs")), &mut used);
    used
}

fn collect(folder: &Path, used: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => collect(&path, used),
            false => collect_from(&path, used),
        }
    }
}

fn collect_from(path: &Path, used: &mut BTreeSet<String>) {
    let name = path.file_name().unwrap().to_str().unwrap();
    let is_source = [".rs", ".html", ".svg"].iter().any(|ending| name.ends_with(ending));
    if is_source && name != "tests.rs" {
        let source = std::fs::read_to_string(path).unwrap();
        let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        for call in ["text(\"", "text_with(\"", "id(\""] {
            // `said("…")` is no `id("…")`.
            let of_its_own = |at: usize| !source[..at].ends_with(|one: char| one.is_alphanumeric() || one == '_');
            let calls = source.match_indices(call).filter(|(at, _)| of_its_own(*at));
            let names = calls.filter_map(|(at, call)| source[at + call.len()..].split('"').next());
            used.extend(names.filter(|name| !name.contains('…')).map(str::to_owned));
        }
    }
}

#[test]
fn every_text_that_is_used_exists_and_every_text_that_exists_is_used() {
    let (used, known) = (used(), texts(Language::Vi));
    assert!(used.len() > 200, "the search finds only {}", used.len());
    let missing: Vec<_> = used.iter().filter(|name| !known.contains_key(*name)).collect();
    let unused: Vec<_> = known.keys().filter(|name| !used.contains(*name)).collect();
    assert!(missing.is_empty() && unused.is_empty(), "missing {missing:?}, unused {unused:?}");
}

#[test]
fn a_text_that_does_not_exist_is_seen_at_once() {
    assert_eq!(get(Language::En, id("no-such-text"), &[]), "⟦no-such-text⟧");
    assert_eq!(get(Language::En, id("limit-extend.no-such-attribute"), &[]), "⟦limit-extend.no-such-attribute⟧");
}
