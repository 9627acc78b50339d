use crate::xml::Malformation;

/// In what way a document is not well-formed, in English, Dutch, French and German.
#[expect(clippy::too_many_lines, reason = "a table, four texts for each")]
pub(super) fn texts(what: Malformation) -> [&'static str; 4] {
    match what {
        Malformation::IllegalCharacter => [
            "a character that XML does not allow",
            "een teken dat XML niet toelaat",
            "un caractère que XML ne permet pas",
            "ein Zeichen, das XML nicht erlaubt",
        ],
        Malformation::Declaration => [
            "the XML declaration is wrong",
            "de XML-declaratie is fout",
            "la déclaration XML est fausse",
            "die XML-Deklaration ist falsch",
        ],
        Malformation::Name => [
            "a name is missing or wrong",
            "een naam ontbreekt of is fout",
            "un nom manque ou est faux",
            "ein Name fehlt oder ist falsch",
        ],
        Malformation::Colon => [
            "a colon is not allowed here",
            "een dubbelpunt is hier niet toegelaten",
            "un deux-points n'est pas permis ici",
            "ein Doppelpunkt ist hier nicht erlaubt",
        ],
        Malformation::UnexpectedEnd => [
            "the document ends too early",
            "het document eindigt te vroeg",
            "le document finit trop tôt",
            "das Dokument endet zu früh",
        ],
        Malformation::Markup => [
            "markup that XML does not allow here",
            "opmaak die XML hier niet toelaat",
            "un balisage que XML ne permet pas ici",
            "Auszeichnung, die XML hier nicht erlaubt",
        ],
        Malformation::Tag => {
            ["a tag is wrong", "een tag is fout", "une balise est fausse", "ein Tag ist falsch"]
        }
        Malformation::MissingBlank => [
            "a blank is missing between two attributes",
            "tussen twee attributen ontbreekt een spatie",
            "un espace manque entre deux attributs",
            "zwischen zwei Attributen fehlt ein Leerzeichen",
        ],
        Malformation::LessThanInAttribute => [
            "'<' in the value of an attribute",
            "'<' in de waarde van een attribuut",
            "'<' dans la valeur d'un attribut",
            "'<' im Wert eines Attributs",
        ],
        Malformation::DuplicateAttribute => [
            "an attribute is given twice",
            "een attribuut staat er tweemaal",
            "un attribut est donné deux fois",
            "ein Attribut steht zweimal da",
        ],
        Malformation::UndeclaredPrefix => [
            "a prefix is not declared",
            "een prefix is niet gedeclareerd",
            "un préfixe n'est pas déclaré",
            "ein Präfix ist nicht deklariert",
        ],
        Malformation::NamespaceDeclaration => [
            "a namespace declaration is not allowed",
            "een namespacedeclaratie is niet toegelaten",
            "une déclaration d'espace de noms n'est pas permise",
            "eine Namensraumdeklaration ist nicht erlaubt",
        ],
        Malformation::MismatchedTag => [
            "a closing tag does not fit the open element",
            "een sluittag past niet bij het open element",
            "une balise fermante ne correspond pas à l'élément ouvert",
            "ein schließendes Tag passt nicht zum offenen Element",
        ],
        Malformation::UndefinedEntity => [
            "an entity is not defined",
            "een entiteit is niet gedefinieerd",
            "une entité n'est pas définie",
            "eine Entität ist nicht definiert",
        ],
        Malformation::Reference => [
            "'&' begins no reference",
            "'&' begint geen verwijzing",
            "'&' ne commence pas de référence",
            "'&' beginnt keine Referenz",
        ],
        Malformation::SectionEndInText => {
            ["']]>' in text", "']]>' in tekst", "']]>' dans du texte", "']]>' im Text"]
        }
        Malformation::Comment => [
            "'--' in a comment",
            "'--' in commentaar",
            "'--' dans un commentaire",
            "'--' in einem Kommentar",
        ],
        Malformation::ProcessingInstruction => [
            "a processing instruction is wrong",
            "een verwerkingsinstructie is fout",
            "une instruction de traitement est fausse",
            "eine Verarbeitungsanweisung ist falsch",
        ],
        Malformation::OutsideRoot => [
            "content outside the root element",
            "inhoud buiten het wortelelement",
            "du contenu en dehors de l'élément racine",
            "Inhalt außerhalb des Wurzelelements",
        ],
        Malformation::NoRoot => [
            "there is no element",
            "er is geen element",
            "il n'y a pas d'élément",
            "es gibt kein Element",
        ],
    }
}
