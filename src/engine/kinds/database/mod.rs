//! Rules for databases only: RDS DB instances, and clusters of Aurora, Neptune and DocumentDB.

pub mod expiring_backups;
pub mod left_over;
pub mod maintenance_window;
pub mod pauses_itself;
pub mod refusals;

use crate::engine::model::{Instance, ResourceId};

/// Moves the instances of clusters into their clusters, as far as these are among the databases. A cluster is stopped and
/// priced as a whole.
pub fn join_clusters(found: Vec<Instance>) -> Vec<Instance> {
    let cluster_of = |found: &Instance| {
        let cluster = found.database.as_ref()?.cluster.as_deref()?;
        Some(ResourceId::db_cluster(found.id.place.clone(), cluster))
    };
    let (members, mut others): (Vec<_>, Vec<_>) = found.into_iter().partition(|one| cluster_of(one).is_some());
    for member in members {
        let of = cluster_of(&member);
        let cluster = others.iter_mut().find(|other| of.as_ref() == Some(&other.id));
        let taken = cluster.is_some_and(|cluster| cluster.take_member(member.id.identifier(), &member.kind));
        if !taken {
            others.push(member);
        }
    }
    others
}
