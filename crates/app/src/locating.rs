//! Where work begins and ends: the address of coordinates, the coordinates of an address, and how far that is from the
//! sites of the work.

use std::collections::HashMap;

use domain::place::{AddressQuery, FoundAddress};
use domain::{
    Address, Coordinates, Error, Located, Moment, PlaceOfWork, Policy, Registration, Remark,
    Sector, WorksReference,
};
use store::Store;

/// An address farther away is not told as that of coordinates: positions of telephones are seldom worse.
const NEAR_METRES: u32 = 100;

/// What was found out about the places of a batch.
pub(crate) struct Locating<'a> {
    store: &'a dyn Store,
    /// Where the sites of each work lie.
    sites: HashMap<WorksReference, Vec<Coordinates>>,
}

impl<'a> Locating<'a> {
    pub(crate) fn new(store: &'a dyn Store) -> Self {
        Self { store, sites: HashMap::new() }
    }

    /// What is found out about the place of a registration; `None` for a whole day, and when it is nothing.
    pub(crate) async fn located(
        &mut self,
        registration: &Registration,
    ) -> Result<Option<Box<Located>>, Error> {
        let Some(moment) = registration.submission.moment.as_deref() else { return Ok(None) };
        let mut located = self.by_addresses(registration, moment).await?;
        let point = moment.place.coordinates().or(located.coordinates);
        located.from_site = match point {
            Some(point) => self.metres_from_site(point, registration.submission.works).await?,
            None => None,
        };
        Ok((located != Located::default()).then(|| Box::new(located)))
    }

    /// What the register of addresses tells. It is asked once: what was found stays, and only a place of which nothing
    /// is known is looked for again.
    async fn by_addresses(
        &self,
        registration: &Registration,
        moment: &Moment,
    ) -> Result<Located, Error> {
        let known = registration.located.as_deref();
        let known = known.filter(|it| it.nearest.is_some() || it.coordinates.is_some());
        if let Some(known) = known {
            return Ok(known.clone());
        }
        Ok(match &moment.place {
            PlaceOfWork::Coordinates(point) => {
                let near = self.store.addresses().nearest(*point, NEAR_METRES, 1).await?;
                let nearest = near.into_iter().next().map(|near| near.address);
                Located { nearest, ..Located::default() }
            }
            PlaceOfWork::Address(address) => {
                let coordinates = self.point_of(address).await?;
                Located { coordinates, ..Located::default() }
            }
        })
    }

    async fn point_of(&self, address: &Address) -> Result<Option<Coordinates>, Error> {
        let asked = AddressQuery {
            post_code: address.post_code.parse().ok(),
            municipality: Some(address.municipality.clone()),
            street: address.street.clone(),
            house_number: address.house_number.clone(),
            box_number: address.box_number.clone(),
        };
        let found = self.store.addresses().find(asked, 1).await?;
        Ok(found.into_iter().next().map(|FoundAddress { address, .. }| address.coordinates))
    }

    /// How many whole metres lie between a point and the nearest site of a work.
    async fn metres_from_site(
        &mut self,
        point: Coordinates,
        works: WorksReference,
    ) -> Result<Option<u32>, Error> {
        if !self.sites.contains_key(&works) {
            let sites = self.sites_of(works).await?;
            self.sites.insert(works, sites);
        }
        let sites = self.sites.get(&works).map_or(&[][..], Vec::as_slice);
        let metres = sites.iter().map(|site| point.metres_to(*site)).min_by(f64::total_cmp);
        Ok(metres.map(whole))
    }

    async fn sites_of(&self, works: WorksReference) -> Result<Vec<Coordinates>, Error> {
        let work = self.store.works().work(works).await?;
        let mut points = Vec::new();
        for site in work.into_iter().flat_map(|work| work.sites) {
            points.extend(match (site.coordinates, &site.address) {
                (None, Some(address)) => self.point_of(address).await?,
                (coordinates, _) => coordinates,
            });
        }
        Ok(points)
    }
}

/// Whole metres; half the circumference of the earth is the most.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a distance on the earth is neither negative nor larger"
)]
fn whole(metres: f64) -> u32 {
    metres.round() as u32
}

/// The remark of a place, if the policy of its day has one for it.
pub(crate) fn remark(
    policy: &Policy,
    sector: Option<Sector>,
    registration: &Registration,
    located: Option<&Located>,
) -> Option<Remark> {
    let radius = policy.rule(sector, registration.submission.day).site_radius?;
    let metres = located?.from_site?;
    (metres > radius).then_some(Remark::FarFromSite)
}
