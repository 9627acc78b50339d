/// Adds `c` in small letters without accents; what is neither a letter nor a digit is left out.
pub(super) fn push_folded(text: &mut String, c: char) {
    for c in c.to_lowercase() {
        match c {
            'à'..='å' | 'ā' | 'ă' | 'ą' => text.push('a'),
            'æ' => text.push_str("ae"),
            'ç' | 'ć' | 'č' => text.push('c'),
            'è'..='ë' | 'ē' | 'ę' | 'ě' => text.push('e'),
            'ì'..='ï' => text.push('i'),
            'ñ' | 'ń' => text.push('n'),
            'ò'..='ö' | 'ø' | 'ō' => text.push('o'),
            'œ' => text.push_str("oe"),
            'ß' => text.push_str("ss"),
            'ù'..='ü' | 'ū' => text.push('u'),
            'ý' | 'ÿ' => text.push('y'),
            c if c.is_alphanumeric() => text.push(c),
            _ => {}
        }
    }
}
