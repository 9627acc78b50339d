use jiff::Timestamp;
use roxmltree::Node;

use super::assertion::malformed;
use crate::Refusal;
use crate::names::SAML;
use crate::timestamp::{Freshness, later, moment};
use crate::xml::{attribute, cut, elements, is, text};

/// When an assertion is valid, and for whom.
#[derive(Default)]
pub(super) struct Conditions {
    not_before: Option<Timestamp>,
    pub(super) not_on_or_after: Option<Timestamp>,
    /// Each restriction holds by itself: one of its audiences must be us.
    audiences: Vec<Vec<String>>,
}

impl Conditions {
    pub(super) fn of(node: Node<'_, '_>) -> Result<Self, Refusal> {
        let read = |name| match attribute(node, name) {
            None => Ok(None),
            Some(text) => {
                moment(text).map(Some).ok_or(malformed("a moment in its Conditions cannot be read"))
            }
        };
        let mut conditions = Self {
            not_before: read("NotBefore")?,
            not_on_or_after: read("NotOnOrAfter")?,
            audiences: Vec::new(),
        };
        for child in elements(node) {
            match (child.tag_name().namespace(), child.tag_name().name()) {
                (Some(SAML), "AudienceRestrictionCondition") => {
                    conditions.audiences.push(audiences(child)?);
                }
                // Nothing is kept of an assertion beyond the message that it came with.
                (Some(SAML), "DoNotCacheCondition") => {}
                // SAML 1.1, 2.3.2.1.3: a condition that is not understood makes the validity indeterminate.
                _ => return Err(malformed("it has a condition that is not known")),
            }
        }
        Ok(conditions)
    }

    /// Do the conditions hold now, for one of the services named `us`?
    pub(super) fn check(
        &self,
        us: &[String],
        freshness: &Freshness,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        if let Some(from) = self.not_before
            && from > later(now, freshness.skew)
        {
            return Err(Refusal::AssertionNotYetValid { from, now });
        }
        if let Some(until) = self.not_on_or_after
            && now >= later(until, freshness.skew)
        {
            return Err(Refusal::AssertionExpired { until, now });
        }
        for audiences in &self.audiences {
            if !audiences.iter().any(|audience| us.contains(audience)) {
                let audience = cut(&audiences.join(", "));
                return Err(Refusal::WrongAudience { audience, us: us.join(", ") });
            }
        }
        Ok(())
    }

    /// Refuses an assertion that is valid for ever, or for everybody.
    pub(super) fn require_all(&self) -> Result<(), Refusal> {
        if self.not_before.is_none() || self.not_on_or_after.is_none() {
            return Err(malformed(
                "its Conditions do not say from when and until when it is valid",
            ));
        }
        if self.audiences.is_empty() {
            return Err(malformed("its Conditions have no AudienceRestrictionCondition"));
        }
        Ok(())
    }
}

fn audiences(node: Node<'_, '_>) -> Result<Vec<String>, Refusal> {
    let mut audiences = Vec::new();
    for child in elements(node) {
        if !is(child, SAML, "Audience") {
            return Err(malformed("an AudienceRestrictionCondition holds something else"));
        }
        audiences.push(text(child)?.to_owned());
    }
    Ok(audiences)
}
