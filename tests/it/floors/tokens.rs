//! Rust's tokens, as far as finding paths needs them: words, signs and what stands in brackets. Comments are
//! left out; texts, characters, numbers and lifetimes are there but say nothing.

/// A token of Rust source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// An identifier or keyword, and its line.
    Word(String, usize),
    Sign(char),
    /// The opening bracket and what stands in it.
    Group(char, Vec<Self>),
    Literal,
}

impl Token {
    pub fn is_sign(&self, sign: char) -> bool {
        *self == Self::Sign(sign)
    }

    pub fn is_word(&self, expected: &str) -> bool {
        matches!(self, Self::Word(word, _) if word == expected)
    }
}

/// The tokens of `text`, which the compiler has accepted.
pub fn read(text: &str) -> Vec<Token> {
    let mut reader = Reader { text, at: 0, line: 1 };
    let tokens = reader.group();
    assert_eq!(reader.at, text.len(), "a bracket closes on line {} that none had opened", reader.line);
    tokens
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

impl<'a> Reader<'a> {
    /// Reads up to the bracket that closes the group, or the end of the text.
    fn group(&mut self) -> Vec<Token> {
        let mut tokens = Vec::new();
        while let Some(next) = self.rest().chars().next() {
            match next {
                ')' | ']' | '}' => break,
                '(' | '[' | '{' => {
                    self.skip(1);
                    tokens.push(Token::Group(next, self.group()));
                    self.skip(1);
                }
                _ if next.is_whitespace() => self.skip(next.len_utf8()),
                _ if self.rest().starts_with("//") => self.skip(self.rest().find('\n').unwrap_or(self.rest().len())),
                _ if self.rest().starts_with("/*") => self.comment(),
                '"' => tokens.push(self.text()),
                '\'' => tokens.push(self.quote()),
                _ if next.is_numeric() => {
                    self.word();
                    tokens.push(Token::Literal);
                }
                _ if is_of_word(next) => tokens.push(self.word_or_text()),
                sign => {
                    self.skip(sign.len_utf8());
                    tokens.push(Token::Sign(sign));
                }
            }
        }
        tokens
    }

    /// Block comments nest.
    fn comment(&mut self) {
        let mut depth = 0;
        loop {
            match self.rest() {
                rest if rest.starts_with("/*") => (depth, _) = (depth + 1, self.skip(2)),
                rest if rest.starts_with("*/") => (depth, _) = (depth - 1, self.skip(2)),
                rest => self.skip(rest.chars().next().map_or(0, char::len_utf8)),
            }
            if depth == 0 || self.rest().is_empty() {
                return;
            }
        }
    }

    /// `"…"`, with escapes.
    fn text(&mut self) -> Token {
        let mut escaped = true;
        let length = self.rest().find(|char| {
            let ends = char == '"' && !escaped;
            escaped = char == '\\' && !escaped;
            ends
        });
        self.skip(length.map_or(self.rest().len(), |length| length + 1));
        Token::Literal
    }

    /// `'c'`, `'\n'` or a lifetime.
    fn quote(&mut self) -> Token {
        let mut following = self.rest().chars().skip(1);
        match (following.next(), following.next()) {
            (Some('\\'), _) => {
                let end = self.rest()[3..].find('\'').map_or(self.rest().len(), |end| end + 4);
                self.skip(end);
            }
            (Some(char), Some('\'')) => self.skip(char.len_utf8() + 2),
            _ => {
                self.skip(1);
                self.word();
            }
        }
        Token::Literal
    }

    /// A word, or the text or character it is the prefix of: `r#"…"#`, `b"…"`, `b'c'`.
    fn word_or_text(&mut self) -> Token {
        let line = self.line;
        let word = self.word();
        let hashes = self.rest().chars().take_while(|char| *char == '#').count();
        let raw = matches!(word, "r" | "br" | "cr");
        if raw && self.rest()[hashes..].starts_with('"') {
            let end = format!("\"{}", "#".repeat(hashes));
            let body = hashes + 1;
            let length = self.rest()[body..].find(&end).map_or(self.rest().len(), |at| body + at + end.len());
            self.skip(length);
            return Token::Literal;
        }
        match (word, self.rest().chars().next()) {
            ("r", Some('#')) => {
                self.skip(1);
                Token::Word(self.word().to_owned(), line)
            }
            ("b" | "c", Some('"')) => self.text(),
            ("b", Some('\'')) => self.quote(),
            _ => Token::Word(word.to_owned(), line),
        }
    }

    fn word(&mut self) -> &'a str {
        let rest = &self.text[self.at..];
        let length = rest.find(|char| !is_of_word(char)).unwrap_or(rest.len());
        self.skip(length);
        &rest[..length]
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn skip(&mut self, length: usize) {
        let to = (self.at + length).min(self.text.len());
        self.line += self.text[self.at..to].matches('\n').count();
        self.at = to;
    }
}

fn is_of_word(char: char) -> bool {
    char == '_' || char.is_alphanumeric()
}

#[test]
fn words_in_comments_and_texts_are_not_read() {
    let text = r####"
        // one /* two
        /* three /* four */ five */
        "six \" seven" b"eight" r#"nine " ten"# br##"eleven"# twelve"## 'a' '\'' '"' b'\\' '\u{1F33A}' 'é'
        seen"####;
    let words: Vec<Token> = read(text).into_iter().filter(|token| *token != Token::Literal).collect();
    assert_eq!(words, [Token::Word("seen".into(), 5)]);
}

#[test]
fn a_lifetime_is_not_the_beginning_of_a_character() {
    let word = |word: &str| Token::Word(word.into(), 1);
    let tokens = read("&'a str, r#type(1.5e3)");
    let inner = vec![Token::Literal, Token::Sign('.'), Token::Literal];
    let expected =
        [Token::Sign('&'), Token::Literal, word("str"), Token::Sign(','), word("type"), Token::Group('(', inner)];
    assert_eq!(tokens, expected);
}
