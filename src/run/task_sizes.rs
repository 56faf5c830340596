//! Asks for the sizes of the tasks of services, on which their prices depend. A revision of a task definition never
//! changes, so the record keeps what was answered.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use futures_util::stream::{self, StreamExt};

use crate::engine::config::Settings;
use crate::engine::history::uptimes::Uptime;
use crate::engine::model::{Instance, Target, TaskSize};
use crate::engine::request::Mode;
use crate::ports::Scan;
use crate::run::Clock;
use crate::run::contained::contained;
use crate::run::scan::{Found, RESERVE};
use crate::run::state::is_stateful;

/// Task definitions that a run asks for in one target: one after the other, 250 ms each, they take 5 s. The next runs ask
/// for the rest.
const ASKED: usize = 20;

/// Whether this run asks for the size of its tasks: it looks up prices, and keeps the answer.
pub(crate) fn wants(settings: &Settings, mode: Mode, instance: &Instance) -> bool {
    let lacks_size = instance.service.as_ref().is_some_and(|facts| facts.unsized_definition().is_some());
    lacks_size && mode == Mode::Apply && is_stateful(settings)
}

/// Adds the sizes that can be known to these services.
pub(crate) async fn ask(
    port: &impl Scan,
    mut waiting: Vec<(Found, Uptime)>,
    clock: Clock,
    width: usize,
) -> Vec<(Found, Uptime)> {
    let mut wanted: BTreeMap<Arc<Target>, Vec<Box<str>>> = BTreeMap::new();
    for (Found { instance, .. }, _) in &waiting {
        let definitions = wanted.entry(instance.id.place.clone()).or_default();
        let definition = instance.service.as_ref().and_then(|facts| facts.unsized_definition());
        definitions.extend(definition.filter(|name| !definitions.iter().any(|known| **known == **name)).map(Box::from));
    }
    let asked = wanted.into_iter().map(|(target, definitions)| async move {
        let mut sizes = Vec::new();
        for definition in definitions.into_iter().take(ASKED) {
            let asked = contained("task definition", &target.account, port.task_size(&target, &definition));
            // What one call is refused, the next ones are, too.
            let Some(Ok(Ok(size))) = clock.within(RESERVE, asked).await else { break };
            sizes.extend(size.map(|size| (definition, size)));
        }
        sizes
    });
    let answers: Vec<Vec<_>> = stream::iter(asked).buffer_unordered(width).collect().await;
    let sizes: HashMap<Box<str>, TaskSize> = answers.into_iter().flatten().collect();
    for (Found { instance, .. }, seen) in &mut waiting {
        let facts = instance.service.as_mut();
        let size = facts.as_ref().and_then(|facts| sizes.get(facts.unsized_definition()?)).copied();
        if let (Some(facts), Some(size)) = (facts, size) {
            facts.task = Some(size);
            seen.keep_size(facts);
        }
    }
    waiting
}
