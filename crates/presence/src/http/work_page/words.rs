use domain::Sector;
use rest::api::Language;

/// The texts of the page in one language.
pub(super) struct Words {
    pub(super) language: &'static str,
    pub(super) title: &'static str,
    pub(super) reference: &'static str,
    pub(super) sector: &'static str,
    sectors: [&'static str; 4],
    pub(super) place: &'static str,
    pub(super) from: &'static str,
    pub(super) until: &'static str,
    pub(super) not_today: &'static str,
    pub(super) not_subject: &'static str,
    pub(super) how: &'static str,
    pub(super) ask: &'static str,
    pub(super) before: &'static str,
    pub(super) day: &'static str,
    pub(super) moments: &'static str,
    pub(super) developers: &'static str,
    pub(super) soap: &'static str,
    pub(super) nothing_kept: &'static str,
    pub(super) unknown: [&'static str; 2],
    pub(super) busy: [&'static str; 2],
}

impl Words {
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::Dutch => &DUTCH,
            Language::French => &FRENCH,
            Language::German => &GERMAN,
        }
    }

    pub(super) fn sector_name(&self, sector: Sector) -> &'static str {
        match sector {
            Sector::Construction => self.sectors[0],
            Sector::Guarding => self.sectors[1],
            Sector::Meat => self.sectors[2],
            Sector::Cleaning => self.sectors[3],
        }
    }
}

const ENGLISH: Words = Words {
    language: "en",
    title: "Register your presence at this work",
    reference: "Reference",
    sector: "Sector",
    sectors: ["Construction", "Guarding", "Meat", "Cleaning"],
    place: "Place",
    from: "From",
    until: "Until",
    not_today: "The work is not under way today: a registration for today will be remarked.",
    not_subject: "Presences need not be registered at this work.",
    how: "How to register",
    ask: "Ask your employer, or whoever you work for here, to register you. Give the reference above: it names this work.",
    before: "You must be registered before you begin to work.",
    day: "At this work whole days are registered: one registration for each day.",
    moments: "At this work begin and end of work are registered: one registration when you begin (IN), one when you end (OUT).",
    developers: "For those who program it",
    soap: "Over SOAP, the reference is the WorkPlaceId. Over REST:",
    nothing_kept: "This page keeps nothing about you.",
    unknown: [
        "There is no work with this reference",
        "A reference has 13 digits and capitals, without I and O. Scan the code again, or ask at the work which reference is right.",
    ],
    busy: ["The service cannot answer now", "Please try again in a moment."],
};

const DUTCH: Words = Words {
    language: "nl",
    title: "Registreer uw aanwezigheid op deze werf",
    reference: "Referentie",
    sector: "Sector",
    sectors: ["Bouw", "Bewaking", "Vlees", "Schoonmaak"],
    place: "Plaats",
    from: "Vanaf",
    until: "Tot en met",
    not_today: "Er wordt hier vandaag niet gewerkt volgens de aangifte: een registratie voor vandaag krijgt een opmerking.",
    not_subject: "Op deze werf moeten aanwezigheden niet geregistreerd worden.",
    how: "Hoe registreert u zich",
    ask: "Vraag uw werkgever, of degene voor wie u hier werkt, om u te registreren. Geef de referentie hierboven door: zij duidt deze werf aan.",
    before: "U moet geregistreerd zijn voor u begint te werken.",
    day: "Op deze werf worden hele dagen geregistreerd: één registratie per dag.",
    moments: "Op deze werf worden begin en einde van het werk geregistreerd: één registratie wanneer u begint (IN), één wanneer u eindigt (OUT).",
    developers: "Voor wie het programmeert",
    soap: "Via SOAP is de referentie de WorkPlaceId. Via REST:",
    nothing_kept: "Deze pagina bewaart niets over u.",
    unknown: [
        "Er is geen werf met deze referentie",
        "Een referentie heeft 13 cijfers en hoofdletters, zonder I en O. Scan de code opnieuw, of vraag op de werf welke referentie juist is.",
    ],
    busy: ["De dienst kan nu niet antwoorden", "Probeer het zo meteen opnieuw."],
};

const FRENCH: Words = Words {
    language: "fr",
    title: "Enregistrez votre présence sur ce chantier",
    reference: "Référence",
    sector: "Secteur",
    sectors: ["Construction", "Gardiennage", "Viande", "Nettoyage"],
    place: "Lieu",
    from: "À partir du",
    until: "Jusqu’au",
    not_today: "Selon la déclaration, le chantier n’est pas en cours aujourd’hui : un enregistrement pour aujourd’hui recevra une remarque.",
    not_subject: "Sur ce chantier, les présences ne doivent pas être enregistrées.",
    how: "Comment s’enregistrer",
    ask: "Demandez à votre employeur, ou à celui pour qui vous travaillez ici, de vous enregistrer. Donnez la référence ci-dessus : elle désigne ce chantier.",
    before: "Vous devez être enregistré avant de commencer à travailler.",
    day: "Sur ce chantier, ce sont des jours entiers qui sont enregistrés : un enregistrement par jour.",
    moments: "Sur ce chantier, le début et la fin du travail sont enregistrés : un enregistrement au début (IN), un à la fin (OUT).",
    developers: "Pour ceux qui le programment",
    soap: "En SOAP, la référence est le WorkPlaceId. En REST :",
    nothing_kept: "Cette page ne garde rien sur vous.",
    unknown: [
        "Il n’y a pas de chantier avec cette référence",
        "Une référence a 13 chiffres et majuscules, sans I ni O. Scannez le code à nouveau, ou demandez sur place quelle référence est la bonne.",
    ],
    busy: ["Le service ne peut pas répondre maintenant", "Veuillez réessayer dans un instant."],
};

const GERMAN: Words = Words {
    language: "de",
    title: "Registrieren Sie Ihre Anwesenheit auf dieser Baustelle",
    reference: "Referenz",
    sector: "Sektor",
    sectors: ["Bau", "Bewachung", "Fleisch", "Reinigung"],
    place: "Ort",
    from: "Ab dem",
    until: "Bis einschließlich",
    not_today: "Laut Meldung wird hier heute nicht gearbeitet: Eine Registrierung für heute erhält eine Bemerkung.",
    not_subject: "Auf dieser Baustelle müssen Anwesenheiten nicht registriert werden.",
    how: "So registrieren Sie sich",
    ask: "Bitten Sie Ihren Arbeitgeber oder Ihren Auftraggeber vor Ort, Sie zu registrieren. Nennen Sie die Referenz oben: Sie bezeichnet diese Baustelle.",
    before: "Sie müssen registriert sein, bevor Sie mit der Arbeit beginnen.",
    day: "Hier werden ganze Tage registriert: eine Registrierung für jeden Tag.",
    moments: "Hier werden Beginn und Ende der Arbeit registriert: eine Registrierung zu Beginn (IN), eine am Ende (OUT).",
    developers: "Für alle, die es programmieren",
    soap: "Über SOAP ist die Referenz die WorkPlaceId. Über REST:",
    nothing_kept: "Diese Seite speichert nichts über Sie.",
    unknown: [
        "Es gibt keine Baustelle mit dieser Referenz",
        "Eine Referenz hat 13 Ziffern und Großbuchstaben, ohne I und O. Scannen Sie den Code noch einmal, oder fragen Sie vor Ort nach der richtigen Referenz.",
    ],
    busy: ["Der Dienst kann gerade nicht antworten", "Bitte versuchen Sie es gleich noch einmal."],
};
