//! What samples of tours are called: each step's name, then each journey's, every one once.

use scenarios::Itinerary;

/// The indices of tours' names among those of samples.
#[derive(Clone, Debug, Default)]
pub(crate) struct TourNames {
    names: Vec<(String, bool)>,
    legs: Vec<Vec<u16>>,
    journeys: Vec<u16>,
}

impl TourNames {
    /// Of a scenario's journeys of one's own.
    pub(crate) fn new(itineraries: &[Itinerary]) -> Self {
        let mut found = Self::default();
        for itinerary in itineraries {
            let legs = itinerary.legs.iter().map(|leg| found.index(&leg.name, false)).collect();
            found.legs.push(legs);
        }
        for itinerary in itineraries {
            let journey = found.index(&itinerary.name, true);
            found.journeys.push(journey);
        }
        found
    }

    /// Every name, and whether it is a journey's.
    pub(crate) fn all(&self) -> &[(String, bool)] {
        &self.names
    }

    fn index(&mut self, name: &str, is_journey: bool) -> u16 {
        let known = self
            .names
            .iter()
            .position(|(known, journey)| known == name && *journey == is_journey);
        let at = known.unwrap_or_else(|| {
            self.names.push((name.to_owned(), is_journey));
            self.names.len() - 1
        });
        u16::try_from(at).expect("a file has at most 20 journeys of 50 steps")
    }

    pub(super) fn leg(&self, itinerary: usize, leg: usize) -> u16 {
        self.legs[itinerary][leg]
    }

    pub(super) fn journey(&self, itinerary: usize) -> u16 {
        self.journeys[itinerary]
    }
}
