//! A poster for a shop's door: A5, one page of PDF, a code with a few lines around it. Feature `poster`.
//!
//! The fonts are the standard ones that every viewer has, so nothing is embedded; the code is drawn as one path, which
//! stays sharp at every size. The same poster is the same bytes.

mod letters;

use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

use super::draw::Drawing;

/// A5 in points, 1/72 inch.
const WIDTH: f32 = 419.53;
const HEIGHT: f32 = 595.28;
/// Left free on either side, also for printers that cannot print to the edge.
const MARGIN: f32 = 34.0;
/// The code with its quiet zone: 112 mm.
const CODE: f32 = 318.0;
/// Where the lowest edge of the code is.
const CODE_BOTTOM: f32 = 112.0;
const LARGEST: f32 = 34.0;
/// What can still be read from a step away.
const SMALLEST: f32 = 8.0;
/// Of a letter of Courier, to its size.
const COURIER: f32 = 0.6;

const BOLD: Name<'_> = Name(b"B");
const TYPEWRITER: Name<'_> = Name(b"T");

/// What is written around the code. Every text is one line, made smaller until it fits.
#[derive(Clone, Copy, Debug)]
pub struct Poster<'a> {
    /// Above everything, small: what the code is for.
    pub purpose: &'a str,
    /// Whose it is, large: the merchant's name.
    pub name: &'a str,
    /// Under the name: the amount, or that the payer says it.
    pub amount: &'a str,
    /// The code.
    pub code: &'a Drawing,
    /// Under the code: [`super::words::check_words`].
    pub words: &'a str,
    /// At the foot, small: what to do with the words.
    pub note: &'a str,
}

/// Why there is no poster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PosterError {
    /// The standard fonts do not have this letter: they hold the languages of Western Europe and the Nordic countries.
    #[error("the poster's fonts have no {0:?}: write the text in Latin letters")]
    Letter(char),
    /// A line that would be smaller than can be read from a step away.
    #[error("a line of {0} letters does not fit the poster: shorten it")]
    TooLong(usize),
}

impl Poster<'_> {
    /// The poster as a PDF.
    pub fn pdf(&self) -> Result<Vec<u8>, PosterError> {
        let page = self.page()?;
        let [catalog, pages, leaf, bold, typewriter, content, info] =
            [1, 2, 3, 4, 5, 6, 7].map(Ref::new);
        let mut pdf = Pdf::new();
        pdf.catalog(catalog).pages(pages);
        pdf.document_info(info).title(TextStr(self.name));
        pdf.pages(pages).kids([leaf]).count(1);
        let mut sheet = pdf.page(leaf);
        sheet.media_box(Rect::new(0.0, 0.0, WIDTH, HEIGHT));
        sheet.parent(pages).contents(content);
        let mut resources = sheet.resources();
        let mut fonts = resources.fonts();
        fonts.pair(BOLD, bold).pair(TYPEWRITER, typewriter);
        fonts.finish();
        resources.finish();
        sheet.finish();
        for (font, name) in [(bold, "Helvetica-Bold"), (typewriter, "Courier-Bold")] {
            pdf.type1_font(font)
                .base_font(Name(name.as_bytes()))
                .encoding_predefined(Name(b"WinAnsiEncoding"));
        }
        pdf.stream(content, &page);
        Ok(pdf.finish())
    }

    fn page(&self) -> Result<Vec<u8>, PosterError> {
        let mut page = Content::new();
        page.set_fill_gray(0.0);
        bold(&mut page, self.purpose, 13.0, HEIGHT - 46.0)?;
        bold(&mut page, self.name, LARGEST, HEIGHT - 94.0)?;
        bold(&mut page, self.amount, 20.0, HEIGHT - 130.0)?;
        self.draw_code(&mut page);
        let words = Line::new(self.words, typewriter_width)?;
        words.show(&mut page, TYPEWRITER, 17.0, CODE_BOTTOM - 36.0)?;
        bold(&mut page, self.note, 11.0, CODE_BOTTOM - 66.0)?;
        Ok(page.finish().to_vec())
    }

    /// One rectangle for every run of dark modules in a row, filled at once, so that no viewer leaves a gap between.
    fn draw_code(&self, page: &mut Content) {
        let rows = self.code.dark_runs();
        let module = CODE / points(self.code.side());
        let left = (WIDTH - CODE) / 2.0;
        let top = CODE_BOTTOM + CODE;
        for run in rows {
            let x = left + points(run.column) * module;
            let y = top - points(run.row.saturating_add(1)) * module;
            page.rect(x, y, points(run.length) * module, module);
        }
        page.fill_nonzero();
    }
}

/// A line of letters that the fonts have, and its width at size 1.
struct Line {
    bytes: Vec<u8>,
    width: f32,
}

impl Line {
    fn new(text: &str, width: fn(u8) -> f32) -> Result<Self, PosterError> {
        let letter = |letter| letters::byte(letter).ok_or(PosterError::Letter(letter));
        let bytes = text.chars().map(letter).collect::<Result<Vec<u8>, _>>()?;
        let width = bytes.iter().copied().map(width).sum();
        Ok(Self { bytes, width })
    }

    /// In the middle, at this size or as large as it fits.
    fn show(
        &self,
        page: &mut Content,
        font: Name<'_>,
        size: f32,
        baseline: f32,
    ) -> Result<(), PosterError> {
        let room = WIDTH - 2.0 * MARGIN;
        let size = size.min(room / self.width.max(1.0));
        if size < SMALLEST {
            return Err(PosterError::TooLong(self.bytes.len()));
        }
        page.begin_text();
        page.set_font(font, size);
        page.next_line((WIDTH - self.width * size) / 2.0, baseline);
        page.show(Str(&self.bytes));
        page.end_text();
        Ok(())
    }
}

fn bold(page: &mut Content, text: &str, size: f32, baseline: f32) -> Result<(), PosterError> {
    let width = |byte| f32::from(letters::width(byte)) / 1000.0;
    Line::new(text, width)?.show(page, BOLD, size, baseline)
}

fn typewriter_width(_: u8) -> f32 {
    COURIER
}

/// Numbers of modules, at most 185.
fn points(modules: usize) -> f32 {
    u16::try_from(modules).map_or(f32::MAX, f32::from)
}
