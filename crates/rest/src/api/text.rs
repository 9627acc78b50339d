//! What is told to people, in four languages: English, Dutch, French, German.

use domain::{ItemError, Remark};

use super::language::Language;

/// A detail of a problem or an issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Text {
    JsonSyntax,
    Required,
    Unknown,
    Expected(&'static str),
    Rule(ItemError),
    PlaceOfDay,
    PlaceMissing,
    OnePlace,
    OneEmployer,
    PeriodEndsBeforeItBegins,
    TooBroad(u32),
    Cursor,
    NoSuchRegistration,
    NoSuchWork,
    KeyReused,
    TooManyAtOnce(u32),
    TooManyASecond(u32),
}

impl Text {
    pub(super) fn told(self, language: Language) -> String {
        if let Self::Rule(error) = self {
            return rule(error, language).to_owned();
        }
        let [en, nl, fr, de] = match self {
            Self::Rule(_) | Self::JsonSyntax => [
                "JSON syntax error",
                "Fout in de JSON-syntaxis",
                "Erreur de syntaxe JSON",
                "Fehler in der JSON-Syntax",
            ],
            Self::Required => {
                ["is required", "is verplicht", "est obligatoire", "ist erforderlich"]
            }
            Self::Unknown => {
                ["is not known", "is niet gekend", "n'est pas connu", "ist nicht bekannt"]
            }
            Self::Expected(_) => {
                ["must be: {}", "moet zijn: {}", "doit être : {}", "muss sein: {}"]
            }
            Self::PlaceOfDay => [
                "a whole day has no place of work",
                "een volledige dag heeft geen plaats van tewerkstelling",
                "une journée entière n'a pas de lieu de travail",
                "ein ganzer Tag hat keinen Arbeitsort",
            ],
            Self::PlaceMissing => [
                "a begin or end of work has a place of work",
                "een begin of einde van het werk heeft een plaats van tewerkstelling",
                "un début ou une fin de travail a un lieu de travail",
                "ein Beginn oder Ende der Arbeit hat einen Arbeitsort",
            ],
            Self::OnePlace => [
                "exactly one of coordinates and address",
                "precies één van coordinates en address",
                "exactement un de coordinates et address",
                "genau eines von coordinates und address",
            ],
            Self::OneEmployer => [
                "exactly one of enterpriseNumber and foreignVatNumber",
                "precies één van enterpriseNumber en foreignVatNumber",
                "exactement un de enterpriseNumber et foreignVatNumber",
                "genau eines von enterpriseNumber und foreignVatNumber",
            ],
            Self::PeriodEndsBeforeItBegins => [
                "ends before it begins",
                "eindigt voor het begint",
                "se termine avant de commencer",
                "endet, bevor es beginnt",
            ],
            Self::TooBroad(_) => [
                "the search would look at more than {} registrations; narrow it by person, employer or work, or by fewer days",
                "de zoekopdracht zou meer dan {} registraties bekijken; beperk ze tot een persoon, werkgever of werk, of tot minder dagen",
                "la recherche examinerait plus de {} enregistrements ; limitez-la à une personne, un employeur ou un chantier, ou à moins de jours",
                "die Suche würde mehr als {} Registrierungen betrachten; begrenzen Sie sie auf Person, Arbeitgeber oder Werk, oder auf weniger Tage",
            ],
            Self::Cursor => [
                "is no cursor of this query",
                "is geen cursor van deze zoekopdracht",
                "n'est pas un curseur de cette recherche",
                "ist kein Cursor dieser Suche",
            ],
            Self::NoSuchWork => [
                "there is no such work",
                "dit werk bestaat niet",
                "ce chantier n'existe pas",
                "dieses Werk gibt es nicht",
            ],
            Self::KeyReused => [
                "the key was used for another request within the last 24 hours",
                "de sleutel werd de laatste 24 uur voor een ander verzoek gebruikt",
                "la clé a été utilisée pour une autre requête ces dernières 24 heures",
                "der Schlüssel wurde in den letzten 24 Stunden für eine andere Anfrage verwendet",
            ],
            Self::TooManyAtOnce(_) => [
                "one caller may make {} calls at once",
                "één oproeper mag {} oproepen tegelijk doen",
                "un appelant peut faire {} appels à la fois",
                "ein Aufrufer darf {} Aufrufe gleichzeitig machen",
            ],
            Self::TooManyASecond(_) => [
                "one caller may make {} calls a second over time",
                "één oproeper mag over de tijd {} oproepen per seconde doen",
                "un appelant peut faire {} appels par seconde dans la durée",
                "ein Aufrufer darf auf Dauer {} Aufrufe je Sekunde machen",
            ],
            Self::NoSuchRegistration => [
                "there is no such registration",
                "deze registratie bestaat niet",
                "cet enregistrement n'existe pas",
                "diese Registrierung gibt es nicht",
            ],
        };
        let text = pick(language, en, nl, fr, de);
        match self {
            Self::Expected(what) => text.replace("{}", what),
            Self::TooBroad(number) | Self::TooManyAtOnce(number) | Self::TooManyASecond(number) => {
                text.replace("{}", &number.to_string())
            }
            _ => text.to_owned(),
        }
    }
}

fn pick<'t>(language: Language, en: &'t str, nl: &'t str, fr: &'t str, de: &'t str) -> &'t str {
    match language {
        Language::English => en,
        Language::Dutch => nl,
        Language::French => fr,
        Language::German => de,
    }
}

#[rustfmt::skip]
fn rule(error: ItemError, language: Language) -> &'static str {
    let (nl, fr, de) = match error {
        ItemError::NotAuthorized => ("u mag deze registratie niet annuleren", "vous ne pouvez pas annuler cet enregistrement", "Sie dürfen diese Registrierung nicht stornieren"),
        ItemError::CompanyShape | ItemError::CompanyCheck => ("ongeldig ondernemingsnummer", "numéro d'entreprise invalide", "ungültige Unternehmensnummer"),
        ItemError::WorkPlace => ("ongeldig nummer van de aangifte van werken", "numéro de déclaration de travaux invalide", "ungültige Nummer der Arbeitsmeldung"),
        ItemError::Inss => ("ongeldig INSZ", "NISS invalide", "ungültige ENSS"),
        ItemError::RegistrationDate => ("ongeldige datum: deze dag kan nu niet geregistreerd worden", "date invalide : ce jour ne peut pas être enregistré maintenant", "ungültiges Datum: dieser Tag kann jetzt nicht registriert werden"),
        ItemError::UnknownRegistration | ItemError::RegistrationNotFound => ("deze registratie bestaat niet", "cet enregistrement n'existe pas", "diese Registrierung gibt es nicht"),
        ItemError::AlreadyCancelled => ("de registratie is al geannuleerd", "l'enregistrement est déjà annulé", "die Registrierung ist schon storniert"),
        ItemError::TooLateToCancel => ("te laat om te annuleren", "trop tard pour annuler", "zu spät zum Stornieren"),
        ItemError::CancelReason => ("ongeldige reden", "motif invalide", "ungültiger Grund"),
        ItemError::LimosaId => ("ongeldig Limosa-nummer: 1 tot 20 cijfers", "numéro Limosa invalide : 1 à 20 chiffres", "ungültige Limosa-Nummer: 1 bis 20 Ziffern"),
        ItemError::Page => ("ongeldige pagina", "page invalide", "ungültige Seite"),
        ItemError::Sector => ("onbekende sector", "secteur inconnu", "unbekannter Sektor"),
        ItemError::DayNotAllowed => ("de sector van dit werk registreert begin en einde, geen volledige dagen", "le secteur de ce chantier enregistre début et fin, pas des journées entières", "der Sektor dieses Werks registriert Beginn und Ende, keine ganzen Tage"),
        ItemError::MomentNotAllowed => ("de sector van dit werk registreert volledige dagen, geen begin en einde", "le secteur de ce chantier enregistre des journées entières, pas début et fin", "der Sektor dieses Werks registriert ganze Tage, nicht Beginn und Ende"),
        ItemError::MomentAhead => ("het tijdstip ligt in de toekomst", "le moment se situe dans le futur", "der Zeitpunkt liegt in der Zukunft"),
        ItemError::MomentTooOld => ("het tijdstip ligt te ver terug", "le moment est trop ancien", "der Zeitpunkt liegt zu weit zurück"),
        ItemError::OfflineSince => ("offlineSince past niet bij het tijdstip", "offlineSince ne correspond pas au moment", "offlineSince passt nicht zum Zeitpunkt"),
        ItemError::ForeignVat => ("ongeldig buitenlands btw-nummer", "numéro de TVA étranger invalide", "ungültige ausländische MwSt.-Nummer"),
        ItemError::OtherChannel => ("annuleer deze registratie via REST", "annulez cet enregistrement par REST", "stornieren Sie diese Registrierung über REST"),
        ItemError::NotForEmployer => ("u mag voor deze werkgever niet registreren", "vous ne pouvez pas enregistrer pour cet employeur", "Sie dürfen für diesen Arbeitgeber nicht registrieren"),
    };
    pick(language, error.description(), nl, fr, de)
}

/// The name of a remark in JSON, and what it says. The names are ours, lowerCamelCase; the protocol's own text goes with
/// them.
#[rustfmt::skip]
pub(super) fn remark(remark: Remark, language: Language) -> (&'static str, &'static str) {
    let (code, en, nl, fr, de) = match remark {
        Remark::DimonaNotOk => ("dimonaNotOk", "no employment of this person at this employer on this day", "geen tewerkstelling van deze persoon bij deze werkgever op deze dag", "pas d'emploi de cette personne chez cet employeur ce jour-là", "keine Beschäftigung dieser Person bei diesem Arbeitgeber an diesem Tag"),
        Remark::InssNotFounder => ("ssinNotFounder", "the person is no founder of the company", "de persoon is geen oprichter van de onderneming", "la personne n'est pas fondatrice de l'entreprise", "die Person ist nicht Gründer des Unternehmens"),
        Remark::EmployerNotFounder => ("employerNotFounder", "no founder of the company is known", "er is geen oprichter van de onderneming gekend", "aucun fondateur de l'entreprise n'est connu", "kein Gründer des Unternehmens ist bekannt"),
        Remark::CompanyUnknown => ("companyUnknown", "the company does not exist", "de onderneming bestaat niet", "l'entreprise n'existe pas", "das Unternehmen gibt es nicht"),
        Remark::IndependentNotFounder => ("independentNotFounder", "the self-employed person is no founder of the company", "de zelfstandige is geen oprichter van de onderneming", "l'indépendant n'est pas fondateur de l'entreprise", "der Selbstständige ist nicht Gründer des Unternehmens"),
        Remark::LimosaIdUnknown => ("limosaIdUnknown", "the Limosa declaration is not known", "de Limosa-melding is niet gekend", "la déclaration Limosa n'est pas connue", "die Limosa-Meldung ist nicht bekannt"),
        Remark::LimosaIdNotActive => ("limosaIdNotActive", "the Limosa declaration does not cover this day", "de Limosa-melding dekt deze dag niet", "la déclaration Limosa ne couvre pas ce jour", "die Limosa-Meldung deckt diesen Tag nicht ab"),
        Remark::BisUnknownInLimosa => ("bisUnknownInLimosa", "the BIS number is not known in Limosa", "het BIS-nummer is niet gekend in Limosa", "le numéro BIS n'est pas connu dans Limosa", "die BIS-Nummer ist in Limosa nicht bekannt"),
        Remark::BisNotActiveInLimosa => ("bisNotActiveInLimosa", "the BIS number is not active in Limosa on this day", "het BIS-nummer is die dag niet actief in Limosa", "le numéro BIS n'est pas actif dans Limosa ce jour-là", "die BIS-Nummer ist an diesem Tag in Limosa nicht aktiv"),
        Remark::WorkUnknown => ("workUnknown", "the work is not known", "het werk is niet gekend", "le chantier n'est pas connu", "das Werk ist nicht bekannt"),
        Remark::WorkNotActive => ("workNotActive", "the work is not under way on this day", "het werk loopt die dag niet", "le chantier n'est pas actif ce jour-là", "das Werk läuft an diesem Tag nicht"),
        Remark::CompanyNotInWork => ("companyNotInWork", "the company has no contract in the work", "de onderneming heeft geen contract in het werk", "l'entreprise n'a pas de contrat dans le chantier", "das Unternehmen hat keinen Vertrag im Werk"),
        Remark::WorkNotSubject => ("workNotSubject", "presences need not be registered at this work", "aanwezigheden moeten op dit werk niet geregistreerd worden", "les présences ne doivent pas être enregistrées sur ce chantier", "Anwesenheiten müssen in diesem Werk nicht registriert werden"),
        Remark::Duplicate => ("duplicate", "there is an earlier registration of the same", "er is een eerdere registratie van hetzelfde", "il existe un enregistrement antérieur identique", "es gibt eine frühere Registrierung desselben"),
        Remark::PersonUnknown => ("personUnknown", "the person is not known", "de persoon is niet gekend", "la personne n'est pas connue", "die Person ist nicht bekannt"),
        Remark::EmployerNotActive => ("employerNotActive", "the employer is not active on this day", "de werkgever is die dag niet actief", "l'employeur n'est pas actif ce jour-là", "der Arbeitgeber ist an diesem Tag nicht aktiv"),
        Remark::FarFromSite => ("farFromSite", "the place of work is far from every site of the work", "de plaats van tewerkstelling ligt ver van elke werf van het werk", "le lieu de travail est loin de chaque site du chantier", "der Arbeitsort ist weit von jeder Baustelle des Werks entfernt"),
        Remark::ContractNotActive => ("contractNotActive", "the company's contract in the work does not cover this day", "het contract van de onderneming dekt deze dag niet", "le contrat de l'entreprise ne couvre pas ce jour", "der Vertrag des Unternehmens deckt diesen Tag nicht ab"),
    };
    (code, pick(language, en, nl, fr, de))
}
