use domain::{ItemErrors, SearchPage};

use super::Xml;
use super::registration::Form;
use crate::message::{PageRequest, SearchRequest, SortRequest};

/// The answer to `searchPresences`: the request again, the exact count, and the page.
pub(crate) fn found(request: &SearchRequest<'_>, page: &SearchPage) -> Vec<u8> {
    answer(request, 1100 * page.registrations.len(), |xml| {
        xml.element("PresenceRegistrationList", |xml| {
            xml.number("PresenceRegistrationResultCount", page.count);
            for registration in &page.registrations {
                xml.registration("PresenceRegistration", registration, Form::Consulted, &[]);
            }
        });
    })
}

/// Why a search was not done.
pub(crate) enum Refused<'a> {
    /// Criteria that can be no such thing.
    Invalid(&'a ItemErrors),
    /// It would look at more registrations than one search may.
    TooBroad { budget: u32 },
}

/// The answer to a `searchPresences` that is not done: the request again, and why.
pub(crate) fn refused(request: &SearchRequest<'_>, refused: &Refused<'_>) -> Vec<u8> {
    answer(request, 1024, |xml| {
        xml.element("PresenceRegistrationError", |xml| match refused {
            Refused::Invalid(errors) => xml.errors(errors),
            Refused::TooBroad { budget } => xml.element("ErrorList", |xml| {
                let description = format!(
                    "The search is too broad: it would look at more than {budget} registrations. Narrow it by INSS, \
                     WorkPlaceId or CompanyID, or by fewer days"
                );
                xml.error("102", &description);
            }),
        });
    })
}

fn answer(request: &SearchRequest<'_>, size: usize, content: impl FnOnce(&mut Xml)) -> Vec<u8> {
    let mut xml = Xml::answer("SearchPresencesResponse", 4096 + size);
    xml.protocol("SearchPresencesResponseType", |xml| {
        xml.element("SearchPresencesRequest", |xml| xml.search_request(request));
        content(xml);
    });
    xml.end_answer("SearchPresencesResponse")
}

impl Xml {
    fn search_request(&mut self, request: &SearchRequest<'_>) {
        self.element("SearchPresenceRegistrationCriteria", |xml| xml.criteria(request));
        if let Some(PageRequest { first_row, fetch_size }) = request.page {
            self.element("PaginationProperties", |xml| {
                xml.number("FirstRow", first_row);
                xml.number("FetchSize", fetch_size);
            });
        }
        if let Some(SortRequest { direction, key }) = request.sort {
            self.element("SortingProperties", |xml| {
                xml.text("SortDirection", direction.protocol());
                xml.text("SortCriteria", key.protocol());
            });
        }
    }

    fn criteria(&mut self, request: &SearchRequest<'_>) {
        if let Some(inss) = &request.inss {
            self.text("INSS", inss);
        }
        if let Some(company) = request.company {
            self.number("CompanyID", company);
        }
        if let Some(work_place) = &request.work_place {
            self.text("WorkPlaceId", work_place);
        }
        if let Some(statuses) = &request.statuses {
            self.element("StatusList", |xml| {
                for status in statuses {
                    xml.text("Status", status.protocol());
                }
            });
        }
        if let Some(remarks) = &request.remarks {
            self.element("RemarkList", |xml| {
                for remark in remarks {
                    xml.text("Remark", remark.protocol());
                }
            });
        }
        self.element("RegistrationPeriodList", |xml| {
            for period in &request.periods {
                xml.element("RegistrationPeriod", |xml| {
                    xml.text("RegistrationPeriodStartDate", &period.start.text);
                    xml.text("RegistrationPeriodEndDate", &period.end.text);
                });
            }
        });
        if let Some(from) = &request.created_from {
            self.text("CreationStartDate", &from.text);
        }
        if let Some(until) = &request.created_until {
            self.text("CreationEndDate", &until.text);
        }
        if let Some(sector) = request.sector {
            self.number("Sector", sector);
        }
    }
}
