/// Ids of clients.
pub mod client_id;
/// The client's own reference.
pub mod client_reference;
/// Belgian enterprise numbers.
pub mod enterprise_number;
/// Foreign VAT numbers.
pub mod foreign_vat;
/// Persons' numbers.
pub mod inss;
/// Limosa declarations' ids.
pub mod limosa_id;
/// Ids of registrations.
pub mod registration_id;
/// References of declared works.
pub mod works_reference;
