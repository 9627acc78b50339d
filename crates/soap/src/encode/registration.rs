use domain::{HistoryEntry, ItemErrors, Registration, Sender, Status, Submission, Who};
use jiff::Timestamp;

use super::Xml;

/// The contract's bound of remarks in one validation and of errors in one item.
const MOST: usize = 10;

/// How an answer shows what was submitted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `PresenceRegistrationSubmitted`, for those who register and cancel.
    Submitted,
    /// `PresenceRegistrationConsultSubmitted`, for those who search and get.
    Consulted,
}

impl Xml {
    /// A `PresenceRegistrationType` under `name`.
    pub(super) fn registration(
        &mut self,
        name: &str,
        registration: &Registration,
        form: Form,
        history: &[HistoryEntry],
    ) {
        self.element(name, |xml| {
            let submitted = match form {
                Form::Submitted => "PresenceRegistrationSubmitted",
                Form::Consulted => "PresenceRegistrationConsultSubmitted",
            };
            xml.element(submitted, |xml| xml.submission(&registration.submission));
            if let Some(sector) = registration.sector {
                xml.number("Sector", sector.number());
            }
            if let Some(inss) = registration.inss() {
                xml.text("INSS", &inss.digits());
            }
            xml.number("PresenceRegistrationId", registration.id.number());
            xml.moment("CreationDate", registration.created);
            xml.text("Channel", registration.channel.protocol());
            xml.element("LastValidation", |xml| {
                xml.validation(registration.status, registration.remarks, registration.validated);
            });
            if !history.is_empty() {
                xml.element("ValidationHistory", |xml| xml.history(history));
            }
            xml.sender(&registration.sender);
        });
    }

    /// The day is always there, so that who left it out sees which one was taken.
    fn submission(&mut self, submission: &Submission) {
        self.day("RegistrationDate", submission.day);
        match &submission.who {
            Who::Worker { inss, company } => {
                self.text("INSS", &inss.digits());
                self.number("CompanyID", company.number());
            }
            // Only what is consulted may have it: a cancellation over SOAP of such a registration is refused.
            Who::OfForeign { inss, vat } => {
                self.text("INSS", &inss.digits());
                self.text("VatNumber", vat.as_str());
            }
            Who::Posted { limosa } => self.text("LimosaId", limosa.as_str()),
        }
        self.text("WorkPlaceId", submission.works.as_str());
        if let Some(reference) = &submission.reference {
            self.text("ClientPresenceRegistrationReference", reference.as_str());
        }
    }

    fn history(&mut self, history: &[HistoryEntry]) {
        for entry in history {
            // That it was stored is no validation: the contract gives such an entry no validation date.
            let at = (entry.status != Status::Registered).then_some(entry.at);
            self.element("Validation", |xml| xml.validation(entry.status, entry.remarks, at));
        }
    }

    fn validation(&mut self, status: Status, remarks: domain::Remarks, at: Option<Timestamp>) {
        self.text("Status", status.protocol());
        if let Some(at) = at {
            self.moment("ValidationDate", at);
        }
        // The contract has no text for the soft ones.
        let remarks = remarks.hard();
        if !remarks.is_empty() {
            self.element("RemarkList", |xml| {
                for remark in remarks.iter().take(MOST) {
                    xml.text("Remark", remark.protocol());
                }
            });
        }
    }

    fn sender(&mut self, sender: &Sender) {
        if *sender == Sender::default() {
            return;
        }
        self.element("Sender", |xml| {
            if let Some(id) = &sender.id {
                xml.text("SenderId", id);
            }
            if let Some(company) = sender.company {
                xml.number("SenderCompanyId", company.number());
            }
            if let Some(user_type) = &sender.user_type {
                xml.text("SenderUserType", user_type);
            }
        });
    }

    pub(super) fn errors(&mut self, errors: &ItemErrors) {
        self.element("ErrorList", |xml| {
            for error in errors.iter().take(MOST) {
                xml.error(error.code(), error.description());
            }
        });
    }

    pub(super) fn error(&mut self, code: &str, description: &str) {
        self.element("Error", |xml| {
            xml.text("ErrorCode", code);
            xml.text("ErrorDescription", description);
        });
    }
}
