//! The network traffic that the agents of an image cause: the traffic of the quietest instances of that image.

use std::collections::HashMap;

use crate::engine::config::Idle;
use crate::engine::evidence::idle::series::percentile;
use crate::engine::model::ResourceId;

/// One measured instance.
#[derive(Clone, Debug, PartialEq)]
pub struct Peer {
    /// Which instance.
    pub id: ResourceId,
    /// Its image; an instance without one is a peer of no other.
    pub image: Option<Box<str>>,
    /// Network in and out, in bytes per hour of running.
    pub network_per_hour: f64,
}

/// The baseline of each peer, in bytes an hour. It is a percentile of the other instances with the same account and
/// image, if that group is large enough. An instance is not part of its own baseline.
pub fn baselines(peers: &[Peer], settings: &Idle) -> HashMap<ResourceId, f64> {
    let mut groups: HashMap<(&str, &str), Vec<&Peer>> = HashMap::new();
    for peer in peers.iter().filter(|peer| peer.network_per_hour.is_finite()) {
        if let Some(image) = &peer.image {
            groups.entry((&peer.id.place.account, image)).or_default().push(peer);
        }
    }
    let enough = settings.baseline_peers as usize;
    let mut baselines = HashMap::new();
    for group in groups.into_values().filter(|group| group.len() >= enough) {
        for one in &group {
            let others = group.iter().filter(|other| other.id != one.id).map(|other| other.network_per_hour);
            baselines.extend(percentile(others, settings.baseline_percentile).map(|least| (one.id.clone(), least)));
        }
    }
    baselines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::model::Target;

    fn id(account: &str, n: usize) -> ResourceId {
        ResourceId::instance(Target::new(account, "eu-west-1"), format!("i-{n}"))
    }

    fn peers(figures: &[f64]) -> Vec<Peer> {
        let peer = |(n, figure): (usize, &f64)| Peer {
            id: id("111111111111", n),
            image: Some("ami-1".into()),
            network_per_hour: *figure,
        };
        figures.iter().enumerate().map(peer).collect()
    }

    #[test]
    fn five_of_an_image_have_a_baseline_and_four_have_none() {
        let settings = Idle::default();
        assert!(baselines(&peers(&[1.0, 2.0, 3.0, 4.0]), &settings).is_empty());
        let five = baselines(&peers(&[5.0, 2.0, 3.0, 4.0, 9.0]), &settings);
        let of = |n| five[&id("111111111111", n)];
        assert_eq!((of(1), of(4)), (3.0, 2.0), "of the others");
    }

    #[test]
    fn other_accounts_and_images_and_those_without_one_are_no_peers() {
        let mut all = peers(&[5.0, 2.0, 3.0, 4.0, 9.0]);
        all[0].id = id("222222222222", 0);
        assert!(baselines(&all, &Idle::default()).is_empty());
        let mut all = peers(&[5.0, 2.0, 3.0, 4.0, 9.0]);
        all.iter_mut().for_each(|peer| peer.image = None);
        assert!(baselines(&all, &Idle::default()).is_empty());
    }
}
