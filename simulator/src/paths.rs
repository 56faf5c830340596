//! Load balancers: target groups of instances. Each place has one group; classic load balancers have no instances.

use crate::answer::{Answer, Refusal};
use crate::calls::unknown;
use crate::request::Call;
use crate::world::World;

pub(crate) fn work(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let arn = format!("arn:aws:elasticloadbalancing:{}:{}:targetgroup/simulated/1", call.region, call.account);
    let balanced = world.place(call).balanced.clone();
    let inner = match call.action.as_str() {
        "DescribeTargetGroups" if balanced.is_empty() => "<TargetGroups/>".to_owned(),
        "DescribeTargetGroups" => format!(
            "<TargetGroups><member><TargetGroupArn>{arn}</TargetGroupArn><TargetType>instance</TargetType></member></TargetGroups>"
        ),
        "DescribeTargetHealth" => {
            let one = |id: &String| format!("<member><Target><Id>{id}</Id><Port>80</Port></Target></member>");
            let all: String = balanced.iter().map(one).collect();
            format!("<TargetHealthDescriptions>{all}</TargetHealthDescriptions>")
        }
        "DescribeLoadBalancers" => "<LoadBalancerDescriptions/><LoadBalancers/>".to_owned(),
        _ => return Err(unknown(call)),
    };
    Ok(Answer::query(&call.action, &inner))
}
