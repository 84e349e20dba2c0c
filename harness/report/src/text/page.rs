//! Lines with tones and columns. Every text passes through [`visible`] here, once, at the sink.

use super::TextStyle;
use crate::visible::{columns, cut, visible};

/// How a piece of text stands out. Colour is never the only signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Plain,
    Strong,
    Quiet,
    Good,
    Warning,
    Bad,
}

impl Tone {
    /// Parameters of the SGR escape sequence (ECMA-48, 8.3.117).
    const fn sgr(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Strong => "1",
            Self::Quiet => "2",
            Self::Good => "32",
            Self::Warning => "33",
            Self::Bad => "1;31",
        }
    }
}

/// One line being written.
#[derive(Debug, Default)]
pub(crate) struct Line {
    spans: Vec<(Tone, String)>,
    width: usize,
}

impl Line {
    /// A line that starts with a quiet label in the first column of every block.
    pub(crate) fn labelled(label: &str) -> Self {
        Self::default().pad_to(2).put(Tone::Quiet, label).gap_to(BODY)
    }

    /// A line below a labelled one.
    pub(crate) fn below() -> Self {
        Self::default().pad_to(BODY)
    }

    pub(crate) const fn width(&self) -> usize {
        self.width
    }

    pub(crate) fn put(mut self, tone: Tone, text: &str) -> Self {
        self.width += columns(text);
        self.spans.push((tone, visible(text).into_owned()));
        self
    }

    /// The text with its middle left out where it would pass `right`.
    pub(crate) fn put_cut(self, tone: Tone, text: &str, right: usize) -> Self {
        let room = right.saturating_sub(self.width).max(20);
        self.put(tone, &cut(text, room))
    }

    pub(crate) fn pad_to(self, column: usize) -> Self {
        let missing = column.saturating_sub(self.width);
        self.put(Tone::Plain, &" ".repeat(missing))
    }

    /// Pads, and keeps two spaces where the text is already there.
    pub(crate) fn gap_to(self, column: usize) -> Self {
        let column = column.max(self.width + 2);
        self.pad_to(column)
    }

    pub(crate) fn gap(self) -> Self {
        let column = self.width + 3;
        self.pad_to(column)
    }
}

/// The column where the body of a block starts.
pub(crate) const BODY: usize = 12;

/// The text being written.
#[derive(Debug)]
pub(crate) struct Page {
    out: String,
    color: bool,
    pub(crate) width: usize,
}

impl Page {
    fn new(color: bool, width: usize) -> Self {
        Self { out: String::new(), color, width: width.max(40) }
    }

    pub(crate) fn for_style(style: &TextStyle) -> Self {
        Self::new(style.color, if style.width == 0 { 100 } else { style.width })
    }

    pub(crate) fn line(&mut self, line: Line) {
        let last = line.spans.iter().rposition(|(_, text)| !text.trim_end().is_empty());
        let spans = last.map_or(&[][..], |last| &line.spans[..=last]);
        for (at, (tone, text)) in spans.iter().enumerate() {
            let text = if Some(at) == last { text.trim_end() } else { text };
            if self.color && *tone != Tone::Plain && !text.is_empty() {
                self.out.extend(["\u{1b}[", tone.sgr(), "m", text, "\u{1b}[0m"]);
            } else {
                self.out.push_str(text);
            }
        }
        self.out.push('\n');
    }

    /// An empty line between blocks, never two.
    pub(crate) fn blank(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    pub(crate) fn finish(self) -> String {
        self.out
    }
}

/// A cell of a table.
pub(crate) type Cell = (Tone, String);

/// Writes rows as lines with aligned columns.
pub(crate) fn table(page: &mut Page, rows: Vec<Vec<Cell>>, start: impl Fn(usize) -> Line) {
    for line in aligned(rows, start, page.width) {
        page.line(line);
    }
}

/// Rows as lines with aligned columns; a column that is empty everywhere takes no room. Each line continues the
/// one that `start` makes for its index. Long cells are cut in the middle, the last of a row only where it passes
/// `right`.
pub(crate) fn aligned(rows: Vec<Vec<Cell>>, start: impl Fn(usize) -> Line, right: usize) -> Vec<Line> {
    let wide = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width_of = |at: usize| {
        let cells = rows.iter().filter_map(|row| row.get(at));
        cells.map(|(_, text)| columns(text).min(WIDEST)).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..wide).map(width_of).collect();
    let write = |(at, row): (usize, Vec<Cell>)| {
        let last = row.iter().rposition(|(_, text)| !text.is_empty());
        let mut line = start(at);
        let mut column = line.width;
        for (cell, (tone, text)) in row.into_iter().enumerate().filter(|(cell, _)| widths[*cell] > 0) {
            line = line.pad_to(column);
            // The last cell may fill the line; in the middle it would push the others out.
            let room = if Some(cell) == last { right.saturating_sub(line.width).max(WIDEST) } else { WIDEST };
            line = line.put(tone, &cut(&text, room));
            column += widths[cell] + 3;
        }
        line
    };
    rows.into_iter().enumerate().map(write).collect()
}

/// The widest that the name of an environment may be.
pub(crate) const NAME: usize = 24;
/// The longest that a sentence may be: it wraps, and is there to be read whole.
pub(crate) const SENTENCE: usize = 600;
/// The widest that a cell before the last may be.
pub(crate) const WIDEST: usize = 48;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_changes_no_character() {
        let write = |color| {
            let mut page = Page::new(color, 80);
            page.line(Line::labelled("a").put(Tone::Bad, "b").gap().put(Tone::Plain, " "));
            page.finish()
        };
        assert_eq!(write(false), "  a         b\n");
        assert_eq!(write(true), "  \u{1b}[2ma\u{1b}[0m         \u{1b}[1;31mb\u{1b}[0m\n");
    }

    #[test]
    fn columns_align_and_empty_ones_vanish() {
        let cell = |text: &str| (Tone::Plain, text.to_owned());
        let mut page = Page::new(false, 80);
        let rows = vec![
            vec![cell("a"), cell(""), cell("日本"), cell("x")],
            vec![cell("long"), cell(""), cell("b"), cell("\u{1b}")],
        ];
        table(&mut page, rows, |_| Line::default());
        assert_eq!(page.finish(), "a      日本   x\nlong   b      \\u{1b}\n");
    }
}
