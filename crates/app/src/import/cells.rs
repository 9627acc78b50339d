use domain::register::Period;
use domain::{EnterpriseNumber, EnterpriseNumberError, ForeignVatNumber, Inss, LimosaId};
use jiff::civil::Date;

use super::table::Fields;
use super::{Flaw, dates};

/// The longest text of a cell that is kept.
const LONGEST: usize = 255;

/// The cells of a line by the place of their column in the form, read as what they are. Flaws gather; a line with one
/// is rejected.
pub(super) struct Cells<'t> {
    fields: Fields<'t>,
    columns: &'static [&'static str],
    today: Date,
    flaws: Vec<Flaw>,
}

impl<'t> Cells<'t> {
    pub(super) fn new(fields: Fields<'t>, columns: &'static [&'static str], today: Date) -> Self {
        Self { fields, columns, today, flaws: Vec::new() }
    }

    /// What is wrong with the cells that were read.
    pub(super) fn into_flaws(self) -> Vec<Flaw> {
        self.flaws
    }

    /// The text of a cell, without blanks around it; `None` for an empty one.
    pub(super) fn text(&mut self, place: usize) -> Option<&'t str> {
        match std::str::from_utf8(self.fields.bytes(place)) {
            Ok(text) => Some(text.trim_ascii()).filter(|text| !text.is_empty()),
            Err(_) => self.flaw(place, "is no UTF-8"),
        }
    }

    /// Notes a flaw; there is no value.
    pub(super) fn flaw<T>(&mut self, place: usize, reason: impl Into<String>) -> Option<T> {
        self.flaws.push(Flaw::new(self.columns[place], reason));
        None
    }

    /// A cell that may not be empty.
    pub(super) fn needed(&mut self, place: usize) -> Option<&'t str> {
        let before = self.flaws.len();
        let text = self.text(place);
        if text.is_none() && self.flaws.len() == before {
            return self.flaw(place, "is empty");
        }
        text
    }

    /// A cell that may be empty, read by `read`, which says what is wrong.
    fn read<T>(&mut self, place: usize, read: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        match read(self.text(place)?) {
            Ok(value) => Some(value),
            Err(reason) => self.flaw(place, reason),
        }
    }

    /// A cell that may not be empty, read.
    fn read_needed<T>(
        &mut self,
        place: usize,
        read: impl FnOnce(&str) -> Result<T, String>,
    ) -> Option<T> {
        match read(self.needed(place)?) {
            Ok(value) => Some(value),
            Err(reason) => self.flaw(place, reason),
        }
    }

    /// A text to keep.
    pub(super) fn kept(&mut self, place: usize) -> Option<Box<str>> {
        self.read(place, |text| {
            let fits = text.len() <= LONGEST;
            fits.then(|| text.into()).ok_or(format!("is longer than {LONGEST} bytes"))
        })
    }

    /// A person's number.
    pub(super) fn inss(&mut self, place: usize) -> Option<Inss> {
        let today = self.today;
        self.read_needed(place, |text| inss(text, today))
    }

    /// A person's number that may be missing.
    pub(super) fn maybe_inss(&mut self, place: usize) -> Option<Inss> {
        let today = self.today;
        self.read(place, |text| inss(text, today))
    }

    /// An enterprise number.
    pub(super) fn enterprise(&mut self, place: usize) -> Option<EnterpriseNumber> {
        self.read_needed(place, enterprise)
    }

    /// An enterprise number that may be missing.
    pub(super) fn maybe_enterprise(&mut self, place: usize) -> Option<EnterpriseNumber> {
        self.read(place, enterprise)
    }

    /// A Limosa id.
    pub(super) fn limosa(&mut self, place: usize) -> Option<LimosaId> {
        self.read_needed(place, |text| {
            LimosaId::parse(text).ok_or("is no Limosa id: 1 to 20 digits".into())
        })
    }

    /// A foreign VAT number that may be missing.
    pub(super) fn maybe_vat(&mut self, place: usize) -> Option<ForeignVatNumber> {
        self.read(place, vat)
    }

    /// The days between two cells, both included and open where empty.
    pub(super) fn period(&mut self, from: usize, until: usize) -> Option<Period> {
        let before = self.flaws.len();
        let (first, last) = (self.date(from), self.date(until));
        if self.flaws.len() > before {
            return None;
        }
        match Period::new(first, last) {
            None => self.flaw(until, format!("is before {}", self.columns[from])),
            period => period,
        }
    }

    fn date(&mut self, place: usize) -> Option<Date> {
        self.read(place, |text| dates::iso(text).ok_or_else(|| "is no date: yyyy-mm-dd".into()))
    }
}

fn inss(text: &str, today: Date) -> Result<Inss, String> {
    let wrong = "is no valid person's number: 11 digits, of which the last two check the others";
    Inss::parse(text, today).ok_or_else(|| wrong.into())
}

pub(super) fn enterprise(text: &str) -> Result<EnterpriseNumber, String> {
    EnterpriseNumber::parse(text).map_err(|error| match error {
        EnterpriseNumberError::Shape => format!("is no enterprise number: {error}"),
        EnterpriseNumberError::Check => error.to_string(),
    })
}

pub(super) fn vat(text: &str) -> Result<ForeignVatNumber, String> {
    ForeignVatNumber::parse(text).ok_or_else(|| {
        "is no foreign VAT number: two capitals for the country, not BE, then 1 to 18 capitals and \
         digits"
            .into()
    })
}
