//! A register whose records duties open says for whom and since when, and needs nothing that only a person knows.

use super::Proof;
use rules::Words;

pub(super) fn check(proof: &mut Proof<'_>) {
    for (_, measure) in proof.measures() {
        let Some(id) = &measure.opens else { continue };
        if proof.programme.opens(measure).is_some() {
            continue;
        }
        let place = proof.measure_place(measure, &["opens"]);
        proof.error(
            "opens-nothing",
            place,
            Words::new(
                format!("`{id}` 的记录不能由责任自动立案：看不出是谁的、从哪天起，或者还有别的必填项"),
                format!("no duty can open a record of `{id}`: it does not say for whom and since when, or needs more than that"),
            ),
            Words::new(
                "给它一个 `date`，正好一个指向责任主体的字段（引用其台账，或单位），其余字段不要 `required`",
                "give it a `date` and exactly one field that leads to the bearer (a reference to its register, or a unit), and require no other field",
            ),
        );
    }
}
