//! The Price List: one product for each key, in the documented format, with a price derived from the type's name.

use serde_json::{Value, json};

use crate::answer::{Answer, Refusal};
use crate::calls::unknown;
use crate::dice;
use crate::request::Call;

pub(crate) fn work(call: &Call) -> Result<Answer, Refusal> {
    if call.action != "GetProducts" {
        return Err(unknown(call));
    }
    let filters = call.json["Filters"].as_array().cloned().unwrap_or_default();
    let attributes: serde_json::Map<String, Value> =
        filters.iter().filter_map(|one| Some((one["Field"].as_str()?.to_owned(), one["Value"].clone()))).collect();
    let kind = attributes.get("instanceType").and_then(Value::as_str).unwrap_or_default().to_owned();
    let cents = 1 + dice::below(dice::text(&kind), 99);
    let product = json!({
        "serviceCode": "AmazonEC2",
        "product": {"productFamily": "Compute Instance", "sku": "SIMULATED", "attributes": attributes},
        "terms": {"OnDemand": {"SIMULATED.JRTCKXETXF": {
            "offerTermCode": "JRTCKXETXF", "sku": "SIMULATED", "effectiveDate": "2026-11-01T00:00:00Z", "termAttributes": {},
            "priceDimensions": {"SIMULATED.JRTCKXETXF.6YS6EN2CT7": {
                "unit": "Hrs", "endRange": "Inf", "beginRange": "0", "appliesTo": [],
                "rateCode": "SIMULATED.JRTCKXETXF.6YS6EN2CT7", "description": format!("an hour of {kind}"),
                "pricePerUnit": {"USD": format!("0.{cents:02}00000000")},
            }},
        }}},
    });
    Ok(Answer::json(&json!({"FormatVersion": "aws_v1", "PriceList": [product.to_string()]})))
}
