//! `explain`.

use super::site;

#[test]
fn an_explained_refusal_as_json_to_the_letter() {
    assert_eq!(
        site("explain inet stream --application billing --prohibit guaranteed-delivery --format json").quietly(1),
        concat!(
            r#"{"version":1,"request":{"family":"inet","type":"stream","protocol":0,"#,
            r#""prohibit":["guaranteed-delivery"],"application":"billing"},"#,
            r#""error":{"code":"service-not-offered","message":"what matches offers `guaranteed-delivery`","#,
            r#""wsa":{"name":"WSAEOPNOTSUPP","number":10045},"errno":{"name":"EOPNOTSUPP","number":95}},"#,
            r#""candidates":["#,
            r#"{"name":"secure/tcp4","kind":"chain","failed":"prohibit","wanted":"none of guaranteed-delivery","#,
            r#""had":"guaranteed-delivery","source":{"file":"site.toml","line":58,"column":8}},"#,
            r#"{"name":"tcp4","kind":"base","failed":"prohibit","wanted":"none of guaranteed-delivery","#,
            r#""had":"guaranteed-delivery","source":{"file":"site.toml","line":13,"column":7}},"#,
            r#"{"name":"udp4","kind":"base","failed":"type","wanted":"stream","had":"dgram","#,
            r#""source":{"file":"site.toml","line":26,"column":7}},"#,
            r#"{"name":"widget","kind":"base","failed":"family","wanted":"inet","had":"acme","#,
            r#""source":{"file":"site.toml","line":40,"column":7}}],"#,
            r#""mends":[{"change":"no longer prohibit guaranteed-delivery","source":null,"#,
            r#""weakens":["the request's own `prohibit`: guaranteed-delivery"]}]}"#,
            "\n"
        )
    );
}

#[test]
fn the_winner_has_failed_nothing_and_comes_first() {
    let stdout = site("explain inet stream --application billing --format json").quietly(0);
    let answer: serde_json::Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(answer["selected"]["name"], "secure/tcp4");
    assert!(answer.get("error").is_none());
    assert_eq!(
        answer["candidates"][0].to_string(),
        concat!(
            r#"{"name":"secure/tcp4","kind":"chain","failed":null,"wanted":null,"had":null,"#,
            r#""source":{"file":"site.toml","line":58,"column":8}}"#
        )
    );
    assert_eq!(answer["candidates"][1]["failed"], "policy");
    assert_eq!(answer["mends"].to_string(), "[]");
}

#[test]
fn a_mend_of_a_catalog_names_its_place_and_what_it_weakens() {
    let stdout = site("explain inet dgram udp --application billing --format json").quietly(1);
    let answer: serde_json::Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(answer["error"]["code"], "not-permitted");
    let mend = &answer["mends"][0];
    assert_eq!(mend["change"], "let application `billing` no longer require encrypted");
    assert_eq!(mend["source"]["file"], "site.toml");
    assert!(mend["weakens"].as_array().is_some_and(|weakens| weakens.len() == 2), "{mend}");
}

#[test]
fn for_people_the_explanation_is_the_result_even_of_a_refusal() {
    assert_eq!(
        site("explain inet dgram udp --application billing").quietly(1),
        "\
error[not-permitted]: application `billing` may not use what matches: it does not offer `encrypted`
  WSAEACCES (10013), EACCES (13)

What would change it
  udp4: let application `billing` no longer require encrypted
    at site.toml:66:14
    weakens application `billing` requires encrypted
    weakens the guarantee at site.toml:69:1: services encrypted
  secure/tcp4: ask for type `stream` instead of `dgram`, and ask for protocol `tcp` instead of `udp`

Candidates
  udp4         policy  wanted encrypted (application `billing` requires it), had connectionless, message-oriented  site.toml:26:7
  secure/tcp4  type    wanted dgram, had stream                                                                    site.toml:58:8
  tcp4         type    wanted dgram, had stream                                                                    site.toml:13:7
  widget       family  wanted inet, had acme                                                                       site.toml:40:7
"
    );
}

#[test]
fn the_ten_nearest_candidates_are_shown_and_with_all_every_one() {
    let builtin = |words: &str| super::sockatlas(words).quietly(1);
    let rows = |text: &str| text.split_once("\nCandidates\n").expect("there are candidates").1.lines().count();
    let (nearest, all) = (
        builtin("explain inet dgram udp --require encrypted"),
        builtin("explain inet dgram udp --require encrypted --all"),
    );
    assert_eq!(rows(&nearest), 11, "{nearest}");
    let more = format!("  and {} more (`--all`)\n", rows(&all) - 10);
    assert!(nearest.ends_with(&more) && rows(&all) > 20, "{nearest}{all}");
}
