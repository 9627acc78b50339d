use super::fold::push_folded;

/// What people write for short, and what it stands for; written without accents.
const WORDS: [(&str, &str); 20] = [
    ("av", "avenue"),
    ("ave", "avenue"),
    ("bd", "boulevard"),
    ("bld", "boulevard"),
    ("blvd", "boulevard"),
    ("bvd", "boulevard"),
    ("ch", "chaussee"),
    ("chee", "chaussee"),
    ("che", "chaussee"),
    ("pl", "place"),
    ("sq", "square"),
    ("imp", "impasse"),
    ("all", "allee"),
    ("rte", "route"),
    ("r", "rue"),
    ("st", "saint"),
    ("sint", "saint"),
    ("ste", "sainte"),
    ("stwg", "steenweg"),
    ("stw", "steenweg"),
];
/// The same at the end of a word.
const ENDINGS: [(&str, &str); 3] = [("str", "straat"), ("stwg", "steenweg"), ("stw", "steenweg")];

/// Two spellings of the name of a street or municipality have the same key: capitals, accents, blanks, hyphens and
/// common abbreviations do not matter.
pub fn name_key(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    for word in name.split(|c: char| !c.is_alphanumeric() && c != '\u{301}' && c != '\u{300}') {
        let mut folded = String::with_capacity(word.len());
        word.chars().for_each(|c| push_folded(&mut folded, c));
        if let Some((_, long)) = WORDS.iter().find(|(short, _)| *short == folded) {
            key.push_str(long);
        } else if let Some((short, long)) =
            ENDINGS.iter().find(|(short, _)| folded.ends_with(short))
        {
            key.push_str(&folded[..folded.len() - short.len()]);
            key.push_str(long);
        } else {
            key.push_str(&folded);
        }
    }
    key
}

/// Two spellings of a house number or box have the same key: capitals, blanks, leading zeros and words like "box" do not
/// matter. What parts numbers, as in a range, becomes a hyphen.
pub fn house_key(number: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    for part in number.split(|c: char| !c.is_alphanumeric() && !c.is_whitespace() && c != '.') {
        let mut folded = String::new();
        part.chars().for_each(|c| push_folded(&mut folded, c));
        for word in ["boite", "bte", "bus", "box"] {
            if folded.len() > word.len() && folded.starts_with(word) {
                folded.drain(..word.len());
                break;
            }
        }
        let stripped = folded.trim_start_matches('0');
        let begins_with_digit = stripped.bytes().next().is_some_and(|byte| byte.is_ascii_digit());
        if folded.is_empty() {
            continue;
        }
        parts.push(if begins_with_digit { stripped.to_owned() } else { folded });
    }
    parts.join("-")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spellings_of_a_name_share_a_key() {
        for (one, other) in [
            ("Chaussée de Mons", "CHAUSSEE DE MONS"),
            ("Chée de Mons", "chaussée de mons"),
            ("Av. de l'Été", "avenue de l ete"),
            ("Kerkstraat", "Kerkstr."),
            ("Bergense Steenweg", "bergense stwg"),
            ("Sint-Jansplein", "St. Jansplein"),
            ("Rue Saint-Jean", "rue st jean"),
            ("Bœuf", "boeuf"),
        ] {
            assert_eq!(name_key(one), name_key(other), "{one} · {other}");
        }
        assert_ne!(name_key("Kerkstraat"), name_key("Kerklaan"));
    }

    #[test]
    fn spellings_of_a_house_number_share_a_key() {
        for (one, other) in
            [("12 A", "12a"), ("007", "7"), ("bus 3", "3"), ("Bte 0003", "3"), ("12-14", "12/14")]
        {
            assert_eq!(house_key(one), house_key(other), "{one} · {other}");
        }
        assert_ne!(house_key("12-14"), house_key("1214"));
        assert_eq!(house_key("0"), "0");
    }

    proptest! {
        #[test]
        fn a_key_is_its_own_house_key(text in "\\PC{0,20}") {
            let _ = name_key(&text);
            let key = house_key(&text);
            prop_assert!(key.chars().all(|c| c.is_alphanumeric() || c == '-'));
        }
    }
}
