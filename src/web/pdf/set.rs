//! What stands where: A4, one column, a name beside its value.

use super::fit::{Fonts, Weight};
use super::{Paper, REGULAR, Row, STRONG};

/// A4 in points.
pub(super) const WIDTH: f32 = 595.28;
pub(super) const HEIGHT: f32 = 841.89;

const MARGIN: f32 = 56.0;
const ROOM: f32 = WIDTH - 2.0 * MARGIN;
/// Where the values begin.
const VALUES: f32 = 150.0;
const BOTTOM: f32 = HEIGHT - 72.0;
const FOOT: f32 = HEIGHT - 40.0;

const INK: [u8; 3] = [0x1c, 0x1f, 0x33];
const QUIET: [u8; 3] = [0x56, 0x59, 0x6b];
const ACCENT: [u8; 3] = [0xa6, 0x2b, 0x56];

/// One line of text at its place; `y` is its base line.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub x: f32,
    pub y: f32,
    pub size: f32,
    pub weight: Weight,
    pub ink: [u8; 3],
    pub text: String,
    pub role: Role,
    /// Which paragraph it is a line of.
    pub paragraph: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Title,
    Section,
    Text,
}

/// How a paragraph looks.
#[derive(Clone, Copy)]
struct Style {
    size: f32,
    weight: Weight,
    ink: [u8; 3],
    role: Role,
}

const TITLE: Style = Style { size: 20.0, weight: STRONG, ink: ACCENT, role: Role::Title };
const LEAD: Style = Style { size: 10.0, weight: REGULAR, ink: QUIET, role: Role::Text };
const SECTION: Style = Style { size: 13.0, weight: STRONG, ink: INK, role: Role::Section };
const NAME: Style = Style { size: 10.0, weight: REGULAR, ink: QUIET, role: Role::Text };
const TEXT: Style = Style { size: 10.0, weight: REGULAR, ink: INK, role: Role::Text };
const ABOUT: Style = Style { size: 8.5, weight: REGULAR, ink: QUIET, role: Role::Text };

impl Style {
    /// From one base line to the next.
    fn leading(&self) -> f32 {
        self.size * 1.45
    }
}

struct Setter<'f> {
    fonts: &'f Fonts,
    pages: Vec<Vec<Piece>>,
    /// Where the next line may begin.
    y: f32,
    paragraph: usize,
}

pub(super) fn pages(paper: &Paper, fonts: &Fonts) -> Vec<Vec<Piece>> {
    let mut setter = Setter { fonts, pages: vec![Vec::new()], y: MARGIN, paragraph: 0 };
    setter.set(&paper.title, TITLE, MARGIN, ROOM);
    setter.y += 4.0;
    for sentence in &paper.lead {
        setter.set(sentence, LEAD, MARGIN, ROOM);
    }
    for section in &paper.sections {
        setter.y += 14.0;
        // A heading does not stand alone at the foot of a page.
        setter.keep(SECTION.leading() + 3.0 * TEXT.leading());
        setter.set(&section.title, SECTION, MARGIN, ROOM);
        setter.y += 3.0;
        for row in &section.rows {
            setter.row(row);
        }
    }
    setter.pages
}

/// The foot of page `number` of `count`.
pub(super) fn foot(said: &str, number: usize, count: usize, fonts: &Fonts) -> Vec<Piece> {
    let face = fonts.of(ABOUT.weight);
    let numbers = format!("{number} / {count}");
    let piece = |x, text| Piece {
        x,
        y: FOOT,
        size: ABOUT.size,
        weight: ABOUT.weight,
        ink: ABOUT.ink,
        text,
        role: ABOUT.role,
        paragraph: 0,
    };
    let numbers_at = WIDTH - MARGIN - face.width(&numbers, ABOUT.size);
    let said = face.lines(said, ABOUT.size, numbers_at - MARGIN - 20.0).into_iter().next();
    said.map(|said| piece(MARGIN, said)).into_iter().chain([piece(numbers_at, numbers)]).collect()
}

impl Setter<'_> {
    fn row(&mut self, row: &Row) {
        match row {
            Row::Fact { name, value } => {
                let (names, values) = (self.lines(name, NAME, VALUES - 12.0), self.lines(value, TEXT, ROOM - VALUES));
                self.keep(TEXT.leading() * names.len().max(values.len()).min(4) as f32);
                let (top, page) = (self.y, self.pages.len());
                self.place(names, NAME, MARGIN);
                // Side by side, unless the name went on over the page.
                if page == self.pages.len() {
                    let below = std::mem::replace(&mut self.y, top);
                    self.place(values, TEXT, MARGIN + VALUES);
                    if page == self.pages.len() {
                        self.y = self.y.max(below);
                    }
                } else {
                    self.place(values, TEXT, MARGIN + VALUES);
                }
                self.y += 2.0;
            }
            Row::Line { said, about } => {
                self.keep(TEXT.leading() + ABOUT.leading());
                self.set(said, TEXT, MARGIN, ROOM);
                self.set(about, ABOUT, MARGIN, ROOM);
                self.y += 5.0;
            }
            Row::Note(said) => {
                self.set(said, TEXT, MARGIN, ROOM);
                self.y += 3.0;
            }
        }
    }

    fn set(&mut self, text: &str, style: Style, x: f32, room: f32) {
        let lines = self.lines(text, style, room);
        self.place(lines, style, x);
    }

    fn lines(&self, text: &str, style: Style, room: f32) -> Vec<String> {
        self.fonts.of(style.weight).lines(text, style.size, room)
    }

    fn place(&mut self, lines: Vec<String>, style: Style, x: f32) {
        self.paragraph += 1;
        for text in lines {
            self.keep(style.leading());
            let piece = Piece {
                x,
                y: self.y + style.size,
                size: style.size,
                weight: style.weight,
                ink: style.ink,
                text,
                role: style.role,
                paragraph: self.paragraph,
            };
            if let Some(page) = self.pages.last_mut() {
                page.push(piece);
            }
            self.y += style.leading();
        }
    }

    /// Goes on over the page where `height` does not fit here.
    fn keep(&mut self, height: f32) {
        if self.y + height > BOTTOM && self.y > MARGIN {
            self.pages.push(Vec::new());
            self.y = MARGIN;
        }
    }
}
