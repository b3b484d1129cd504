//! `heli access`: the programme's rights, asked for by deed and by role.

use crate::commands::heli;

#[test]
fn who_can_names_the_roles_with_their_rules() {
    let said = heli(&[
        "access", "who-can", "change", "case", "--field", "solved", "--format", "json",
    ]);
    assert_eq!(said.code, 0, "{}", said.err);
    let all = said.json();
    assert_eq!(
        all.as_array().unwrap().len(),
        1,
        "solved is the firm's own word: {all}"
    );
    assert_eq!(all[0]["role"], "firm");
    assert_eq!(all[0]["rule"], "enterprise == viewer.record");
    let moves = heli(&["access", "who-can", "move", "project", "--format", "csv"]);
    assert!(
        moves
            .out
            .starts_with("role,deed,register,rule,fields,moves\n"),
        "{}",
        moves.out
    );
    assert!(moves.out.contains("rebase"), "{}", moves.out);
}

#[test]
fn what_can_lists_everything_that_a_role_may_do() {
    let said = heli(&["access", "what-can", "auditor"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let deeds = said
        .out
        .lines()
        .map(|line| line.split('\t').nth(1).unwrap());
    assert!(deeds.clone().count() > 0);
    assert!(
        deeds
            .into_iter()
            .all(|deed| ["see", "export", "reveal"].contains(&deed)),
        "an auditor changes nothing: {}",
        said.out
    );
}

#[test]
fn what_is_not_there_is_named_with_what_is_near() {
    for (args, near) in [
        (["access", "who-can", "chnage", "case"], "change"),
        (["access", "who-can", "change", "cases"], "case"),
    ] {
        let said = heli(&args);
        assert_eq!((said.code, said.out.as_str()), (2, ""));
        assert!(
            said.err.contains(&format!("did you mean {near}?")),
            "{}",
            said.err
        );
    }
    let said = heli(&["access", "what-can", "county_cordinator"]);
    assert!(said.err.contains("county_coordinator"), "{}", said.err);
    // What nobody may do is an answer too: no.
    assert_eq!(heli(&["access", "who-can", "move", "enterprise"]).code, 1);
}
