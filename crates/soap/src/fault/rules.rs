use super::Texts;
use crate::decode::Rule;

/// What the schema asks, in every language.
pub(super) fn texts(rule: &Rule) -> Texts {
    match rule {
        Rule::Pattern(pattern) => Texts::new(
            format!("the text must match {pattern}"),
            format!("de tekst moet voldoen aan {pattern}"),
            format!("le texte doit correspondre à {pattern}"),
            format!("der Text muss {pattern} entsprechen"),
        ),
        Rule::MaxLength(most) => Texts::new(
            format!("at most {most} characters are allowed"),
            format!("hoogstens {most} tekens zijn toegelaten"),
            format!("au plus {most} caractères sont admis"),
            format!("höchstens {most} Zeichen sind erlaubt"),
        ),
        Rule::Integer => Texts::new(
            "a whole number is required",
            "een geheel getal is vereist",
            "un nombre entier est requis",
            "eine ganze Zahl ist erforderlich",
        ),
        Rule::TotalDigits(most) => Texts::new(
            format!("at most {most} digits are allowed"),
            format!("hoogstens {most} cijfers zijn toegelaten"),
            format!("au plus {most} chiffres sont admis"),
            format!("höchstens {most} Ziffern sind erlaubt"),
        ),
        Rule::Date => Texts::new(
            "a date such as 2026-01-31 is required",
            "een datum zoals 2026-01-31 is vereist",
            "une date telle que 2026-01-31 est requise",
            "ein Datum wie 2026-01-31 ist erforderlich",
        ),
        Rule::DateTime => Texts::new(
            "a date and time such as 2026-01-31T08:00:00 is required",
            "een datum en uur zoals 2026-01-31T08:00:00 is vereist",
            "une date et une heure telles que 2026-01-31T08:00:00 sont requises",
            "Datum und Uhrzeit wie 2026-01-31T08:00:00 sind erforderlich",
        ),
        Rule::OneOf(allowed) => {
            let allowed = allowed.join(", ");
            Texts::new(
                format!("one of these texts is required: {allowed}"),
                format!("een van deze teksten is vereist: {allowed}"),
                format!("un de ces textes est requis : {allowed}"),
                format!("einer dieser Texte ist erforderlich: {allowed}"),
            )
        }
        Rule::Unexpected { .. }
        | Rule::Missing { .. }
        | Rule::TooMany(_)
        | Rule::Namespace(_)
        | Rule::ElementsOnly
        | Rule::TextOnly
        | Rule::Attribute
        | Rule::Type(_) => structure(rule),
    }
}

/// The rules on elements and attributes.
fn structure(rule: &Rule) -> Texts {
    match rule {
        Rule::Unexpected { allowed: [] } => Texts::new(
            "no element is allowed here",
            "hier is geen element toegelaten",
            "aucun élément n'est admis ici",
            "hier ist kein Element erlaubt",
        ),
        Rule::Unexpected { allowed } => {
            let allowed = allowed.join(", ");
            Texts::new(
                format!("the element is not allowed here; allowed is: {allowed}"),
                format!("het element is hier niet toegelaten; toegelaten is: {allowed}"),
                format!("l'élément n'est pas admis ici ; sont admis : {allowed}"),
                format!("das Element ist hier nicht erlaubt; erlaubt ist: {allowed}"),
            )
        }
        Rule::Missing { allowed } => {
            let allowed = allowed.join(", ");
            Texts::new(
                format!("an element is missing at the end: {allowed}"),
                format!("op het einde ontbreekt een element: {allowed}"),
                format!("un élément manque à la fin : {allowed}"),
                format!("am Ende fehlt ein Element: {allowed}"),
            )
        }
        Rule::TooMany(most) => Texts::new(
            format!("at most {most} of these elements are allowed"),
            format!("hoogstens {most} van deze elementen zijn toegelaten"),
            format!("au plus {most} de ces éléments sont admis"),
            format!("höchstens {most} dieser Elemente sind erlaubt"),
        ),
        Rule::Namespace(uri) => Texts::new(
            format!("the element must be in the namespace {uri}"),
            format!("het element moet in de namespace {uri} staan"),
            format!("l'élément doit être dans l'espace de noms {uri}"),
            format!("das Element muss im Namensraum {uri} stehen"),
        ),
        Rule::ElementsOnly => Texts::new(
            "the element may hold no text of its own",
            "het element mag zelf geen tekst bevatten",
            "l'élément ne peut contenir de texte propre",
            "das Element darf keinen eigenen Text enthalten",
        ),
        Rule::TextOnly => Texts::new(
            "the element may hold no other element",
            "het element mag geen ander element bevatten",
            "l'élément ne peut contenir d'autre élément",
            "das Element darf kein anderes Element enthalten",
        ),
        Rule::Attribute => Texts::new(
            "the attribute is not allowed",
            "het attribuut is niet toegelaten",
            "l'attribut n'est pas admis",
            "das Attribut ist nicht erlaubt",
        ),
        Rule::Type(Some(name)) => Texts::new(
            format!("xsi:type must be {name}"),
            format!("xsi:type moet {name} zijn"),
            format!("xsi:type doit être {name}"),
            format!("xsi:type muss {name} sein"),
        ),
        _ => Texts::new(
            "xsi:type is not allowed, the element's type has no name",
            "xsi:type is niet toegelaten, het type van het element heeft geen naam",
            "xsi:type n'est pas admis, le type de l'élément n'a pas de nom",
            "xsi:type ist nicht erlaubt, der Typ des Elements hat keinen Namen",
        ),
    }
}
