use domain::{Direction, Remark, SortKey, Status};

use super::content::Decoder;
use super::fault::DecodeFault;
use super::names::{SERVICE, TYPES};
use crate::message::{PageRequest, Period, SearchRequest, SortRequest};

const STATUSES: [&str; 4] =
    ["SUCCESSFULLY REGISTERED", "SUCCESSFULLY CANCELLED", "VALIDATED", "FAILED"];
const REMARKS: [&str; 17] = [
    "RELATED DIMONA NOT OK",
    "GIVEN INSS IS NOT THE FOUNDER OF THE COMPANY",
    "EMPLOYER IS NOT KNOWN AS COMPANY FOUNDER",
    "THE COMPANY DOESN'T EXISTS",
    "INDEPENDANT IS NOT KNOWN AS COMPANY FOUNDER",
    "LIMOSA ID IS NOT KNOWN",
    "LIMOSA ID IS NOT ACTIVE AT DATE",
    "NISS-BIS IS NOT KNOWN IN LIMOSA",
    "NISS-BIS IS NOT ACTIVE AT THIS DATE IN LIMOSA",
    "DUC IS NOT EXISTING",
    "DUC IS NOT ACTIVE AT THIS DATE",
    "COMPANY IS NOT KNOWN  AS BUILDER OR  SUBCONTRACTOR IN THIS DUC",
    "SITE IS NOT SUBJECT TO PRESENCE REGISTRATION",
    "SAME DECLARATION HAS ALREADY BEEN REGISTERED",
    "NISS IS NOT KNOW IN THE NATIONAL REGISTER",
    "EMPLOYER NOT ACTIVE",
    "THE COMPANY ID ASSOCIATED AT A NOT ACTIVE CONTRACT",
];
const SORT_KEYS: [&str; 8] = [
    "ID",
    "REGISTRATION DATE",
    "CREATION DATE",
    "STATUS",
    "PLACE OF WORK",
    "COMPANY ID",
    "CHANNEL",
    "SENDER ID",
];
const DIRECTIONS: [&str; 2] = ["ASCENDING", "DESCENDING"];

/// The children of the criteria, in the schema's order.
const CRITERIA: [&str; 9] = [
    "INSS",
    "CompanyID",
    "WorkPlaceId",
    "StatusList",
    "RemarkList",
    "RegistrationPeriodList",
    "CreationStartDate",
    "CreationEndDate",
    "Sector",
];
/// The children of the request, in the schema's order.
const PARTS: [&str; 3] =
    ["SearchPresenceRegistrationCriteria", "PaginationProperties", "SortingProperties"];

/// `SearchPresencesRequest`
pub(super) fn search<'a>(decoder: &mut Decoder<'a>) -> Result<SearchRequest<'a>, DecodeFault> {
    const NAME: &str = "SearchPresenceRequest";
    if !decoder.at_in(SERVICE, NAME) {
        return Err(decoder.unexpected(SERVICE, &[NAME]));
    }
    let request = decoder.element(NAME, None, "SearchPresencesRequestType", request)?;
    decoder.end(&[])?;
    Ok(request)
}

/// `SearchPresencesRequestType`
fn request<'a>(decoder: &mut Decoder<'a>) -> Result<SearchRequest<'a>, DecodeFault> {
    if !decoder.at(PARTS[0]) {
        return Err(decoder.unexpected(TYPES, &[PARTS[0]]));
    }
    let mut request =
        decoder.element(PARTS[0], None, "SearchPresenceRegistrationCriteria", criteria)?;
    let mut may_follow = 1;
    if decoder.at(PARTS[1]) {
        request.page = Some(decoder.element(PARTS[1], None, "PaginationPropertiesType", page)?);
        may_follow = 2;
    }
    if decoder.at(PARTS[2]) {
        request.sort = Some(decoder.element(PARTS[2], None, "SortingPropertiesType", sort)?);
        may_follow = 3;
    }
    decoder.end(&PARTS[may_follow..])?;
    Ok(request)
}

/// `SearchPresenceRegistrationCriteria`
fn criteria<'a>(decoder: &mut Decoder<'a>) -> Result<SearchRequest<'a>, DecodeFault> {
    // Up to where in the schema's order the caller has come: what may still follow begins there.
    let mut done = 0;
    let mut next = |decoder: &Decoder<'a>, index: usize| {
        let found = decoder.at(CRITERIA[index]);
        if found {
            done = index + 1;
        }
        (found, done)
    };
    let inss = if next(decoder, 0).0 { Some(decoder.inss()?) } else { None };
    let company = if next(decoder, 1).0 { Some(decoder.company()?) } else { None };
    let work_place = if next(decoder, 2).0 { Some(decoder.work_place()?) } else { None };
    let statuses = if next(decoder, 3).0 {
        Some(decoder.element(CRITERIA[3], None, "StatusListType", statuses)?)
    } else {
        None
    };
    let remarks = if next(decoder, 4).0 {
        Some(decoder.element(CRITERIA[4], None, "SearchRemarkListType", remarks)?)
    } else {
        None
    };
    let (found, before) = next(decoder, 5);
    if !found {
        return Err(decoder.unexpected(TYPES, &CRITERIA[before..=5]));
    }
    let periods = decoder.element(CRITERIA[5], None, "RegistrationPeriodListType", periods)?;
    let created_from =
        if next(decoder, 6).0 { Some(decoder.date_time(CRITERIA[6])?) } else { None };
    let created_until =
        if next(decoder, 7).0 { Some(decoder.date_time(CRITERIA[7])?) } else { None };
    let (found, after) = next(decoder, 8);
    let sector =
        if found { Some(decoder.small_integer(CRITERIA[8], "WorkSectorType", 3)?) } else { None };
    decoder.end(&CRITERIA[after..])?;
    Ok(SearchRequest {
        inss,
        company,
        work_place,
        statuses,
        remarks,
        periods,
        created_from,
        created_until,
        sector,
        page: None,
        sort: None,
    })
}

/// `StatusListType`
fn statuses(decoder: &mut Decoder<'_>) -> Result<Vec<Status>, DecodeFault> {
    decoder.list(TYPES, &["Status"], 4, |decoder, index| {
        decoder.one_of("Status", index, "StatusType", Status::from_protocol, &STATUSES)
    })
}

/// `SearchRemarkListType`
fn remarks(decoder: &mut Decoder<'_>) -> Result<Vec<Remark>, DecodeFault> {
    decoder.list(TYPES, &["Remark"], 17, |decoder, index| {
        decoder.one_of("Remark", index, "SearchRemarkType", Remark::from_protocol, &REMARKS)
    })
}

/// `RegistrationPeriodListType`
fn periods<'a>(decoder: &mut Decoder<'a>) -> Result<Vec<Period<'a>>, DecodeFault> {
    decoder.list(TYPES, &["RegistrationPeriod"], 31, |decoder, index| {
        decoder.element("RegistrationPeriod", index, "RegistrationPeriodType", period)
    })
}

/// `RegistrationPeriodType`
fn period<'a>(decoder: &mut Decoder<'a>) -> Result<Period<'a>, DecodeFault> {
    const START: &str = "RegistrationPeriodStartDate";
    const END: &str = "RegistrationPeriodEndDate";
    if !decoder.at(START) {
        return Err(decoder.unexpected(TYPES, &[START]));
    }
    let start = decoder.date(START)?;
    if !decoder.at(END) {
        return Err(decoder.unexpected(TYPES, &[END]));
    }
    let end = decoder.date(END)?;
    decoder.end(&[])?;
    Ok(Period { start, end })
}

/// `PaginationPropertiesType`
fn page(decoder: &mut Decoder<'_>) -> Result<PageRequest, DecodeFault> {
    if !decoder.at("FirstRow") {
        return Err(decoder.unexpected(TYPES, &["FirstRow"]));
    }
    let first_row = decoder.small_integer("FirstRow", "FirstRowType", 9)?;
    if !decoder.at("FetchSize") {
        return Err(decoder.unexpected(TYPES, &["FetchSize"]));
    }
    let fetch_size = decoder.small_integer("FetchSize", "FetchSizeType", 9)?;
    decoder.end(&[])?;
    Ok(PageRequest { first_row, fetch_size })
}

/// `SortingPropertiesType`
fn sort(decoder: &mut Decoder<'_>) -> Result<SortRequest, DecodeFault> {
    const DIRECTION: &str = "SortDirection";
    const KEY: &str = "SortCriteria";
    if !decoder.at(DIRECTION) {
        return Err(decoder.unexpected(TYPES, &[DIRECTION]));
    }
    let direction = decoder.one_of(
        DIRECTION,
        None,
        "SortDirectionType",
        Direction::from_protocol,
        &DIRECTIONS,
    )?;
    if !decoder.at(KEY) {
        return Err(decoder.unexpected(TYPES, &[KEY]));
    }
    let key = decoder.one_of(KEY, None, "SortCriteriaType", SortKey::from_protocol, &SORT_KEYS)?;
    decoder.end(&[])?;
    Ok(SortRequest { direction, key })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_of_the_schema_are_those_of_the_domain() {
        assert!(STATUSES.iter().all(|text| Status::from_protocol(text).is_some()));
        assert_eq!(REMARKS.to_vec(), Remark::PROTOCOL.map(Remark::protocol).to_vec());
        assert!(SORT_KEYS.iter().all(|text| SortKey::from_protocol(text).is_some()));
        assert!(DIRECTIONS.iter().all(|text| Direction::from_protocol(text).is_some()));
        assert_eq!(STATUSES.len(), Status::ALL.len());
        assert_eq!(SORT_KEYS.len(), SortKey::ALL.len());
    }
}
