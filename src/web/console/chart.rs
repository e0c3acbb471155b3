//! Charts that the server draws: SVG whose colours come from the style sheet, with a title, a description, and the same figures in a
//! table beside it for whoever reads no picture.

use super::number;
use crate::web::text::Voice;

/// How wide and how high a chart's field is, in its own units.
const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 160.0;
/// Where its field begins: left of it stand the figures of the axis.
const LEFT: f64 = 56.0;
const TOP: f64 = 12.0;
/// More series than this cannot be told apart: the last holds the rest.
pub const MOST_SERIES: usize = 5;

/// A chart of counts over time: a bar for each span, in which the series stand on each other.
#[derive(Clone, Debug)]
pub struct Chart {
    /// Names its parts on the page.
    pub id: &'static str,
    pub title: String,
    /// What is to be seen, in a sentence.
    pub says: String,
    /// What each bar is of, such as a day.
    pub spans: Vec<String>,
    pub series: Vec<Series>,
    /// The head of the table's first column.
    pub span_name: String,
}

/// Counts under one name, one for each span.
#[derive(Clone, Debug)]
pub struct Series {
    pub name: String,
    pub counts: Vec<u64>,
}

/// A part of a bar, where it is drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Part {
    /// Which series, from 1 on: the style sheet knows its colour.
    pub series: usize,
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

/// A line of the grid, and the figure that stands at it.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub y: f64,
    pub count: u64,
}

/// A label below the bars.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    pub x: f64,
    pub text: String,
}

impl Chart {
    /// Everything that was counted.
    pub fn total(&self) -> u64 {
        self.series.iter().map(Series::total).sum()
    }

    /// What stands at a line of the grid.
    pub(super) fn axis(&self, voice: &Voice, line: &Line) -> String {
        number(voice, line.count)
    }

    /// What a series comes to.
    pub(super) fn sum(&self, voice: &Voice, series: &Series) -> String {
        number(voice, series.total())
    }

    /// What a series has in one span.
    pub(super) fn count(&self, voice: &Voice, series: &Series, span: &usize) -> String {
        number(voice, series.at(*span))
    }

    pub(super) fn heading(&self) -> String {
        format!("{}-title", self.id)
    }

    pub(super) fn description(&self) -> String {
        format!("{}-says", self.id)
    }

    /// The count at the top of the field: a round one that no bar exceeds.
    fn top(&self) -> u64 {
        let highest = (0..self.spans.len()).map(|span| self.series.iter().map(|one| one.at(span)).sum()).max();
        round_up(highest.unwrap_or(0))
    }

    /// The bars, in units of the field.
    pub(super) fn parts(&self) -> Vec<Part> {
        let top = self.top() as f64;
        let step = (WIDTH - LEFT) / self.spans.len().max(1) as f64;
        let mut parts = Vec::new();
        for span in 0..self.spans.len() {
            let mut below = 0.0;
            for (place, series) in self.series.iter().enumerate() {
                let height = series.at(span) as f64 / top * HEIGHT;
                if height > 0.0 {
                    let (x, y) = (LEFT + step * span as f64 + step * 0.12, TOP + HEIGHT - below - height);
                    parts.push(Part {
                        series: place + 1,
                        x: tenth(x),
                        y: tenth(y),
                        width: tenth(step * 0.76),
                        height: tenth(height),
                    });
                }
                below += height;
            }
        }
        parts
    }

    /// The lines of the grid, the lowest first.
    pub(super) fn lines(&self) -> Vec<Line> {
        let top = self.top();
        (0..=4_u64)
            .map(|quarter| Line { y: tenth(TOP + HEIGHT - HEIGHT * quarter as f64 / 4.0), count: top * quarter / 4 })
            .collect()
    }

    /// So many labels as have room.
    pub(super) fn labels(&self) -> Vec<Label> {
        let step = (WIDTH - LEFT) / self.spans.len().max(1) as f64;
        let every = self.spans.len().div_ceil(7).max(1);
        let labelled = self.spans.iter().enumerate().filter(|(place, _)| place % every == 0);
        labelled
            .map(|(place, text)| Label { x: tenth(LEFT + step * (place as f64 + 0.5)), text: text.clone() })
            .collect()
    }
}

impl Series {
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    pub(super) fn at(&self, span: usize) -> u64 {
        self.counts.get(span).copied().unwrap_or(0)
    }
}

/// The points of a line of counts, for a field of 120 by 24.
pub fn spark(counts: &[u64]) -> String {
    let top = counts.iter().copied().max().unwrap_or(0).max(1) as f64;
    let step = 116.0 / counts.len().saturating_sub(1).max(1) as f64;
    let point = |(place, count): (usize, &u64)| {
        format!("{},{}", tenth(2.0 + step * place as f64), tenth(22.0 - *count as f64 / top * 20.0))
    };
    counts.iter().enumerate().map(point).collect::<Vec<_>>().join(" ")
}

/// The next number that four lines divide: 4, 8, 20, 40, 80, 200, …
fn round_up(highest: u64) -> u64 {
    let mut unit = 4_u64;
    loop {
        for times in [1, 2, 5] {
            let round = unit.saturating_mul(times);
            if round >= highest {
                return round;
            }
        }
        unit = unit.saturating_mul(10);
    }
}

fn tenth(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(series: &[&[u64]]) -> Chart {
        Chart {
            id: "chart",
            title: String::new(),
            says: String::new(),
            spans: (0..series[0].len()).map(|span| span.to_string()).collect(),
            series: series.iter().map(|counts| Series { name: String::new(), counts: counts.to_vec() }).collect(),
            span_name: String::new(),
        }
    }

    #[test]
    fn series_stand_on_each_other_and_reach_no_higher_than_the_field() {
        let chart = chart(&[&[3, 0], &[1, 8]]);
        assert_eq!((chart.top(), chart.total()), (8, 12));
        let parts = chart.parts();
        assert_eq!(
            parts.iter().map(|part| (part.series, part.height)).collect::<Vec<_>>(),
            [(1, 60.0), (2, 20.0), (2, 160.0)]
        );
        assert_eq!(parts[1].y + parts[1].height, parts[0].y, "the second stands on the first");
        assert!(parts.iter().all(|part| part.y >= TOP && part.x >= LEFT && part.x + part.width <= WIDTH));
        assert_eq!(chart.lines().iter().map(|line| line.count).collect::<Vec<_>>(), [0, 2, 4, 6, 8]);
    }

    #[test]
    fn nothing_is_drawn_where_nothing_was_counted() {
        let chart = chart(&[&[0, 0, 0]]);
        assert!(chart.parts().is_empty());
        assert_eq!(chart.top(), 4);
        assert_eq!(spark(&[0, 0]), "2,22 118,22");
        assert_eq!(spark(&[]), "");
    }

    #[test]
    fn the_top_is_round_and_never_too_low() {
        assert_eq!([0, 4, 5, 9, 21, 41, 81, 1_000_000].map(round_up), [4, 4, 8, 20, 40, 80, 200, 2_000_000]);
        assert!(round_up(u64::MAX) == u64::MAX);
    }

    #[test]
    fn labels_leave_room_for_each_other() {
        let many = chart(&[&[1; 30]]);
        assert!(many.labels().len() <= 7, "{}", many.labels().len());
    }
}
