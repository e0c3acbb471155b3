//! Reads the paths that a source file names: in `use` trees, in code, in macros' arguments and bodies.
//!
//! It reads tokens, not syntax, so that what stands inside a macro counts as well. Comments and texts do not.

use std::collections::HashSet;

use super::tokens::{self, Token};

/// A path, made absolute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Path {
    /// From the root of our crate.
    Ours(Vec<String>),
    /// Beginning with the name of a dependency.
    Foreign(Vec<String>),
}

/// Whether only tests compile it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Program,
    Test,
}

/// A path and where it was named.
pub struct Named {
    pub path: Path,
    pub line: usize,
    pub place: Place,
}

/// What one file names.
#[derive(Default)]
pub struct Source {
    mentions: Vec<Mention>,
    /// Names that the file declares or imports, and that therefore are no crates in it.
    local: HashSet<String>,
    /// The lines of `async`.
    pub asyncs: Vec<usize>,
}

struct Mention {
    start: Start,
    segments: Vec<String>,
    module: Vec<String>,
    line: usize,
    place: Place,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Start {
    /// `name::…`: whatever `name` is in the file, or else a crate.
    Name,
    /// `::name::…`: a crate.
    Root,
}

/// Where the reader is: the module, and whether only tests compile it.
#[derive(Clone)]
struct Scope {
    module: Vec<String>,
    place: Place,
}

impl Source {
    /// Reads `text`, the source of `module`.
    pub fn read(text: &str, module: &[&str]) -> Self {
        let scope = Scope { module: module.iter().map(ToString::to_string).collect(), place: Place::Program };
        let mut source = Self::default();
        source.walk(&tokens::read(text), &scope);
        source
    }

    /// All paths into our crate, and those into `crates`.
    pub fn paths(&self, crates: &[String]) -> Vec<Named> {
        let named = |mention: &Mention| {
            let path = self.resolve(mention, crates)?;
            Some(Named { path, line: mention.line, place: mention.place })
        };
        self.mentions.iter().filter_map(named).collect()
    }

    fn resolve(&self, mention: &Mention, crates: &[String]) -> Option<Path> {
        let (first, rest) = mention.segments.split_first()?;
        match first.as_str() {
            "crate" => Some(Path::Ours(rest.to_vec())),
            "self" | "super" => {
                let mut path = mention.module.clone();
                for segment in &mention.segments {
                    match segment.as_str() {
                        "self" => {}
                        "super" => drop(path.pop()),
                        _ => path.push(segment.clone()),
                    }
                }
                Some(Path::Ours(path))
            }
            _ if mention.start == Start::Name && self.local.contains(first) => None,
            _ => crates.contains(first).then(|| Path::Foreign(mention.segments.clone())),
        }
    }

    fn walk(&mut self, tokens: &[Token], outer: &Scope) {
        // `#[cfg(test)]` narrows the scope until the item it stands on has ended.
        let mut scope = outer.clone();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at += 1;
            match token {
                Token::Group(bracket, inner) => {
                    if is_cfg_test(inner) {
                        scope.place = Place::Test;
                    }
                    self.walk(inner, &scope);
                    if *bracket == '{' {
                        scope.clone_from(outer);
                    }
                }
                Token::Sign(';') => scope.clone_from(outer),
                Token::Sign(_) | Token::Literal => {}
                // Not `use<'a>`, which says what an `impl Trait` captures.
                Token::Word(word, _) if word == "use" && !is_sign(tokens.get(at), '<') => {
                    let length = tokens[at..].iter().take_while(|token| !token.is_sign(';')).count();
                    self.import(&tokens[at..at + length], &[], &scope);
                    at += length;
                }
                Token::Word(word, _) if word == "mod" => {
                    let Some(Token::Word(name, _)) = tokens.get(at) else { continue };
                    self.local.insert(name.clone());
                    at += 1;
                    if let Some(Token::Group(_, body)) = tokens.get(at) {
                        let mut inner = scope.clone();
                        inner.module.push(name.clone());
                        self.walk(body, &inner);
                        scope.clone_from(outer);
                        at += 1;
                    }
                }
                Token::Word(word, line) => {
                    if word == "async" {
                        self.asyncs.push(*line);
                    }
                    let first = at - 1;
                    let segments = segments(tokens, &mut at, word);
                    let is_extern_crate = first > 0 && tokens[first - 1].is_word("crate");
                    if (segments.len() > 1 || is_extern_crate)
                        && let Some(start) = start(tokens, first)
                    {
                        self.mention(start, segments, *line, &scope);
                    }
                }
            }
        }
    }

    /// Reads the tree behind a `use`, or a group inside one.
    fn import(&mut self, tree: &[Token], prefix: &[String], scope: &Scope) {
        for branch in tree.split(|token| token.is_sign(',')) {
            // `$crate` in a macro is ours, as `crate` is.
            let branch = branch.strip_prefix(&[Token::Sign('$')]).unwrap_or(branch);
            let mut at = branch.iter().take_while(|token| token.is_sign(':')).count();
            let start = if at > 0 { Start::Root } else { Start::Name };
            let mut path = prefix.to_vec();
            let mut line = 0;
            if let Some(Token::Word(word, of_word)) = branch.get(at) {
                at += 1;
                line = *of_word;
                path.extend(segments(branch, &mut at, word));
            }
            match branch[at..].iter().find(|token| !token.is_sign(':')) {
                Some(Token::Group(_, inner)) => self.import(inner, &path, scope),
                // `::*`
                Some(Token::Sign(_) | Token::Literal) => self.mention(start, path, line, scope),
                None if path == prefix => {}
                // `as` and a name, or nothing.
                alias => {
                    if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
                        path.pop();
                    }
                    match (alias, branch.last()) {
                        (Some(_), Some(Token::Word(alias, _))) => drop(self.local.insert(alias.clone())),
                        _ if path.len() > 1 => self.local.extend(path.last().cloned()),
                        _ => {}
                    }
                    self.mention(start, path, line, scope);
                }
            }
        }
    }

    fn mention(&mut self, start: Start, segments: Vec<String>, line: usize, scope: &Scope) {
        let Scope { module, place } = scope.clone();
        self.mentions.push(Mention { start, segments, module, line, place });
    }
}

/// The path that begins with `first`, the token before `at`; leaves `at` behind it.
fn segments(tokens: &[Token], at: &mut usize, first: &str) -> Vec<String> {
    let mut segments = vec![first.to_owned()];
    while let Some([Token::Sign(':'), Token::Sign(':'), Token::Word(next, _)]) = tokens.get(*at..*at + 3) {
        segments.push(next.clone());
        *at += 3;
    }
    segments
}

/// How a path that begins at `at` starts; `None` if it only goes on with one, as `new` does in `Vec::<T>::new`.
fn start(tokens: &[Token], at: usize) -> Option<Start> {
    match &tokens[..at] {
        // A macro's variable is whatever it is given, where it is given; `$crate` is ours.
        [.., Token::Sign('$')] => tokens[at].is_word("crate").then_some(Start::Name),
        [.., Token::Sign('-' | '='), Token::Sign('>'), Token::Sign(':'), Token::Sign(':')] => Some(Start::Root),
        [.., Token::Sign('>') | Token::Word(..) | Token::Group(..), Token::Sign(':'), Token::Sign(':')] => None,
        [.., Token::Sign(':'), Token::Sign(':')] => Some(Start::Root),
        _ => Some(Start::Name),
    }
}

fn is_cfg_test(attribute: &[Token]) -> bool {
    match attribute {
        [cfg, Token::Group('(', condition)] => {
            cfg.is_word("cfg") && matches!(&condition[..], [test] if test.is_word("test"))
        }
        _ => false,
    }
}

fn is_sign(token: Option<&Token>, sign: char) -> bool {
    token.is_some_and(|token| token.is_sign(sign))
}
