use std::fmt;

/// The way to a value of the body, as `items[3].employer`: carried as it is, and written only where something is wrong.
#[derive(Clone, Copy, Default)]
pub(super) struct Way {
    /// From the body inwards; no form of the contract is deeper.
    steps: [Option<Step>; DEEPEST],
}

#[derive(Clone, Copy)]
struct Step {
    member: &'static str,
    place: Option<u32>,
}

const DEEPEST: usize = 4;

impl Way {
    /// The way to a member of the value.
    pub(super) fn member(self, member: &'static str) -> Self {
        self.step(Step { member, place: None })
    }

    /// The way to an element of a member that is a list.
    pub(super) fn element(self, member: &'static str, place: usize) -> Self {
        self.step(Step { member, place: u32::try_from(place).ok() })
    }

    fn step(mut self, step: Step) -> Self {
        let free = self.steps.iter_mut().find(|it| it.is_none());
        *free.expect("no form of the contract is deeper") = Some(step);
        self
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, Step { member, place }) in self.steps.iter().flatten().enumerate() {
            if depth > 0 {
                f.write_str(".")?;
            }
            f.write_str(member)?;
            if let Some(place) = place {
                write!(f, "[{place}]")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_is_written_from_the_body_inwards() {
        let item = Way::default().element("items", 3);
        assert_eq!(Way::default().to_string(), "");
        assert_eq!(item.to_string(), "items[3]");
        let deepest = item.member("placeOfWork").member("coordinates").member("latitude");
        assert_eq!(deepest.to_string(), "items[3].placeOfWork.coordinates.latitude");
    }
}
