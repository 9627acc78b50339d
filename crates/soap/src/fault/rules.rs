use super::Texts;
use crate::decode::Rule;

/// What the schema asks, in every language; the English is the rule's own.
pub(super) fn texts(rule: &Rule) -> Texts {
    match rule {
        Rule::Pattern(pattern) => Texts::new(
            rule.to_string(),
            format!("de tekst moet voldoen aan {pattern}"),
            format!("le texte doit correspondre à {pattern}"),
            format!("der Text muss {pattern} entsprechen"),
        ),
        Rule::MaxLength(most) => Texts::new(
            rule.to_string(),
            format!("hoogstens {most} tekens zijn toegelaten"),
            format!("au plus {most} caractères sont admis"),
            format!("höchstens {most} Zeichen sind erlaubt"),
        ),
        Rule::Integer => Texts::new(
            rule.to_string(),
            "een geheel getal is vereist",
            "un nombre entier est requis",
            "eine ganze Zahl ist erforderlich",
        ),
        Rule::TotalDigits(most) => Texts::new(
            rule.to_string(),
            format!("hoogstens {most} cijfers zijn toegelaten"),
            format!("au plus {most} chiffres sont admis"),
            format!("höchstens {most} Ziffern sind erlaubt"),
        ),
        Rule::Date => Texts::new(
            rule.to_string(),
            "een datum zoals 2026-01-31 is vereist",
            "une date telle que 2026-01-31 est requise",
            "ein Datum wie 2026-01-31 ist erforderlich",
        ),
        Rule::DateTime => Texts::new(
            rule.to_string(),
            "een datum en uur zoals 2026-01-31T08:00:00 is vereist",
            "une date et une heure telles que 2026-01-31T08:00:00 sont requises",
            "Datum und Uhrzeit wie 2026-01-31T08:00:00 sind erforderlich",
        ),
        Rule::OneOf(allowed) => {
            let allowed = allowed.join(", ");
            Texts::new(
                rule.to_string(),
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
            rule.to_string(),
            "hier is geen element toegelaten",
            "aucun élément n'est admis ici",
            "hier ist kein Element erlaubt",
        ),
        Rule::Unexpected { allowed } => {
            let allowed = allowed.join(", ");
            Texts::new(
                rule.to_string(),
                format!("het element is hier niet toegelaten; toegelaten is: {allowed}"),
                format!("l'élément n'est pas admis ici ; sont admis : {allowed}"),
                format!("das Element ist hier nicht erlaubt; erlaubt ist: {allowed}"),
            )
        }
        Rule::Missing { allowed } => {
            let allowed = allowed.join(", ");
            Texts::new(
                rule.to_string(),
                format!("op het einde ontbreekt een element: {allowed}"),
                format!("un élément manque à la fin : {allowed}"),
                format!("am Ende fehlt ein Element: {allowed}"),
            )
        }
        Rule::TooMany(most) => Texts::new(
            rule.to_string(),
            format!("hoogstens {most} van deze elementen zijn toegelaten"),
            format!("au plus {most} de ces éléments sont admis"),
            format!("höchstens {most} dieser Elemente sind erlaubt"),
        ),
        Rule::Namespace(uri) => Texts::new(
            rule.to_string(),
            format!("het element moet in de namespace {uri} staan"),
            format!("l'élément doit être dans l'espace de noms {uri}"),
            format!("das Element muss im Namensraum {uri} stehen"),
        ),
        Rule::ElementsOnly => Texts::new(
            rule.to_string(),
            "het element mag zelf geen tekst bevatten",
            "l'élément ne peut contenir de texte propre",
            "das Element darf keinen eigenen Text enthalten",
        ),
        Rule::TextOnly => Texts::new(
            rule.to_string(),
            "het element mag geen ander element bevatten",
            "l'élément ne peut contenir d'autre élément",
            "das Element darf kein anderes Element enthalten",
        ),
        Rule::Attribute => Texts::new(
            rule.to_string(),
            "het attribuut is niet toegelaten",
            "l'attribut n'est pas admis",
            "das Attribut ist nicht erlaubt",
        ),
        Rule::Type(Some(name)) => Texts::new(
            rule.to_string(),
            format!("xsi:type moet {name} zijn"),
            format!("xsi:type doit être {name}"),
            format!("xsi:type muss {name} sein"),
        ),
        _ => Texts::new(
            rule.to_string(),
            "xsi:type is niet toegelaten, het type van het element heeft geen naam",
            "xsi:type n'est pas admis, le type de l'élément n'a pas de nom",
            "xsi:type ist nicht erlaubt, der Typ des Elements hat keinen Namen",
        ),
    }
}
